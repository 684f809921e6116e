"""What the OpenAPI document says beside the handlers, first of all that errors are problem+json."""

from http import HTTPStatus
from typing import Any

from litestar import Router
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.plugins import JsonRenderPlugin, OpenAPIRenderPlugin
from litestar.openapi.spec import Components, Schema, SecurityScheme
from litestar.plugins import OpenAPISchemaPlugin
from litestar.routes import BaseRoute
from litestar.types import ControllerRouterHandler
from litestar.typing import FieldDefinition
from msgspec import Struct

from kb.access import Action
from web.bodies import SMALL
from web.errors import PROBLEM_JSON, ProblemDetails
from web.rules import Rule
from web.turns import Queue

DESCRIPTION = """\
Everything that the pages can do, for programs. Every error is application/problem+json (RFC 9457).
Times are UTC. Ids are UUIDs. HEAD answers as GET does, without the body. A method that an address
does not take is answered with 405; Allow names those that it takes.
"""


TOKEN = "token"

ALWAYS = (400, 401, 403, 404, 429, 500, 503)
"""The errors that any operation has."""

CHANGES = (403, 404, 409)
"""The errors of an operation that changes something."""

SENDS = (*CHANGES, 413, 415)
"""The same where a body is sent."""


def operation(
    area: str,
    *problems: int,
    rule: Rule,
    status: int = 200,
    reply: ResponseSpec | None = None,
    counted: bool = False,
    queue: Queue = "",
    wish: str = "",
    largest: int = SMALL,
) -> dict[str, Any]:
    """What the decorators of operations have in common.

    `problems` are the statuses of its own errors, `rule` says who may; `reply` stands in where the
    handler's type does not say what it answers, and `counted` limits how often it is asked,
    `queue` is the line that it stands in;
    `wish` says in a refusal what only some may, if that is not what the rule usually is for;
    `largest` is the most bytes of a body.
    """
    responses = {code: _problem(HTTPStatus(code)) for code in sorted({*ALWAYS, *problems})}
    return {
        "tags": [area],
        "status_code": status,
        "responses": responses | ({status: reply} if reply else {}),
        "sync_to_thread": True,
        "request_max_body_size": largest,
        "security": _security(rule),
        "opt": {"rule": rule, "counted": counted, "queue": queue, "wish": wish},
    }


def _security(rule: Rule) -> list[dict[str, list[str]]]:
    """What a program sends: a token; to read, it may do without, for what is open to the world."""
    open_to_all = rule == "public" or (isinstance(rule, Action) and "anybody" in rule.allowed)
    return [{}, {TOKEN: []}] if open_to_all else [{TOKEN: []}]


def _problem(status: HTTPStatus) -> ResponseSpec:
    return ResponseSpec(
        ProblemDetails,
        generate_examples=False,
        description=status.phrase,
        media_type=PROBLEM_JSON,
    )


class ClosedShapes(OpenAPISchemaPlugin):
    """Says of a Struct that refuses names it does not know that it does; Litestar leaves that out.

    Standing before Litestar's own plugins, it hands the Struct on to the next that knows it.
    """

    @staticmethod
    def is_plugin_supported_type(value: Any) -> bool:
        """Whether it is such a Struct."""
        is_struct = isinstance(value, type) and issubclass(value, Struct)
        return is_struct and value.__struct_config__.forbid_unknown_fields

    def is_plugin_supported_field(self, field_definition: FieldDefinition) -> bool:
        """Whether a field holds one."""
        return self.is_plugin_supported_type(field_definition.annotation)

    def to_openapi_schema(self, field_definition: FieldDefinition, schema_creator: Any) -> Schema:
        """The usual schema, closed."""
        others = (p for p in schema_creator.plugins if p is not self)
        usual = next(p for p in others if schema_creator.plugin_supports_field(p, field_definition))
        schema: Schema = usual.to_openapi_schema(field_definition, schema_creator)
        schema.additional_properties = False
        return schema


class _SchemaRouter(Router):
    """Without Litestar's page for unknown schema paths: under /api those are problem+json."""

    def register(self, value: ControllerRouterHandler) -> list[BaseRoute]:
        if "/{path:str}" in getattr(value, "paths", ()):
            return []
        return super().register(value)


def openapi_config(title: str, docs: OpenAPIRenderPlugin) -> OpenAPIConfig:
    """The document at /api/openapi.json, shown for people by `docs`."""
    return OpenAPIConfig(
        title=title,
        version="1",
        description=DESCRIPTION,
        use_handler_docstrings=True,
        operation_id_creator=lambda handler, method, path: handler.handler_name,
        openapi_router=_SchemaRouter(
            "/api", route_handlers=[], include_in_schema=False, opt={"rule": "public"}
        ),
        components=Components(
            security_schemes={
                TOKEN: SecurityScheme(
                    type="http",
                    scheme="bearer",
                    description="A token that a member made on their own page. Its scopes limit "
                    "what it is good for.",
                )
            }
        ),
        render_plugins=[docs, JsonRenderPlugin()],
    )

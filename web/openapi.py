"""Settings of the OpenAPI document; all its errors are problem+json."""

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
"""Error statuses of every operation."""

CHANGES = (403, 404, 409)
"""Error statuses of an operation that changes something."""

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
    """Common arguments of the decorators of operations.

    `problems` are the statuses of its own errors, `rule` says who may; `reply` documents the
    response if the handler's return type does not, `counted` limits how often it may be called,
    `queue` is the queue it waits in, `wish` words the refusal if the rule's own words do not fit,
    and `largest` is the limit of a body in bytes.
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
    """A token is required, except to read what is open to the world."""
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
    """Marks the schemas of Structs that forbid unknown fields as closed, as Litestar does not.

    It comes before Litestar's own plugins and delegates to the next that supports the Struct.
    """

    @staticmethod
    def is_plugin_supported_type(value: Any) -> bool:
        """Whether `value` is a Struct that forbids unknown fields."""
        is_struct = isinstance(value, type) and issubclass(value, Struct)
        return is_struct and value.__struct_config__.forbid_unknown_fields

    def is_plugin_supported_field(self, field_definition: FieldDefinition) -> bool:
        """Whether the field holds such a Struct."""
        return self.is_plugin_supported_type(field_definition.annotation)

    def to_openapi_schema(self, field_definition: FieldDefinition, schema_creator: Any) -> Schema:
        """The usual schema, closed."""
        others = (p for p in schema_creator.plugins if p is not self)
        usual = next(p for p in others if schema_creator.plugin_supports_field(p, field_definition))
        schema: Schema = usual.to_openapi_schema(field_definition, schema_creator)
        schema.additional_properties = False
        return schema


class _SchemaRouter(Router):
    """Router without Litestar's page for unknown paths, as /api answers with problem+json."""

    def register(self, value: ControllerRouterHandler) -> list[BaseRoute]:
        if "/{path:str}" in getattr(value, "paths", ()):
            return []
        return super().register(value)


def openapi_config(title: str, docs: OpenAPIRenderPlugin) -> OpenAPIConfig:
    """The configuration of /api/openapi.json; `docs` renders it for people."""
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

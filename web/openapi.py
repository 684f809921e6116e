"""What the OpenAPI document says beside the handlers, first of all that errors are problem+json."""

from http import HTTPStatus

from litestar import Router
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.plugins import JsonRenderPlugin, OpenAPIRenderPlugin
from litestar.routes import BaseRoute
from litestar.types import ControllerRouterHandler

from web.errors import PROBLEM_JSON, ProblemDetails

DESCRIPTION = """\
Everything that the pages can do, for programs. Every error is application/problem+json (RFC 9457).
Times are UTC. Ids are UUIDs.
"""


def problems(*statuses: int) -> dict[int, ResponseSpec]:
    """The errors of an operation that reads: `statuses` and those that any operation has."""
    return {
        status: ResponseSpec(
            ProblemDetails,
            generate_examples=False,
            description=HTTPStatus(status).phrase,
            media_type=PROBLEM_JSON,
        )
        for status in sorted({400, 500, 503, *statuses})
    }


def change_problems(*statuses: int) -> dict[int, ResponseSpec]:
    """The errors of an operation that changes something."""
    return problems(403, 413, *statuses)


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
        openapi_router=_SchemaRouter("/api", route_handlers=[], include_in_schema=False),
        render_plugins=[docs, JsonRenderPlugin()],
    )

"""The page that shows the OpenAPI document to people, without requests to other hosts."""

from collections.abc import Iterable, Mapping
from typing import Any

from litestar import Request
from litestar.enums import MediaType
from litestar.openapi.plugins import OpenAPIRenderPlugin
from msgspec import Struct

from web.pages.shell import Pages
from web.visit import visit_of

Node = Mapping[str, Any]
METHODS = ("get", "post", "put", "patch", "delete")


class Field(Struct, frozen=True):
    """A parameter or a property of a schema; `type` may name a schema, which `link` leads to."""

    name: str
    type: str
    link: str
    required: bool
    note: str


class Reply(Struct, frozen=True):
    """A documented response."""

    status: str
    description: str
    media_type: str
    type: str
    link: str


class Operation(Struct, frozen=True, kw_only=True):
    """An operation at a path."""

    id: str
    method: str
    path: str
    description: str
    parameters: tuple[Field, ...]
    body: str
    body_link: str
    replies: tuple[Reply, ...]


class Schema(Struct, frozen=True):
    """The shape of a value."""

    name: str
    description: str
    fields: tuple[Field, ...]


class DocsPage(Struct, frozen=True):
    """The whole document, operations by area."""

    title: str
    version: str
    description: str
    areas: dict[str, list[Operation]]
    schemas: tuple[Schema, ...]


class DocsPlugin(OpenAPIRenderPlugin):
    """Shows the document at /api/docs, and at /api itself."""

    def __init__(self, pages: Pages) -> None:
        super().__init__(path="/docs", media_type=MediaType.HTML)
        self._pages = pages
        self._page: DocsPage | None = None

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """The page; it is made once, as the document never changes."""
        if self._page is None:
            self._page = docs_page(openapi_schema)
        with self._pages.in_snapshot(visit_of(request)) as pages:
            return pages.render("docs.html", self._page).content.encode()


def docs_page(document: Node) -> DocsPage:
    """`document` as typed data for the template."""
    areas: dict[str, list[Operation]] = {}
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                node = item[method]
                areas.setdefault(node["tags"][0], []).append(_operation(path, method, node))
    schemas = document["components"]["schemas"]
    info = document["info"]
    return DocsPage(
        info["title"],
        info["version"],
        info["description"],
        areas,
        tuple(_schema(name, schemas[name]) for name in sorted(schemas)),
    )


def _operation(path: str, method: str, node: Node) -> Operation:
    content = node.get("requestBody", {}).get("content", {})
    body, body_link = _type(next(iter(content.values()))["schema"]) if content else ("", "")
    return Operation(
        id=node["operationId"],
        method=method.upper(),
        path=path,
        description=node.get("description", ""),
        parameters=tuple(map(_parameter, node.get("parameters", ()))),
        body=body,
        body_link=body_link,
        replies=tuple(_reply(status, r) for status, r in sorted(node["responses"].items())),
    )


def _parameter(node: Node) -> Field:
    type_name, link = _type(node["schema"])
    note = node.get("description") or _default(node["schema"])
    return Field(f"{node['name']} ({node['in']})", type_name, link, node["required"], note)


def _default(schema: Node) -> str:
    return f"default {schema['default']}" if schema.get("default") not in (None, (), [], "") else ""


def _reply(status: str, node: Node) -> Reply:
    content = node.get("content") or {}
    media_type = next(iter(content), "")
    type_name, link = _type(content[media_type]["schema"]) if content else ("", "")
    return Reply(status, node["description"], media_type, type_name, link)


def _schema(name: str, node: Node) -> Schema:
    required = set(node.get("required", ()))
    fields = (
        Field(key, *_type(value), key in required, "")
        for key, value in node.get("properties", {}).items()
    )
    return Schema(node.get("title", name), node.get("description", ""), tuple(fields))


def _type(schema: Node) -> tuple[str, str]:
    """A short description of a schema, and the name of the schema that it refers to."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return name, name
    for word in ("oneOf", "anyOf"):
        if word in schema:
            return _joined(map(_type, schema[word]), " or ")
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"])), ""
    if schema.get("type") == "array":
        parts = schema.get("prefixItems") or [schema.get("items") or {}]
        inner, link = _joined(map(_type, parts), ", ")
        return f"[{inner}]", link
    if isinstance(extra := schema.get("additionalProperties"), dict) and extra:
        inner, link = _type(extra)
        return f"{{name: {inner}}}", link
    kind = schema.get("type", "any")
    name = " or ".join(kind) if isinstance(kind, list) else str(kind)
    return f"{name} ({schema['format']})" if "format" in schema else name, ""


def _joined(parts: Iterable[tuple[str, str]], between: str) -> tuple[str, str]:
    pairs = list(parts)
    names = dict.fromkeys(name for name, _ in pairs)
    return between.join(names), next((link for _, link in pairs if link), "")

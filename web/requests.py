"""Checks of API requests before their handlers run, and field names as clients know them."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from litestar import Request
from litestar.exceptions import ClientException, SerializationException
from litestar.handlers import BaseRouteHandler
from litestar.params import QueryParameter
from litestar.typing import FieldDefinition
from msgspec import Struct

from kb.errors import InvalidInput
from kb.messages import _

JSON = "application/json"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
"""The methods of requests that change nothing."""

AS_SENT: dict[str, tuple[str, ...]] = {
    "question": ("q",),
    "tag": ("tag", "tags"),
    "version": ("version", "entry_version"),
    "type": ("type", "relation_type", "relations"),
    "target": ("target", "relations"),
    "groups": ("groups", "visibility.groups"),
    "title": ("content.title",),
    "properties": ("content.properties",),
    "property name": ("content.properties",),
    "command_id": ("Idempotency-Key",),
    "idempotency_key": ("Idempotency-Key",),
}
"""Names in requests for the fields of the knowledge base; the first that exists is used."""

NAMED = re.compile(r"Object (missing required|contains unknown) field `(.+)`")
CHOSEN = re.compile(r"Invalid enum value (.+)")
"""Messages of msgspec that are reworded here."""


class FieldProblem(Struct, frozen=True):
    """An error at one field of a request."""

    field: str
    message: str


class Misfit(ClientException):
    """One field of a request, named as sent, is not accepted."""

    def __init__(self, field: str, message: str) -> None:
        self.problem = FieldProblem(field, message)
        super().__init__(message)


class NotJson(ClientException):
    """The Content-Type of the body is not JSON."""

    status_code = 415


async def look_at(request: Request[Any, Any, Any]) -> None:
    """Raise `Misfit` or `NotJson` for parameters or a body that the operation does not accept."""
    if request.method == "OPTIONS":
        return
    handler = request.route_handler
    sent = request.query_params
    known = parameters(handler)
    for name in sent:
        if name not in known:
            takes = f"it takes {', '.join(known)}" if known else "it takes none"
            raise Misfit(
                name[:80],
                _("There is no parameter {name!r} here; {takes}.", name=name[:80], takes=takes),
            )
    refuse_repeated_parameters(request)
    for name, field in known.items():
        if field.is_required and name not in sent:
            raise Misfit(name, _("The parameter {name} is missing.", name=name))
    if "data" in handler.parsed_fn_signature.parameters:
        await _look_at_body(request)


async def _look_at_body(request: Request[Any, Any, Any]) -> None:
    if not await request.body():
        raise Misfit("body", _("The body is missing; send JSON."))
    if request.content_type[0] != JSON:
        raise NotJson
    try:
        await request.json()
    except SerializationException as error:
        reason = str(error).partition(" - ")[0]
        raise Misfit("body", _("The body cannot be read: {reason}.", reason=reason)) from error


def refuse_repeated_parameters(request: Request[Any, Any, Any]) -> None:
    """Raise `Misfit` for a repeated single-valued parameter: the last would silently win."""
    for name, field in parameters(request.route_handler).items():
        if not field.is_non_string_sequence:
            _once(name, request.query_params.getall(name, ()), "parameter")


def given_once(request: Request[Any, Any, Any]) -> dict[str, str]:
    """The query parameters. Raises `Misfit` for a repeated one."""
    sent = request.query_params
    for name in sent:
        _once(name, sent.getall(name), "parameter")
    return dict(sent)


def refuse_repeated_fields(form: Mapping[str, Any]) -> None:
    """Raise `Misfit` for a repeated form field: no form of ours repeats one, ticked or not."""
    for name, values in form.items():
        _once(name, values if isinstance(values, list) else (), "field")


def _once(name: str, values: Sequence[Any], what: str) -> None:
    if len(values) > 1:
        name = name[:80]
        raise Misfit(
            name,
            _("The {what} {name!r} is there several times; give it once.", what=what, name=name),
        )


def refuse_repeated(body: bytes) -> None:
    """Raise `Misfit` if a JSON object has a field twice: the last would silently win."""
    # Numbers are not converted: one of very many digits would take long, or be an error.
    json.loads(body, object_pairs_hook=_each_once, parse_int=len, parse_float=len)


def _each_once(pairs: list[tuple[str, Any]]) -> None:
    if len(dict(pairs)) < len(pairs):
        [(name, _)] = Counter(name for name, _ in pairs).most_common(1)
        _once(name, pairs, "field")


def parameters(handler: BaseRouteHandler) -> dict[str, FieldDefinition]:
    """The query parameters of `handler` and its dependencies, as they are called in addresses."""
    makers = (made.parsed_fn_signature for made in handler.resolve_dependencies().values())
    fields = (
        field
        for signature in (handler.parsed_fn_signature, *makers)
        for field in signature.parameters.items()
    )
    return {
        field.kwarg_definition.name or name: field
        for name, field in fields
        if isinstance(field.kwarg_definition, QueryParameter)
    }


def misfits(error: Exception, handler: BaseRouteHandler | None) -> Iterator[FieldProblem]:
    """The fields at fault, named as `handler`'s clients send them; None on pages."""
    if isinstance(error, Misfit):
        yield error.problem
    if isinstance(error, InvalidInput):
        for one in error.each:
            if one.field:
                yield FieldProblem(_as_sent(one.field, handler), one.message)
    extra = error.extra if isinstance(error, ClientException) else None
    for item in extra if isinstance(extra, list) else ():
        yield _misfit(item, handler)


def _misfit(item: Mapping[str, Any], handler: BaseRouteHandler | None) -> FieldProblem:
    """A validation error of Litestar as a sentence."""
    if handler is None:
        name = item["key"].replace("[...]", "")
        return FieldProblem(
            name,
            _(
                "What this address says about {name} is not understood: take it away "
                "or correct it, or start from the first page.",
                name=name,
            ),
        )
    place = "" if item["key"] == "data" else item["key"].replace("[...]", "")
    message = item["message"]
    if found := NAMED.fullmatch(message):
        field = f"{place}.{found[2]}" if place else found[2]
        missing = found[1].startswith("missing")
        words = "is missing" if missing else "is no field here; check its spelling"
        return FieldProblem(field, f"{field} {words}.")
    field = place or "body" if item.get("source") == "body" else _as_sent(place, handler)
    if found := CHOSEN.fullmatch(message):
        see = "see /api/docs for what it takes"
        return FieldProblem(field, f"{field} does not take {found[1]}; {see}.")
    return FieldProblem(field, f"{field} does not fit: {message[:1].lower()}{message[1:]}.")


def _as_sent(field: str, handler: BaseRouteHandler | None) -> str:
    if handler is None:
        return field
    own = handler.parsed_fn_signature.parameters.get(field)
    if own and isinstance(own.kwarg_definition, QueryParameter):
        field = own.kwarg_definition.name or field
    body = handler.parsed_fn_signature.parameters.get("data")
    shape = body.annotation.__struct_fields__ if body else ()
    names = {*parameters(handler), *shape}
    # Any other name is a heading, which names a section.
    usual = "content.sections" if "content" in names else field
    called = AS_SENT.get(field, (field if field in names else usual,))
    return next((name for name in called if name in names), called[-1])

"""Request bodies: size limits, memory limits, and parsing off the event loop.

Litestar limits a body's size for each handler, but parses it on the event loop, caches the last
thousand forms, passwords included, and reports a client that disconnects as a server error.
"""

import re
from collections.abc import AsyncGenerator, Callable, Sequence
from functools import partial
from http import HTTPStatus
from typing import Any, cast

from litestar import Request
from litestar.concurrency import sync_to_thread
from litestar.datastructures import FormMultiDict
from litestar.enums import RequestEncodingType
from litestar.exceptions import ClientException, InternalServerException
from litestar.serialization import decode_json
from litestar.types import Empty, Scope
from litestar.utils.scope.state import ScopeState

from kb.errors import KnowledgeBaseError
from kb.messages import _
from web.parts import fields_in_parts
from web.requests import Misfit, refuse_repeated, refuse_repeated_fields

SMALL = 65_536
"""Default limit of a body in bytes; larger bodies are parsed in a thread."""

NOTES = 262_144
"""Bytes of a body with several fields of 5,000 characters, which take up to twelve bytes each."""

TEXT = 10_000_000
"""Bytes of a body that holds texts."""

UNKNOWN_TEXT = 1_000_000
"""The same for a person who is not signed in; the text is kept for them to send again."""

FIELDS = 1_200
"""More fields than any form of ours has: 500 sections with heading and text, and the rest."""

HELD, HELD_UNKNOWN = 128_000_000, 16_000_000
"""Bytes beyond `SMALL` of all bodies in memory at a time: of members, and of others."""

FORM_TOKEN = "form_token"
"""The field with the CSRF token of a form."""

WRITTEN = frozenset({"title", "reason", "context", "note", "help"})
"""The fields, beside an entry's text, whose content takes a while to write."""

Typed = Sequence[tuple[str, str]]
"""The fields of a form with their values, in the order sent; names of checkboxes may repeat."""

_TAKEN = "tributary.body"
_ENCODED = re.compile(rb"(?:%[0-9A-Fa-f]{2}){1,1000}")

Json = Any


class TooLarge(ClientException):
    """The body is longer than the route accepts."""

    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE

    def __init__(self, most: int) -> None:
        size = f"{most // 1_000_000} MB" if most >= 1_000_000 else f"{most // 1_024} kB"
        super().__init__(
            _("What was sent is too large; send at most {size} to this address.", size=size)
        )


class Unfinished(ClientException):
    """The client disconnected before the body was complete."""


class Crowded(KnowledgeBaseError):
    """So much is being sent at this moment that no more fits; try again in a minute."""

    code = "crowded"

    def __init__(self) -> None:
        super().__init__(
            _("So much is being sent at this moment that no more fits; try again in a minute.")
        )


class Held:
    """Count of the bytes of bodies in memory; used on the event loop only."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held = 0

    def take(self, scope: Scope, size: int) -> None:
        """Hold `size` more for `scope`. Raises `Crowded`."""
        if self._held + size > self._most:
            raise Crowded
        self._held += size
        scope.setdefault("state", {}).setdefault(_TAKEN, []).append((self, size))

    def give_back(self, size: int) -> None:
        self._held -= size


def give_back(scope: Scope) -> None:
    """Release all that is held for `scope`, whose request is over."""
    for held, size in scope.get("state", {}).pop(_TAKEN, ()):
        held.give_back(size)


class BoundedRequest(Request[Any, Any, Any]):
    """A request whose body is limited by its route and its principal."""

    async def stream(self) -> AsyncGenerator[bytes, None]:
        """The body in chunks. Raises `TooLarge`, `Unfinished` or `Crowded`."""
        known = self.scope["auth"].known
        most = self.route_handler.resolve_request_max_body_size() or TEXT
        most = most if known else min(most, UNKNOWN_TEXT)
        if (self.content_length or 0) > most:
            raise TooLarge(most)
        held: Held = self.app.state["held" if known else "held_unknown"]
        read = counted = 0
        try:
            async for piece in super().stream():
                read += len(piece)
                if read > most:
                    raise TooLarge(most)
                if read > SMALL:
                    held.take(self.scope, read - counted)
                    counted = read
                yield piece
        except InternalServerException:
            raise Unfinished(_("The request ended before its body was there.")) from None

    async def form(self) -> FormMultiDict:
        """The form's fields. Raises `ClientException` for a repeated field or too many of them."""
        state = ScopeState.from_scope(self.scope)
        kind, options = self.content_type
        if state.form is Empty and kind == RequestEncodingType.URL_ENCODED:
            state.form = await _parsed(encoded_fields, await self.body())
        elif state.form is Empty and kind == RequestEncodingType.MULTI_PART:
            boundary = options.get("boundary", "")
            parse = partial(fields_in_parts, boundary=boundary, most=FIELDS)
            state.form = await _parsed(parse, await self.body())
        form = await super().form()
        refuse_repeated_fields(cast("dict[str, Any]", state.form))
        return form

    async def json(self) -> Json:
        """The body as JSON. Raises `Misfit` if it is not JSON or has a field twice."""
        state = ScopeState.from_scope(self.scope)
        if state.json is Empty:
            decoders = self.route_handler.resolve_type_decoders()

            def parse(body: bytes) -> Json:
                found = decode_json(body or b"null", type_decoders=decoders)
                refuse_repeated(body or b"null")
                return found

            try:
                state.json = await _parsed(parse, await self.body())
            except UnicodeDecodeError:
                raise Misfit("body", _("The body cannot be read: it is not in UTF-8.")) from None
            except RecursionError:
                raise Misfit(
                    "body", _("The body is nested too deeply; send fewer levels.")
                ) from None
        return state.json


def typed_in(form: FormMultiDict) -> Typed:
    """The fields of `form` without its token, in order, to be sent again."""
    return tuple(
        (name, text) for name, text in form.items() if isinstance(text, str) and name != FORM_TOKEN
    )


def typed_at(scope: Scope) -> Typed:
    """The fields of a form that was read and refused; none if it has a password."""
    form = ScopeState.from_scope(scope).form
    if not isinstance(form, dict):
        return ()
    typed = typed_in(FormMultiDict.from_form_data(form))
    return () if any("password" in name for name, _ in typed) else typed


def is_empty_form(scope: Scope) -> bool:
    """Whether a form was read that has no field but its token, e.g. that of a button."""
    form = ScopeState.from_scope(scope).form
    return isinstance(form, dict) and not typed_in(FormMultiDict.from_form_data(form))


def written_at(scope: Scope) -> Typed:
    """The same, but empty unless the form holds text that took a while to write."""
    typed = typed_at(scope)
    long = (name in WRITTEN or name.startswith("text-") for name, text in typed if text.strip())
    return typed if any(long) else ()


async def _parsed(parse: Callable[[bytes], Any], body: bytes) -> Any:
    return await sync_to_thread(parse, body) if len(body) > SMALL else parse(body)


def encoded_fields(body: bytes) -> dict[str, Any]:
    """The fields of a URL-encoded form by name, each a text or a list of texts."""
    if body.count(b"&") >= FIELDS:
        raise ClientException(
            _("A form has at most {fields} fields here; leave some out.", fields=FIELDS)
        )
    found: dict[str, Any] = {}
    for piece in filter(None, body.split(b"&")):
        name, _sign, text = piece.partition(b"=")
        found.setdefault(_decoded(name), []).append(_decoded(text))
    return {name: texts if len(texts) > 1 else texts[0] for name, texts in found.items()}


def _decoded(text: bytes) -> str:
    """As `urllib.parse.unquote_plus`, which is slow and holds the interpreter meanwhile.

    It takes 5 s for 10 MB, a size that non-Latin text reaches soon, at nine bytes a character.
    """
    plain = _ENCODED.sub(
        lambda found: bytes.fromhex(found[0].replace(b"%", b"").decode()), text.replace(b"+", b" ")
    )
    return plain.decode(errors="replace")

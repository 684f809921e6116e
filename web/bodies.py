"""Bodies of requests: how much of them is read and held, and where they are parsed.

Litestar bounds a body for each handler, but parses all of it on the event loop, keeps the last
thousand forms that it parsed, passwords and texts, and takes a client that goes away for a fault.
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
"""Bytes of a body where an address says nothing else; what is larger is not parsed on the loop."""

NOTES = 262_144
"""Bytes of a body with several fields of 5,000 characters, which take up to twelve bytes each."""

TEXT = 10_000_000
"""Bytes of a body that holds texts."""

UNKNOWN_TEXT = 1_000_000
"""The same of a person who is not signed in, to be given back for them to send it again."""

FIELDS = 1_200
"""More than any form of ours has: 500 sections with heading and text, and what stands around."""

HELD, HELD_UNKNOWN = 128_000_000, 16_000_000
"""Bytes beyond `SMALL` of all bodies that are there at a time: of members, and of others."""

FORM_TOKEN = "form_token"
"""The field by which a form shows that it is of the session that it comes with."""

WRITTEN = frozenset({"title", "reason", "context", "note", "help"})
"""The fields for words that take a while to write, beside those of a text."""

Typed = Sequence[tuple[str, str]]
"""The fields of a form with what was typed, in the order sent; what was ticked may repeat."""

_TAKEN = "tributary.body"
_ENCODED = re.compile(rb"(?:%[0-9A-Fa-f]{2}){1,1000}")

Json = Any


class TooLarge(ClientException):
    """The body is longer than the address takes."""

    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE

    def __init__(self, most: int) -> None:
        size = f"{most // 1_000_000} MB" if most >= 1_000_000 else f"{most // 1_024} kB"
        super().__init__(
            _("What was sent is too large; send at most {size} to this address.", size=size)
        )


class Unfinished(ClientException):
    """The client went away before its body was there."""


class Crowded(KnowledgeBaseError):
    """So much is being sent at this moment that no more fits; try again in a minute."""

    code = "crowded"

    def __init__(self) -> None:
        super().__init__(
            _("So much is being sent at this moment that no more fits; try again in a minute.")
        )


class Held:
    """How many bytes of bodies are there at a time; used on the event loop alone."""

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
        """Hold `size` less."""
        self._held -= size


def give_back(scope: Scope) -> None:
    """Hold nothing more for `scope`, whose request is over."""
    for held, size in scope.get("state", {}).pop(_TAKEN, ()):
        held.give_back(size)


class BoundedRequest(Request[Any, Any, Any]):
    """A request whose body is read as far as the address and the principal may send."""

    async def stream(self) -> AsyncGenerator[bytes, None]:
        """The pieces of the body. Raises `TooLarge`, `Unfinished` or `Crowded`."""
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
        """The fields of the form. Raises `ClientException` for one twice, or more than any has."""
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
        """The JSON of the body. Raises `Misfit` for one that is none or has a field twice."""
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
    """What was filled in, in its order, to be sent again."""
    return tuple(
        (name, text) for name, text in form.items() if isinstance(text, str) and name != FORM_TOKEN
    )


def typed_at(scope: Scope) -> Typed:
    """What came in a form that was read and could not be taken; nothing of one with a password."""
    form = ScopeState.from_scope(scope).form
    if not isinstance(form, dict):
        return ()
    typed = typed_in(FormMultiDict.from_form_data(form))
    return () if any("password" in name for name, _ in typed) else typed


def written_at(scope: Scope) -> Typed:
    """The same where words stand in it that take a while to write, and not choices alone."""
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
    """As `urllib.parse.unquote_plus` does, which keeps other threads waiting for each character.

    It takes 5 s for 10 MB, and so does a text in another script than Latin, nine bytes a character.
    """
    plain = _ENCODED.sub(
        lambda found: bytes.fromhex(found[0].replace(b"%", b"").decode()), text.replace(b"+", b" ")
    )
    return plain.decode(errors="replace")

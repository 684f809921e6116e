"""Fields at the head of a file that are written in TOML or JSON."""

import json
import tomllib
from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

from kb.errors import NotTaken
from kb.importers.remarks import Remarks
from kb.importers.repeated import add
from kb.importers.values import Plain, Value, meaning
from kb.messages import _

DEPTH = 20


def load_toml(text: str) -> dict[str, Value]:
    """The fields of TOML by name. Raises `NotTaken` with what is wrong."""
    try:
        return _made(tomllib.loads(text, parse_float=_Number))
    except (ValueError, RecursionError) as error:
        raise NotTaken(
            _("The front matter is not TOML: {reason}.", reason=_reason(error))
        ) from error


def load_json(text: str, remarks: Remarks) -> tuple[dict[str, Value], str]:
    """The fields of the JSON object that `text` begins with, and the rest. Raises `NotTaken`."""
    decoder = json.JSONDecoder(
        parse_float=_Number,
        parse_int=_Number,
        parse_constant=_Number,
        object_pairs_hook=_Pairs,
    )
    try:
        value, end = decoder.raw_decode(text)
        fields = _made(value, remarks) if isinstance(value, _Pairs) else None
    except (ValueError, RecursionError) as error:
        raise NotTaken(
            _("The front matter is not JSON: {reason}.", reason=_reason(error))
        ) from error
    if fields is None:
        raise NotTaken(_("The front matter is no JSON object: put its fields between braces."))
    return fields, text[end:].lstrip("\n")


class _Number(str):
    """A number as it is written."""


class _Pairs(list[tuple[str, Any]]):
    """The fields of an object, of which some may have the same name."""


def _reason(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if isinstance(error, UnicodeEncodeError):  # JSON can spell one half of a pair
        return f"\\u{ord(error.object[error.start]):x} is no letter"
    if isinstance(error, tomllib.TOMLDecodeError | json.JSONDecodeError):
        return str(error)
    return "a number or a date in it is too large"


def _name(text: str) -> str:
    """`text`; raises `UnicodeEncodeError` where it can be written nowhere."""
    text.encode()
    return text


def _made(given: Any, remarks: Remarks | None = None) -> dict[str, Value]:
    pairs = given if isinstance(given, _Pairs) else given.items()
    return _mapping(pairs, 1, remarks or Remarks())


def _mapping(pairs: Iterable[tuple[str, Any]], depth: int, remarks: Remarks) -> dict[str, Value]:
    fields: dict[str, Value] = {}
    for name, value in pairs:
        add(fields, _name(name), _value(value, depth, remarks), remarks)
    return fields


def _value(value: Any, depth: int, remarks: Remarks) -> Value:
    if depth > DEPTH:
        raise NotTaken(_("The front matter is nested too deeply."))
    if isinstance(value, _Pairs):
        return _mapping(value, depth + 1, remarks)
    if isinstance(value, dict):
        return _mapping(value.items(), depth + 1, remarks)
    if isinstance(value, list):
        return [_value(item, depth + 1, remarks) for item in value]
    return _plain(value)


def _plain(value: Any) -> Plain:
    if value is None:
        return Plain("", None)
    if isinstance(value, bool):
        return Plain(str(value).lower(), value)
    if isinstance(value, datetime | date | time):
        text = value.isoformat().replace("+00:00", "Z")
        return Plain(text, text)
    if isinstance(value, int | _Number):
        return Plain(str(value), meaning(str(value)))
    return Plain(_name(value), value)

"""Fields at the head of a file that are written in TOML or JSON."""

import json
import tomllib
from datetime import date, datetime, time
from typing import Any

from kb.errors import NotTaken
from kb.importers.values import Plain, Value, meaning

DEPTH = 20


def load_toml(text: str) -> dict[str, Value]:
    """The fields of TOML by name. Raises `NotTaken` with what is wrong."""
    try:
        return _fields(tomllib.loads(text, parse_float=_Number))
    except (ValueError, RecursionError) as error:
        raise NotTaken(f"The front matter is not TOML: {_reason(error)}.") from error


def load_json(text: str) -> tuple[dict[str, Value], str]:
    """The fields of the JSON object that `text` begins with, and the rest. Raises `NotTaken`."""
    decoder = json.JSONDecoder(
        parse_float=_Number,
        parse_int=_Number,
        parse_constant=_Number,
        object_pairs_hook=_without_repetition,
    )
    try:
        value, end = decoder.raw_decode(text)
        fields = _fields(value) if isinstance(value, dict) else None
    except (ValueError, RecursionError) as error:
        raise NotTaken(f"The front matter is not JSON: {_reason(error)}.") from error
    if fields is None:
        raise NotTaken("The front matter is no JSON object: put its fields between braces.")
    return fields, text[end:].lstrip("\n")


class _Number(str):
    """A number as it is written."""


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        known: set[str] = set()
        for twice, _ in pairs:
            if twice in known:
                break
            known.add(twice)
        raise NotTaken(f"The front matter has “{twice[:80]}” a second time.")
    return found


def _reason(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if isinstance(error, UnicodeEncodeError):  # JSON can spell one half of a pair
        return f"\\u{ord(error.object[error.start]):x} is no letter"
    if isinstance(error, tomllib.TOMLDecodeError | json.JSONDecodeError):
        return str(error)
    return "a number or a date in it is too large"


def _fields(fields: dict[str, Any]) -> dict[str, Value]:
    return {_name(name): _value(value, depth=1) for name, value in fields.items()}


def _name(text: str) -> str:
    """`text`; raises `UnicodeEncodeError` where it can be written nowhere."""
    text.encode()
    return text


def _value(value: Any, depth: int) -> Value:
    if depth > DEPTH:
        raise NotTaken("The front matter is nested too deeply.")
    if isinstance(value, dict):
        return {_name(name): _value(item, depth + 1) for name, item in value.items()}
    if isinstance(value, list):
        return [_value(item, depth + 1) for item in value]
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

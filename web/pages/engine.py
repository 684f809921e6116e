"""The template engine of pages: its filters, and the words that many templates share."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import escape

from kb.access import Sight
from kb.characters import visible
from kb.counting import counted, numbers
from kb.entries.kinds import Kind
from kb.entries.relation import reads
from kb.reuse.reuse import Outcome

TEMPLATES = Path(__file__).parent.parent / "templates"

OUTCOMES: Mapping[Outcome, str] = {
    "adopted": "Adopted",
    "adapted": "Adapted",
    "tried-and-stopped": "Tried and stopped",
}

SHOWN_TO: Mapping[Sight, str] = {
    "members": "All members",
    "groups": "Some groups",
    "author": "Only its author",
    "draft": "Only its author: a draft",
    "world": "Everybody, signed in or not",
}
"""Who sees an entry, the usual choice first."""


def environment(kinds: Mapping[str, Kind]) -> Environment:
    """The template engine: everything is escaped, nothing that is not seen is printed, and a name
    that is not there is an error.
    """
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        finalize=_seen,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"day": _day, "minute": _minute, "iso": _iso}
    made.filters |= {"counted": counted, "numbers": numbers}
    made.filters["as_typed"] = escape
    made.globals |= {
        "kinds": kinds,
        "outcomes": OUTCOMES,
        "sights": SHOWN_TO,
        "kind_name": lambda key: kinds[key].name if key in kinds else key,
        "relation_reads": lambda relation: reads(
            relation.type, incoming=relation.direction == "in"
        ),
    }
    return made


def _seen(value: Any) -> Any:
    """What a page prints, without what hides or turns the text around it.

    Marked up texts are left alone, and what is to come back in a form as it was typed.
    """
    return visible(value) if type(value) is str else value


def _utc(time: datetime) -> datetime:
    return time.astimezone(UTC)


def _iso(time: datetime) -> str:
    return _utc(time).strftime("%Y-%m-%dT%H:%M:%SZ")


def _day(time: datetime) -> str:
    return f"{_utc(time).day} {_utc(time):%B %Y}"


def _minute(time: datetime) -> str:
    return f"{_day(time)}, {_utc(time):%H:%M} UTC"

"""The tables of the reference, made of the program: `make docs` writes them, `make lint` compares.

A page has a block `[[[cog print(tables.NAME()) ]]]` for each; what stands around it is by hand.
"""

import json
from collections.abc import Iterable
from typing import Any, get_type_hints

import msgspec
from msgspec import Meta, structs

from kb.areas import AREAS, VIEWS, build_codec
from kb.storage.settings import ENVIRONMENT, Settings
from kb.views.stream_kind import StreamKind
from tests.golden import golden, stored_event
from tests.worlds.log import KnownKeys


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table in Markdown, with empty lines around it: it is no part of the comment above."""
    head = list(head)
    lines = ["".join(f"| {cell} " if cell else "| " for cell in row) + "|" for row in (head, *rows)]
    return "\n".join(["", lines[0], "|" + "---|" * len(head), *lines[1:], ""])


def code(*words: str) -> str:
    """Words as the program has them, with commas between."""
    return ", ".join(f"`{word}`" for word in words)


def settings() -> str:
    """Each setting: its variable, its default, what it does."""
    hints = get_type_hints(Settings, include_extras=True)
    defaults = {field.name: field.default for field in structs.fields(Settings)}
    return table(
        ("Setting", "Variable", "Default", "What it does"),
        (
            (code(name), code(variable), code(str(defaults[name])), described(hints[name]))
            for variable, name in ENVIRONMENT.items()
        ),
    )


def described(hint: Any) -> str:
    """What the `Meta` of an annotated type says; an error for one that says nothing."""
    (meta,) = (each for each in hint.__metadata__ if isinstance(each, Meta) and each.description)
    return str(meta.description)


def events() -> str:
    """Each type of event: its stream, version and area, what of it is sealed, who reads it."""
    return table(
        ("event", "stream", "version", "area", "sealed", "views that read it"),
        (
            (
                f"[`{fact.name}`](#{fact.name})",
                code(stream_of(kind)),
                str(fact.schema_version),
                area.name,
                code(*(each.field for each in fact.sealed)),
                ", ".join(view.name for view, _ in VIEWS.handlers.get(fact.cls, ())),
            )
            for area in AREAS
            for kind in area.streams
            for fact in kind.facts
        ),
    )


def stream_of(kind: StreamKind) -> str:
    """How the streams of a kind are named."""
    return kind.name if kind.name == "community" else f"{kind.name}-ID"


def event(name: str) -> str:
    """Where a type of event is stored, and its golden payload before it is sealed."""
    kind, fact = next(
        (kind, fact)
        for area in AREAS
        for kind in area.streams
        for fact in kind.facts
        if fact.name == name
    )
    stored = stored_event(golden(f"{name}-{fact.schema_version}"))
    example = msgspec.json.encode(build_codec(KnownKeys()).decode(stored))
    shown = json.dumps(json.loads(example), indent=2, ensure_ascii=False)
    where = f"Stream `{stream_of(kind)}`. Schema version {fact.schema_version}."
    return f"\n{where}\n\n```json\n{shown}\n```\n"

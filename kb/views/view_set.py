"""The views that share a file: their tables, handlers and conditions."""

import json
import re
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain

from msgspec import Struct

from kb.views.stream_kind import Fact, StreamKind
from kb.views.view import Handler, View
from kb.views.withheld import Withholding

_ASKED = re.compile(r"\bmain\.(\w+)")


class Made(Struct, frozen=True):
    """The version with which a view was built, stored in the file; another means to rebuild it.

    `tables` is a checksum of the definition of its tables.
    """

    version: int
    tables: int


class ViewSet:
    """Views in the order in which they take each event, and all kinds of streams.

    Raises `ValueError` for two views or tables of one name, and for a table without a condition in
    `seen`.
    """

    def __init__(self, views: Sequence[View], kinds: Sequence[StreamKind]) -> None:
        self.kinds = kinds
        self.withholding = Withholding(kinds)
        self.by_name: Mapping[str, View] = {view.name: view for view in views}
        tables = [table for view in views for table in tables_of(view)]
        if len(self.by_name) < len(views) or len({*tables}) < len(tables):
            raise ValueError("Two views, or two tables of views, have one name.")
        self.seen: Mapping[str, str] = dict(chain(*(view.seen.items() for view in views)))
        if unsaid := {*tables} ^ self.seen.keys():
            raise ValueError(
                f"Say who sees the rows of {', '.join(sorted(unsaid))}: a view names a condition "
                "for each of its tables in `seen`, EVERYBODY where that is meant."
            )
        self.handlers: Mapping[type[Struct], tuple[tuple[View, Handler], ...]] = {
            cls: tuple((view, view.handlers[cls]) for view in views if cls in view.handlers)
            for cls in dict.fromkeys(chain(*(view.handlers for view in views)))
        }

        said = [fact for kind in kinds for fact in kind.facts if _is_said(fact)]
        self.again: Mapping[type[Struct], tuple[tuple[View, Handler | None], ...]] = {
            fact.cls: tuple(
                (view, view.again.get(fact.cls)) for view, _ in self.handlers.get(fact.cls, ())
            )
            for fact in said
        }
        """What each view does with an event once its actor is erased; None if undefined."""
        self.said_as_json: str = json.dumps([fact.name for fact in said])
        """The names of events with fields sealed for the actor, as a JSON array."""
        self.finds_what_was_said: bool = all(fact.told for fact in said)
        """Whether histories, which have the actor, have all of these events."""

        of_table = {table: view.name for view in views for table in tables_of(view)}
        self.indispensable: frozenset[str] = frozenset(
            of_table[table]
            for view in views
            for condition in view.seen.values()
            for table in _ASKED.findall(condition)
            if table in of_table and of_table[table] != view.name
        )
        """The views that conditions of others read: without them nothing is shown."""

    def with_readers(self, names: Collection[str]) -> frozenset[str]:
        """`names` and the views whose handlers read those, directly or not."""
        found = frozenset(names)
        more = found | {view.name for view in self if view.reads & found}
        return more if more == found else self.with_readers(more)

    def __iter__(self) -> Iterator[View]:
        return iter(self.by_name.values())

    def __len__(self) -> int:
        return len(self.by_name)


def _is_said(fact: Fact) -> bool:
    """Whether an event has a field sealed for the actor."""
    return any(each.by == "actor" for each in fact.sealed)


def tables_of(view: View) -> tuple[str, ...]:
    """The names of the tables of a view."""
    return tuple(table.name for table in view.tables)


def made_with(view: View) -> Made:
    """The version with which this program builds a view."""
    return Made(view.version, zlib.crc32(repr(view.tables).encode()))

"""The table of histories of entries: who did what and when, with a message for each event."""

from collections.abc import Iterable
from functools import partial
from sqlite3 import Connection
from typing import Any

from msgspec import Struct

from events.event import RecordedEvent
from events.sqlite_files.tables import Table
from kb.entries.entry import EntryErased
from kb.sentences import unreadable
from kb.views.stream_kind import StreamKind, Words
from kb.views.view import (
    NOW_SEEN_BY,
    SEEN_THEN,
    Handler,
    View,
    delete_of_entry,
    stored_time,
)
from kb.views.withheld import Aside

# `other` is the entry that the message in `detail` ends with: its title is looked up by readers.
TABLES = (
    Table(
        "history",
        """position integer, entry_id, stream, version integer, what, detail, other?, actor, at,
        partition integer""",
        "position",
        indexes=("entry_id, position",),
    ),
)
SAY_AGAIN = "UPDATE history SET detail = ?, other = ? WHERE position = ?"
ADD = f"INSERT INTO history VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, {NOW_SEEN_BY})"


def history_of(kinds: Iterable[StreamKind]) -> View:
    """The view of all events in these streams that have a wording for histories."""
    kinds = tuple(kinds)
    handlers: dict[type[Struct], Handler] = {
        fact.cls: partial(_happened, fact.told.words, kind.name)
        for kind in kinds
        for fact in kind.facts
        if fact.told
    }
    return View(
        name="history",
        version=2,
        tables=TABLES,
        handlers={**handlers, EntryErased: delete_of_entry("history")},
        seen={"history": SEEN_THEN.format("history")},
        reads=frozenset({"catalogue"}),
        decides=frozenset(),
        withhold=_withhold,
        again={
            fact.cls: partial(_say_again, fact.told.words)
            for kind in kinds
            for fact in kind.facts
            if fact.told
        },
    )


def _happened(words: Any, kind: str, db: Connection, event: RecordedEvent, payload: Any) -> None:
    entry_id = getattr(payload, "entry_id", None) or event.stream.partition("-")[2]
    _add(db, event, entry_id, kind, words(payload))


def _say_again(words: Any, db: Connection, event: RecordedEvent, payload: Any) -> None:
    message, other = words(payload)
    db.execute(SAY_AGAIN, (message.stored(), other, event.position))


def _add(db: Connection, event: RecordedEvent, entry_id: str, stream: str, words: Words) -> None:
    place = (event.position, entry_id, stream, event.version, event.type)
    message, other = words
    db.execute(ADD, (*place, message.stored(), other, event.actor, stored_time(event), entry_id))


def _withhold(db: Connection, aside: Aside) -> None:
    if aside.entry_id is not None:
        _add(db, aside.event, aside.entry_id, aside.kind, (unreadable(aside.unread), None))

"""Withholding: what stays hidden because an event about visibility or people is parked.

A parked event may have narrowed who sees what, if only that view knows this (`View.decides`). Its
payload may be unreadable, so its stream and type decide what it could have removed; for a damaged
event, which has no known type (`events.event.DAMAGED_TYPE`), the stream alone. That is withheld,
whatever later events of the same stream grant, until a rebuilt view takes the event in. `TABLES`
have it, and the conditions of `View.seen` read `held`. docs/reference/access.md has the table for
people.
"""

from collections.abc import Iterable
from datetime import datetime
from sqlite3 import Connection
from typing import Any, Literal

from msgspec import Struct

from events.event import RecordedEvent
from events.projection import ParkedEvent
from events.sqlite_files.tables import Table
from kb.access import OPERATOR_LABEL, member_label
from kb.messages import _
from kb.views.parked import parked_of
from kb.views.stream_kind import StreamKind
from kb.views.view import NOW_SEEN_BY, SEEN_THEN, Lack, View, to_stored

SIGHT_CHANGED = "entry-visibility-changed"

# `entry_id` is the entry whose page lacks the event, where that is known, `author` who wrote it,
# `unread` what that page lacks in words, and `lack` what the view withholds for it.
TABLES = (
    Table(
        "parked",
        """view, position integer, type, stream, error, parked_at, author, entry_id?, unread,
        lack?, partition integer""",
        "view, position",
        indexes=("entry_id",),
        defaults={"partition": 0},
    ),
    Table("withheld", "view, stream, lack", "stream, lack, view"),
)
PARK = "INSERT OR REPLACE INTO parked VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)"
TELL = f"UPDATE parked SET partition = {NOW_SEEN_BY} WHERE position = ?"
# An event that all views have parked is shown as parked by "views".
PARKED = """SELECT CASE WHEN count(*) = (SELECT count(*) FROM main.view_state) THEN 'views'
           ELSE group_concat(view, ', ') END, position, type, stream, error, parked_at
FROM (SELECT * FROM main.parked ORDER BY position, view) GROUP BY position, error ORDER BY position
"""
ANY_PARKED = "SELECT 1 FROM main.parked LIMIT 1"
PARKED_BY = "SELECT view FROM main.parked"
WITHHOLD = "INSERT OR IGNORE INTO withheld VALUES (?, ?, ?)"
STOP = """INSERT OR IGNORE INTO withheld
    SELECT view, stream, 'sight' FROM withheld WHERE stream = ? AND lack = 'text'"""
LACKS_OF = "SELECT lack FROM main.withheld WHERE stream = ?"
ALL = "EXISTS (SELECT 1 FROM main.withheld AS everything WHERE everything.lack = 'all')"
"""Whether everything is withheld from all but the operator."""

SEEN_ROWS = {
    "parked": f"""EXISTS (SELECT 1 FROM json_each(principal_labels())
        WHERE value IN ('{OPERATOR_LABEL}', 'member:' || main.parked.author))
        OR {SEEN_THEN.format("parked")}"""
}
"""Parked events that a principal may know of: about entries that they saw then, or wrote."""

INCOMPLETE = _(
    "Something that was recorded cannot be read: what it may have hidden stays hidden, and pages "
    "say what they lack, until the operator mends it (kb status tells what it is)."
)

_AUTHOR = "SELECT contributed_by FROM entry WHERE id = ?"
_PARKED = "SELECT 1 FROM parked WHERE stream = ? AND position < ?"


def held(stream: str, *lacks: Lack) -> str:
    """SQL for whether any of `lacks` of a stream, itself an expression, is withheld."""
    named = ", ".join(f"'{each}'" for each in (*lacks, "all"))
    return f"""EXISTS (SELECT 1 FROM main.withheld AS held
        WHERE (held.stream = {stream} AND held.lack IN ({named})) OR held.lack = 'all')"""


class Aside(Struct, frozen=True):
    """An event to be parked, and what is known about it without its payload.

    `lack` is what it could have removed; `entry_id` is the entry whose page lacks it, if known, and
    `unread` names that lack, empty if such events are in no history.
    """

    event: RecordedEvent
    entry_id: str | None
    author: str
    lack: Lack | None
    unread: str
    misplaced: bool

    @property
    def kind(self) -> str:
        """The kind of the stream."""
        return self.event.stream.partition("-")[0]


class Withholding:
    """Finds what parked events of these kinds of streams could have removed."""

    def __init__(self, kinds: Iterable[StreamKind]) -> None:
        self._kinds = {kind.name: kind for kind in kinds}
        self._facts = {fact.name: fact for kind in kinds for fact in kind.facts}

    def lack(self, stream: str, type_name: str) -> Lack | None:
        """What an event of this stream and type could have removed, None for nothing."""
        kind = self._kinds.get(stream.partition("-")[0])
        if kind is None:
            return "all"
        for fact in kind.facts:
            if fact.name == type_name:
                return fact.lack
        return kind.unknown

    def aside(self, db: Connection, event: RecordedEvent, payload: object = None) -> Aside:
        """What is known about `event`, with its payload if that is readable."""
        name = event.stream.partition("-")[2]
        kind = self._kinds.get(event.stream.partition("-")[0])
        entry_id = _one(db, kind.entry, {"name": name}) if kind and kind.entry else None
        entry_id = entry_id or getattr(payload, "entry_id", None)
        told = fact.told if (fact := self._facts.get(event.type)) else None
        return Aside(
            event,
            entry_id,
            _one(db, _AUTHOR, (entry_id,)) or event.actor,
            self.lack(event.stream, event.type),
            told.unread if told else "",
            self._is_misplaced(db, event, kind),
        )

    def _is_misplaced(self, db: Connection, event: RecordedEvent, kind: StreamKind | None) -> bool:
        """Whether a later event is in a stream that never began, so that it belongs elsewhere."""
        if event.version == 1 or kind is None or kind.began is None:
            return False
        name = event.stream.partition("-")[2]
        began = (
            _one(db, kind.began, {"name": name})
            or db.execute(_PARKED, (event.stream, event.position)).fetchone()
        )
        return not began


def park(db: Connection, view: View, aside: Aside, error: str, at: datetime) -> None:
    """Park an event for `view`, and withhold what it could have removed there."""
    event, entry_id = aside.event, aside.entry_id
    decides = aside.kind in view.decides or aside.lack == "all"
    taken = aside.lack if decides else None
    place = (view.name, event.position, event.type, event.stream)
    said = (aside.author, entry_id, aside.unread, taken)
    db.execute(PARK, (*place, error, to_stored(at), *said))
    if taken is not None:
        stream = f"entry-{entry_id}" if taken == "text" and entry_id else event.stream
        db.execute(WITHHOLD, (view.name, stream, "all" if aside.misplaced else taken))
    view.withhold(db, aside)


def stop(db: Connection, event: RecordedEvent) -> None:
    """Keep a change of visibility from showing text that a parked event may have removed."""
    if event.type == SIGHT_CHANGED:
        db.execute(STOP, (event.stream,))


def tell(db: Connection, aside: Aside) -> None:
    """Let those who see the entry now know of a parked event."""
    db.execute(TELL, (aside.entry_id, aside.event.position))


def _one(db: Connection, sql: str, given: Any) -> Any:
    found = db.execute(sql, given).fetchone()
    return found[0] if found else None


def parked(db: Connection) -> list[ParkedEvent]:
    """The events that any view has parked, by position; `projection` names those views."""
    return list(map(parked_of, db.execute(PARKED)))


def lacks(db: Connection, stream: str) -> frozenset[str]:
    """Everything that is withheld for `stream`."""
    return frozenset(found for (found,) in db.execute(LACKS_OF, (stream,)))


Left = Literal["", "author", "operator"]
"""The only ones who still see a withheld entry; empty if nothing is withheld."""


def left(taken: frozenset[str]) -> Left:
    """The only ones who still see an entry of which `taken` is withheld."""
    return "operator" if "entry" in taken else "author" if "sight" in taken else ""


def narrowed(labels: frozenset[str], author: str, taken: frozenset[str]) -> frozenset[str]:
    """The labels of an entry of `author`, narrowed by what is withheld (`taken`)."""
    only = left(taken)
    if only == "operator":
        return labels & {OPERATOR_LABEL}
    if only == "author" and labels:
        return frozenset({OPERATOR_LABEL, member_label(author)})
    return labels

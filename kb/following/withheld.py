"""What stays hidden because an event about who sees it, or about people, could not be taken in.

An event that a view keeps aside may have narrowed who sees what, if that view alone knows it
(`View.decides`). Its payload can be unreadable, so its stream and type alone decide what it could
have taken away; of one that is not what was recorded the stream alone, as its type is none of these
(`events.event.DAMAGED_TYPE`). That is withheld, whatever later events of the same stream give,
until the view is made anew and takes the event in. `TABLES` hold it, and the conditions of
`View.seen` ask `held`. docs/reference/access.md has the table for people.
"""

import sqlite3
from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from msgspec import Struct

from events.event import RecordedEvent
from events.projection import ParkedEvent
from kb.access import OPERATOR_LABEL, member_label
from kb.following.parked import parked_of
from kb.following.view import NOW_SEEN_BY, SEEN_THEN, View, to_stored

Lack = Literal[
    "sight", "text", "entry", "groups", "roles", "profile", "member", "group", "world", "all"
]
"""What may have been taken away: who beside its author and the operator sees an entry; words of it,
so that a later change of who sees it is not believed; the entry, from all but the operator; groups,
roles or profile of a member, or the member; the members of a group; what is open to the world; and
everything, where not even the stream is certain.
"""

LACKS: Mapping[str, Mapping[str, Lack | None]] = {
    "entry": {
        "entry-contributed": "entry",
        "entry-revised": "text",
        "entry-tagged": None,
        "entry-untagged": "text",
        "entry-related": None,
        "entry-unrelated": "text",
        "entry-archived": None,
        "entry-restored": None,
        "entry-visibility-changed": "sight",
        "entry-erased": "entry",
    },
    "member": {
        "member-invited": "member",
        "member-joined": "member",
        "member-profile-changed": "profile",
        "member-role-given": None,
        "member-role-taken": "roles",
        "member-group-joined": None,
        "member-group-left": "groups",
        "member-token-made": None,
        "member-token-revoked": None,
        "member-link-made": None,
        "member-sign-in-changed": None,
        "member-left": "member",
        "member-erased": "member",
    },
    "group": {"group-formed": "group", "group-changed": "group", "group-closed": None},
    "community": {"world-access-changed": "world"},
    "endorsement": {"entry-endorsed": None, "endorsement-withdrawn": None},
    "reuse": {"reuse-recorded": None, "reuse-outcome-updated": "text"},
}
"""By the kind of stream and the type of the event; a type that is not here takes all of it."""

SIGHT_CHANGED = "entry-visibility-changed"

_UNKNOWN_TYPE: Mapping[str, Lack] = {
    "entry": "entry",
    "member": "member",
    "group": "group",
    "community": "world",
    "reuse": "text",
}

# `entry_id` is the entry whose page lacks the event, where that is known, `author` who wrote it,
# and `lack` what the view withholds for it.
TABLES = (
    """CREATE TABLE parked (
        view TEXT NOT NULL, position INTEGER NOT NULL, type TEXT NOT NULL, stream TEXT NOT NULL,
        error TEXT NOT NULL, parked_at TEXT NOT NULL, author TEXT NOT NULL, entry_id TEXT,
        lack TEXT, partition INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (view, position)) STRICT""",
    "CREATE INDEX parked_entry ON parked (entry_id)",
    """CREATE TABLE withheld (
        view TEXT NOT NULL, stream TEXT NOT NULL, lack TEXT NOT NULL,
        PRIMARY KEY (stream, lack, view)) STRICT, WITHOUT ROWID""",
)
PARK = "INSERT OR REPLACE INTO parked VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0)"
TELL = f"UPDATE parked SET partition = {NOW_SEEN_BY} WHERE position = ?"
# An event that all views of the file have aside is said to be aside in the views.
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
    "parked": f"""EXISTS (SELECT 1 FROM json_each(asker_labels())
        WHERE value IN ('{OPERATOR_LABEL}', 'member:' || main.parked.author))
        OR {SEEN_THEN.format("parked")}"""
}
"""The events that an asker is told of: those about entries that they saw then, or wrote."""

INCOMPLETE = (
    "Something that was recorded cannot be read: what it may have hidden stays hidden, and pages "
    "say what they lack, until the operator mends it (kb status tells what it is)."
)

_ENTRY_OF = {
    "entry": "SELECT ?",
    "reuse": "SELECT entry_id FROM reuse WHERE id = ?",
    "endorsement": "SELECT entry_id FROM endorsement WHERE id = ?",
}
_AUTHOR = "SELECT contributed_by FROM entry WHERE id = ?"
_KNOWN = """SELECT 1 FROM entry WHERE 'entry-' || id = :stream
UNION ALL SELECT 1 FROM member WHERE 'member-' || id = :stream
UNION ALL SELECT 1 FROM community_group WHERE 'group-' || id = :stream
UNION ALL SELECT 1 FROM erasure WHERE stream = :stream
UNION ALL SELECT 1 FROM parked WHERE stream = :stream AND position < :position"""


def held(stream: str, *lacks: Lack) -> str:
    """SQL for whether any of `lacks` of a stream, itself an expression, is withheld."""
    named = ", ".join(f"'{each}'" for each in (*lacks, "all"))
    return f"""EXISTS (SELECT 1 FROM main.withheld AS held
        WHERE (held.stream = {stream} AND held.lack IN ({named})) OR held.lack = 'all')"""


def lack(stream: str, type_name: str) -> Lack | None:
    """What an event of this stream and type could have taken away, None for nothing."""
    kind = stream.partition("-")[0]
    if kind not in LACKS:
        return "all"
    known = LACKS[kind]
    return known[type_name] if type_name in known else _UNKNOWN_TYPE.get(kind)


class Aside(Struct, frozen=True):
    """An event to be kept aside, and the entry whose page lacks it, where that is known."""

    event: RecordedEvent
    entry_id: str | None
    author: str
    misplaced: bool


def aside(db: sqlite3.Connection, event: RecordedEvent, payload: object = None) -> Aside:
    """What is to be known of `event` before any view has taken it in, with its payload if read."""
    kind, _, name = event.stream.partition("-")
    entry_id = _one(db, _ENTRY_OF[kind], name) if kind in _ENTRY_OF else None
    entry_id = entry_id or getattr(payload, "entry_id", None)
    author = _one(db, _AUTHOR, entry_id) or event.actor
    return Aside(event, entry_id, author, _misplaced(db, event))


def park(db: sqlite3.Connection, view: View, aside: Aside, error: str, at: datetime) -> None:
    """Keep an event aside for `view`, and withhold what it could have taken away there."""
    event, entry_id = aside.event, aside.entry_id
    taken = lack(event.stream, event.type) if _decides(view, event) else None
    place = (view.name, event.position, event.type, event.stream)
    db.execute(PARK, (*place, error, to_stored(at), aside.author, entry_id, taken))
    if taken is not None:
        stream = f"entry-{entry_id}" if taken == "text" and entry_id else event.stream
        db.execute(WITHHOLD, (view.name, stream, "all" if aside.misplaced else taken))
    view.withhold(db, event, entry_id)


def _decides(view: View, event: RecordedEvent) -> bool:
    kind = event.stream.partition("-")[0]
    return kind in view.decides or kind not in LACKS


def stop(db: sqlite3.Connection, event: RecordedEvent) -> None:
    """Keep a change of who sees an entry from showing words that an event kept aside took back."""
    if event.type == SIGHT_CHANGED:
        db.execute(STOP, (event.stream,))


def tell(db: sqlite3.Connection, aside: Aside) -> None:
    """Tell of an event that was kept aside those who see the entry as it stands now."""
    db.execute(TELL, (aside.entry_id, aside.event.position))


def _one(db: sqlite3.Connection, sql: str, key: str | None) -> str | None:
    found = db.execute(sql, (key,)).fetchone()
    return found[0] if found else None


def _misplaced(db: sqlite3.Connection, event: RecordedEvent) -> bool:
    """Whether it is a later event of a stream that never began, so that of another one."""
    kind = event.stream.partition("-")[0]
    # The rows of a reuse go with its entry, so a lack of them tells nothing.
    if event.version == 1 or kind not in _UNKNOWN_TYPE or kind == "reuse":
        return False
    place = {"stream": event.stream, "position": event.position}
    return event.stream != "community" and db.execute(_KNOWN, place).fetchone() is None


def parked(db: sqlite3.Connection) -> list[ParkedEvent]:
    """The events that any view holds aside, by position; `projection` names those views."""
    return list(map(parked_of, db.execute(PARKED)))


def lacks(db: sqlite3.Connection, stream: str) -> frozenset[str]:
    """All that is withheld because of `stream`."""
    return frozenset(found for (found,) in db.execute(LACKS_OF, (stream,)))


Left = Literal["", "author", "operator"]
"""Who alone sees an entry from which something is taken; nothing where all see it who are to."""


def left(taken: frozenset[str]) -> Left:
    """Who alone sees an entry still, when that is `taken` from it."""
    return "operator" if "entry" in taken else "author" if "sight" in taken else ""


def narrowed(labels: frozenset[str], author: str, taken: frozenset[str]) -> frozenset[str]:
    """The labels of an entry of `author` without what is `taken` from it."""
    only = left(taken)
    if only == "operator":
        return labels & {OPERATOR_LABEL}
    if only == "author" and labels:
        return frozenset({OPERATOR_LABEL, member_label(author)})
    return labels

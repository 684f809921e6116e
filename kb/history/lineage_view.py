"""The table of lineage: which entry was made from which, by relations and by reuse."""

from sqlite3 import Connection
from typing import Any

from events.event import RecordedEvent
from events.sqlite_files.tables import Table
from kb.entries.content import Relation
from kb.entries.entry import EntryErased, EntryRelated, EntryUnrelated
from kb.reuse.reuse import ReuseOutcomeUpdated, ReuseRecorded, ReuseWithdrawn
from kb.views.view import SEEN, View, delete_of_entry, nothing_sealed

# `stated_by` is the stream that says so: two may say the same, and each takes back only its own.
# `entry_id` is the entry that it belongs to: those who do not see that one do not see it said.
TABLES = (
    Table(
        "lineage",
        "stated_by, derived, origin, relation, entry_id",
        "stated_by, derived, origin, relation",
        indexes=("derived", "origin"),
    ),
)
ADD = "INSERT OR IGNORE INTO lineage VALUES (?, ?, ?, ?, ?)"
REMOVE = "DELETE FROM lineage WHERE stated_by = ? AND derived = ? AND origin = ? AND relation = ?"
REMOVE_ALL = "DELETE FROM lineage WHERE stated_by = ?"

MADE_FROM = {
    "IsDerivedFrom": "IsSourceOf",
    "IsVersionOf": "HasVersion",
    "IsNewVersionOf": "IsPreviousVersionOf",
    "IsVariantFormOf": "IsOriginalFormOf",
    "IsTranslationOf": "HasTranslation",
    "Continues": "IsContinuedBy",
}
"""The relation types that say "was made from", each with the one that says it from the origin."""

_FROM_THE_ORIGIN = {inverse: relation for relation, inverse in MADE_FROM.items()}
REUSE = "reuse"


def _edge(stream: str, relation: Relation) -> tuple[str, str, str, str] | None:
    entry_id = stream.removeprefix("entry-")
    if relation.type in MADE_FROM:
        return stream, entry_id, relation.target, relation.type
    if relation.type in _FROM_THE_ORIGIN:
        return stream, relation.target, entry_id, _FROM_THE_ORIGIN[relation.type]
    return None


def _related(db: Connection, event: RecordedEvent, related: EntryRelated) -> None:
    if edge := _edge(event.stream, related.relation):
        db.execute(ADD, (*edge, event.stream.removeprefix("entry-")))


def _unrelated(db: Connection, event: RecordedEvent, unrelated: EntryUnrelated) -> None:
    if edge := _edge(event.stream, unrelated.relation):
        db.execute(REMOVE, edge)


def _reused(db: Connection, event: RecordedEvent, reuse: Any) -> None:
    db.execute(REMOVE_ALL, (event.stream,))
    if reuse.resulting_entry:
        origin = reuse.entry_id
        db.execute(ADD, (event.stream, reuse.resulting_entry, origin, REUSE, origin))


def _withdrawn(db: Connection, event: RecordedEvent, reuse: ReuseWithdrawn) -> None:
    db.execute(REMOVE_ALL, (event.stream,))


LINEAGE = View(
    name="lineage",
    version=2,
    tables=TABLES,
    handlers={
        EntryErased: delete_of_entry("lineage"),
        EntryRelated: _related,
        EntryUnrelated: _unrelated,
        ReuseRecorded: _reused,
        ReuseOutcomeUpdated: _reused,
        ReuseWithdrawn: _withdrawn,
    },
    seen={"lineage": SEEN.format("main.lineage.entry_id")},
    # The derivation from another entry may have been withdrawn.
    decides=frozenset({"entry", "reuse"}),
    again=dict.fromkeys((ReuseRecorded, ReuseOutcomeUpdated, ReuseWithdrawn), nothing_sealed),
)

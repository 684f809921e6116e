"""The table of reuses, for pages and reports."""

from sqlite3 import Connection

from events.event import RecordedEvent
from events.sqlite_files.tables import Table
from kb.entries.entry import EntryErased
from kb.entries.spelling import called
from kb.reuse.reuse import ReuseOutcomeUpdated, ReuseRecorded
from kb.views.view import SEEN, View, delete_of_entry, stored_time

TABLES = (
    Table(
        "reuse",
        """position integer, id, entry_id, group_name, context, outcome, note?, evidence?,
        resulting_entry?, recorded_at, updated_at, recorded_by, group_looks, version
        integer""",
        "position",
        indexes=("entry_id", "group_looks"),
        unique=("id",),
    ),
)
ADD = "INSERT INTO reuse VALUES (?, ?, ?, ?, ?, ?, NULL, ?, ?, ?, ?, ?, ?, ?)"
UPDATE = """UPDATE reuse
    SET outcome = ?, note = ?, evidence = ?, resulting_entry = ?, updated_at = ?, version = ?
    WHERE id = ?"""
RECORD_AGAIN = """UPDATE reuse
    SET group_name = ?, group_looks = ?, context = ?, note = NULL, evidence = ? WHERE id = ?"""


def _recorded(db: Connection, event: RecordedEvent, reuse: ReuseRecorded) -> None:
    at = stored_time(event)
    group, looks = called(reuse.group)
    said = (reuse.entry_id, group, reuse.context, reuse.outcome)
    known = (reuse.evidence, reuse.resulting_entry, at, at, reuse.recorded_by, looks, event.version)
    db.execute(ADD, (event.position, _reuse_id(event), *said, *known))


def _recorded_again(db: Connection, event: RecordedEvent, reuse: ReuseRecorded) -> None:
    said = (*called(reuse.group), reuse.context, reuse.evidence)
    db.execute(RECORD_AGAIN, (*said, _reuse_id(event)))


def _updated(db: Connection, event: RecordedEvent, update: ReuseOutcomeUpdated) -> None:
    if not _update(db, event, update):
        raise LookupError(f"The reuse of stream {event.stream} is not in the view.")


def _updated_again(db: Connection, event: RecordedEvent, update: ReuseOutcomeUpdated) -> None:
    _update(db, event, update)  # the row is missing if its entry was erased


def _update(db: Connection, event: RecordedEvent, update: ReuseOutcomeUpdated) -> bool:
    """Update the row; returns whether it exists."""
    links = (update.evidence, update.resulting_entry)
    at = (stored_time(event), event.version)
    values = (update.outcome, update.note, *links, *at, _reuse_id(event))
    return db.execute(UPDATE, values).rowcount == 1


def _reuse_id(event: RecordedEvent) -> str:
    return event.stream.removeprefix("reuse-")


REUSES = View(
    name="reuses",
    version=1,
    tables=TABLES,
    handlers={
        ReuseRecorded: _recorded,
        ReuseOutcomeUpdated: _updated,
        EntryErased: delete_of_entry("reuse"),
    },
    seen={"reuse": SEEN.format("main.reuse.entry_id")},
    decides=frozenset({"reuse"}),
    again={ReuseRecorded: _recorded_again, ReuseOutcomeUpdated: _updated_again},
)

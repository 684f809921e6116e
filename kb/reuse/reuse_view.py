"""The tables of reuses, for pages and reports: those that count, and those withdrawn."""

from sqlite3 import Connection

from events.event import RecordedEvent
from events.sqlite_files.tables import Table
from kb.entries.entry import EntryErased
from kb.entries.spelling import called
from kb.reuse.reuse import ReuseOutcomeUpdated, ReuseRecorded, ReuseWithdrawn
from kb.views.view import SEEN, View, delete_of_entry, nothing_sealed, stored_time

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
    # So that a reuse of the log is found by its id, and members find what they said of it.
    Table("withdrawn_reuse", "position integer, id, entry_id", "id", indexes=("entry_id",)),
)
ADD = "INSERT INTO reuse VALUES (?, ?, ?, ?, ?, ?, NULL, ?, ?, ?, ?, ?, ?, ?)"
UPDATE = """UPDATE reuse
    SET outcome = ?, note = ?, evidence = ?, resulting_entry = ?, updated_at = ?, version = ?
    WHERE id = ?"""
WITHDRAW = """INSERT INTO withdrawn_reuse
    SELECT position, id, entry_id FROM reuse WHERE id = ?"""
REMOVE = "DELETE FROM reuse WHERE id = ?"
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
        raise _missing(event)


def _withdrawn(db: Connection, event: RecordedEvent, withdrawn: ReuseWithdrawn) -> None:
    if db.execute(WITHDRAW, (_reuse_id(event),)).rowcount != 1:
        raise _missing(event)
    db.execute(REMOVE, (_reuse_id(event),))


def _missing(event: RecordedEvent) -> LookupError:
    return LookupError(f"The reuse of stream {event.stream} is not in the view.")


def _updated_again(db: Connection, event: RecordedEvent, update: ReuseOutcomeUpdated) -> None:
    _update(db, event, update)  # the row is missing if its entry was erased or it was withdrawn


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
    version=2,
    tables=TABLES,
    handlers={
        ReuseRecorded: _recorded,
        ReuseOutcomeUpdated: _updated,
        ReuseWithdrawn: _withdrawn,
        EntryErased: delete_of_entry("reuse", "withdrawn_reuse"),
    },
    seen={
        "reuse": SEEN.format("main.reuse.entry_id"),
        "withdrawn_reuse": SEEN.format("main.withdrawn_reuse.entry_id"),
    },
    decides=frozenset({"reuse"}),
    again={
        ReuseRecorded: _recorded_again,
        ReuseOutcomeUpdated: _updated_again,
        ReuseWithdrawn: nothing_sealed,
    },
)

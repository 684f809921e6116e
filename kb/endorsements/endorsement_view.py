"""The table of present endorsements."""

from sqlite3 import Connection

from events.event import RecordedEvent
from events.sqlite_files.tables import Table
from kb.endorsements.endorsement import EndorsementWithdrawn, EntryEndorsed
from kb.entries.entry import EntryErased
from kb.views.view import SEEN, View, delete_of_entry, stored_time
from kb.views.withheld import Aside

TABLES = (
    Table(
        "endorsement",
        "entry_id, member, reason, endorsed_at, position integer, id",
        "entry_id, member",
    ),
)
ADD = "INSERT OR REPLACE INTO endorsement VALUES (?, ?, ?, ?, ?, ?)"
SAY_AGAIN = """UPDATE endorsement SET reason = ?
    WHERE entry_id = ? AND member = ? AND position = ?"""
REMOVE = "DELETE FROM endorsement WHERE entry_id = ? AND member = ?"
WITHHOLD = "DELETE FROM endorsement WHERE id = ?"


def _endorsed(db: Connection, event: RecordedEvent, endorsed: EntryEndorsed) -> None:
    said = (endorsed.entry_id, endorsed.member, endorsed.reason)
    name = event.stream.removeprefix("endorsement-")
    db.execute(ADD, (*said, stored_time(event), event.position, name))


def _endorsed_again(db: Connection, event: RecordedEvent, endorsed: EntryEndorsed) -> None:
    db.execute(SAY_AGAIN, (endorsed.reason, endorsed.entry_id, endorsed.member, event.position))


def _withdrawn(db: Connection, _: RecordedEvent, withdrawn: EndorsementWithdrawn) -> None:
    db.execute(REMOVE, (withdrawn.entry_id, withdrawn.member))


def _withhold(db: Connection, aside: Aside) -> None:
    """Hide an endorsement that may have been withdrawn, until it is given again."""
    db.execute(WITHHOLD, (aside.event.stream.removeprefix("endorsement-"),))


ENDORSEMENTS = View(
    name="endorsements",
    version=1,
    tables=TABLES,
    handlers={
        EntryEndorsed: _endorsed,
        EndorsementWithdrawn: _withdrawn,
        EntryErased: delete_of_entry("endorsement"),
    },
    seen={"endorsement": SEEN.format("main.endorsement.entry_id")},
    decides=frozenset(),
    withhold=_withhold,
    again={EntryEndorsed: _endorsed_again},
)

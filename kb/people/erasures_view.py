"""The tables of erasures and departures, whose data must be destroyed everywhere else."""

from sqlite3 import Connection

from events.event import RecordedEvent
from events.sqlite_files.tables import Table
from kb.entries.entry import EntryErased
from kb.people.member import MemberErased, MemberLeft
from kb.views.view import EVERYBODY, NOBODY, View

TABLES = (
    Table("erasure", "position integer, stream, actor, with_entries integer", "position"),
    Table("departure", "position integer, member", "position"),
)
ERASED = "INSERT INTO erasure VALUES (?, ?, ?, ?)"
DEPARTED = "INSERT INTO departure VALUES (?, ?)"


def _entry_erased(db: Connection, event: RecordedEvent, _: EntryErased) -> None:
    db.execute(ERASED, (event.position, event.stream, event.actor, 0))


def _member_erased(db: Connection, event: RecordedEvent, erased: MemberErased) -> None:
    with_entries = int(erased.entries == "erased")
    db.execute(ERASED, (event.position, event.stream, event.actor, with_entries))
    _gone(db, event, erased)


def _gone(db: Connection, event: RecordedEvent, _: MemberErased | MemberLeft) -> None:
    db.execute(DEPARTED, (event.position, event.stream.removeprefix("member-")))


ERASURES = View(
    name="erasures",
    version=1,
    tables=TABLES,
    handlers={EntryErased: _entry_erased, MemberErased: _member_erased, MemberLeft: _gone},
    # The fact of an erasure is no secret: nothing of the entry is left.
    seen={"erasure": EVERYBODY, "departure": NOBODY},
    decides=frozenset(),
)

"""How fast events become views, against the tracking recorder of `eventsourcing`.

Both read the same log, open and decode with the same codec and write the same rows with the same
handlers into files with journal_mode=WAL and the same synchronous setting (and once more with the
peer's own setting, FULL). Ours takes in batches with one checkpoint each, the peer one event a
transaction with its tracking row, as its documentation does. Events per second are by the clock;
processor time beside them is what tells two versions apart on a machine that others use too.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from sqlite3 import Connection
from uuid import uuid4

from eventsourcing.persistence import Tracking
from eventsourcing.sqlite import SQLiteDatastore, SQLiteTrackingRecorder
from msgspec import Struct
from uuid_utils.compat import uuid7

from events.codec import EventCodec
from events.event import NewEvent, RecordedEvent, StreamWrite
from events.log import EventLog
from events.projection import ProjectionRunner
from events.sqlite import SqliteEventLog
from events.sqlite_files.tables import make
from events.sqlite_vault import SqliteVault
from kb.areas import VIEWS, build_codec
from kb.entries.content import Content, Section
from kb.entries.entry import (
    EntryArchived,
    EntryContributed,
    EntryRestored,
    EntryRevised,
    EntryTagged,
    EntryUntagged,
)
from kb.projections.views import BATCH, Views
from kb.views import withheld

TEXT = "Everybody says in one sentence what would have helped, then we choose one thing. " * 6
EVENTS_OF_ENTRY = 10
ACTOR = "member-1"
SYNCHRONOUS = {1: "NORMAL", 2: "FULL"}


def history(number: int) -> list[Struct]:
    """What happens to one entry, ten events."""
    content = Content(title=f"Practice {number}", sections=(Section("Steps", TEXT),))
    return [
        EntryContributed(author="ada", kind="practice", content=content, group="North"),
        *[EntryTagged(tag=f"tag-{(number + step) % 50}") for step in range(4)],
        EntryUntagged(tag=f"tag-{number % 50}"),
        EntryRevised(content=content, group="South"),
        EntryRevised(content=content, group="South", note="Shorter"),
        EntryArchived(reason="Nobody does it any more"),
        EntryRestored(),
    ]


def fill(log: EventLog, codec: EventCodec, events: int) -> None:
    """Give `log` the histories of as many entries as make `events`."""
    streams = [f"entry-{uuid4()}" for _ in range(events // EVENTS_OF_ENTRY)]
    codec.prepare(streams)
    for number, stream in enumerate(streams):
        correlation_id = uuid7()
        batch: list[NewEvent] = []
        for payload in history(number):
            id_ = uuid7()
            name, schema_version, data = codec.encode(payload, id=id_, stream=stream, actor=ACTOR)
            batch.append(
                NewEvent(
                    id=id_,
                    type=name,
                    schema_version=schema_version,
                    data=data,
                    actor=ACTOR,
                    correlation_id=correlation_id,
                )
            )
        log.append(StreamWrite(stream, batch, 0))


class Peer(SQLiteTrackingRecorder):
    """The library's recorder with the tables and rows of our views beside its tracking table."""

    def take_in(self, event: RecordedEvent, payload: Struct) -> None:
        """The rows of one event and its tracking record, in one transaction."""
        with self.datastore.transaction(commit=True) as cursor:
            connection: Connection = cursor.sqlite_cursor.connection
            for view in VIEWS:
                if handler := view.handlers.get(type(payload)):
                    handler(connection, event, payload)
            self._insert_tracking(cursor, Tracking("views", event.position))


def read_all(log: EventLog, limit: int) -> Iterator[RecordedEvent]:
    """The first `limit` events, in batches as large as ours."""
    position = 0
    while position < limit and (events := log.read(position, min(BATCH, limit - position))):
        yield from events
        position = events[-1].position


class Speed(Struct, frozen=True):
    """Events per second, and microseconds of processor time for one."""

    rate: float
    processor: float


def timed(take_in: Callable[[], int]) -> Speed:
    """The speed of `take_in`, which answers how many events it took in."""
    start, busy = time.perf_counter(), time.process_time()
    done = take_in()
    rate = done / (time.perf_counter() - start)
    return Speed(rate, (time.process_time() - busy) / done * 1e6)


def ours(log: EventLog, codec: EventCodec, folder: Path) -> Speed:
    """The real views behind the real runner."""
    views = Views(folder / "views.sqlite", codec, log, VIEWS, now=lambda: datetime.now(UTC))
    speed = timed(ProjectionRunner(log, views, batch_size=BATCH).catch_up)
    if parked := views.parked():
        raise SystemExit(f"{len(parked)} events were parked, the first with: {parked[0].error}")
    views.close()
    return speed


def theirs(
    log: EventLog, codec: EventCodec, folder: Path, *, events: int, synchronous: int
) -> Speed:
    """The peer with this synchronous setting."""
    store = SQLiteDatastore(str(folder / f"peer-{synchronous}.sqlite"))
    recorder = Peer(store)
    recorder.create_table()
    with store.get_connection(commit=True) as connection:  # the pool keeps to this one
        tables = (*withheld.TABLES, *(table for view in VIEWS for table in view.tables))
        make(connection.cursor().sqlite_cursor.connection, tables)
        connection.cursor().execute(f"PRAGMA synchronous = {synchronous}")
        connection.cursor().execute("PRAGMA cache_size = -65536")
        connection.cursor().execute("PRAGMA wal_autocheckpoint = 10000")

    def take_in() -> int:
        for event in read_all(log, events):
            recorder.take_in(event, codec.decode(event))
        return events

    speed = timed(take_in)
    store.close()
    return speed


def main() -> None:
    """Print the ratio to the peer with our setting, and with the one it ships with."""
    parser = argparse.ArgumentParser(description="Events into views, against a tracking recorder.")
    parser.add_argument("--events", type=int, default=100_000, help="in the log (default: 100000)")
    parser.add_argument(
        "--peer-events", type=int, default=20_000, help="that the peer takes in (default: 20000)"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with (
            SqliteEventLog(folder / "log.sqlite", create=True) as log,
            SqliteVault(folder / "vault.sqlite", create=True) as vault,
        ):
            codec = build_codec(vault)
            fill(log, codec, options.events)
            mine = ours(log, codec, folder)
            for synchronous in (1, 2):
                peer = theirs(
                    log, codec, folder, events=options.peer_events, synchronous=synchronous
                )
                print(
                    f"projection: ours (NORMAL) {mine.rate:,.0f} events/s, eventsourcing "
                    f"({SYNCHRONOUS[synchronous]}) {peer.rate:,.0f}, "
                    f"ratio {mine.rate / peer.rate:.1f} (reach: 5.0); processor "
                    f"{mine.processor:.1f} and {peer.processor:.1f} us an event, "
                    f"ratio {peer.processor / mine.processor:.1f}"
                )


if __name__ == "__main__":
    main()

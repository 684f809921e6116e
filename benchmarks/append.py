"""How fast the SQLite log appends durably, against the SQLite recorder of `eventsourcing`.

Both write the same payloads to a file of their own in the same folder, with journal_mode=WAL and
synchronous=FULL, in rounds that take turns; everything else is as each makes it. Ours keeps more
with an event: an id that is unique, an actor, a time and a correlation id.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from eventsourcing.persistence import StoredEvent
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteDatastore
from uuid_utils.compat import uuid4, uuid7

from events.event import NewEvent
from events.sqlite import SqliteEventLog

# A thousand bytes: more than a tag, less than a practice, which has five thousand on average.
DATA = b'{"text":"' + b"as agreed in the weekly round " * 33 + b'"}'
ACTOR = "member-0192f0c1-7d7e-7cc2-9f0a-2f6c1c9f4b11"


class Ours:
    """The log under test."""

    def __init__(self, folder: Path) -> None:
        self._log = SqliteEventLog(folder / "ours.sqlite", create=True)

    def prepare(self, commits: int, batch: int) -> list[Callable[[], object]]:
        """One call per commit, each with a new stream; making the events is not measured."""
        return [self._commit(uuid4(), batch) for _ in range(commits)]

    def close(self) -> None:
        self._log.close()

    def _commit(self, stream: UUID, batch: int) -> Callable[[], object]:
        correlation_id = uuid7()
        events = [
            NewEvent(
                id=uuid7(),
                type="entry.tagged",
                schema_version=1,
                data=DATA,
                actor=ACTOR,
                correlation_id=correlation_id,
            )
            for _ in range(batch)
        ]
        return lambda: self._log.append(f"entry-{stream.hex}", events, 0)


class Theirs:
    """The peer, as its documentation builds it."""

    def __init__(self, folder: Path) -> None:
        self._store = SQLiteDatastore(str(folder / "theirs.sqlite"))
        self._recorder = SQLiteApplicationRecorder(self._store)
        self._recorder.create_table()
        with self._store.transaction(commit=False) as cursor:
            for pragma, wanted in (("journal_mode", "wal"), ("synchronous", 2)):
                cursor.execute(f"PRAGMA {pragma}")
                found = cursor.fetchone()[0]
                if found != wanted:
                    raise SystemExit(f"The peer runs with {pragma}={found}, not {wanted}.")

    def prepare(self, commits: int, batch: int) -> list[Callable[[], object]]:
        """One call per commit, each with a new aggregate; making the events is not measured."""
        return [self._commit(uuid4(), batch) for _ in range(commits)]

    def close(self) -> None:
        self._store.close()

    def _commit(self, originator: UUID, batch: int) -> Callable[[], object]:
        events = [
            StoredEvent(
                originator_id=originator,
                originator_version=version,
                topic="kb.entries.entry:Tagged",
                state=DATA,
            )
            for version in range(1, batch + 1)
        ]
        return lambda: self._recorder.insert_events(events)


def seconds(commits: list[Callable[[], object]]) -> float:
    """How long all `commits` take, one after the other."""
    start = time.perf_counter()
    for commit in commits:
        commit()
    return time.perf_counter() - start


def measure(folder: Path, *, commits: int, batch: int, rounds: int) -> tuple[float, float, float]:
    """Events per second of ours and theirs (medians), and the median of the rounds' ratios."""
    ours, theirs = Ours(folder), Theirs(folder)
    rates: list[tuple[float, float]] = []
    for turn in range(rounds + 1):
        pair = [(0, ours.prepare(commits, batch)), (1, theirs.prepare(commits, batch))]
        found = [0.0, 0.0]
        for place, calls in pair if turn % 2 else pair[::-1]:
            found[place] = commits * batch / seconds(calls)
        if turn:  # the first turn only warms up
            rates.append((found[0], found[1]))
    ours.close()
    theirs.close()
    mine, peer = zip(*rates, strict=True)
    ratio = statistics.median(a / b for a, b in rates)
    return statistics.median(mine), statistics.median(peer), ratio


def main() -> None:
    """Print the ratio for one event a commit and for batches of 100; 1.0 is as fast as the peer."""
    parser = argparse.ArgumentParser(
        description="Durable appends against eventsourcing's recorder."
    )
    parser.add_argument(
        "--folder", type=Path, help="where to write (default: the temporary folder)"
    )
    parser.add_argument("--rounds", type=int, default=15, help="rounds on each side (default: 15)")
    options = parser.parse_args()
    for batch, commits in ((1, 300), (100, 40)):
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            ours, theirs, ratio = measure(
                Path(folder), commits=commits, batch=batch, rounds=options.rounds
            )
        print(
            f"append, {batch:3} a commit: ours {ours:,.0f} events/s, eventsourcing {theirs:,.0f},"
            f" ratio {ratio:.2f} (reach: 1.00)"
        )


if __name__ == "__main__":
    main()

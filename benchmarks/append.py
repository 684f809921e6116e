"""How fast the SQLite log appends durably, against the SQLite recorder of `eventsourcing`.

Both write the same payloads to a file of their own in the same folder, with journal_mode=WAL and
synchronous=FULL, in rounds that take turns; everything else is as each makes it. Ours keeps more
with an event: an id that is unique, an actor, a time and a correlation id.

Appends to several streams at once are compared in the same way with as many events for one stream,
with `--before` as an earlier version appends them.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from eventsourcing.persistence import StoredEvent
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteDatastore
from uuid_utils.compat import uuid4, uuid7

import events.event
import events.sqlite
from events.event import NewEvent, StreamWrite
from events.sqlite import SqliteEventLog

# A thousand bytes: more than a tag, less than a practice, which has five thousand on average.
DATA = b'{"text":"' + b"as agreed in the weekly round " * 33 + b'"}'
ACTOR = "member-0192f0c1-7d7e-7cc2-9f0a-2f6c1c9f4b11"


def new_events(make: Callable[..., NewEvent], batch: int) -> list[NewEvent]:
    """Those of one command."""
    correlation_id = uuid7()
    return [
        make(
            id=uuid7(),
            type="entry.tagged",
            schema_version=1,
            data=DATA,
            actor=ACTOR,
            correlation_id=correlation_id,
        )
        for _ in range(batch)
    ]


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
        events = new_events(NewEvent, batch)
        return lambda: self._log.append(StreamWrite(f"entry-{stream.hex}", events, 0))


class Streams:
    """The log of one version of the program, here or in the checkout `before`.

    `streams` is over how many streams the events of a commit are spread, `checks` how many others
    have to be at their version besides.
    """

    def __init__(
        self, path: Path, before: Path | None = None, streams: int = 1, checks: int = 0
    ) -> None:
        sqlite: Any = events.sqlite
        self._event: Any = events.event
        if before:
            sqlite, self._event = imported(before)
        self._log = sqlite.SqliteEventLog(path, create=True)
        self._streams, self._checks = streams, checks

    def prepare(self, commits: int, batch: int) -> list[Callable[[], object]]:
        """One call per commit, each with new streams; making the events is not measured."""
        return [self._commit(batch) for _ in range(commits)]

    def close(self) -> None:
        self._log.close()

    def _commit(self, batch: int) -> Callable[[], object]:
        new, append = new_events(self._event.NewEvent, batch), self._log.append
        parts = [new[place :: self._streams] for place in range(self._streams)]
        named = [(f"entry-{uuid4().hex}", part) for part in parts]
        named += [(f"entry-{uuid4().hex}", []) for _ in range(self._checks)]
        write = getattr(self._event, "StreamWrite", None)
        if write is None:  # the version before streams were written to together
            [(stream, part)] = named
            return lambda: append(stream, part, 0)
        return lambda: append(*(write(stream, part, 0) for stream, part in named))


def imported(checkout: Path) -> tuple[Any, Any]:
    """Modules of another checkout, beside those of this one."""
    names = [name for name in sys.modules if name.split(".")[0] == "events"]
    ours = {name: sys.modules.pop(name) for name in names}
    sys.path.insert(0, str(checkout))
    try:
        return import_module("events.sqlite"), import_module("events.event")
    finally:
        sys.path.remove(str(checkout))
        sys.modules.update(ours)


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


class Side(Protocol):
    """One of two that write in turn."""

    def prepare(self, commits: int, batch: int) -> list[Callable[[], object]]: ...

    def close(self) -> None: ...


def measure(
    ours: Side, theirs: Side, *, commits: int, batch: int, rounds: int
) -> tuple[float, float, float]:
    """Events per second of ours and theirs (medians), and the median of the rounds' ratios."""
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


def compare_streams(folder: Path, before: Path | None, rounds: int, commits: int) -> None:
    """Print what appends to one and to three streams cost against one stream; 1.0 is as much."""
    whose = "before" if before else "now"
    for batch, streams, checks in ((1, 1, 0), (3, 1, 0), (3, 3, 0), (1, 1, 2)):
        name = f"{batch}-{streams}-{checks}.sqlite"
        one = Streams(folder / f"one-{name}", before)
        several = Streams(folder / f"several-{name}", None, streams, checks)
        _, _, speed = measure(several, one, commits=commits, batch=batch, rounds=rounds)
        reach = 1.05 if streams + checks == 1 else 1.3
        print(
            f"append, {batch} events to {streams} streams, {checks} others checked: time against "
            f"one stream {whose} {1 / speed:.2f} (reach: {reach:.2f})"
        )


def main() -> None:
    """Print the ratio for one event a commit and for batches of 100; 1.0 is as fast as the peer."""
    parser = argparse.ArgumentParser(
        description="Durable appends against eventsourcing's recorder."
    )
    parser.add_argument(
        "--folder", type=Path, help="where to write (default: the temporary folder)"
    )
    parser.add_argument("--rounds", type=int, default=15, help="rounds on each side (default: 15)")
    parser.add_argument("--commits", type=int, default=300, help="in a round (default: 300)")
    parser.add_argument("--before", type=Path, help="a checkout of an earlier version")
    options = parser.parse_args()
    few = max(1, options.commits * 40 // 300)
    for batch, commits in ((1, options.commits), (100, few)):
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            place = Path(folder)
            ours, theirs, ratio = measure(
                Ours(place), Theirs(place), commits=commits, batch=batch, rounds=options.rounds
            )
        print(
            f"append, {batch:3} a commit: ours {ours:,.0f} events/s, eventsourcing {theirs:,.0f},"
            f" ratio {ratio:.2f} (reach: 1.00)"
        )
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        compare_streams(Path(folder), options.before, options.rounds, options.commits)


if __name__ == "__main__":
    main()

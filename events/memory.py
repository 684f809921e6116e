"""A log in memory, for tests and trials: the same promises as the others but durability."""

import threading
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from itertools import takewhile
from typing import Self
from uuid import UUID

from events.batch import answer_known, check_batch, placed
from events.chain import hash_of, hash_up_to, new_identity, parts, runs, shared
from events.clock import utc_now
from events.errors import LogUnavailable, VersionConflict
from events.event import RecordedEvent, StreamWrite
from events.marks import Mark, no_position


class InMemoryEventLog:
    """An `EventLog` that lives as long as the process, with a random identity unless given one."""

    def __init__(
        self, *, clock: Callable[[], datetime] = utc_now, identity: bytes | None = None
    ) -> None:
        self._clock = clock
        self._identity = identity or new_identity()
        self._runs: list[tuple[int, bytes]] = []  # per event: start of its run, hash before
        self._changed = threading.Condition()
        self._events: list[RecordedEvent] = []
        self._streams: dict[str, list[RecordedEvent]] = {}
        self._by_id: dict[UUID, RecordedEvent] = {}
        self._closed = False

    def append(self, *writes: StreamWrite) -> list[RecordedEvent]:
        check_batch(writes)
        with self._changed:
            self._refuse_if_closed()
            ids = [event.id for write in writes for event in write.events]
            known = {id_: self._by_id[id_] for id_ in ids if id_ in self._by_id}
            if known:
                return answer_known(writes, known)
            for write in writes:
                actual = len(self._streams.get(write.stream, []))
                if actual != write.expected_version:
                    raise VersionConflict(write.stream, write.expected_version, actual)
            recorded = placed(writes, self._clock().astimezone(UTC), len(self._events))
            for run in runs(recorded):
                before = self._mark().hash
                self._events += run
                self._runs += [(run[0].position, before)] * len(run)
            for event in recorded:
                self._streams.setdefault(event.stream, []).append(event)
                self._by_id[event.id] = event
            self._changed.notify_all()
            return recorded

    def read_stream(self, stream: str, after_version: int = 0) -> list[RecordedEvent]:
        with self._changed:
            self._refuse_if_closed()
            return self._streams.get(stream, [])[max(after_version, 0) :]

    def read(self, after: int, limit: int) -> list[RecordedEvent]:
        start = max(after, 0)
        with self._changed:
            self._refuse_if_closed()
            return self._events[start : start + max(limit, 0)]

    def of_types(self, types: Collection[str]) -> list[RecordedEvent]:
        with self._changed:
            self._refuse_if_closed()
            return [event for event in self._events if event.type in types]

    def head(self) -> int:
        with self._changed:
            self._refuse_if_closed()
            return len(self._events)

    def mark(self, position: int | None = None) -> Mark:
        with self._changed:
            self._refuse_if_closed()
            return self._mark(position)

    def wait(self, after: int, timeout: float) -> bool:
        with self._changed:
            self._refuse_if_closed()
            self._changed.wait_for(
                lambda: self._closed or len(self._events) > after,
                min(timeout, threading.TIMEOUT_MAX),
            )
            return len(self._events) > after

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _mark(self, position: int | None = None) -> Mark:
        at = len(self._runs) if position is None else position
        if not 0 <= at <= len(self._runs):
            raise no_position(at)
        if at == 0:
            return Mark(self._identity, 0, self._identity)
        first, before = self._runs[at - 1]
        whole = [*takewhile(lambda each: each == (first, before), self._runs[first - 1 :])]
        run = self._events[first - 1 : first - 1 + len(whole)]
        begun = hash_of(*shared(run, before))
        return Mark(self._identity, at, hash_up_to(begun, parts(run[: at - first + 1])))

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise LogUnavailable("The log is closed: open it again to use it.")

"""Optimistic concurrency for commands that read several streams.

A command reads streams to see whether it is allowed: an entry to endorse must not be archived,
there must be another steward. Each stream that was read becomes a version check of the append.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import local
from typing import Protocol

from events.event import NewEvent, RecordedEvent, StreamWrite
from kb.log_errors import log_errors


class StreamLog(Protocol):
    """The part of `EventLog` that commands use."""

    def append(self, *writes: StreamWrite) -> list[RecordedEvent]:
        """See `EventLog.append`."""
        ...

    def read_stream(self, stream: str) -> list[RecordedEvent]:
        """See `EventLog.read_stream`."""
        ...


class NotedReads:
    """A log that notes which versions of streams each thread reads during a command."""

    def __init__(self, log: StreamLog) -> None:
        self.log = log
        self._of_thread = local()

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Note what this thread reads within the block."""
        before, self._of_thread.versions = self._versions, {}
        try:
            yield
        finally:
            self._of_thread.versions = before

    def read_stream(self, stream: str) -> list[RecordedEvent]:
        """The events of a stream, as it is now. Raises as `log_errors` does."""
        with log_errors():
            recorded = self.log.read_stream(stream)
        if self._versions is not None:
            # Of two reads the first counts: a decision made on it may not hold for the second.
            self._versions.setdefault(stream, len(recorded))
        return recorded

    def append(self, events: Mapping[str, Sequence[NewEvent]]) -> list[RecordedEvent]:
        """Append the events of each stream, unless a noted stream has changed since.

        Within `noting`, after these streams were read. Raises `VersionConflict`, and as
        `log_errors` does.
        """
        read = self._versions or {}
        writes = [StreamWrite(stream, new, read[stream]) for stream, new in events.items()]
        checks = [
            StreamWrite(stream, [], at) for stream, at in read.items() if stream not in events
        ]
        with log_errors():
            return self.log.append(*writes, *checks)

    @property
    def _versions(self) -> dict[str, int] | None:
        found: dict[str, int] | None = getattr(self._of_thread, "versions", None)
        return found

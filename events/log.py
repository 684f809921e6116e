"""The protocol that every event log keeps, whatever it stores its events in."""

from collections.abc import Collection
from typing import Protocol, Self

from events.event import RecordedEvent, StreamWrite
from events.marks import Mark


class EventLog(Protocol):
    """An append-only log of events in streams, with one order over all of them.

    Every method may be called from any thread.
    """

    def append(self, *writes: StreamWrite) -> list[RecordedEvent]:
        """Record the events of `writes` durably, all or none, and answer them with their places.

        They follow each other in the order given. Events whose ids are all known already with the
        same content are answered as first recorded; that is looked at before the expected versions.
        Raises `EventIdConflict`, `VersionConflict` for the first write whose stream is at another
        version, `InvalidEvent`, `ValueError` for two writes to one stream, or `LogUnavailable`;
        after the last, the same writes can be appended again, as nothing is recorded twice.
        """

    def read_stream(self, stream: str, after_version: int = 0) -> list[RecordedEvent]:
        """The events of one stream in order; none if there is no such stream.

        One that is not what was recorded comes as `DamagedEvent`, which no codec decodes.
        """

    def read(self, after: int, limit: int) -> list[RecordedEvent]:
        """At most `limit` events with a position above `after`, in order; see `read_stream`."""

    def of_types(self, types: Collection[str]) -> list[RecordedEvent]:
        """All events of these types in order, but those that are not what was recorded.

        For types of which there are few; it costs much less than to read the whole log.
        """

    def head(self) -> int:
        """The last position of the log, 0 if it is empty."""

    def mark(self, position: int | None = None) -> Mark:
        """The identity of this log, and the hash of its events up to `position`, else to its head.

        Raises `ValueError` for a position that it does not have.
        """

    def wait(self, after: int, timeout: float) -> bool:
        """Whether an event above `after` is there, waiting up to `timeout` seconds for one.

        An append by another process is noticed within 50 ms.
        """

    def close(self) -> None:
        """Let go of files and connections; waiting callers return, later calls are refused."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...

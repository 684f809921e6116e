"""The EventLog protocol, which every storage backend implements."""

from collections.abc import Collection
from typing import Protocol, Self

from events.event import RecordedEvent, StreamWrite
from events.marks import Mark


class EventLog(Protocol):
    """An append-only log of events in streams, with one order over all of them.

    Every method may be called from any thread.
    """

    def append(self, *writes: StreamWrite) -> list[RecordedEvent]:
        """Record the events of `writes` durably, all or none, and return them as recorded.

        They get consecutive positions in the order given. A batch that is already recorded with the
        same ids and content is returned as first recorded, whatever the expected versions. Raises
        `EventIdConflict`, `VersionConflict` for the first write whose stream is at another version,
        `InvalidEvent`, `ValueError` for two writes to one stream, or `LogUnavailable`, after which
        the same writes can safely be appended again.
        """

    def read_stream(self, stream: str, after_version: int = 0) -> list[RecordedEvent]:
        """The events of one stream in order; none if there is no such stream.

        A damaged one comes as `DamagedEvent`, which no codec decodes.
        """

    def read(self, after: int, limit: int) -> list[RecordedEvent]:
        """At most `limit` events with a position above `after`, in order; see `read_stream`."""

    def of_types(self, types: Collection[str]) -> list[RecordedEvent]:
        """All undamaged events of these types, in order.

        Meant for rare types, where it costs much less than reading the whole log.
        """

    def head(self) -> int:
        """The last position of the log, 0 if it is empty."""

    def mark(self, position: int | None = None) -> Mark:
        """The mark of this log at `position`, or at its head. Raises `ValueError` for none."""

    def wait(self, after: int, timeout: float) -> bool:
        """Wait up to `timeout` seconds for an event above `after`; whether there is one.

        An append by another process is noticed within 50 ms.
        """

    def close(self) -> None:
        """Close files and connections; waiting callers return, later calls are refused."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...

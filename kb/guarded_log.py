"""The log as commands see it: when it cannot be used, the error is one of the knowledge base."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from events.errors import LogFormatError, LogUnavailable
from events.event import NewEvent, RecordedEvent
from events.log import EventLog
from kb.errors import DataDirectoryError


class GuardedLog:
    """An `EventLog` that turns "damaged", "full" and "read-only" into `DataDirectoryError`."""

    def __init__(self, log: EventLog) -> None:
        self._log = log

    def append(
        self, stream: str, events: Sequence[NewEvent], expected_version: int
    ) -> list[RecordedEvent]:
        """See `EventLog.append`."""
        with _translated():
            return self._log.append(stream, events, expected_version)

    def read_stream(self, stream: str, after_version: int = 0) -> list[RecordedEvent]:
        """See `EventLog.read_stream`."""
        with _translated():
            return self._log.read_stream(stream, after_version)

    def read(self, after: int, limit: int) -> list[RecordedEvent]:
        """See `EventLog.read`."""
        with _translated():
            return self._log.read(after, limit)

    def head(self) -> int:
        """See `EventLog.head`."""
        with _translated():
            return self._log.head()

    def wait(self, after: int, timeout: float) -> bool:
        """See `EventLog.wait`."""
        with _translated():
            return self._log.wait(after, timeout)

    def close(self) -> None:
        """See `EventLog.close`."""
        self._log.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (LogFormatError, LogUnavailable) as error:
        raise DataDirectoryError(str(error)) from error

"""The projection of entries into the search index."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

from msgspec.structs import replace

from events.codec import EventCodec
from events.errors import (
    EventDataError,
    LogFormatError,
    ProjectionUnavailable,
    UnknownEventType,
)
from events.event import RecordedEvent
from events.log import EventLog
from events.projection import ParkedEvent
from indexer.document import Document
from indexer.errors import IndexerError
from kb.entries.entry import Entry, EntryEvent, evolve
from kb.search.entry_document import Standing, document_of
from kb.search.source import reach, source
from kb.views.parked import ParkedFile
from kb.views.view import Lack
from kb.views.withheld import SIGHT_CHANGED
from kb.writer import Clock

if TYPE_CHECKING:
    from indexer.index import HybridIndex

STREAM = "entry-"
BATCH = 250
"""Events read and committed at once, so that entries are found while an import goes on."""

_NOT_THE_DOCUMENT = (
    IndexerError,
    OSError,
    MemoryError,
    sqlite3.OperationalError,
    ProjectionUnavailable,
)


Lacking = Callable[[str, str], Lack | None]
"""What an unreadable event of a stream and type could have removed."""

Touched = dict[str, Standing]
"""Entries by stream."""


class Stopped(ProjectionUnavailable):
    """The work was stopped before its end and has no effect."""


class IndexProjection:
    """Feeds a writable index with the entries that a batch touched.

    Entries are read from the log in their present state, so a repeated batch does no harm. An entry
    that cannot be taken in is parked alone; an index that cannot be written at all raises
    `ProjectionUnavailable`. Raises `Stopped` soon after `stopped` returns true.
    """

    name = "index"

    def __init__(
        self,
        index: "HybridIndex",
        log: EventLog,
        codec: EventCodec,
        parked: ParkedFile,
        lack: Lacking,
        now: Clock,
        stopped: Callable[[], bool] = lambda: False,
    ) -> None:
        self.index = index
        self._log = log
        self._codec = codec
        self._parked = parked
        self._lack = lack
        self._now = now
        self._stopped = stopped
        self._reach = reach(index.source)

    def checkpoint(self) -> int:
        """The position up to which the index holds everything durably."""
        return self.index.position

    def apply(self, events: Sequence[RecordedEvent]) -> None:
        """Take in the entries that `events` touched, stamped with the last position."""
        with _unavailable():
            touched: Touched = {}
            for stream in {event.stream: None for event in events if _is_entry(event)}:
                self._evolve(touched, self._log.read_stream(stream))
            for event in filter(_is_entry, events):
                _refuse_lack(touched, event.stream, event.version, event.position)
            gone = [each.entry.id for each in touched.values() if not document_of(each)]
            self.index.remove(gone)
            self._put(touched.values)
            if events:
                self._commit(events[-1].position)

    def standing(self, streams: Iterable[str]) -> list[Standing]:
        """The present state of entries in the log, without parking unreadable events."""
        touched: Touched = {}
        for stream in streams:
            self._evolve(touched, self._log.read_stream(stream), keep_aside=False)
        return list(touched.values())

    def put_early(self, standing: Sequence[Standing], early: int) -> bool:
        """Take these in early; their turn comes once more, and the position stays.

        They are from up to `early` in the log. If one fails, none is taken in early.
        """
        documents = [document for one in standing if (document := document_of(one))]
        with _unavailable():
            try:
                # One text at a time, which waits for no window.
                self.index.prepare(documents, self._stopped, piece=1)
                self._refuse_stopped()
                self.index.remove([one.entry.id for one in standing if not document_of(one)])
                self.index.put(documents)
            except _NOT_THE_DOCUMENT:
                raise
            except Exception:
                return False
            self._commit(self.index.position, early)
        return True

    def park(self, event: RecordedEvent, error: str) -> None:
        """Park `event` and move past it."""
        self._keep_aside(event, error)
        with _unavailable():
            self._commit(event.position)

    def parked(self) -> list[ParkedEvent]:
        """The parked events, by position."""
        return self._parked.all()

    def fill(self, progress: Callable[[int, int], None] = lambda done, of: None) -> None:
        """Put every entry into an empty index, and commit the head of the log at the start.

        The log is read for the ids of entries, then each entry by itself, so that only the texts of
        one batch are in memory. `progress` gets (entries begun, entries in all).
        """
        self._parked.clear()
        last: dict[str, tuple[int, int]] = {}
        position = 0
        while events := self._log.read(position, BATCH):
            last |= {each.stream: (each.version, each.position) for each in events}
            position = events[-1].position
            self._refuse_stopped()
        entries = {stream: place for stream, place in last.items() if stream.startswith(STREAM)}

        def standing() -> Iterator[Standing]:
            for done, (stream, (version, until)) in enumerate(entries.items(), 1):
                touched: Touched = {}
                events = self._log.read_stream(stream)
                self._evolve(touched, [each for each in events if each.position <= until])
                _refuse_lack(touched, stream, version, until)
                yield touched[stream]
                progress(done, len(entries))

        self._put(standing)
        self._commit(position)

    def begin(self) -> None:
        """Commit an empty index at position 0."""
        self._parked.clear()
        self._commit(0)

    def _commit(self, position: int, early: int = 0) -> None:
        """Stamp the index with `position`, and the position up to which it has `early` entries."""
        self._reach = max(self._reach, position, early)
        self.index.commit(position, source(self._log, self._parked, position, self._reach))

    def _refuse_stopped(self) -> None:
        if self._stopped():
            raise Stopped("The work on the index was stopped.")

    def _evolve(
        self, touched: Touched, events: Sequence[RecordedEvent], *, keep_aside: bool = True
    ) -> None:
        """Apply events to the entries in `touched`; an unreadable one is parked."""
        for event in events:
            entry_id = event.stream.removeprefix(STREAM)
            before = touched.get(event.stream) or Standing(Entry(id=entry_id), event)
            try:
                entry = evolve(before.entry, cast(EntryEvent, self._codec.decode(event)))
                stopped = event.type == SIGHT_CHANGED and "text" in before.withheld
                held = before.withheld | {"sight"} if stopped else before.withheld
                # The index takes only the last text of an entry, so only that is kept.
                entry = replace(entry, texts=(), brought=None)
                touched[event.stream] = replace(before, entry=entry, event=event, withheld=held)
            except (UnknownEventType, EventDataError, AssertionError) as error:
                if keep_aside:
                    self._keep_aside(event, _sentence(error))
                taken = before.withheld | ({self._lack(event.stream, event.type)} - {None})
                touched[event.stream] = replace(before, event=event, withheld=taken)

    def _put(self, standing: Callable[[], Iterable[Standing]]) -> None:
        """Put all at once; if that fails because of one of them, one by one."""
        try:
            self.index.put(document for document, _ in self._documents(standing()))
        except _NOT_THE_DOCUMENT:
            raise
        except Exception:
            for document, event in self._documents(standing()):
                self._put_alone(document, event)

    def _documents(self, standing: Iterable[Standing]) -> Iterator[tuple[Document, RecordedEvent]]:
        for each in standing:
            self._refuse_stopped()
            if document := document_of(each):
                yield document, each.event

    def _put_alone(self, document: Document, event: RecordedEvent) -> None:
        try:
            self.index.put([document])
        except _NOT_THE_DOCUMENT:
            raise
        except Exception as error:
            self._keep_aside(event, _sentence(error))

    def _keep_aside(self, event: RecordedEvent, error: str) -> None:
        parked = ParkedEvent(
            projection=self.name,
            position=event.position,
            type=event.type,
            stream=event.stream,
            error=error,
            parked_at=self._now(),
        )
        self._parked.add([parked])


@contextmanager
def _unavailable() -> Iterator[None]:
    """Turn errors of the index into `ProjectionUnavailable`, as no event causes them."""
    try:
        yield
    except IndexerError as error:
        raise ProjectionUnavailable(str(error)) from error


def _refuse_lack(touched: Touched, stream: str, version: int, position: int) -> None:
    """Raise if events of a stream are missing, as the log's list of them may be damaged."""
    if stream not in touched or touched[stream].event.version < version:
        raise LogFormatError(
            f"The log is damaged (its list of streams lacks position {position}): put back a copy "
            "of it."
        )


def _is_entry(event: RecordedEvent) -> bool:
    return event.stream.startswith(STREAM)


def _sentence(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"

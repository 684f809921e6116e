"""From entries to what can be found: the projection that keeps the search index."""

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
"""Events read and committed at once: how soon what is imported is found while more is to come."""

_NOT_THE_DOCUMENT = (
    IndexerError,
    OSError,
    MemoryError,
    sqlite3.OperationalError,
    ProjectionUnavailable,
)


Lacking = Callable[[str, str], Lack | None]
"""What an event of a stream and type that cannot be read could have taken away."""

Touched = dict[str, Standing]
"""Entries by stream."""


class Stopped(ProjectionUnavailable):
    """The work was told to stop before it was done; nothing of it counts."""


class IndexProjection:
    """Feeds a writable index with the entries that a batch touched.

    An entry is read as it stands in the log now, so a batch that comes twice does no harm. An entry
    that cannot be taken in is kept aside alone; an index that cannot be written at all raises
    `ProjectionUnavailable`. Raises `Stopped` soon after `stopped` answers true.
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
            self.index.forget(gone)
            self._put(touched.values)
            if events:
                self._commit(events[-1].position)

    def standing(self, streams: Iterable[str]) -> list[Standing]:
        """Entries as they stand in the log, from events of which nothing is kept aside yet."""
        touched: Touched = {}
        for stream in streams:
            self._evolve(touched, self._log.read_stream(stream), keep_aside=False)
        return list(touched.values())

    def put_early(self, standing: Sequence[Standing], early: int) -> bool:
        """Take these in before their turn, when they come once more; the position stays.

        They are of up to `early` of the log. None are where one of them fails: its turn comes.
        """
        documents = [document for one in standing if (document := document_of(one))]
        with _unavailable():
            try:
                # One text at a time, which waits for no window.
                self.index.prepare(documents, self._stopped, piece=1)
                self._refuse_stopped()
                self.index.forget([one.entry.id for one in standing if not document_of(one)])
                self.index.put(documents)
            except _NOT_THE_DOCUMENT:
                raise
            except Exception:
                return False
            self._commit(self.index.position, early)
        return True

    def park(self, event: RecordedEvent, error: str) -> None:
        """Keep `event` aside and move past it."""
        self._keep_aside(event, error)
        with _unavailable():
            self._commit(event.position)

    def parked(self) -> list[ParkedEvent]:
        """The events kept aside, by position."""
        return self._parked.all()

    def fill(self, progress: Callable[[int, int], None] = lambda done, of: None) -> None:
        """Put every entry into an empty index, and commit the head that the log had.

        The log is read for which entries there are, then each by itself, so that of all texts only
        those that the index takes in at once are in memory. `progress` gets (entries begun, entries
        in all).
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
        """Commit an empty index, which all of the log is to be taken into."""
        self._parked.clear()
        self._commit(0)

    def _commit(self, position: int, early: int = 0) -> None:
        """Stamp the index with `position`, and with what it may hold `early` of."""
        self._reach = max(self._reach, position, early)
        self.index.commit(position, source(self._log, self._parked, position, self._reach))

    def _refuse_stopped(self) -> None:
        if self._stopped():
            raise Stopped("The work on the index was stopped.")

    def _evolve(
        self, touched: Touched, events: Sequence[RecordedEvent], *, keep_aside: bool = True
    ) -> None:
        """Move the entries in `touched` on; an event that cannot be read is kept aside."""
        for event in events:
            entry_id = event.stream.removeprefix(STREAM)
            before = touched.get(event.stream) or Standing(Entry(id=entry_id), event)
            try:
                entry = evolve(before.entry, cast(EntryEvent, self._codec.decode(event)))
                stopped = event.type == SIGHT_CHANGED and "text" in before.withheld
                held = before.withheld | {"sight"} if stopped else before.withheld
                # Of an entry that was revised five times the index takes one text: keep one.
                entry = replace(entry, texts=(), brought=None)
                touched[event.stream] = replace(before, entry=entry, event=event, withheld=held)
            except (UnknownEventType, EventDataError, AssertionError) as error:
                if keep_aside:
                    self._keep_aside(event, _sentence(error))
                taken = before.withheld | ({self._lack(event.stream, event.type)} - {None})
                touched[event.stream] = replace(before, event=event, withheld=taken)

    def _put(self, standing: Callable[[], Iterable[Standing]]) -> None:
        """Put all in one go; if that fails for a reason of one of them, one by one."""
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
    """No error of the index itself is an event's fault."""
    try:
        yield
    except IndexerError as error:
        raise ProjectionUnavailable(str(error)) from error


def _refuse_lack(touched: Touched, stream: str, version: int, position: int) -> None:
    """The log finds the events of a stream by a list of its own, which can be damaged alone."""
    if stream not in touched or touched[stream].event.version < version:
        raise LogFormatError(
            f"The log is damaged (its list of streams lacks position {position}): put back a copy "
            "of it."
        )


def _is_entry(event: RecordedEvent) -> bool:
    return event.stream.startswith(STREAM)


def _sentence(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"

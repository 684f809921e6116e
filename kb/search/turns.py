"""The order in which the index takes in events: changes by people before imports.

The slow part is done ahead at low priority: vectors are computed and stored window by window, and
taking in a window is quick then. Between two windows, changes that people made meanwhile are taken
in early. In their turn they are taken in once more, as they are then, so the position of the index
keeps its meaning: everything up to it is in.
"""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Event
from uuid import UUID

from events.codec import EventCodec
from events.errors import EventDataError, UnknownEventType
from events.event import RecordedEvent
from events.log import EventLog
from events.projection import ProjectionRunner
from indexer.embedding.threads import give_way
from kb.search.documents import BATCH, STREAM, IndexProjection
from kb.search.entry_document import Standing, document_of

AHEAD = 2
"""Windows computed while one is taken in: with two, the cores stay busy when one ends."""

FEW = 8
"""Events, or entries changed by people, that are taken in at once."""

SMALL = 20_000
"""Characters of an entry that is taken in early; vectors of more take too long."""

MOMENT_SECONDS = 0.05
"""How long to wait for vectors before looking for changes by people again."""

LOOKED_AT = 2_000
"""Events looked at in one step, so that no step takes long."""


class Turns:
    """Updates a writable index step by step; all steps are for one thread."""

    def __init__(
        self,
        projection: IndexProjection,
        log: EventLog,
        codec: EventCodec,
        stopped: Callable[[], bool],
    ) -> None:
        self._projection = projection
        self._log = log
        self._codec = codec
        self._ended = Event()
        self._stopped = stopped
        self._begun = self._looked = projection.checkpoint()
        self._windows: deque[tuple[int, Future[None]]] = deque()
        self._changed: dict[str, int] = {}  # by people, and not in yet: stream -> last position
        self._import: UUID | None = None  # the last command of an import
        self.early: dict[str, int] = {}
        """Entries taken in early -> the last position of their streams that is in."""
        self._workers = ThreadPoolExecutor(AHEAD, thread_name_prefix="turns", initializer=give_way)

    def step(self) -> int:
        """Do the next piece of work; 0 if there is none."""
        self._look()
        if not self._windows and (events := self._few()):
            return self._take_in(len(events))
        if self._changed:
            return self._take_early()
        self._begin_windows()
        if not self._windows:
            return 0
        size, vectors = self._windows[0]
        if not wait([vectors], MOMENT_SECONDS).done:
            return size
        # If computing them ahead failed, taking in tries again, and raises or parks.
        self._windows.popleft()
        return self._take_in(size)

    def close(self) -> None:
        """Stop computing ahead; what is stored stays."""
        self._ended.set()
        self._workers.shutdown(cancel_futures=True)

    def _look(self) -> None:
        """Find what people have changed since the last look."""
        until = self._looked + LOOKED_AT
        while self._looked < until and (events := self._log.read(self._looked, BATCH)):
            self._looked = events[-1].position
            for event in events:
                if event.stream.startswith(STREAM) and not self._is_imported(event):
                    self._changed[event.stream] = event.position

    def _is_imported(self, event: RecordedEvent) -> bool:
        """Whether the event is of an import; the events of one command follow each other."""
        if event.correlation_id == self._import:
            return True
        try:
            imported = getattr(self._codec.decode(event), "imported", False)
        except (UnknownEventType, EventDataError):
            return True  # it is parked when its turn comes
        if imported:
            self._import = event.correlation_id
        return imported

    def _few(self) -> Sequence[RecordedEvent]:
        """All new events if they are few and small, else none."""
        events = self._log.read(self._projection.checkpoint(), FEW + 1)
        streams = {event.stream: None for event in events if event.stream.startswith(STREAM)}
        if len(events) > FEW or not all(map(_is_small, self._projection.standing(streams))):
            return ()
        return events

    def _take_early(self) -> int:
        """Take in some changes by people early."""
        streams = list(self._changed)[:FEW]
        found = {stream: self._changed.pop(stream) for stream in streams}
        standing = [one for one in self._projection.standing(found) if _is_small(one)]
        if self._projection.put_early(standing, self._looked):
            self.early = self.early | {one.entry.id: found[one.event.stream] for one in standing}
        return len(found)

    def _begin_windows(self) -> None:
        while len(self._windows) <= AHEAD and (events := self._log.read(self._begun, BATCH)):
            self._begun = events[-1].position
            self._windows.append((len(events), self._workers.submit(self._prepare, events)))

    def _prepare(self, events: Sequence[RecordedEvent]) -> None:
        streams = {event.stream: None for event in events if event.stream.startswith(STREAM)}
        standing = self._projection.standing(streams)
        documents = [document for one in standing if (document := document_of(one))]
        self._projection.index.prepare(documents, self._stop)

    def _take_in(self, size: int) -> int:
        """Take in the next events in their turn."""
        count = ProjectionRunner(self._log, self._projection, batch_size=size).run_once()
        position = self._projection.checkpoint()
        self._begun, self._looked = max(self._begun, position), max(self._looked, position)
        self._changed = {name: at for name, at in self._changed.items() if at > position}
        self.early = {name: at for name, at in self.early.items() if at > position}
        return count

    def _stop(self) -> bool:
        return self._ended.is_set() or self._stopped()


def _is_small(standing: Standing) -> bool:
    content = standing.entry.content
    return not content or sum(len(part.text) for part in content.sections) <= SMALL

"""The order in which the index takes in what is new: what people changed before what is imported.

What takes long is done ahead, beside questions and writes, and gives way to these: vectors are
worked out and stored window by window, and taking a window in is a matter of a moment then. Between
two windows what people have changed meanwhile is taken in before its turn. When that comes it is
taken in once more, as it stands then, so the position of the index says what it always did: all up
to there is in.
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
"""Windows in computation while one is taken in: with two, the cores have work as one ends."""

FEW = 8
"""Events, or entries changed by people, that are taken in at once."""

SMALL = 20_000
"""Characters of an entry that is taken in before its turn; vectors of more take too long."""

MOMENT_SECONDS = 0.05
"""How long to wait for vectors before looking again for what people have changed."""

LOOKED_AT = 2_000
"""Events looked at in one step, so that a long log of them keeps nobody waiting."""


class Turns:
    """Brings a writable index up with the log, a step at a time; one thread takes the steps."""

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
        self._changed: dict[str, int] = {}  # by people, and not in: stream and last position
        self._import: UUID | None = None  # the command of an import that was met last
        self.early: dict[str, int] = {}
        """Entries that are in before their turn, each with its last position that is."""
        self._workers = ThreadPoolExecutor(AHEAD, thread_name_prefix="turns", initializer=give_way)

    def step(self) -> int:
        """Do what is next; 0 if there is nothing to do."""
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
        # What could not be worked out ahead is tried once more, and raised or kept aside there.
        self._windows.popleft()
        return self._take_in(size)

    def close(self) -> None:
        """End what is worked out ahead; what is stored of it stays."""
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
        """All events of a command that brought a text are, and they follow each other."""
        if event.correlation_id == self._import:
            return True
        try:
            imported = getattr(self._codec.decode(event), "imported", False)
        except (UnknownEventType, EventDataError):
            return True  # it is kept aside when its turn comes
        if imported:
            self._import = event.correlation_id
        return imported

    def _few(self) -> Sequence[RecordedEvent]:
        """All that is new, where that is little."""
        events = self._log.read(self._projection.checkpoint(), FEW + 1)
        streams = {event.stream: None for event in events if event.stream.startswith(STREAM)}
        if len(events) > FEW or not all(map(_is_small, self._projection.standing(streams))):
            return ()
        return events

    def _take_early(self) -> int:
        """Take in some of what people have changed, before its turn."""
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

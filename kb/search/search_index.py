"""The search index of a data directory, opened on demand and rebuilt if it does not fit."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Condition, RLock
from typing import TYPE_CHECKING

from msgspec import Struct

from events.codec import EventCodec
from events.errors import ProjectionUnavailable
from events.log import EventLog
from indexer.errors import IndexOutdated
from kb.errors import said_by
from kb.messages import _
from kb.projections.finished import last_finished
from kb.search import generations
from kb.search.documents import IndexProjection, Lacking
from kb.search.models import Models
from kb.search.source import unlike
from kb.search.turns import Turns
from kb.views.parked import ParkedFile, readable
from kb.writer import Clock

if TYPE_CHECKING:
    from indexer.index import HybridIndex
Progress = Callable[[int, int], None]
Stopping = Callable[[], bool]


def _silent(done: int, of: int) -> None: ...


def _never() -> bool:
    return False


class _Broken(Struct, frozen=True):
    """Damage found in an index object, which applies to that generation only."""

    index: "HybridIndex"
    generation: Path | None
    error: IndexOutdated


class SearchIndex:
    """One index object for readers and, in the leading process, for the writer too.

    Its libraries are loaded, and `directory` is called, at first use. `notice` gets a sentence when
    the index has to be rebuilt.
    """

    def __init__(
        self,
        directory: Callable[[], Path],
        log: EventLog,
        codec: EventCodec,
        *,
        models: Models,
        engine: str,
        parked: ParkedFile,
        lack: Lacking,
        now: Clock,
        notice: Callable[[str], None],
    ) -> None:
        self._place = directory
        self._log = log
        self._codec = codec
        self._models = models
        self._engine = engine
        self._parked = parked
        self._lack = lack
        self._now = now
        self._notice = notice
        self._writing = RLock()  # one thread writes, builds or changes between reading and writing
        self._idle = Condition()  # guards the following; notified when a user is done
        self._current: HybridIndex | None = None
        self._users: dict[int, int] = {}
        self._writable = False
        self._turns: Turns | None = None  # of the current index, while this process writes it
        self._broken: _Broken | None = None

    @property
    def _directory(self) -> Path:
        return self._place()

    @contextmanager
    def reading(self) -> "Iterator[HybridIndex]":
        """The index as it is on disk, kept open during the block. Raises `IndexOutdated`."""
        index, at = self._borrow()
        try:
            yield index
        except IndexOutdated as error:
            self._broken = _Broken(index, at, error)
            raise
        finally:
            with self._idle:
                self._users[id(index)] -= 1
                self._idle.notify_all()

    def position(self) -> int:
        """The position of the index on disk, -1 if there is none that fits."""
        try:
            with self.reading() as index:
                broken = self._damage() or self._parked.broken()
                return -1 if broken else index.position
        except IndexOutdated:
            return -1

    def holds(self, position: int) -> bool:
        """Whether the index has taken in the event at `position`."""
        turns = self._turns
        return self.position() >= position or (
            turns is not None and position in turns.early.values()
        )

    def early(self) -> frozenset[str]:
        """The ids of entries that were taken in early, before older events."""
        turns = self._turns
        return frozenset(turns.early) if turns else frozenset()

    def catch_up(self, stopped: Stopping = _never) -> int:
        """Take in a piece of the log; 0 if there is nothing new. For the leading process.

        Raises `Stopped` soon after `stopped` returns true, also during a rebuild.
        """
        with self._writing:
            if damage := self._damage():
                self._rebuild_because(damage, stopped)
            try:
                return self._step(stopped)
            except ProjectionUnavailable as error:
                if not isinstance(error.__cause__, IndexOutdated):
                    raise
                self._rebuild_because(error.__cause__, stopped)
                return 1

    def _step(self, stopped: Stopping) -> int:
        index = self._lead(stopped)
        if self._turns is None:
            projection = self._projection(index, stopped)
            self._turns = Turns(projection, self._log, self._codec, stopped)
        try:
            return self._turns.step()
        except BaseException:
            self._end_turns()  # only the index itself knows its position now
            raise

    def forget(self, entries: Sequence[str], position: int) -> bool:
        """Remove all remains of entries erased up to `position`, including vectors made ahead.

        False if that takes a rebuild. For the leading process.
        """
        with self._writing:
            if self._damage() or self._parked.all():
                return False
            try:
                if not self._writable or self._current is None:
                    self._swap(self._fitting(self._open(writable=True)), writable=True)
                assert self._current is not None
                self._end_turns()
                self._current.purge(entries, position)
            except IndexOutdated:
                return False
            return True

    def made(self) -> int:
        """The position up to which the present generation has nothing erased.

        Even if it does not fit this version of the program; -1 if it is unknown.
        """
        return generations.made(self._directory)

    def forgotten(self) -> int:
        """The same as `made`, -1 while a generation from before is left, endless where none is."""
        return generations.forgotten(self._directory)

    def tidy(self) -> None:
        """Remove the remains of an interrupted rebuild. For the leading process."""
        generations.tidy(self._directory)

    def rebuild(
        self,
        progress: Progress = _silent,
        stopped: Stopping = _never,
    ) -> None:
        """Build a new generation from the log and swap it in. For the leading process."""
        self._build(lambda index: self._projection(index, stopped).fill(progress))

    def _build(self, fill: "Callable[[HybridIndex], None]", gone: int = 0) -> None:
        from indexer.index import HybridIndex

        with self._writing:
            self._end_turns()
            made = HybridIndex.build(
                self._directory,
                self._models.embedder,
                fill,
                engine=self._engine,
                gone=gone,
                reranker=self._models.reranker,
            )
            self._swap(made, writable=True)

    def resign(self) -> None:
        """Stop writing, as another process may lead."""
        with self._writing:
            if self._writable:
                self._swap(None, writable=False)

    def close(self) -> None:
        """Close the index."""
        with self._writing:
            self._swap(None, writable=False)

    def _end_turns(self) -> None:
        """Stop computing ahead for the current index, so that nothing more is stored in it."""
        if self._turns:
            self._turns.close()
            self._turns = None

    def _lead(self, stopped: Stopping) -> "HybridIndex":
        if not self._writable or self._current is None:
            try:
                self._swap(self._fitting(self._open(writable=True)), writable=True)
            except IndexOutdated as error:
                self._rebuild_because(error, stopped)
        assert self._current is not None
        why = unlike(self._log, self._parked, self._current.source)
        if not why and any(readable(each, self._log, self._codec) for each in self._parked.all()):
            why = "something that could not be read can be read by now"
        if why:
            self._rebuild_because(IndexOutdated(f"{why}."), stopped)
        return self._current

    def _rebuild_because(self, why: IndexOutdated, stopped: Stopping) -> None:
        from indexer.stored import generation

        if self._log.head():
            self._notice(_("Making the index from the log: {why}", why=said_by(why)))
        if generation.nothing(self._directory):
            # An index that begins empty answers at once, and says how much it lacks.
            gone = last_finished(self._log, self._codec)
            self._build(lambda index: self._projection(index, stopped).begin(), gone)
        else:
            self.rebuild(stopped=stopped)

    def _projection(self, index: "HybridIndex", stopped: Stopping) -> IndexProjection:
        kept = (self._parked, self._lack, self._now)
        return IndexProjection(index, self._log, self._codec, *kept, stopped)

    def _damage(self) -> IndexOutdated | None:
        """Damage that a search found, unless the index was replaced since."""
        found = self._broken
        if found is None or found.index is not self._current:
            return None
        try:
            return found.error if found.generation == self._generation() else None
        except IndexOutdated as error:
            return error

    def _generation(self) -> Path | None:
        """The generation on disk; None for the writer, which never changes to another."""
        from indexer.stored import generation

        return None if self._writable else generation.current(self._directory)

    def _borrow(self) -> "tuple[HybridIndex, Path | None]":
        """The index, and its generation, or an older one that it has just left."""
        with self._idle:
            at = self._generation()
            if self._current is None:
                self._current = self._fitting(self._open(writable=False))
                self._users[id(self._current)] = 0
            elif not self._writable:
                self._current.refresh()
            self._users[id(self._current)] += 1
            return self._current, at

    def _fitting(self, index: "HybridIndex") -> "HybridIndex":
        """The index; raises `IndexOutdated` if its source does not fit."""
        if why := unlike(self._log, self._parked, index.source):
            index.close()
            raise IndexOutdated(_("The index does not fit: {why}.", why=why))
        return index

    def _open(self, *, writable: bool) -> "HybridIndex":
        from indexer.index import HybridIndex

        return HybridIndex.open(
            self._directory,
            self._models.embedder,
            engine=self._engine,
            writable=writable,
            reranker=self._models.reranker,
        )

    def _swap(self, index: "HybridIndex | None", *, writable: bool) -> None:
        """Replace the current index by `index`, and close it when its last user is done."""
        self._end_turns()
        with self._idle:
            old, self._current, self._writable = self._current, index, writable
            if index is not None:
                self._users[id(index)] = 0
            if old is not None and old is not index:
                self._idle.wait_for(lambda: self._users[id(old)] == 0)
                del self._users[id(old)]
                old.close()

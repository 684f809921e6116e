"""The projection into views.sqlite: each batch and its checkpoints in one transaction."""

import sqlite3
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from msgspec import Struct

from events.clock import utc_now
from events.codec import EventCodec
from events.errors import EventLogError
from events.event import RecordedEvent
from events.log import EventLog
from events.projection import NOT_THE_EVENT, ParkedEvent, ProjectionRunner, refuse_damage
from events.sqlite_files.errors import is_damage
from events.sqlite_files.opening import transaction
from kb.projections.erased import NotAlone, write_over
from kb.projections.view_store import ViewStore
from kb.views import withheld
from kb.views.tables import (
    DEPART,
    DEPARTED,
    DEPARTURES,
    ERASURES,
    FORGET,
    KEEP_FORGOTTEN,
    MOSTLY_FREE,
    OF_ERASED,
    REMEMBER,
    REWRITE,
    REWRITTEN,
    forgotten,
    make_tables,
    states,
    take_over,
)
from kb.views.view_set import ViewSet, made_with
from kb.writer import Clock

BATCH = 2_000
PIECE = 200
"""Events taken in at once beside the views in use, which follow nothing new meanwhile."""
BEGUN = ".new"
"""The suffix of the file in which views are rebuilt beside the ones in use."""

Progress = Callable[[int, int], None]


class Views(ViewStore):
    """All views of a file, which take in each event in turn.

    For the leading process only; readers have `ViewReader`. A view that cannot take in an event
    parks it, and the others go on.
    """

    name = "views"

    def __init__(
        self,
        path: Path,
        codec: EventCodec,
        log: EventLog,
        views: ViewSet,
        *,
        now: Clock = utc_now,
        notice: Callable[[str], None] = lambda _: None,
    ) -> None:
        super().__init__(path, codec, log, views, notice)
        self._now = now
        self._beside: Views | None = None
        self._asked: set[str] = set()

    def apply(self, events: Sequence[RecordedEvent]) -> None:
        """Take in a batch atomically; raises what a handler raises."""
        with self._codec.reading():
            payloads = [self._codec.decode(event) for event in events]
        handlers = self.views.handlers
        with transaction(self._connection()) as connection:
            behind = self._behind()
            for event, payload in zip(events, payloads, strict=True):
                withheld.stop(connection, event)
                for view, handler in handlers.get(type(payload), ()):
                    if view.name not in behind:
                        handler(connection, event, payload)
            if events:
                self._reach(connection, events[-1].position)
        self._keep_log_short()

    def park(self, event: RecordedEvent, error: str) -> None:
        """Take in `event` in the views that can, park it in the others, and move past it.

        Whatever it may have hidden is withheld; see `kb.views.withheld`.
        """
        with transaction(self._connection()) as connection:
            behind = self._behind()
            try:
                payload = self._codec.decode(event)
            except NOT_THE_EVENT:
                raise
            except EventLogError:
                aside = self.views.withholding.aside(connection, event)
                failed = {view.name: error for view in self.views}
            else:
                aside = self.views.withholding.aside(connection, event, payload)
                withheld.stop(connection, event)
                failed = self._take_alone(connection, event, payload, behind)
            for name in failed.keys() - behind:
                view = self.views.by_name[name]
                withheld.park(connection, view, aside, failed[name], self._now())
            withheld.tell(connection, aside)
            self._reach(connection, event.position)

    def _take_alone(
        self,
        connection: sqlite3.Connection,
        event: RecordedEvent,
        payload: Struct,
        behind: Collection[str],
    ) -> dict[str, str]:
        """Pass `event` to each view by itself; returns the errors by name of the view."""
        failed = {}
        for view, handler in self.views.handlers.get(type(payload), ()):
            if view.name in behind:
                continue
            connection.execute("SAVEPOINT alone")
            try:
                handler(connection, event, payload)
            except NOT_THE_EVENT:
                raise
            except Exception as error:
                refuse_damage(error)
                connection.execute("ROLLBACK TO alone")
                failed[view.name] = f"{type(error).__name__}: {error}"
            connection.execute("RELEASE alone")
        return failed

    def parked(self) -> list[ParkedEvent]:
        """The parked events, by position; `projection` names the views that parked each."""
        return withheld.parked(self._connection())

    def rebuild(self, progress: Progress = lambda done, of: None) -> None:
        """Empty and refill the views in one transaction: readers see the old ones until it ends.

        `progress` gets (events taken in, events in all).
        """
        runner = ProjectionRunner(self._log, self, batch_size=BATCH)
        self._build_no_more()
        with transaction(self._connection()) as connection:
            kept = connection.execute("SELECT * FROM forgotten").fetchone()
            make_tables(connection, self.views, self._log.head())
            connection.execute(KEEP_FORGOTTEN, kept)
            while runner.run_once():
                progress(self.checkpoint(), max(self._log.head(), self.checkpoint()))
        self._keep_log_short()

    def ask(self, names: Collection[str]) -> None:
        """Have `build` rebuild these views, although they need not be; `apply` fills empty ones."""
        if self.checkpoint():
            self._asked |= self.views.with_readers(names)

    def build(self) -> int | None:
        """Take a batch into the views that are rebuilt beside these; swap them in at the end.

        Returns their position, None if there is nothing to rebuild. Meanwhile readers see the old
        ones, which are kept up to date; an interrupted rebuild goes on later.
        """
        names = self._to_build()
        if not names:
            self._build_no_more()
            return None
        beside = self._beside = self._beside or self._begun()
        target, position = self.checkpoint(), beside.checkpoint()
        if position < target:
            size = min(PIECE, target - position)
            ProjectionRunner(self._log, beside, batch_size=size).run_once()
            position = beside.checkpoint()
        if position == target:
            self._swap_in(beside, names)
        return position

    def _to_build(self) -> frozenset[str]:
        """The views that an earlier version made or that are behind, and those asked for."""
        if not (reached := self.checkpoint()):
            return frozenset()  # empty views are filled by `apply`
        found = states(self._connection())
        other = [
            name
            for name, state in found.items()
            if state.made != made_with(self.views.by_name[name]) or state.position < reached
        ]
        return self.views.with_readers(other) | self._asked

    def _begun(self) -> "Views":
        """The file beside, with the work of an interrupted rebuild if that is usable."""
        path = self.path.with_name(self.path.name + BEGUN)
        beside = Views(path, self._codec, self._log, self.views, now=self._now)
        found = states(beside._connection())
        same = all(found[view.name].made == made_with(view) for view in self.views)
        if not same or beside.misfit() or beside.checkpoint() > self.checkpoint():
            beside.remove()
        return beside

    def _swap_in(self, beside: "Views", names: Collection[str]) -> None:
        try:
            beside.verify()
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            beside.remove()  # it begins again
            return
        beside.close()
        connection = self._connection()
        connection.execute("ATTACH DATABASE ? AS built", (str(beside.path),))
        try:
            with transaction(connection):
                take_over(connection, [view for view in self.views if view.name in names])
        finally:
            connection.execute("DETACH DATABASE built")
        self._build_no_more()
        self._keep_log_short()

    def _build_no_more(self) -> None:
        """Remove the file beside, even one left by an earlier process."""
        self._asked.clear()
        path = self.path.with_name(self.path.name + BEGUN)
        if self._beside or path.exists():
            (self._beside or Views(path, self._codec, self._log, self.views)).remove()
            self._beside = None

    def _behind(self) -> frozenset[str]:
        """The views that catch up in the file beside, and take in no event here."""
        found, reached = states(self._connection()), self.checkpoint()
        return frozenset(name for name, state in found.items() if state.position < reached)

    def erasures(self) -> list[tuple[int, str]]:
        """The position and stream of every erasure."""
        return self._connection().execute(ERASURES).fetchall()

    def forgotten(self) -> int:
        """The position of the last erasure of which nothing is left in the file."""
        return forgotten(self._connection())

    def forget(self, position: int) -> bool:
        """Remove all remains of erasures up to `position` from the file.

        Their keys are destroyed already. Costs reading the events of the erased. False while a
        reader keeps old pages: a later call finishes only these.
        """
        connection = self._connection()
        if connection.execute(REWRITTEN).fetchone()[0] < position:
            self._write_over()
            if connection.execute(MOSTLY_FREE).fetchone():
                connection.execute("VACUUM")
            connection.execute(REWRITE, (position,))
        forgot = self._sums.take(connection, emptying=True)
        if forgot:
            connection.execute(FORGET)
        return forgot

    def _write_over(self) -> None:
        """Overwrite the rows that hold erased data; if these cannot be found, rebuild all."""
        known = self.forgotten()
        streams = [stream for position, stream in self.erasures() if position > known]
        try:
            if self._to_build():  # what is begun beside has rows of its own
                raise NotAlone
            self._build_no_more()
            with transaction(self._connection()) as connection:
                write_over(connection, self.views, self._log, self._codec, streams)
        except NotAlone:
            self.rebuild()

    def remember(self) -> None:
        """Treat all erasures as unfinished."""
        self._connection().execute(REMEMBER)

    def entries_of_erased(self) -> list[tuple[str, str]]:
        """Entries to be erased with their author, each with who erased the author."""
        return self._connection().execute(OF_ERASED).fetchall()

    def departures(self, since: int | None = None) -> list[tuple[int, str]]:
        """Position and id of members who left or were erased after `since` [that of `depart`]."""
        connection = self._connection()
        if since is None:
            (since,) = connection.execute(DEPARTED).fetchone()
        return connection.execute(DEPARTURES, (since,)).fetchall()

    def depart(self, position: int) -> None:
        """Note that the sign-in data of all who left up to `position` is deleted."""
        self._connection().execute(DEPART, (position,))

    def close(self) -> None:
        """Close the files; an unfinished rebuild stays for the next start."""
        if self._beside:
            self._beside.close()
        super().close()

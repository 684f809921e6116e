"""The one object that people script against and that command line and web use: joins the parts."""

import math
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Self

from events.clock import utc_now
from events.sqlite import SqliteEventLog
from kb import data_directory, status
from kb.data_directory import DataDirectory, storage_errors
from kb.endorsements.service import Endorsements
from kb.entries.catalogue import Catalogue
from kb.entries.kinds import Kind, load_kinds
from kb.entries.service import Entries
from kb.errors import InvalidInput
from kb.event_types import build_codec
from kb.following.follower import Follower, Progress
from kb.following.parked import ParkedFile
from kb.following.search_index import SearchIndex
from kb.following.view_reader import ViewReader
from kb.following.views import Views
from kb.ids import new_event_id, new_id
from kb.model import AnnouncedModel
from kb.reuse.report import Reports
from kb.reuse.service import Reuses
from kb.search import Answer, Search
from kb.settings import Settings, load_settings, written
from kb.status import Status
from kb.writer import Writer

if TYPE_CHECKING:
    from indexer.embedder import Embedder

Notice = Callable[[str], None]


class KnowledgeBase:
    """A data directory, opened: commands, queries and search.

    A context manager; usable from any thread.
    """

    def __init__(
        self, directory: DataDirectory, settings: Settings, embedder: "Embedder", notice: Notice
    ) -> None:
        self.settings = settings
        self.kinds: Mapping[str, Kind] = load_kinds()
        self._directory = directory
        self._log = SqliteEventLog(directory.log)
        try:
            self._vault = data_directory.open_vault(directory, self._log)
        except BaseException:
            self._log.close()
            raise
        codec = build_codec(self._vault)
        self._views = Views(directory.views, codec, notice=notice)
        self._reader = ViewReader(directory.views)
        self._parked = ParkedFile(directory.parked)
        self._index = SearchIndex(
            directory.index,
            self._log,
            codec,
            embedder=embedder,
            engine=settings.fulltext,
            parked=self._parked,
            now=utc_now,
            notice=notice,
        )
        self._follower = Follower(self._log, self._views, self._reader, self._index, directory.lock)
        self._reader.on_damage = self._follower.repair_views
        writer = Writer(
            self._log,
            codec,
            actor=settings.member,
            new_event_id=new_event_id,
            settle=self._follower.settle,
        )
        self.entries = Entries(writer, self.kinds, new_id)
        self.endorsements = Endorsements(writer)
        self.reuses = Reuses(writer, new_id)
        self.catalogue = Catalogue(self._reader)
        self.reports = Reports(self._reader)
        self._search = Search(self._index, embedder, self.catalogue, self._follower, self._log)

    @classmethod
    def create(cls, path: str | Path, *, settings: Settings | None = None) -> None:
        """Make a new data directory at `path`, which must be empty or absent.

        What `settings` has beside the defaults goes into its file. Raises `DataDirectoryError`.
        """
        data_directory.create(Path(path), written(settings) if settings else {})

    @classmethod
    def open(
        cls,
        path: str | Path,
        *,
        settings: Settings | None = None,
        embedder: "Embedder | None" = None,
        notice: Notice | None = None,
    ) -> Self:
        """Open the data directory at `path`, with its own settings unless given.

        `notice` is told what takes long or was repaired. Raises `DataDirectoryError`.
        """
        directory = data_directory.find(Path(path))
        tell = notice or (lambda _: None)
        with storage_errors(directory.root):
            settings = settings or load_settings(directory.root, os.environ)
            base = cls(directory, settings, embedder or AnnouncedModel(tell), tell)
            try:
                base._follower.ensure(0)
                base._follower.bring_views_up()
            except BaseException:
                base.close()
                raise
        return base

    def search(
        self,
        question: str,
        *,
        kinds: Sequence[str] = (),
        tags: Sequence[str] = (),
        groups: Sequence[str] = (),
        archived: bool | None = False,
        limit: int = 10,
    ) -> Answer:
        """The entries that answer `question`, among all that is in the log now; see `Search`."""
        with storage_errors(self._directory.root):
            return self._search(
                question, kinds=kinds, tags=tags, groups=groups, archived=archived, limit=limit
            )

    @contextmanager
    def follow(self) -> Iterator[None]:
        """Keep views and index up in the background for as long as the block runs."""
        began = self._follower.start()
        try:
            yield
        finally:
            if began:
                self._follower.stop()

    def start_following(self) -> None:
        """Keep views and index up in the background until `close`."""
        self._follower.start()

    def wait(self, position: int, *, index: bool = False, timeout: float | None = None) -> None:
        """Return when views (and the index) hold `position`.

        Raises `NotYetSearchable` after `timeout` seconds, or when the work cannot go on.
        """
        deadline = monotonic() + (math.inf if timeout is None else timeout)
        with storage_errors(self._directory.root):
            for of_index in (False, True) if index else (False,):
                left = max(0.0, deadline - monotonic())
                self._follower.ensure(position, index=of_index, timeout=left)

    def head(self) -> int:
        """The log's last position, to `wait` for."""
        with storage_errors(self._directory.root):
            return self._log.head()

    def rebuild(
        self, what: Literal["views", "index", "all"] = "all", progress: Progress | None = None
    ) -> None:
        """Make views, index or both anew from the log and swap them in.

        `progress` gets (what, done, of). Raises `Refused` while another process keeps them up.
        """
        if what not in ("views", "index", "all"):
            raise InvalidInput(f"{what!r} cannot be rebuilt: name views, index or all.", "what")
        with storage_errors(self._directory.root):
            self._follower.rebuild(what, progress or (lambda *_: None))

    def status(self) -> Status:
        """Positions, lag, sizes and troubles."""
        with storage_errors(self._directory.root):
            return status.gather(
                self._directory,
                self.settings,
                self._log,
                self._reader,
                self._parked,
                self._follower,
            )

    def check_log(self, progress: Callable[[int, int], None] = lambda *_: None) -> int:
        """Read the whole log and answer how many events it holds, all sound and open to the vault.

        `progress` gets (events read, events in all). Raises `DataDirectoryError` for damage.
        """
        from events.sqlite_check import check_log

        with storage_errors(self._directory.root):
            return check_log(self._directory.log, build_codec(self._vault), progress)

    def close(self) -> None:
        """Let go of everything; the background work ends first."""
        self._follower.close()
        self._index.close()
        self._views.close()
        self._reader.close()
        self._log.close()
        self._vault.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

"""The one object that people script against and that command line and web use: joins the parts."""

import math
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Self

from indexer.threads import wait_asleep
from kb import access, data_directory, status
from kb.access import Asker
from kb.belonging import lacking
from kb.data_directory import storage_errors
from kb.endorsements.service import Endorsements
from kb.entries.catalogue import Catalogue
from kb.entries.kinds import Kind
from kb.entries.service import Entries
from kb.entries.sight import Sight
from kb.erasure import Erasure
from kb.errors import DataDirectoryError, Forbidden, InvalidInput, NotFound
from kb.following.follower import Progress
from kb.following.withheld import INCOMPLETE
from kb.ids import new_event_id, new_id
from kb.model import AnnouncedModel
from kb.opening import open_parts
from kb.parts import Parts
from kb.people.credentials import Credentials
from kb.people.directory import Directory
from kb.people.own_data import OwnData, own_data
from kb.people.service import People
from kb.reuse.report import Reports
from kb.reuse.service import Reuses
from kb.search import Answer, Search
from kb.settings import Settings, load_settings, written
from kb.status import Status
from kb.writer import Writer

if TYPE_CHECKING:
    from indexer.embedder import Embedder
    from kb.accounts.accounts import Accounts

Notice = Callable[[str], None]


class KnowledgeBase:
    """A data directory, opened, as one asker sees and changes it: commands, queries and search.

    A context manager; usable from any thread.
    """

    def __init__(self, parts: Parts, asker: Asker) -> None:
        self.settings = parts.settings
        self.kinds: Mapping[str, Kind] = parts.kinds
        self.asker = asker
        self._parts = parts
        writer = Writer(
            parts.log,
            parts.codec,
            asker=asker,
            new_event_id=new_event_id,
            settle=parts.follower.settle,
            shown=Sight(parts.reader, asker.labels),
        )
        self._writer = writer
        self.directory = Directory(parts.reader, asker)
        self.people = People(
            writer,
            new_id,
            self.directory,
            in_turn=parts.in_turn,
            departed=lambda member: parts.keys.depart([member]),
        )
        self.entries = Entries(writer, self.kinds, new_id)
        self.endorsements = Endorsements(writer)
        self.reuses = Reuses(writer, new_id)
        self.erasure = Erasure(self.people, self.entries, parts.follower)
        self.catalogue = Catalogue(parts.reader, asker.readable)
        self.reports = Reports(parts.reader, asker, parts.questions)
        self._search = Search(
            parts.index, parts.embedder, self.catalogue, parts.follower, parts.log, asker.readable
        )

    def own_data(self) -> OwnData:
        """Everything that is the asker's own. Raises `Forbidden` for someone not known."""
        if self.asker.member is None:
            raise Forbidden("Sign in to take your data along.")
        with storage_errors(self._parts.directory.root):
            return own_data(self._parts.reader, self._writer, self.accounts, self.directory)

    @property
    def accounts(self) -> "Accounts":
        """What signing in needs; what members sign in with is changed by `credentials`."""
        return self._parts.accounts

    @property
    def credentials(self) -> Credentials:
        """What members sign in with: tokens, links, passwords and the rest."""
        return Credentials(self._parts.accounts, self._writer, self._parts.in_turn)

    def acting_for(self, asker: Asker) -> Self:
        """The same as someone else sees and changes it; close the one that was opened."""
        return type(self)(self._parts, asker)

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
        asker: Asker | None = None,
    ) -> Self:
        """Open the data directory at `path`, with its own settings unless given.

        `notice` is told what takes long or was repaired. Who asks is `asker`, or else the member of
        the settings, or else the operator. Raises `DataDirectoryError`.
        """
        wait_asleep()  # before any thread of ours runs, and for processes that are started later
        directory = data_directory.find(Path(path))
        tell = notice or (lambda _: None)
        with storage_errors(directory.root):
            settings = settings or load_settings(directory.root, os.environ)
            parts = open_parts(directory, settings, embedder or AnnouncedModel(tell), tell)
            try:
                opened = cls(parts, asker or _acting(parts))
                if sentence := opened.incomplete():
                    tell(sentence)
                return opened
            except BaseException:
                parts.close()
                raise

    def search(
        self,
        question: str,
        *,
        kinds: Sequence[str] = (),
        tags: Sequence[str] = (),
        groups: Sequence[str] = (),
        archived: bool | None = False,
        limit: int = 10,
        settled: bool = True,
        at_once: bool = False,
    ) -> Answer:
        """The entries that answer `question`, among all that is in the log now; see `Search`.

        One that is not `settled`, since someone is still typing, counts as none that was asked.
        """
        with storage_errors(self._parts.directory.root):
            answer = self._search(
                question,
                kinds=kinds,
                tags=tags,
                groups=groups,
                archived=archived,
                limit=limit,
                at_once=at_once,
            )
            # Counting is never worth an answer, e.g. on a disk that is full.
            with suppress(sqlite3.Error, DataDirectoryError):
                if settled:
                    self._parts.questions.asked(question, self.asker.member)
        return answer

    @property
    def unwritable(self) -> str:
        """Why it is only read, in a few words, as seen when it was opened; empty if it is not."""
        return self._parts.frozen.reason if self._parts.frozen else ""

    def outdated(self) -> bool:
        """Whether one that is only read can be written by now, or another program wrote to it."""
        return self._parts.frozen is not None and self._parts.frozen.outdated()

    def reopened(self) -> Self:
        """Close this and open the same anew, for the same asker. Raises `DataDirectoryError`."""
        self.close()
        root, model, tell = self.settings.data, self._parts.embedder, self._parts.notice
        opened = self.open(
            root, settings=self.settings, embedder=model, notice=tell, asker=self.asker
        )
        if not opened.unwritable:
            tell(f"{root} can be written again.")
        return opened

    @contextmanager
    def follow(self) -> Iterator[None]:
        """Keep views and index up in the background for as long as the block runs."""
        began = self._parts.follower.start()
        try:
            yield
        finally:
            if began:
                self._parts.follower.stop()

    def start_following(self) -> None:
        """Keep views and index up in the background until `close`."""
        self._parts.follower.start()

    def wait(self, position: int, *, index: bool = False, timeout: float | None = None) -> None:
        """Return when views (and the index) hold `position`.

        Raises `NotYetSearchable` after `timeout` seconds, or when the work cannot go on.
        """
        deadline = monotonic() + (math.inf if timeout is None else timeout)
        with storage_errors(self._parts.directory.root):
            for of_index in (False, True) if index else (False,):
                left = max(0.0, deadline - monotonic())
                self._parts.follower.ensure(position, index=of_index, timeout=left)

    def head(self) -> int:
        """The log's last position, to `wait` for."""
        with storage_errors(self._parts.directory.root):
            return self._parts.log.head()

    def rebuild(
        self, what: Literal["views", "index", "all"] = "all", progress: Progress | None = None
    ) -> None:
        """Make views, index or both anew from the log and swap them in.

        `progress` gets (what, done, of). Raises `Refused` while another process keeps them up.
        """
        if what not in ("views", "index", "all"):
            raise InvalidInput(f"{what!r} cannot be rebuilt: name views, index or all.", "what")
        with storage_errors(self._parts.directory.root):
            if self._parts.frozen:
                self._parts.frozen.refuse()
            self._parts.follower.rebuild(what, progress or (lambda *_: None))

    def status(self) -> Status:
        """Positions, lag, sizes and troubles."""
        with storage_errors(self._parts.directory.root):
            return status.gather(
                self._parts.directory,
                self.settings,
                self._parts.log,
                self._parts.reader,
                self._parts.parked,
                self._parts.follower,
                lacking(self._parts.vault),
                self._parts.frozen,
            )

    def go_on_without_lost_keys(self) -> None:
        """Write new entries and members again: the newer vault is gone for good.

        What its keys open stays unread. Raises `DataDirectoryError`.
        """
        with storage_errors(self._parts.directory.root):
            self._parts.vault.give_up()

    def incomplete(self) -> str:
        """A sentence if anything that was recorded could not be taken in; empty otherwise."""
        with storage_errors(self._parts.directory.root):
            lacking = self._parts.reader.incomplete() or self._parts.parked.any()
        return INCOMPLETE if lacking else ""

    def check_log(self, progress: Callable[[int, int], None] = lambda *_: None) -> int:
        """Read the whole log and answer how many events it holds, all sound and open to the vault.

        `progress` gets (events read, events in all). Raises `DataDirectoryError` for damage.
        """
        from events.sqlite_check import check_log

        with storage_errors(self._parts.directory.root):
            return check_log(
                self._parts.directory.log, self._parts.codec, progress, self._parts.frozen
            )

    def close(self) -> None:
        """Let go of everything; the background work ends first."""
        self._parts.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _acting(parts: Parts) -> Asker:
    """The asker whom the settings name. Raises `DataDirectoryError` for nobody who has joined."""
    member = parts.settings.member
    if member == access.OPERATOR:
        return access.operator()
    try:
        return Directory(parts.reader, access.operator()).asker(member)
    except NotFound as error:
        raise DataDirectoryError(
            f"{error} Set member or KB_MEMBER to the full id of one who has joined, see "
            "kb member list --json, or leave it out."
        ) from error

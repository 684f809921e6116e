"""The one object that people script against and that command line and web use: joins the parts."""

import os
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from indexer.embedding.threads import wait_asleep
from kb import access
from kb.access import Principal
from kb.areas import OWN
from kb.endorsements.service import Endorsements
from kb.entries.catalogue import Catalogue, EntryFilter
from kb.entries.kinds import Kind
from kb.entries.service import Entries
from kb.erasure.erase import Erasure
from kb.errors import DataDirectoryError, Forbidden, NotFound
from kb.ids import new_event_id, new_id
from kb.measures.reuse_report import Reports
from kb.opening import open_parts
from kb.own_data.read import OwnData, own_data
from kb.parts import Parts
from kb.people.credentials import Credentials
from kb.people.directory import Directory
from kb.people.service import People
from kb.reuse.service import Reuses
from kb.search.lazy_embedder import AnnouncedModel
from kb.search.search import Answer, Search
from kb.storage import data_directory
from kb.storage.data_directory import storage_errors
from kb.storage.settings import Settings, load_settings, written
from kb.upkeep import Upkeep
from kb.views.visible import Sight
from kb.writer import Writer

if TYPE_CHECKING:
    from indexer.embedding.embedder import Embedder
    from kb.accounts.accounts import Accounts

Notice = Callable[[str], None]


class KnowledgeBase(Upkeep):
    """A data directory, opened, as one principal sees and changes it: commands, queries and search.

    A context manager; usable from any thread.
    """

    def __init__(self, parts: Parts, principal: Principal) -> None:
        super().__init__(parts, principal)
        self.kinds: Mapping[str, Kind] = parts.kinds
        member = principal.member or ""
        writer = Writer(
            parts.log,
            parts.codec,
            principal=principal,
            new_event_id=new_event_id,
            settle=parts.worker.settle,
            wrote=partial(parts.own.note, member),
            shown=Sight(parts.reader, principal.labels),
        )
        self._writer = writer
        self.directory = Directory(parts.reader, principal)
        self.people = People(
            writer,
            new_id,
            self.directory,
            catch_up=parts.catch_up_views,
            departed=lambda member: parts.keys.depart([member]),
        )
        self.entries = Entries(writer, self.kinds, new_id)
        self.endorsements = Endorsements(writer)
        self.reuses = Reuses(writer, new_id)
        self.erasure = Erasure(self.people, self.entries, parts.worker)
        self.catalogue = Catalogue(parts.reader, principal.readable)
        self.reports = Reports(parts.reader, principal, parts.questions)
        self._search = Search(
            parts.index,
            parts.embedder,
            self.catalogue,
            parts.worker,
            parts.log,
            principal.readable,
            partial(parts.own.take, member),
        )

    @property
    def parts(self) -> Parts:
        """What is opened: log, vault, views, index and the rest, as nobody's principal limits them.

        For programs of operators, and for tests; it is shared with all that `as_` made.
        """
        return self._parts

    def own_data(self) -> OwnData:
        """Everything that is the principal's own. Raises `Forbidden` for someone not known."""
        if self.principal.member is None:
            raise Forbidden("Sign in to take your data along.")
        with storage_errors(self._parts.directory.root):
            return own_data(self._parts.reader, self._writer, self.accounts, self.directory, OWN)

    @property
    def accounts(self) -> "Accounts":
        """What signing in needs; what members sign in with is changed by `credentials`."""
        return self._parts.accounts

    @property
    def credentials(self) -> Credentials:
        """What members sign in with: tokens, links, passwords and the rest."""
        return Credentials(self._parts.accounts, self._writer)

    def as_(self, principal: Principal) -> Self:
        """The same as someone else sees and changes it; close the one that was opened."""
        return type(self)(self._parts, principal)

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
        principal: Principal | None = None,
    ) -> Self:
        """Open the data directory at `path`, with its own settings unless given.

        `notice` is told what takes long or was repaired. Who asks is `principal`, or else the
        member of the settings, or else the operator. Raises `DataDirectoryError`.
        """
        wait_asleep()  # before any thread of ours runs, and for processes that are started later
        # Whole, so that what errors say of it stays true, and is no word like others.
        directory = data_directory.DataDirectory(data_directory.find(Path(path)).root.absolute())
        tell = notice or (lambda _: None)
        with storage_errors(directory.root):
            settings = settings or load_settings(directory.root, os.environ)
            parts = open_parts(directory, settings, embedder or AnnouncedModel(tell), tell)
            try:
                opened = cls(parts, principal or _acting(parts))
                if sentence := opened.incomplete():
                    tell(sentence)
                return opened
            except BaseException:
                parts.close()
                raise

    def search(
        self,
        question: str,
        filter: EntryFilter | None = None,
        *,
        limit: int = 10,
        settled: bool = True,
    ) -> Answer:
        """The entries that answer `question`, of those that `filter` lets through; see `Search`.

        `Answer.behind` tells how much of the log the index lacks; `catch_up` waits for all of it.
        One that is not `settled`, since someone is still typing, counts as none that was asked.
        """
        with storage_errors(self._parts.directory.root):
            answer = self._search(question, filter or EntryFilter(), limit=limit)
            # Counting is never worth an answer, e.g. on a disk that is full.
            with suppress(sqlite3.Error, DataDirectoryError):
                if settled:
                    self._parts.questions.asked(question, self.principal.member)
        return answer

    def reopened(self) -> Self:
        """Close this and open it anew, for the same principal. Raises `DataDirectoryError`."""
        self.close()
        root, model, tell = self.settings.data, self._parts.embedder, self._parts.notice
        opened = self.open(
            root, settings=self.settings, embedder=model, notice=tell, principal=self.principal
        )
        if not opened.unwritable:
            tell(f"{root} can be written again.")
        return opened

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


def _acting(parts: Parts) -> Principal:
    """The principal that the settings name. Raises `DataDirectoryError` if none has joined."""
    member = parts.settings.member
    if member == access.OPERATOR:
        return access.operator()
    try:
        return Directory(parts.reader, access.operator()).principal(member)
    except NotFound as error:
        raise DataDirectoryError(
            f"{error} Set member or KB_MEMBER to the full id of one who has joined, see "
            "kb member list --json, or leave it out."
        ) from error

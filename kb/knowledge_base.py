"""An opened data directory, as a process uses it; people work in a `Session`."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Self

from indexer.embedding.threads import wait_asleep
from kb import access, backends, status
from kb.access import Principal
from kb.belonging import lacking
from kb.errors import DataDirectoryError, NotFound
from kb.messages import _
from kb.opening import Notice, open_parts
from kb.parts import Parts
from kb.people.directory import Directory
from kb.projections.worker import Progress
from kb.search.lazy_embedder import AnnouncedModel
from kb.search.models import Models
from kb.session import Session
from kb.status import Status
from kb.storage import data_directory
from kb.storage.data_directory import storage_errors
from kb.storage.settings import Settings, load_settings, written

if TYPE_CHECKING:
    from indexer.embedding.embedder import Embedder
    from indexer.embedding.reranker import Reranker
    from kb.accounts.accounts import Accounts


class KnowledgeBase:
    """A data directory, opened: followed, rebuilt, checked and closed. `session` and `as_` read it
    and write to it.

    A context manager; usable from any thread.
    """

    def __init__(self, parts: Parts, principal: Principal) -> None:
        self._parts = parts
        self.settings: Settings = parts.settings
        self.session = Session(parts, principal)
        """Of the one who opened it: the member of the settings, or else the operator."""

    @classmethod
    def create(cls, path: str | Path, *, settings: Settings | None = None) -> None:
        """Make a new data directory at `path`, which must be empty or absent.

        `settings` other than the defaults are written to its file. Raises `DataDirectoryError`.
        """
        backends.create(Path(path), written(settings) if settings else {})

    @classmethod
    def open(
        cls,
        path: str | Path,
        *,
        settings: Settings | None = None,
        embedder: "Embedder | None" = None,
        reranker: "Reranker | None" = None,
        notice: Notice | None = None,
        principal: Principal | None = None,
    ) -> Self:
        """Open the data directory at `path`, with its own settings unless given.

        Without `embedder` the packaged model computes vectors; without `reranker` the order of the
        fusion is final. `notice` gets a sentence about anything slow or repaired. `session` is for
        `principal`, or else the member of the settings, or else the operator. Raises
        `DataDirectoryError`.
        """
        wait_asleep()  # before any thread of ours runs, and for processes that are started later
        # Absolute, so that errors name it wherever they are read.
        directory = data_directory.DataDirectory(data_directory.find(Path(path)).root.absolute())
        tell = notice or (lambda _: None)
        with storage_errors(directory.root):
            settings = settings or load_settings(directory.root, os.environ)
            models = Models(embedder or AnnouncedModel(tell), reranker)
            parts = open_parts(directory, settings, models, tell)
            try:
                opened = cls(parts, principal or _acting(parts))
                if sentence := opened.incomplete():
                    tell(sentence)
                return opened
            except BaseException:
                parts.close()
                raise

    def as_(self, principal: Principal) -> Session:
        """A session for `principal`, with the rights that it states. It needs no closing."""
        return Session(self._parts, principal)

    def as_member(self, member: str) -> Session:
        """A session for the member with this id, with their roles and groups as they are now.

        Later changes to these take effect in sessions made after them: make one for each request.
        Raises `NotFound` unless they have joined.
        """
        return self.as_(_principal(self._parts, member))

    @property
    def parts(self) -> Parts:
        """Log, vault, views, index and the rest, without limits of a principal.

        For programs of operators, and for tests.
        """
        return self._parts

    @property
    def accounts(self) -> "Accounts":
        """The accounts; `Session.credentials` changes what members sign in with."""
        return self._parts.accounts

    @property
    def unwritable(self) -> str:
        """Why it was opened only for reading, in a few words; empty if it was not."""
        return self._parts.frozen.reason if self._parts.frozen else ""

    def outdated(self) -> bool:
        """Whether a base that is only read is out of date, or can be written by now."""
        return self._parts.frozen is not None and self._parts.frozen.outdated()

    @contextmanager
    def follow(self) -> Iterator[None]:
        """Keep views and index up in the background for as long as the block runs."""
        began = self._parts.worker.start()
        try:
            yield
        finally:
            if began:
                self._parts.worker.stop()

    def start_following(self) -> None:
        """Keep views and index up in the background until `close`."""
        self._parts.worker.start()

    def wait(self, position: int, *, index: bool = False, timeout: float | None = None) -> None:
        """Return when views (and the index) hold `position`.

        Raises `NotYetSearchable` after `timeout` seconds, or when the work cannot go on.
        """
        self._parts.wait(position, "index" if index else "views", timeout)

    def catch_up(self, timeout: float | None = None) -> None:
        """Return when views and index hold all that is in the log now; raises as `wait` does.

        Searches after that miss nothing.
        """
        self._parts.wait(self.head(), "index", timeout, all_before=True)

    def head(self) -> int:
        """The log's last position, to `wait` for."""
        with storage_errors(self._parts.directory.root):
            return self._parts.log.head()

    def rebuild(self, what: str = "all", progress: Progress | None = None) -> None:
        """Rebuild projections from the log and swap them in: one by its name, "views", or "all".

        `progress` gets (what, done, of). Raises `InvalidInput` for an unknown name, `Refused` while
        another process keeps them up.
        """
        with storage_errors(self._parts.directory.root):
            if self._parts.frozen:
                self._parts.frozen.refuse()
            self._parts.worker.rebuild(what, progress or (lambda *_: None))

    def status(self) -> Status:
        """Positions, lag, sizes and troubles."""
        with storage_errors(self._parts.directory.root):
            return status.gather(self._parts, lacking(self._parts.vault))

    def go_on_without_lost_keys(self) -> None:
        """Allow writing again, as the newer vault is gone for good.

        Values sealed with its keys stay unreadable. Raises `DataDirectoryError`.
        """
        with storage_errors(self._parts.directory.root):
            self._parts.vault.give_up()

    def incomplete(self) -> str:
        """A sentence if any event could not be taken in; empty otherwise."""
        return self.session.incomplete()

    def check_log(self, progress: Callable[[int, int], None] = lambda *_: None) -> int:
        """Check every event and its sealed values; returns the number of events.

        `progress` gets (events read, events in all). Raises `DataDirectoryError` for damage.
        """
        with storage_errors(self._parts.directory.root):
            return self._parts.backends.check_log(self._parts.codec, progress)

    def reopened(self) -> Self:
        """Close this and open it anew, for the same principal. Raises `DataDirectoryError`."""
        self.close()
        root, models, tell = self.settings.data, self._parts.models, self._parts.notice
        opened = self.open(
            root,
            settings=self.settings,
            embedder=models.embedder,
            reranker=models.reranker,
            notice=tell,
            principal=self.session.principal,
        )
        if not opened.unwritable:
            tell(_("{root} can be written again.", root=str(root)))
        return opened

    def close(self) -> None:
        """Close everything; the background work ends first."""
        self._parts.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _principal(parts: Parts, member: str) -> Principal:
    return Directory(parts.reader, access.operator()).principal(member)


def _acting(parts: Parts) -> Principal:
    """The principal that the settings name. Raises `DataDirectoryError` if none has joined."""
    member = parts.settings.member
    if member == access.OPERATOR:
        return access.operator()
    try:
        return _principal(parts, member)
    except NotFound as error:
        raise DataDirectoryError(
            _(
                "{why} Set member or KB_MEMBER to the full id of one who has joined, "
                "see kb member list --json, or leave it out.",
                why=str(error),
            )
        ) from error

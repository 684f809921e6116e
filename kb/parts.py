"""The parts of an opened data directory, shared by all sessions: log, vault, views and so on."""

import math
import secrets
from collections.abc import Callable
from contextlib import suppress
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING

from events.clock import utc_now
from events.errors import EventLogError
from kb.areas import VIEWS, build_codec
from kb.backends import Backends
from kb.belonging import open_log_and_vault
from kb.entries.kinds import load_kinds
from kb.erasure.eraser import Eraser
from kb.erasure.secrets import Keys, Untouched
from kb.errors import DataDirectoryError, KnowledgeBaseError, NotYetSearchable
from kb.measures.search_counts import Questions
from kb.people.accounts_beside import Beside
from kb.projections.views import Views
from kb.projections.worker import ProjectionWorker
from kb.search.lane import IndexLane
from kb.search.models import Models
from kb.search.own_texts import OwnTexts
from kb.search.search_index import SearchIndex
from kb.storage.data_directory import DataDirectory, storage_errors
from kb.storage.frozen import FrozenDirectory
from kb.storage.settings import Settings
from kb.views.parked import ParkedFile
from kb.views.pending import PendingEvents
from kb.views.reader import ViewReader

if TYPE_CHECKING:
    from kb.accounts.accounts import Accounts

CATCH_UP_SECONDS = 10.0
"""How long a command whose rules read the views waits for them."""


class Parts:
    """Opened together and closed together; usable from any thread."""

    def __init__(
        self,
        directory: DataDirectory,
        settings: Settings,
        models: Models,
        notice: Callable[[str], None],
        frozen: FrozenDirectory | None = None,
    ) -> None:
        self.frozen = frozen
        self.directory = directory = frozen.directory if frozen else directory
        if not frozen:
            directory.remove_old_lock()
        self.settings = settings
        self.models = models
        self.backends = Backends(directory, frozen)
        opened = open_log_and_vault(self.backends, directory, notice)
        self.log, self.vault, self._keeper, brought_over = opened
        self.codec = build_codec(self.vault)
        self.notice = notice
        self._beside = Beside(self.log, self.codec, notice, brought_over)
        self.kinds = load_kinds()
        self.views = Views(directory.views, self.codec, self.log, VIEWS, notice=notice)
        self.reader = ViewReader(
            directory.views,
            VIEWS,
            PendingEvents(self.log, VIEWS.withholding.lack),
        )
        self.own = OwnTexts()
        self.parked = ParkedFile(directory.parked)
        self.questions = Questions(
            directory.questions,
            utc_now,
            secrets.token_bytes,
            self.log,
            named=DataDirectory(directory.root).questions,
        )
        self.drafts = self.backends.open_drafts(self.log)
        self.keys = Keys(self.vault, self.questions, self.drafts, lambda: self.accounts, utc_now)
        if frozen:
            self._tidy(self.questions.tidy)
        else:
            self._tidy(self.questions.tidy, self.keys.expire_drafts)
        self.index = SearchIndex(
            frozen.index if frozen else lambda: directory.index,
            self.log,
            self.codec,
            models=models,
            engine=settings.fulltext,
            parked=self.parked,
            lack=VIEWS.withholding.lack,
            now=utc_now,
            notice=notice,
        )
        secrets_ = Untouched() if frozen else self.keys
        forgetting = Eraser(self.log, self.codec, self.views, self.reader, self.index, secrets_)
        self.worker = ProjectionWorker(
            self.log,
            self.views,
            self.reader,
            [IndexLane(self.index, forgetting, directory.index, self.log, self.parked)],
            self.backends.leadership(),
            directory.troubles,
            forgetting,
        )
        self.worker.on_step = self._keeper.pass_by
        self.reader.on_damage = self.worker.repair_views
        self.reader.on_change = self.worker.verify_views
        self.reader.moving = lambda: self.views.moving
        self.reader.follow = self.worker.settle
        if frozen:
            self.reader.before = frozen.refuse_changed
        self._opening_accounts = Lock()
        self._accounts: Accounts | None = None
        if brought_over and directory.accounts.exists():
            # Migrated together with their log, as accounts of the previous format that turn up
            # later are an older copy. Errors are reported when the accounts are needed.
            with suppress(KnowledgeBaseError, EventLogError):
                _ = self.accounts.store

    @property
    def accounts(self) -> "Accounts":
        """The accounts, opened at first use."""
        # Imported here, since most commands need none of its libraries.
        from kb.accounts.accounts import Accounts

        with self._opening_accounts:
            if self._accounts is None:
                self._accounts = Accounts(
                    lambda: self.backends.open_accounts(self.notice),
                    self.settings.community,
                    utc_now,
                    self._beside,
                )
            return self._accounts

    def _tidy(self, *steps: Callable[[], object]) -> None:
        """Tidy counts of searches and drafts. Damage to these is reported, and nothing else stops.

        Erasing is refused until they are repaired.
        """
        for step in steps:
            try:
                step()
            except DataDirectoryError as error:
                self.notice(str(error))

    def catch_up_views(self) -> None:
        """Wait until the views hold all of the log. Raises `DataDirectoryError` if they cannot."""
        try:
            with storage_errors(self.directory.root):
                self.worker.ensure(self.log.head(), timeout=CATCH_UP_SECONDS)
        except NotYetSearchable as error:
            why = " ".join(self.worker.errors)
            raise DataDirectoryError(
                f"Nothing was changed, as the views lack what is new: try again. {why}".strip()
            ) from error

    def wait(
        self, position: int, lane: str, timeout: float | None = None, *, all_before: bool = False
    ) -> None:
        """Return when the views, and `lane` after them, hold `position`, or `all_before` it too.

        Raises `NotYetSearchable` after `timeout` seconds, or when the work cannot go on.
        """
        if lane == "index":
            self.own.waited(position)
        deadline = monotonic() + (math.inf if timeout is None else timeout)
        with storage_errors(self.directory.root):
            for each in dict.fromkeys(("views", lane)):
                left = max(0.0, deadline - monotonic())
                self.worker.ensure(position, each, timeout=left, all_before=all_before)

    def close(self) -> None:
        """Close everything; the background work ends first."""
        self.questions.settle()
        self.worker.close()
        self.index.close()
        self.views.close()
        self.reader.close()
        self._keeper.close()
        self.log.close()
        self.vault.close()
        if self._accounts:
            self._accounts.close()
        if self.frozen:
            self.frozen.close()

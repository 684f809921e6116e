"""Storage of log, keys, accounts, drafts and leadership; no module above names the implementation.

Today these are files of SQLite and a lock file; the views and the counts of searches are files of
SQLite by design. Another log needs another `Backends`, a setting that chooses it, and a
`DataDirectory` that is found without the file of the log.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

import msgspec

from events.clock import utc_now
from events.codec import EventCodec
from events.event import RecordedEvent
from events.log import EventLog
from events.marks import Mark
from events.sqlite import SqliteEventLog
from events.sqlite_check import check_chain, check_log
from events.sqlite_file import is_of_format_before
from events.sqlite_files.opening import kept_as_found
from events.sqlite_layout import LOG as LOG_LAYOUT
from events.sqlite_layout import VAULT as VAULT_LAYOUT
from events.sqlite_older import read_older, read_older_keys
from events.sqlite_vault import SqliteVault
from events.vault import KeyVault, MemoryVault
from kb.accounts.account_file import peek
from kb.accounts.store import AccountStore
from kb.drafts.draft_file import DraftFile
from kb.drafts.store import DraftStore
from kb.errors import DataDirectoryError
from kb.messages import _
from kb.storage.data_directory import BEGUN, SETTINGS, DataDirectory, is_begun, storage_errors
from kb.storage.frozen import FrozenDirectory
from kb.storage.leadership import Leadership
from kb.writer import Clock

FORMAT = LOG_LAYOUT.version
"""The format of log and vault, shown by `kb status`."""

LOCK_SECONDS = 10.0


class Backends:
    """Opens the stores of one data directory; only for reading if it is `frozen`."""

    def __init__(self, directory: DataDirectory, frozen: FrozenDirectory | None = None) -> None:
        self._directory = directory
        self._frozen = frozen

    def open_log(self, clock: Clock = utc_now) -> EventLog:
        """Open the log. Raises `LogFormatError` or `LogUnavailable`."""
        return SqliteEventLog(self._directory.log, clock=clock, frozen=self._frozen)

    def open_vault(self, *, create: bool = False) -> KeyVault:
        """Open the vault, with `create` a new one if there is none. Raises as `open_log`."""
        return SqliteVault(self._directory.vault, create=create, frozen=self._frozen)

    def open_accounts(self, notice: Callable[[str], None]) -> AccountStore:
        """Open the accounts. Raises `DataDirectoryError`."""
        return AccountStore(self._directory.accounts, notice=notice, frozen=self._frozen)

    def open_drafts(self, log: EventLog) -> DraftStore:
        """The drafts beside `log`, whose file is looked at when they are used."""
        return DraftFile(self._directory.drafts, log, self._frozen)

    def accounts_mark(self) -> Mark | None:
        """The last mark of a log in the accounts, read without opening them to write."""
        return peek(self._directory.accounts, self._frozen)

    def leadership(self) -> Leadership:
        """The lock by which one process leads all others that have the directory open."""
        return Leadership(self._directory.lock)

    def has_vault(self) -> bool:
        """Whether the vault exists."""
        return self._directory.vault.exists()

    def check_log(self, codec: EventCodec, progress: Callable[[int, int], None]) -> int:
        """Read all events and return their number; see `events.sqlite_check.check_log`."""
        return check_log(self._directory.log, codec, progress, self._frozen)

    def check_chain(self, after: int) -> None:
        """Raise `LogFormatError` unless the hash chain holds from position `after` on."""
        check_chain(self._directory.log, after, self._frozen)

    def kept_as_found(self) -> AbstractContextManager[None]:
        """Leave doubtful files on disk untouched while the block runs, and if it raises."""
        if self._frozen:
            return nullcontext()
        return kept_as_found(self._directory.log, self._directory.vault)

    def of_format_before(self) -> tuple[bool, bool]:
        """Whether opening log and vault to write migrates them to `FORMAT`."""
        pairs = ((self._directory.log, LOG_LAYOUT), (self._directory.vault, VAULT_LAYOUT))
        log, vault = (
            not self._frozen
            and path.exists()
            and is_of_format_before(path, layout, timeout=LOCK_SECONDS)
            for path, layout in pairs
        )
        return log, vault

    def older_events(self) -> Iterator[RecordedEvent]:
        """The events of a log of the previous format, which is not changed."""
        return read_older(self._directory.log)

    def older_keys(self) -> KeyVault:
        """The keys of a vault of the previous format, which is not changed."""
        return MemoryVault(read_older_keys(self._directory.vault))


def create(path: Path, settings: dict[str, str | int]) -> DataDirectory:
    """Make a data directory at `path`, which must be absent or empty, with `settings` in its file.

    The log is made last and atomically: without one it is no data directory yet, and can be made
    again after a power cut. Raises `DataDirectoryError`, also for a `member`, as nobody has joined
    yet.
    """
    if "member" in settings:
        raise DataDirectoryError(
            _(
                "A new data directory has no members, so {member} cannot act there: "
                "make it without, and name one who has joined later, with member or "
                "KB_MEMBER.",
                member=settings["member"],
            )
        )
    directory = DataDirectory(path)
    with storage_errors(path):
        if directory.log.exists():
            raise DataDirectoryError(
                _("{path} is a data directory already: use it as it is.", path=str(path))
            )
        if path.exists() and any(not is_begun(place) for place in path.iterdir()):
            raise DataDirectoryError(
                _(
                    "{path} is not empty: give the path of a new or an empty directory.",
                    path=str(path),
                )
            )
        path.mkdir(parents=True, exist_ok=True)
        # Its files are not encrypted, so only the user of the program may read them.
        path.chmod(0o700)
        lines = (f"{name} = {_toml(value)}\n" for name, value in settings.items())
        _write_whole(directory.settings, SETTINGS + "".join(lines))
        _make_vault(directory.vault)
        with _whole(directory.log) as begun:
            SqliteEventLog(begun, create=True).close()
    return directory


def _write_whole(path: Path, text: str) -> None:
    """Write a file atomically, even on a full disk or in a power cut."""
    begun = path.with_name(path.name + BEGUN)
    with begun.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    begun.replace(path)


def _toml(value: str | int) -> str:
    # The strings of JSON are those of TOML, but for one character that TOML wants escaped.
    return msgspec.json.encode(value).decode().replace("\x7f", "\\u007f")


def _make_vault(path: Path) -> None:
    if path.exists():  # it is whole, and may have keys
        SqliteVault(path, create=True).close()
    else:
        with _whole(path) as begun:
            SqliteVault(begun, create=True).close()


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """A temporary path for a database, which replaces `path` at the end."""
    begun = path.with_name(path.name + BEGUN)
    for left in path.parent.glob(f"{begun.name}*"):
        left.unlink()
    yield begun
    begun.replace(path)

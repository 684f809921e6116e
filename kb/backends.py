"""What keeps log, keys, accounts and the lead of a data directory; nothing above names it.

Today these are files of SQLite and a lock file. Another log needs another `Backends` and nothing
else of `kb`; the views, and the counts of searches, are files of SQLite by design.
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
from kb.errors import DataDirectoryError
from kb.messages import _
from kb.storage.data_directory import BEGUN, SETTINGS, DataDirectory, is_begun, storage_errors
from kb.storage.frozen import FrozenDirectory
from kb.storage.leadership import Leadership
from kb.writer import Clock

FORMAT = LOG_LAYOUT.version
"""Of log and vault, as `kb status` tells it."""

LOCK_SECONDS = 10.0


class Backends:
    """Opens what one data directory keeps; what it is `frozen` for is only read."""

    def __init__(self, directory: DataDirectory, frozen: FrozenDirectory | None = None) -> None:
        self._directory = directory
        self._frozen = frozen

    def open_log(self, clock: Clock = utc_now) -> EventLog:
        """The log. Raises `LogFormatError` or `LogUnavailable`."""
        return SqliteEventLog(self._directory.log, clock=clock, frozen=self._frozen)

    def open_vault(self, *, create: bool = False) -> KeyVault:
        """The keys, made anew with `create` if there are none. Raises the same."""
        return SqliteVault(self._directory.vault, create=create, frozen=self._frozen)

    def open_accounts(self, notice: Callable[[str], None]) -> AccountStore:
        """What signing in needs. Raises `DataDirectoryError`."""
        return AccountStore(self._directory.accounts, notice=notice, frozen=self._frozen)

    def accounts_mark(self) -> Mark | None:
        """Up to where the accounts know a log, looked up without opening them to write."""
        return peek(self._directory.accounts, self._frozen)

    def leadership(self) -> Leadership:
        """The lead of one process over all others that have the directory open."""
        return Leadership(self._directory.lock)

    def has_vault(self) -> bool:
        """Whether there are any keys, or were."""
        return self._directory.vault.exists()

    def check_log(self, codec: EventCodec, progress: Callable[[int, int], None]) -> int:
        """The number of events, once all were read; see `events.sqlite_check.check_log`."""
        return check_log(self._directory.log, codec, progress, self._frozen)

    def check_chain(self, after: int) -> None:
        """Raise `LogFormatError` unless the events from position `after` on follow each other."""
        check_chain(self._directory.log, after, self._frozen)

    def kept_as_found(self) -> AbstractContextManager[None]:
        """What is in doubt stays as it is on disk while the block runs, and if it raises."""
        if self._frozen:
            return nullcontext()
        return kept_as_found(self._directory.log, self._directory.vault)

    def of_format_before(self) -> tuple[bool, bool]:
        """Whether opening log and vault to write brings them over to `FORMAT`."""
        pairs = ((self._directory.log, LOG_LAYOUT), (self._directory.vault, VAULT_LAYOUT))
        log, vault = (
            not self._frozen
            and path.exists()
            and is_of_format_before(path, layout, timeout=LOCK_SECONDS)
            for path, layout in pairs
        )
        return log, vault

    def older_events(self) -> Iterator[RecordedEvent]:
        """The events of a log of the format before, which stays as it is."""
        return read_older(self._directory.log)

    def older_keys(self) -> KeyVault:
        """The keys of a vault of the format before, which stays as it is."""
        return MemoryVault(read_older_keys(self._directory.vault))


def create(path: Path, settings: dict[str, str | int]) -> DataDirectory:
    """Make a data directory at `path`, which must be absent or empty, with `settings` in its file.

    The log comes last, and whole or not at all: a directory without one is none yet, and can be
    made again after a power cut. Raises `DataDirectoryError`, also for a `member`, as nobody has
    joined yet.
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
        # What lies in it is readable: only the user of the program may look.
        path.chmod(0o700)
        lines = (f"{name} = {_toml(value)}\n" for name, value in settings.items())
        _write_whole(directory.settings, SETTINGS + "".join(lines))
        _make_vault(directory.vault)
        with _whole(directory.log) as begun:
            SqliteEventLog(begun, create=True).close()
    return directory


def _write_whole(path: Path, text: str) -> None:
    """Write a file of which a full disk or a power cut leaves all or nothing."""
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
    """Where to make a database that is to lie at `path` once it is whole."""
    begun = path.with_name(path.name + BEGUN)
    for left in path.parent.glob(f"{begun.name}*"):
        left.unlink()
    yield begun
    begun.replace(path)

"""The paths in a data directory, and checks of its files."""

import os
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from errno import ELOOP
from pathlib import Path

from msgspec import Struct

from events.errors import EventLogError
from events.sqlite_files.errors import said
from kb.errors import DataDirectoryError, said_by
from kb.messages import _
from kb.storage.settings import FILE_NAME

LOG = "log.sqlite"
VAULT = "vault.sqlite"
INDEX = "index"
BEGUN = ".begun"
"""The suffix of a file that is being written."""

SETTINGS = """\
# The settings of this data directory; docs/reference/settings.md says what each does.
# A variable of the environment (KB_MEMBER, KB_COMMUNITY, KB_FULLTEXT, KB_HOST, KB_PORT) wins.
"""


class DataDirectory(Struct, frozen=True):
    """The paths of one data directory.

    While nothing can be written, derived files are in the folder `copies` instead.
    """

    root: Path
    copies: Path | None = None

    @property
    def log(self) -> Path:
        """The file of all events; like the vault it cannot be rebuilt."""
        return self.root / LOG

    @property
    def vault(self) -> Path:
        """The file of the keys to sealed values in the log."""
        return self.root / VAULT

    @property
    def views(self) -> Path:
        """The file of all views."""
        return self._made / "views.sqlite"

    @property
    def index(self) -> Path:
        """The folder of the search index and its vectors."""
        return self._made / INDEX

    @property
    def accounts(self) -> Path:
        """The file of sign-in data, which is neither facts nor derived from them."""
        return self.root / "accounts.sqlite"

    @property
    def drafts(self) -> Path:
        """The file of drafts, which are neither facts nor derived from them."""
        return self.root / "drafts.sqlite"

    @property
    def questions(self) -> Path:
        """The file of counts of searches, which are neither facts nor derived from them."""
        return self._made / "questions.sqlite"

    @property
    def parked(self) -> Path:
        """The file of events that the index could not take in."""
        return self._made / "parked.sqlite"

    @property
    def lock(self) -> Path:
        """The file that the leading process locks."""
        return self._made / "follower.lock"

    @property
    def troubles(self) -> Path:
        """The file of errors of the leading process."""
        return self._made / "follower.errors"

    @property
    def settings(self) -> Path:
        """The file of settings."""
        return self.root / FILE_NAME

    def remove_old_lock(self) -> None:
        """Remove the lock file of earlier versions for changes of stewards and groups."""
        with suppress(OSError):
            (self.root / "people.lock").unlink(missing_ok=True)

    def sizes(self) -> dict[str, int]:
        """Bytes on disk of log, vault, views and index."""
        return {
            "log": _bytes(self.root.glob(f"{LOG}*")),
            "vault": _bytes(self.root.glob(f"{VAULT}*")),
            "views": _bytes(self.root.glob("views.sqlite*")),
            "index": _bytes(_inside(self.root / INDEX)),
        }

    def derived(self) -> list[Path]:
        """The existing derived files and those that reading writes to, without the index."""
        ends = ("", "-wal", "-journal", ".sums")
        files = (self.views, self.questions, self.parked)
        places = [file.with_name(file.name + end) for file in files for end in ends]
        return [place for place in places if place.exists()]

    @property
    def _made(self) -> Path:
        """The folder of derived files."""
        return self.copies or self.root


def find(path: Path) -> DataDirectory:
    """The data directory at `path`. Raises `DataDirectoryError` if there is none."""
    directory = DataDirectory(path)
    with storage_errors(path):
        if not path.exists():
            raise DataDirectoryError(
                _("There is no data directory {path}: make one with kb init.", path=str(path))
            )
        if not path.is_dir() or not directory.log.is_file():
            raise DataDirectoryError(
                _(
                    "{path} is not a data directory of Tributary: it holds no {log}.",
                    path=str(path),
                    log=LOG,
                )
            )
        _refuse_odd(directory)
    return directory


def _refuse_odd(directory: DataDirectory) -> None:
    """Raise `DataDirectoryError` if something other than a file has the name of one.

    Opening a pipe would block for ever, and SQLite's error for a folder is no help.
    """
    kept = (directory.log, directory.vault, directory.accounts, directory.settings)
    beside = directory.views.with_name(directory.views.name + ".new")
    made = (directory.views, beside, directory.parked)  # counts of searches never stop anything
    for path in (*kept, *made, directory.lock):
        for end in ("", ".sums", "-wal", "-shm"):
            place = path.with_name(path.name + end)
            if (found := _odd(place, stat.S_ISREG)) and path in kept:
                raise DataDirectoryError(
                    _(
                        "{path} is {found}, not a file: put back a copy of it.",
                        path=str(place),
                        found=found,
                    )
                )
            if found:
                raise DataDirectoryError(
                    _(
                        "{path} is {found}, not a file: move it away, and a new one is made.",
                        path=str(place),
                        found=found,
                    )
                )
    if found := _odd(directory.index, stat.S_ISDIR):
        raise DataDirectoryError(
            _(
                "{path} is {found}, not a folder: move it away, and the index is rebuilt.",
                path=str(directory.index),
                found=found,
            )
        )


def _odd(place: Path, expected: Callable[[int], bool]) -> str:
    """The kind of thing at `place` if it is not as `expected`; empty if it is or is missing."""
    try:
        mode = place.stat().st_mode
    except FileNotFoundError:
        return ""
    except OSError as error:
        if error.errno == ELOOP:
            return _("a link that leads to itself")
        raise
    if expected(mode):
        return ""
    if stat.S_ISDIR(mode):
        return _("a folder")
    return _("a file") if stat.S_ISREG(mode) else _("a pipe or device")


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Turn errors of disk, SQLite and log into a `DataDirectoryError` of one sentence."""
    try:
        yield
    except EventLogError as error:
        raise DataDirectoryError(said_by(error)) from error
    except (sqlite3.Error, OSError) as error:
        raise DataDirectoryError(
            _("The data directory {path} {why}.", path=str(path), why=said(error))
        ) from error


def is_begun(place: Path) -> bool:
    """Whether `place` is a file of a directory whose creation was interrupted."""
    if place.name == FILE_NAME + BEGUN:
        return place.is_file()
    if place.name != FILE_NAME:
        return place.name.startswith((VAULT, LOG + BEGUN)) and place.is_file()
    return SETTINGS.startswith(place.read_text("utf-8", errors="replace")[: len(SETTINGS)])


def _inside(folder: Path) -> Iterator[Path]:
    """All files below `folder`, ignoring a generation that is removed meanwhile."""
    for place, _folders, names in os.walk(folder):
        yield from (Path(place, name) for name in names)


def _bytes(paths: Iterator[Path]) -> int:
    total = 0
    for path in paths:
        # Files come and go while another process writes.
        try:
            total += path.stat().st_size
        except FileNotFoundError:
            continue
    return total

"""Where things lie in a data directory, and what can be wrong with one."""

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
"""Ends the name of a file that is being written."""

SETTINGS = """\
# The settings of this data directory; docs/reference/settings.md says what each does.
# A variable of the environment (KB_MEMBER, KB_COMMUNITY, KB_FULLTEXT, KB_HOST, KB_PORT) wins.
"""


class DataDirectory(Struct, frozen=True):
    """The paths of one data directory.

    What is made from the sources lies in the folder `copies` while it stands in for its own.
    """

    root: Path
    copies: Path | None = None

    @property
    def log(self) -> Path:
        """The file of all events; with the vault the only one that cannot be made again."""
        return self.root / LOG

    @property
    def vault(self) -> Path:
        """The file of the keys that open what is sealed in the log."""
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
        """The file of what signing in needs: neither facts nor made from them."""
        return self.root / "accounts.sqlite"

    @property
    def questions(self) -> Path:
        """The file that counts searches: neither facts nor made from them."""
        return self._made / "questions.sqlite"

    @property
    def parked(self) -> Path:
        """The file of events that the index could not take in."""
        return self._made / "parked.sqlite"

    @property
    def lock(self) -> Path:
        """The file that the following process holds locked."""
        return self._made / "follower.lock"

    @property
    def troubles(self) -> Path:
        """The file of what keeps the following process from going on."""
        return self._made / "follower.errors"

    @property
    def settings(self) -> Path:
        """The file of settings."""
        return self.root / FILE_NAME

    def remove_old_lock(self) -> None:
        """Remove what was locked while stewards or groups changed; the log compares streams now."""
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
        """The files of what is made from the sources and of what reading writes to, if there are
        any; not the index.
        """
        ends = ("", "-wal", "-journal", ".sums")
        files = (self.views, self.questions, self.parked)
        places = [file.with_name(file.name + end) for file in files for end in ends]
        return [place for place in places if place.exists()]

    @property
    def _made(self) -> Path:
        """Where what is made from the sources lies."""
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
    """Raise `DataDirectoryError` where something else than a file lies in the place of one.

    A pipe would be waited for without end, and what SQLite says of a folder is no advice.
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
    """What lies at `place`, if that is not as `expected`; empty if it is or nothing is there."""
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
    """Turn what the disk, SQLite and the log say into one sentence of `DataDirectoryError`."""
    try:
        yield
    except EventLogError as error:
        raise DataDirectoryError(said_by(error)) from error
    except (sqlite3.Error, OSError) as error:
        raise DataDirectoryError(
            _("The data directory {path} {why}.", path=str(path), why=said(error))
        ) from error


def is_begun(place: Path) -> bool:
    """Whether `place` is a file of a directory that was not made to the end."""
    if place.name == FILE_NAME + BEGUN:
        return place.is_file()
    if place.name != FILE_NAME:
        return place.name.startswith((VAULT, LOG + BEGUN)) and place.is_file()
    return SETTINGS.startswith(place.read_text("utf-8", errors="replace")[: len(SETTINGS)])


def _inside(folder: Path) -> Iterator[Path]:
    """All files below `folder`; a generation that is taken away meanwhile is passed over."""
    for place, _folders, names in os.walk(folder):
        yield from (Path(place, name) for name in names)


def _bytes(paths: Iterator[Path]) -> int:
    total = 0
    for path in paths:
        # Files come and go while a process follows the log.
        try:
            total += path.stat().st_size
        except FileNotFoundError:
            continue
    return total

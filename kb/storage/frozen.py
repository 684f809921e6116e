"""Reading a data directory in which nothing can be written.

The sources (log, vault, accounts) are read in place. Derived files are copied into memory and
brought up to date with the log there, so that nothing is shown that the log has hidden since.
"""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from errno import ENOSPC
from pathlib import Path
from threading import Lock

from filelock import FileLock, Timeout

from events.sqlite_files.errors import kind_of
from events.sqlite_frozen import Frozen
from indexer.errors import IndexUnavailable
from kb.errors import DataDirectoryError
from kb.messages import _
from kb.storage.data_directory import BEGUN, INDEX, DataDirectory, storage_errors

ROOM = 512_000
"""Free bytes below which a disk counts as full: for opening a directory, and a small entry."""

FILES = 100
"""Free inodes below which it does so too: an index has many files, and merges make more."""

FULL = _("the disk is full")
READ_ONLY = _("it is read-only")
ADVICE: dict[str, str] = {FULL: _("free some space"), READ_ONLY: _("make it writable")}

MEMORY = Path("/dev/shm")  # nosec B108  # noqa: S108 - in a folder for this user alone
"""Files in memory on Linux; elsewhere the copies are in the temporary folder."""

PREFIX = "tributary-copy-"
_NO_PLACE = _("neither memory nor the temporary folder has room for a copy that can be brought up")

SPARE = 1.2
"""Factor on the size of the copies for the room needed, as new texts are added to them."""


class FrozenDirectory(Frozen):
    """A data directory that is read-only because of `reason`, with copies of its derived files.

    `told` is a sentence about it for readers. `close` removes the copies. Raises
    `DataDirectoryError` if there is no room for them.
    """

    def __init__(self, directory: DataDirectory, reason: str) -> None:
        super().__init__(
            _(
                "Nothing can be written in {place} because {why}: {advice}.",
                place=str(directory.root),
                why=reason,
                advice=ADVICE[reason],
            )
        )
        self.reason = reason
        self.told = _(
            "{place} is only read at present because {why}: {advice} to write again.",
            place=str(directory.root),
            why=reason,
            advice=ADVICE[reason],
        )
        files = directory.derived()
        try:
            folder, self._lock = _folder(sum(map(_length, files)))
        except OSError as error:
            raise DataDirectoryError(
                _("{why} There is no room to read on: {place}.", why=self.why, place=_NO_PLACE)
            ) from error
        self.directory = DataDirectory(directory.root, copies=folder)
        self._copying = Lock()
        try:
            for file in files:
                _copy(file, folder / file.name)
        except BaseException:
            self.close()
            raise

    def index(self) -> Path:
        """The path of the copy of the index, made at first use as it may be large, if there is one.

        Raises `IndexUnavailable` if there is no room for it.
        """
        copy, own = self.directory.index, self.directory.root / INDEX
        with self._copying:
            if not copy.exists() and own.exists():
                begun = copy.with_name(copy.name + BEGUN)
                try:
                    if not has_room(copy.parent, int(SPARE * _size(own))):
                        raise OSError(ENOSPC, os.strerror(ENOSPC))
                    _copy_folder(own, begun)
                except OSError as error:
                    shutil.rmtree(begun, ignore_errors=True)
                    raise IndexUnavailable(
                        _("The index cannot be used: {why}.", why=_NO_PLACE)
                    ) from error
                begun.rename(copy)
        return copy

    def refuse_changed(self) -> None:
        """Raise `DataDirectoryError` if another program may have written to it."""
        with storage_errors(self.directory.root):
            super().refuse_changed()

    def outdated(self) -> bool:
        """Whether to open it again, as it can be written by now or another program wrote to it."""
        return self.changed() or _takes(self.directory.root)

    def close(self) -> None:
        """Remove the copies."""
        _remove(self.directory.index.parent, self._lock)


def unwritable(root: Path) -> str:
    """Why nothing can be written in the directory `root`, as a message; empty if it can be."""
    if not os.access(root, os.W_OK):
        return READ_ONLY
    return "" if has_room(root, ROOM) else FULL


def _takes(root: Path) -> bool:
    """Whether a test file can be written: a quota may be used up though the disk is not full."""
    if unwritable(root):
        return False
    try:
        with tempfile.TemporaryFile(dir=root) as file:
            file.write(bytes(ROOM))
            file.flush()
    except OSError:
        return False
    return True


def has_room(root: Path, size: int) -> bool:
    """Whether the disk of `root` has `size` bytes and `FILES` left for this user.

    Limits that the file system does not report count as met.
    """
    found = os.statvfs(root)
    blocks, files = (
        (found.f_bavail, found.f_favail) if os.geteuid() else (found.f_bfree, found.f_ffree)
    )
    # A file system that does not count blocks or files reports 0 of them.
    return (not found.f_blocks or blocks * found.f_frsize >= size) and (
        not found.f_files or files >= FILES
    )


def no_room(error: BaseException | None) -> bool:
    """Whether `error` comes from a full disk or quota."""
    while error is not None and kind_of(error) != sqlite3.SQLITE_FULL:
        error = error.__cause__
    return error is not None


def _places() -> Iterator[Path]:
    """Folders for copies, best first."""
    if MEMORY.is_dir():
        yield MEMORY
    with suppress(OSError):
        yield Path(tempfile.gettempdir())


def _folder(size: int) -> tuple[Path, FileLock]:
    """A new private folder with room for `size` bytes, and the lock that marks it as in use.

    Raises `OSError`.
    """
    for place in _places():
        with suppress(OSError):
            _sweep(place)
            if has_room(place, int(SPARE * size) + ROOM):
                return _made(place)
    raise OSError(ENOSPC, os.strerror(ENOSPC))


def _made(place: Path) -> tuple[Path, FileLock]:
    handle, name = tempfile.mkstemp(".lock", PREFIX, place)
    os.close(handle)
    lock = FileLock(name)
    lock.acquire()
    folder = Path(name).with_suffix("")
    folder.mkdir(mode=0o700)
    return folder, lock


def remove_left() -> None:
    """Remove copies left by killed processes, as they may hold texts that are erased by now."""
    for place in _places():
        _sweep(place)


def _sweep(place: Path) -> None:
    # Earlier versions left folders without a lock, as they could not remove read-only copies.
    for folder in {found.with_suffix("") for found in place.glob(f"{PREFIX}*")}:
        lock = FileLock(folder.with_suffix(".lock"))
        # Those of other users cannot be locked.
        with suppress(Timeout, OSError):
            if _is_own(folder) and _is_own(Path(lock.lock_file)):
                lock.acquire(timeout=0)
                _remove(folder, lock)


def _is_own(path: Path) -> bool:
    """Whether `path` is this user's or does not exist."""
    return not os.path.lexists(path) or path.lstat().st_uid == os.geteuid()


def _remove(folder: Path, lock: FileLock) -> None:
    for place, _folders, _files in os.walk(folder):
        with suppress(OSError):
            Path(place).chmod(0o700)
    shutil.rmtree(folder, ignore_errors=True)
    Path(lock.lock_file).unlink(missing_ok=True)
    lock.release()


def _copy_folder(own: Path, to: Path) -> None:
    """Copy a folder and its content, with new modes, as the copies are written to."""
    to.mkdir(mode=0o700)
    with suppress(FileNotFoundError):
        for each in own.iterdir():
            copy = _copy_folder if each.is_dir() else _copy
            copy(each, to / each.name)


def _copy(file: Path, to: Path) -> None:
    """Copy a file; if it is gone meanwhile or the copy is torn, it is rebuilt from the log."""
    with suppress(FileNotFoundError):
        shutil.copyfile(file, to)
        to.chmod(0o600)


def _size(folder: Path) -> int:
    return sum(map(_length, folder.rglob("*")))


def _length(file: Path) -> int:
    with suppress(FileNotFoundError):
        return file.stat().st_size
    return 0

"""Checksums of the pages of views.sqlite, in a file beside it, so that any changed byte is noticed.

SQLite itself notices damage only if a page is malformed. So each page has a CRC-32, taken when it
was written, and the stamp of the file (inode, size, times) shows whether anything wrote to it
since. A file with the same stamp is unchanged; any other is read in full and compared. A page may
also match its version in the WAL, if a checkpoint was interrupted before its sum was taken.

Before the sum of a page is taken, its gap is emptied (`events.sqlite_files.gaps`), so the file
never has copies of rows that SQLite moved, once the WAL is emptied.
"""

import os
import sqlite3
import struct
import threading
import time
import zlib
from array import array
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

import msgspec
from msgspec import Struct

from events.sqlite_files import gaps
from events.sqlite_files.opening import wal_is_emptied, without_waiting
from kb.views.file import BUSY_SECONDS, beside

_WAL_HEADER = 32
_FRAME_HEADER = struct.Struct(">II8s8s")
_SALTS = slice(16, 24)
_AT_ONCE = 256
"""Pages read at once."""

SCRUB_SECONDS = 3600.0
"""How long a file with the same stamp is trusted, since disks can corrupt data by themselves."""

Stamp = tuple[int, int, int, int]


class PagesDamaged(sqlite3.DatabaseError):
    """A page does not match its checksum, or the checksums are lost."""

    sqlite_errorcode = sqlite3.SQLITE_CORRUPT


class _Sums(Struct, frozen=True, array_like=True):
    """The content of the file of checksums; `crc` is that of its other fields."""

    stamp: Stamp
    page_size: int
    checked_at: float
    sums: bytes
    crc: int = 0

    def sealed(self) -> "_Sums":
        """The same with `crc` set."""
        return msgspec.structs.replace(self, crc=self.own_crc())

    def own_crc(self) -> int:
        """The checksum of the other fields."""
        return zlib.crc32(msgspec.msgpack.encode(msgspec.structs.replace(self, crc=0)))


class PageSums:
    """The checksums of one file of views, written by the leading process.

    `fits` is usable from any thread, the rest for the writer of the views.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._beside = path.with_name(path.name + ".sums")
        self._read: tuple[Stamp, _Sums | None] | None = None
        self.moving = False
        """Whether `take` is making a checkpoint of a file that fitted before."""

    def fits(self) -> bool:
        """Whether the file is unchanged since its sums were taken."""
        sums = self._known()
        return sums is not None and sums.stamp == _stamp(self._path)

    def trusted(self) -> bool:
        """Whether the file fits and was read in full within the last hour."""
        sums = self._known()
        recent = sums is not None and 0 <= time.time() - sums.checked_at < SCRUB_SECONDS
        return recent and self.fits()

    def check(self) -> None:
        """Raise `PagesDamaged` unless every page matches its sum; cheap if the file fits.

        A file that fits is still read once an hour.
        """
        if self.trusted():
            return
        sums = self._known()
        if sums is None:
            raise PagesDamaged("their checksums are missing or damaged")
        stamp, now = _stamp(self._path), time.time()
        moved = set(_logged(self._path, sums.page_size))
        with beside(self._path) as file:
            crcs = map(zlib.crc32, _pages(file, sums.page_size))
            for page, (known, found) in enumerate(zip_longest(array("I", sums.sums), crcs), 1):
                if known != found and (page, found) not in moved:
                    raise PagesDamaged(f"its page {page} is not as it was written")
        self._write(msgspec.structs.replace(sums, stamp=stamp, checked_at=now))

    def take(self, connection: sqlite3.Connection, *, emptying: bool = False) -> bool:
        """Make a checkpoint of the WAL, and take the sums of the pages that it changes.

        Outside a transaction. False if readers prevent it, or prevent `emptying` the WAL; after
        that nothing is left of rows taken out before, in the files and in the writer's cache.
        """
        self.moving = self.fits()
        try:
            return self._take(connection, emptying=emptying)
        finally:
            self.moving = False

    def _take(self, connection: sqlite3.Connection, *, emptying: bool) -> bool:
        (page_size,) = connection.execute("PRAGMA page_size").fetchone()
        changed = [page for page, _ in _logged(self._path, page_size)]
        _, logged, moved = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        sums = self._known()
        if sums is None:
            self.take_all(page_size)
        elif moved > 0:
            self._write(self._changed(sums, {*changed[:moved]}))
        if moved != logged or not emptying:
            return bool(moved == logged)
        with without_waiting(connection, BUSY_SECONDS):
            emptied = wal_is_emptied(connection)
        if emptied:
            connection.execute("PRAGMA shrink_memory")
        return emptied

    def _changed(self, sums: _Sums, pages: set[int]) -> _Sums:
        """`sums` with those of `pages` updated, whose gaps are emptied."""
        size, count = sums.page_size, self._path.stat().st_size // sums.page_size
        known = array("I", sums.sums)[:count]
        known.extend([0] * (count - len(known)))
        with beside(self._path, os.O_RDWR) as file:
            for page in sorted(pages):
                if page <= count:
                    found = os.pread(file, size, (page - 1) * size)
                    known[page - 1] = zlib.crc32(gaps.emptied(file, found, page))
            os.fdatasync(file)
        return _Sums(_stamp(self._path), size, sums.checked_at, known.tobytes())

    def take_all(self, page_size: int) -> None:
        """Take the sums of all pages: only for a file that was written just now."""
        with beside(self._path, os.O_RDWR) as file:
            pages = enumerate(_pages(file, page_size), 1)
            sums = array("I", (zlib.crc32(gaps.emptied(file, page, at)) for at, page in pages))
            os.fdatasync(file)
        self._write(_Sums(_stamp(self._path), page_size, time.time(), sums.tobytes()))

    def discard(self) -> None:
        """Delete the file of checksums, and remains of interrupted writes."""
        self._beside.unlink(missing_ok=True)
        for begun in self._beside.parent.glob(f"{self._beside.name}.*.new"):
            begun.unlink(missing_ok=True)

    def _known(self) -> _Sums | None:
        """The content of the file of checksums, reread if it changed; None if it is damaged."""
        stamp = _stamp(self._beside)
        if self._read is None or self._read[0] != stamp:
            self._read = (stamp, self._decoded())
        return self._read[1]

    def _decoded(self) -> _Sums | None:
        try:
            found = msgspec.msgpack.decode(self._beside.read_bytes(), type=_Sums)
        except (OSError, msgspec.DecodeError):
            return None
        return found if found.crc == found.own_crc() else None

    def _write(self, sums: _Sums) -> None:
        # A unique name: a process that ends and its successor may write at the same moment.
        new = f"{self._beside.name}.{os.getpid()}-{threading.get_ident()}-{id(self)}.new"
        beside = self._beside.with_name(new)
        try:
            with beside.open("wb") as file:
                file.write(msgspec.msgpack.encode(sums.sealed()))
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self._beside)
        finally:
            beside.unlink(missing_ok=True)


def _stamp(path: Path) -> Stamp:
    try:
        found = path.stat()
    except FileNotFoundError:
        return (0, 0, 0, 0)
    return (found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def _pages(file: int, page_size: int) -> Iterator[bytes]:
    place = 0
    while pages := os.pread(file, page_size * _AT_ONCE, place):
        for start in range(0, len(pages), page_size):
            yield pages[start : start + page_size]
        place += len(pages)


def _logged(path: Path, page_size: int) -> Iterator[tuple[int, int]]:
    """Number and checksum of each page in the WAL, oldest first."""
    try:
        with path.with_name(path.name + "-wal").open("rb") as file:
            header = file.read(_WAL_HEADER)
            while len(frame := file.read(_FRAME_HEADER.size)) == _FRAME_HEADER.size:
                page, _, salts, _ = _FRAME_HEADER.unpack(frame)
                if salts != header[_SALTS]:
                    return
                yield page, zlib.crc32(file.read(page_size))
    except FileNotFoundError:
        return

"""Checksums of the pages of views.sqlite, in a file beside it: no changed byte is taken for true.

SQLite notices damage only where it breaks a page. So each page of the file has a CRC-32 here,
taken when the page was written, and the file's stamp (inode, size, times) says whether anybody
wrote to it since. A file with the stamp is as it was left; any other is read whole and compared.
A page may also be as it stands in the log (WAL), from where it is moved, before its sum is taken.
"""

import os
import sqlite3
import struct
import threading
import time
import zlib
from array import array
from collections.abc import Generator, Iterator
from contextlib import closing
from itertools import zip_longest
from pathlib import Path

import msgspec
from msgspec import Struct

from events.sqlite_files.opening import wal_is_emptied, without_waiting
from kb.views.file import BUSY_SECONDS, reading_beside

_WAL_HEADER = 32
_FRAME_HEADER = struct.Struct(">II8s8s")
_SALTS = slice(16, 24)
_AT_ONCE = 256
"""Pages read at once."""

SCRUB_SECONDS = 3600.0
"""How long a file with its stamp is trusted, since a disk may change what nobody wrote."""

Stamp = tuple[int, int, int, int]


class PagesDamaged(sqlite3.DatabaseError):
    """A page is not as it was written, or the file that says how is gone."""

    sqlite_errorcode = sqlite3.SQLITE_CORRUPT


class _Sums(Struct, frozen=True, array_like=True):
    """What the file beside holds: `crc` of all else in it, as the last field."""

    stamp: Stamp
    page_size: int
    checked_at: float
    sums: bytes
    crc: int = 0

    def sealed(self) -> "_Sums":
        """The same with its own checksum."""
        return msgspec.structs.replace(self, crc=self.own_crc())

    def own_crc(self) -> int:
        """The checksum of all but itself."""
        return zlib.crc32(msgspec.msgpack.encode(msgspec.structs.replace(self, crc=0)))


class PageSums:
    """The checksums of one file of views. Only the process that leads writes them.

    `fits` may be asked from any thread, the rest by the process that writes the views.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._beside = path.with_name(path.name + ".sums")
        self._read: tuple[Stamp, _Sums | None] | None = None
        self.moving = False
        """Whether `take` is moving pages into a file that fitted when it began."""

    def fits(self) -> bool:
        """Whether nobody has written to the file since its sums were taken."""
        sums = self._known()
        return sums is not None and sums.stamp == _stamp(self._path)

    def trusted(self) -> bool:
        """Whether the file fits and was read whole within the last hour."""
        sums = self._known()
        recent = sums is not None and 0 <= time.time() - sums.checked_at < SCRUB_SECONDS
        return recent and self.fits()

    def check(self) -> None:
        """Raise `PagesDamaged` unless every page is as it was written; cheap where none can differ.

        A file that fits is read once an hour all the same.
        """
        if self.trusted():
            return
        sums = self._known()
        if sums is None:
            raise PagesDamaged("their checksums are missing or damaged")
        stamp, now = _stamp(self._path), time.time()
        moved = set(_logged(self._path, sums.page_size))
        with closing(_crcs(self._path, sums.page_size)) as crcs:
            for page, (known, found) in enumerate(zip_longest(array("I", sums.sums), crcs), 1):
                if known != found and (page, found) not in moved:
                    raise PagesDamaged(f"its page {page} is not as it was written")
        self._write(msgspec.structs.replace(sums, stamp=stamp, checked_at=now))

    def take(self, connection: sqlite3.Connection, *, emptying: bool = False) -> bool:
        """Move what is in the log into the file, and take the sums of the pages that this changes.

        Outside a transaction. False where readers keep it from moving, or from `emptying` the log.
        """
        self.moving = self.fits()
        try:
            return self._take(connection, emptying=emptying)
        finally:
            self.moving = False

    def _take(self, connection: sqlite3.Connection, *, emptying: bool) -> bool:
        (page_size,) = connection.execute("PRAGMA page_size").fetchone()
        changed = list(_logged(self._path, page_size))
        if emptying:
            with without_waiting(connection, BUSY_SECONDS):
                done = wal_is_emptied(connection)
        else:
            _, logged, moved = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            changed, done = changed[: max(moved, 0)], moved == logged
        sums = self._known()
        if sums is None:
            self.take_all(page_size)
        elif changed:
            self._write(self._changed(sums, {page for page, _ in changed}))
        return done

    def _changed(self, sums: _Sums, pages: set[int]) -> _Sums:
        """`sums` with those of `pages` as they are now."""
        size, count = sums.page_size, self._path.stat().st_size // sums.page_size
        known = array("I", sums.sums)[:count]
        known.extend([0] * (count - len(known)))
        with reading_beside(self._path) as file:
            for page in pages:
                if page <= count:
                    known[page - 1] = zlib.crc32(os.pread(file, size, (page - 1) * size))
        return _Sums(_stamp(self._path), size, sums.checked_at, known.tobytes())

    def take_all(self, page_size: int) -> None:
        """Take the sums of all pages as they are: only of a file that was written just now."""
        sums = array("I", _crcs(self._path, page_size))
        self._write(_Sums(_stamp(self._path), page_size, time.time(), sums.tobytes()))

    def discard(self) -> None:
        """Forget them, with the file, and what was begun of them and cut short."""
        self._beside.unlink(missing_ok=True)
        for begun in self._beside.parent.glob(f"{self._beside.name}.*.new"):
            begun.unlink(missing_ok=True)

    def _known(self) -> _Sums | None:
        """What the file beside says, read again where it has changed; None if it is not sound."""
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
        # A name of its own: a process that ends and one that leads may write at the same moment.
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


def _crcs(path: Path, page_size: int) -> Generator[int]:
    with reading_beside(path) as file:
        place = 0
        while pages := os.pread(file, page_size * _AT_ONCE, place):
            for start in range(0, len(pages), page_size):
                yield zlib.crc32(pages[start : start + page_size])
            place += len(pages)


def _logged(path: Path, page_size: int) -> Iterator[tuple[int, int]]:
    """Number and sum of the pages in the log beside the file, in the order in which they came."""
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

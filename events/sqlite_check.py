"""Full check of a log, for damage that daily use may not meet for years."""

import sqlite3
from collections import defaultdict
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from events.chain import hash_up_to
from events.codec import EventCodec
from events.errors import EventDataError, SealedDataError, UnknownEventType
from events.event import DamagedEvent, RecordedEvent
from events.sqlite_file import explained, open_reader
from events.sqlite_frozen import Frozen
from events.sqlite_layout import LOG
from events.sqlite_rows import damaged_at, page, read_identity

_ROWS_PER_PAGE = 1000  # as the log's own pages: no long read transaction
_LOCK_SECONDS = 10.0
_INTEGRITY = "PRAGMA integrity_check(1)"
# SQLite remembers the last position it assigned, which reveals a lost tail.
_PLACES = """SELECT coalesce(max(position), 0),
    coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'events'), 0) FROM events"""

_CHAIN = """SELECT position, id, sum, hash_before, run_hash FROM events
    WHERE position >= coalesce((SELECT position - place FROM events WHERE position = ?), 0)
    ORDER BY position"""

Progress = Callable[[int, int], None]


def check_log(
    path: Path,
    codec: EventCodec,
    progress: Progress = lambda *_: None,
    frozen: Frozen | None = None,
) -> int:
    """Check every event of the log at `path` and return their number.

    Checks that SQLite finds the file sound, that positions and stream versions have no gaps, that
    checksums and the hash chain match, and that `codec` decodes every payload and opens every
    sealed field whose key was not destroyed. `progress` gets (events read, total). Raises
    `LogFormatError` for the first damage, `SealedDataError` if the vault does not open a field,
    `LogUnavailable`, or `UnknownEventType` for an event of another version of the program.
    """
    with explained(path, LOG):
        reader = open_reader(path, LOG, timeout=_LOCK_SECONDS, frozen=frozen)
        try:
            (found,) = reader.execute(_INTEGRITY).fetchone()
            if found != "ok":
                raise damaged_at(path, found.splitlines()[-1])
            head, handed_out = reader.execute(_PLACES).fetchone()
            if head != handed_out:
                raise damaged_at(path, f"events are missing after position {head}")
            _read_all(reader, path, codec, head, progress)
            _compare_hashes(reader, path)
        finally:
            reader.close()
    return int(head)


def _read_all(
    reader: sqlite3.Connection, path: Path, codec: EventCodec, head: int, progress: Progress
) -> None:
    at, versions = 0, defaultdict[str, int](int)
    while at < head:
        events = page(reader, at, min(_ROWS_PER_PAGE, head - at))
        if not events:
            raise damaged_at(path, f"events are missing after position {at}")
        for event in events:
            _check_event(event, at, versions[event.stream], path, codec)
            at, versions[event.stream] = event.position, event.version
        progress(at, head)


def check_chain(path: Path, after: int, frozen: Frozen | None = None) -> None:
    """Raise `LogFormatError` if the hash chain is broken after position `after`.

    That happens where pages of two logs are mixed, e.g. by the `-wal` of another one.
    """
    with (
        explained(path, LOG),
        closing(open_reader(path, LOG, timeout=_LOCK_SECONDS, frozen=frozen)) as reader,
    ):
        _compare_hashes(reader, path, after)


def _compare_hashes(reader: sqlite3.Connection, path: Path, after: int = 0) -> None:
    """Check that each run after position `after` continues from the hash before it."""
    begun = before = read_identity(reader)
    so_far: list[object] = []
    for position, id_, sum_, hash_before, run_hash in reader.execute(_CHAIN, (after,)):
        if run_hash is not None:
            before = hash_up_to(begun, so_far) if so_far else before
            if hash_before != before and position > after:
                raise damaged_at(path, f"events are missing before position {position}")
            begun, so_far = run_hash, []
        so_far += (id_, sum_)


def _check_event(
    event: RecordedEvent, before: int, version: int, path: Path, codec: EventCodec
) -> None:
    if event.position != before + 1 or event.version != version + 1:
        raise damaged_at(path, f"events are missing before position {event.position}")
    if isinstance(event, DamagedEvent):
        raise damaged_at(path, f"position {event.position}")
    try:
        codec.decode(event)
    except SealedDataError as error:
        raise SealedDataError(
            "Position {position} of {path}: {why}; put back copies of log and vault that belong "
            "together.",
            position=event.position,
            path=path,
            why=str(error).rstrip("."),
        ) from error
    except EventDataError as error:
        raise damaged_at(path, f"position {event.position}: {error}") from error
    except UnknownEventType as error:
        raise UnknownEventType(
            "Position {position} of {path}: {why}", position=event.position, path=path, why=error
        ) from error

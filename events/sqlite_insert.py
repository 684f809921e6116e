"""Inserts events as rows of the log, with checksums and the hash chain."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from events.batch import placed
from events.chain import Run, hash_of, hash_up_to, parts, runs, shared
from events.errors import VersionConflict
from events.event import RecordedEvent, StreamWrite
from events.marks import Mark
from events.sqlite_rows import STREAM_VERSION, number

_ROWS_PER_INSERT = 100


class HeadMoved(Exception):
    """Another process has appended since the head was read."""


def insert(
    writer: sqlite3.Connection,
    writes: Sequence[StreamWrite],
    now: datetime,
    head: Mark,
) -> tuple[list[RecordedEvent], Mark]:
    """Write the events of `writes` after `head` and return them with the new head.

    Runs in the caller's transaction, which has checked the versions if there are several streams.
    SQLite raises `IntegrityError` if an id is known or a single stream is at another version.
    Raises `HeadMoved` if `head` is no longer the last event.
    """
    recorded = placed(writes, now, head.position)
    for run in runs(recorded):
        head = _insert_run(writer, run, head)
    return recorded, head


def other_version(
    writer: sqlite3.Connection, writes: Sequence[StreamWrite]
) -> VersionConflict | None:
    """The conflict of the first stream at another version than expected; in a transaction."""
    for write in writes:
        actual = number(writer, STREAM_VERSION, (write.stream,))
        if actual != write.expected_version:
            return VersionConflict(write.stream, write.expected_version, actual)
    return None


def _insert_run(writer: sqlite3.Connection, run: Run, head: Mark) -> Mark:
    """Insert the rows of a run, the shared fields on the first, and return the new head."""
    together = shared(run, head.hash)
    begun, found = hash_of(*together), parts(run)
    last = 0
    for start in range(0, len(run), _ROWS_PER_INSERT):
        part = run[start : start + _ROWS_PER_INSERT]
        values: list[Any] = [] if start else [*together, begun]
        for place, event in enumerate(part, start):
            id_, sum_ = found[2 * place : 2 * place + 2]
            values += (id_, event.type, event.schema_version, event.data, sum_)
        last = writer.execute(_insert_statement(start, len(part)), values).lastrowid or 0
    # Nobody else writes during the transaction, so the positions are consecutive.
    if last != run[-1].position:
        raise HeadMoved
    return Mark(head.identity, last, hash_up_to(begun, found))


@cache
def _insert_statement(start: int, rows: int) -> str:
    """One statement for many rows, so that the AUTOINCREMENT counter is written once."""
    together = [
        "?, ?, ?, ?, ?, ?, ?, ?" if place == 0 else "NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL"
        for place in range(start, start + rows)
    ]
    values = ", ".join(
        f"({each}, {place}, ?, ?, ?, ?, ?)" for place, each in enumerate(together, start)
    )
    return (
        "INSERT INTO events (size, stream, last_version, recorded_at, actor, correlation_id, "
        "hash_before, run_hash, place, id, type, schema_version, data, sum) "
        f"VALUES {values}"
    )

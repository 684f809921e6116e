"""Migrates a log or vault of the previous format, and reads one as it is."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from events.chain import hash_of, hash_up_to, new_identity, parts
from events.event import RecordedEvent
from events.sqlite_file import explained, open_reader
from events.sqlite_layout import LOG, VAULT
from events.sqlite_rows import (
    PAGE,
    RUN,
    Row,
    as_event,
    as_run,
    damaged,
    fetched,
    write_identity,
)

_ROWS_PER_PAGE = 1000
_AS_NOW = """CREATE TEMP VIEW events AS
    SELECT *, NULL AS sum, NULL AS hash_before, NULL AS run_hash FROM main.events"""
_SUM = "UPDATE events SET sum = ? WHERE position = ?"
_BEGIN_RUN = "UPDATE events SET hash_before = ?, run_hash = ? WHERE position = ?"


def fill_log(connection: sqlite3.Connection) -> None:
    """Add an identity to the log, and checksums to its events."""
    first = next((event for _, event in _unchecked(connection)), None)
    # Derived from the first event, so that copies migrated separately get the same identity.
    before = hash_of("log", first.id.bytes, first.actor) if first else new_identity()
    write_identity(connection, before)
    begun = before
    so_far: list[bytes | int] = []
    for row, event in _unchecked(connection):
        position, place = row[0], row[5]
        if place == 0:
            before = hash_up_to(begun, so_far) if so_far else before
            begun, so_far = hash_of(*row[RUN:-2], before), []
            connection.execute(_BEGIN_RUN, (before, begun, position))
        so_far += parts([event])
        connection.execute(_SUM, (so_far[-1], position))


def fill_vault(connection: sqlite3.Connection) -> None:
    """Add hashes to the keys of a vault."""
    keys = connection.execute("SELECT subject, key FROM keys").fetchall()
    connection.executemany(
        "UPDATE keys SET hash = ? WHERE subject = ?",
        [(hash_of(subject, key), subject) for subject, key in keys],
    )


def read_older_keys(path: Path, *, timeout: float = 10.0) -> dict[str, bytes | None]:
    """The keys of a vault of the previous format; None for one that was destroyed."""
    with explained(path, VAULT):
        reader = open_reader(path, VAULT, timeout=timeout)
        try:
            return dict(reader.execute("SELECT subject, key FROM keys"))
        finally:
            reader.close()


def read_older(path: Path, *, timeout: float = 10.0) -> Iterator[RecordedEvent]:
    """The events of a log of the previous format, which had no checksums."""
    with explained(path, LOG):
        reader = open_reader(path, LOG, timeout=timeout, view=_AS_NOW)
        try:
            yield from (event for _, event in _unchecked(reader))
        finally:
            reader.close()


def _unchecked(connection: sqlite3.Connection) -> Iterator[tuple[Row, RecordedEvent]]:
    """Rows and their events. Raises `LogFormatError` for a row that is no event."""
    at, run = 0, None
    while rows := fetched(connection, PAGE, (at, _ROWS_PER_PAGE)):
        for row in rows:
            try:
                run = as_run(row) if row[5] == 0 or run is None else run
                event = as_event(run, row)
            except (TypeError, ValueError, OverflowError) as error:
                raise damaged(connection, f"position {at + 1}") from error
            if (event.position, run.position + row[5]) != (at + 1, at + 1):
                raise damaged(connection, f"position {at + 1}")
            yield row, event
            at += 1

"""Which SQLite files are our logs, how they are opened, and what SQLite's errors mean."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from events.errors import EventLogError, LogFormatError, LogUnavailable

APPLICATION_ID = 0x54524942  # "TRIB": SQLite keeps it in the header of the file
FORMAT_VERSION = 0

# What a run of events of one append has in common stands on its first event only (`place` 0) and
# is NULL on the others: their rows need no second index, and their version follows from `place`.
# Positions come from AUTOINCREMENT, so none is handed out twice. The triggers hold against every
# program; the last is there because INSERT OR REPLACE deletes without asking a DELETE trigger.
# In it a position that SQLite is still to choose is -1.
SCHEMA = """
CREATE TABLE events (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    id BLOB NOT NULL UNIQUE,
    type TEXT NOT NULL,
    schema_version INTEGER NOT NULL,
    place INTEGER NOT NULL,
    size INTEGER,
    stream TEXT,
    last_version INTEGER,
    recorded_at INTEGER,
    actor TEXT,
    correlation_id BLOB,
    data BLOB NOT NULL,
    CHECK ((place = 0) = (stream IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX events_by_stream ON events (stream, last_version) WHERE stream IS NOT NULL;
CREATE TRIGGER events_no_update BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'an event is never changed'); END;
CREATE TRIGGER events_no_delete BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'an event is never deleted'); END;
CREATE TRIGGER events_no_replace BEFORE INSERT ON events
WHEN NEW.position > 0 OR EXISTS (SELECT 1 FROM events WHERE id = NEW.id)
  OR (NEW.place = 0 AND NEW.last_version - NEW.size <>
    (SELECT coalesce(max(last_version), 0) FROM events WHERE stream = NEW.stream))
BEGIN SELECT RAISE(ABORT, 'an event is never replaced, and versions have no gaps'); END;
"""
_PARTS = {
    *("events", "events_by_stream"),
    *("events_no_update", "events_no_delete", "events_no_replace"),
}

# A checkpoint costs two more syncs of the disk; this makes the WAL file 16 MB instead of 4.
_PAGES_PER_CHECKPOINT = 4000

_UNAVAILABLE = {
    sqlite3.SQLITE_FULL: "cannot be written because the disk is full: free some space",
    sqlite3.SQLITE_READONLY: "cannot be written: the file or its folder is read-only",
    sqlite3.SQLITE_BUSY: "is kept locked by another program: try again when that one is done",
    sqlite3.SQLITE_LOCKED: "is kept locked by another program: try again when that one is done",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened: its folder is missing, read-only or not yours",
    sqlite3.SQLITE_PERM: "cannot be opened: see that it can be read and written",
    sqlite3.SQLITE_IOERR: "cannot be read or written because of an error of the disk: check it",
}
_NOT_OURS = {
    sqlite3.SQLITE_NOTADB: "is not a Tributary log: give the path of one or of a new file",
    sqlite3.SQLITE_CORRUPT: "is damaged: put back a copy of it",
}


def open_writer(path: Path, *, create: bool, timeout: float) -> sqlite3.Connection:
    """A connection that may write to the log at `path`, after seeing that it is one of ours.

    With `create` a missing or empty file becomes a new log. Raises `LogFormatError` or
    `LogUnavailable`.
    """
    if not create and not path.exists():
        raise LogUnavailable(f"There is no log at {path}: make one first or give another path.")
    with explained(path):
        connection = _connect(path, "rwc" if create else "rw", timeout)
        try:
            if create and _is_empty(connection):
                _create(connection)
            _refuse_foreign(connection, path)
            switch_to_wal(connection, path, timeout)
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA recursive_triggers = ON")
            connection.execute(f"PRAGMA wal_autocheckpoint = {_PAGES_PER_CHECKPOINT}")
        except BaseException:
            connection.close()
            raise
    return connection


def open_reader(path: Path, *, timeout: float) -> sqlite3.Connection:
    """A connection that only reads from the log at `path`, which a writer has looked at before."""
    with explained(path):
        connection = _connect(path, "rw", timeout)
        connection.execute("PRAGMA query_only = ON")
    return connection


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into ours, in one sentence."""
    try:
        yield
    except sqlite3.Error as error:
        raise explain(error, path) from error


def explain(error: sqlite3.Error, path: Path) -> EventLogError:
    """The error of ours that says what SQLite's `error` means for the log at `path`."""
    # The low byte is the kind of the error, the others the detail; the module's own have no code.
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code in _NOT_OURS:
        return LogFormatError(f"The file {path} {_NOT_OURS[code]}.")
    return LogUnavailable(f"The log {path} {_UNAVAILABLE.get(code, f'cannot be used: {error}')}.")


def _connect(path: Path, mode: str, timeout: float) -> sqlite3.Connection:
    """Statements stay out of implicit transactions; our own locks allow use from any thread."""
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=timeout,
        isolation_level=None,
        check_same_thread=False,
    )


def _is_empty(connection: sqlite3.Connection) -> bool:
    application_id, tables = connection.execute(
        "SELECT application_id, (SELECT count(*) FROM sqlite_schema) FROM pragma_application_id"
    ).fetchone()
    return (application_id, tables) == (0, 0)


def _create(connection: sqlite3.Connection) -> None:
    """Make the tables in one transaction, unless another process was faster."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        if _is_empty(connection):
            # executescript commits what is open first, so the statements go one by one.
            for statement in _statements(SCHEMA):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {FORMAT_VERSION}")
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _statements(script: str) -> Iterator[str]:
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _refuse_foreign(connection: sqlite3.Connection, path: Path) -> None:
    application_id = connection.execute("PRAGMA application_id").fetchone()[0]
    if application_id != APPLICATION_ID:
        raise LogFormatError(f"The file {path} {_NOT_OURS[sqlite3.SQLITE_NOTADB]}.")
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version != FORMAT_VERSION:
        raise LogFormatError(
            f"The log {path} has format {version}, but this program reads format {FORMAT_VERSION}: "
            "use the version of Tributary that wrote it."
        )
    with closing(connection.execute("SELECT name FROM sqlite_schema")) as rows:
        if not {name for (name,) in rows} >= _PARTS:
            raise LogFormatError(f"The log {path} {_NOT_OURS[sqlite3.SQLITE_CORRUPT]}.")


def switch_to_wal(connection: sqlite3.Connection, path: Path, timeout: float) -> None:
    """Wait where SQLite does not: two processes that open a new log must take turns here."""
    deadline = time.monotonic() + timeout
    while True:
        try:
            mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        except sqlite3.OperationalError as error:
            busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not busy or time.monotonic() > deadline:
                raise
            time.sleep(0.005)
            continue
        if mode != "wal":
            raise LogUnavailable(
                f"The log {path} cannot be used here: put it where SQLite can keep a WAL file."
            )
        return

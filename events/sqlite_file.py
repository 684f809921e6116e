"""Which SQLite files are ours, how they are opened, and what SQLite's errors mean."""

import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

from events.errors import EventLogError, LogFormatError, LogUnavailable
from events.sqlite_frozen import Frozen
from events.sqlite_layout import Layout

# A checkpoint costs two more syncs of the disk; this makes the WAL file 16 MB instead of 4.
_PAGES_PER_CHECKPOINT = 4000

# Who opens a file in WAL mode first needs 32 kB beside it, to read as well.
_NO_ROOM = frozenset({sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_IOERR_SHMMAP})
_UNAVAILABLE = {
    sqlite3.SQLITE_FULL: "cannot be used because the disk is full: free some space",
    sqlite3.SQLITE_READONLY: "cannot be written: the file or its folder is read-only",
    sqlite3.SQLITE_BUSY: "is kept locked by another program: try again when that one is done",
    sqlite3.SQLITE_LOCKED: "is kept locked by another program: try again when that one is done",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened: its folder is missing, read-only or not yours",
    sqlite3.SQLITE_PERM: "cannot be opened: see that it can be read and written",
    sqlite3.SQLITE_IOERR: "cannot be read or written because of an error of the disk: check it",
}
_NOT_OURS = {
    sqlite3.SQLITE_NOTADB: "is not a Tributary {name}: give the path of one or of a new file",
    sqlite3.SQLITE_CORRUPT: "is damaged: put back a copy of it",
}
_NEWER = "use the version of Tributary that wrote it"


Fill = Callable[[sqlite3.Connection], None]


def open_writer(
    path: Path, layout: Layout, *, create: bool, timeout: float, fill: Fill
) -> sqlite3.Connection:
    """A connection that may write to the file at `path`, after seeing that it has our `layout`.

    With `create` a missing or empty file becomes a new one; one of the format before is brought
    over. Either way `fill` then says what the file itself holds of its rows, and all of it is done
    or none. Raises `LogFormatError` or `LogUnavailable`.
    """
    if not create and not path.exists():
        raise LogUnavailable(
            f"There is no {layout.name} at {path}: make one first or give another path."
        )
    with explained(path, layout):
        connection = _connect(path, "rwc" if create else "rw", timeout)
        try:
            if create and _is_empty(connection):
                _create(connection, layout, fill)
            if _format(connection, layout) == layout.version - 1:
                _bring_over(connection, layout, fill)
            _refuse_foreign(connection, path, layout)
            switch_to_wal(connection, path, timeout)
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA recursive_triggers = ON")
            connection.execute(f"PRAGMA wal_autocheckpoint = {_PAGES_PER_CHECKPOINT}")
        except BaseException:
            connection.close()
            raise
    return connection


def open_frozen(
    path: Path, layout: Layout, *, timeout: float, frozen: Frozen
) -> sqlite3.Connection:
    """What stands in for `open_writer` while nothing can be written; raises the same errors."""
    with explained(path, layout):
        connection = frozen.connect(path, timeout)
        try:
            if _format(connection, layout) == layout.version - 1:
                raise LogUnavailable(
                    f"The {layout.name} {path} has the format before, and is brought over to the "
                    f"present one when it is first opened where it can be written: {frozen.why}"
                )
            _refuse_foreign(connection, path, layout)
        except BaseException:
            connection.close()
            raise
    return connection


def open_reader(
    path: Path, layout: Layout, *, timeout: float, view: str = "", frozen: Frozen | None = None
) -> sqlite3.Connection:
    """A connection that only reads from the file at `path`, which a writer has seen before.

    `view` is a statement that makes a temporary view, for this connection alone.
    """
    with explained(path, layout):
        if frozen:
            return frozen.connect(path, timeout)
        connection = _connect(path, "rw", timeout)
        connection.execute(view)
        connection.execute("PRAGMA query_only = ON")
    return connection


@contextmanager
def explained(path: Path, layout: Layout) -> Iterator[None]:
    """Turn SQLite's errors into ours, in one sentence."""
    try:
        yield
    except sqlite3.Error as error:
        raise explain(error, path, layout) from error
    except UnicodeDecodeError as error:
        # So Python reads what SQLite says of damage when it quotes it.
        damaged = _NOT_OURS[sqlite3.SQLITE_CORRUPT]
        raise LogFormatError(f"The {layout.name} {path} {damaged}.") from error


def explain(error: sqlite3.Error, path: Path, layout: Layout) -> EventLogError:
    """The error of ours that says what SQLite's `error` means for the file at `path`."""
    code = kind_of(error)
    if code in _NOT_OURS:
        return LogFormatError(f"The file {path} {_NOT_OURS[code].format(name=layout.name)}.")
    trouble = _UNAVAILABLE.get(code, f"cannot be used: {error}")
    return LogUnavailable(f"The {layout.name} {path} {trouble}.")


def kind_of(error: sqlite3.Error) -> int:
    """The kind of `error`: one of SQLite's primary codes, `SQLITE_FULL` for any lack of room."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    if code in _NO_ROOM:
        return sqlite3.SQLITE_FULL
    # The low byte is the kind of the error, the others the detail; the module's own have no code.
    return code & 0xFF


def _connect(path: Path, mode: str, timeout: float) -> sqlite3.Connection:
    """Statements stay out of implicit transactions; our own locks allow use from any thread."""
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=timeout,
        isolation_level=None,
        check_same_thread=False,
    )


@contextmanager
def kept_as_found(*paths: Path) -> Iterator[None]:
    """What stands in a `-wal` stays there while the block runs, and after it if it raises.

    SQLite puts it into the file when the last connection is closed, which one that only reads
    cannot. It may be another file's, which would then be spoilt.
    """
    with ExitStack() as held:
        for path in paths:
            # What is wrong is said where the file is opened.
            with suppress(sqlite3.Error):
                reader = held.enter_context(closing(_connect(path, "ro", timeout=0.0)))
                reader.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        yield


def _is_empty(connection: sqlite3.Connection) -> bool:
    application_id, tables = connection.execute(
        "SELECT application_id, (SELECT count(*) FROM sqlite_schema) FROM pragma_application_id"
    ).fetchone()
    return (application_id, tables) == (0, 0)


def is_of_format_before(path: Path, layout: Layout, *, timeout: float) -> bool:
    """Whether opening the file at `path` to write brings it over to the present format."""
    with explained(path, layout), closing(_connect(path, "rw", timeout)) as connection:
        return _format(connection, layout) == layout.version - 1


def _create(connection: sqlite3.Connection, layout: Layout, fill: Fill) -> None:
    """Make the tables in one transaction, unless another process was faster."""
    with transaction(connection):
        if _is_empty(connection):
            _execute(connection, layout.schema + layout.kept)
            fill(connection)
            connection.execute(f"PRAGMA user_version = {layout.version}")
            connection.execute(f"PRAGMA application_id = {layout.application_id}")


def _bring_over(connection: sqlite3.Connection, layout: Layout, fill: Fill) -> None:
    """Change the tables in one transaction, unless another process was faster."""
    with transaction(connection):
        if _format(connection, layout) == layout.version - 1:
            for trigger in re.findall(r"CREATE TRIGGER (\w+)", layout.kept):
                connection.execute(f"DROP TRIGGER {trigger}")
            _execute(connection, layout.changes)
            fill(connection)
            _execute(connection, layout.kept)
            connection.execute(f"PRAGMA user_version = {layout.version}")


def _format(connection: sqlite3.Connection, layout: Layout) -> int | None:
    """The format of a file of ours, None for another."""
    if connection.execute("PRAGMA application_id").fetchone()[0] != layout.application_id:
        return None
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All that is written in the block or nothing, while nobody else writes."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            # If this fails too, the next BEGIN tells; the first error says more.
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")


def _execute(connection: sqlite3.Connection, script: str) -> None:
    # executescript commits what is open first, so the statements go one by one.
    for statement in _statements(script):
        connection.execute(statement)


def _statements(script: str) -> Iterator[str]:
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _refuse_foreign(connection: sqlite3.Connection, path: Path, layout: Layout) -> None:
    version = _format(connection, layout)
    if version is None:
        foreign = _NOT_OURS[sqlite3.SQLITE_NOTADB].format(name=layout.name)
        raise LogFormatError(f"The file {path} {foreign}.")
    if version != layout.version:
        advice = layout.older if version < layout.version else _NEWER
        raise LogFormatError(
            f"The {layout.name} {path} has format {version}, but this program reads format "
            f"{layout.version}: {advice}."
        )
    with closing(connection.execute("SELECT name FROM sqlite_schema")) as rows:
        if not {name for (name,) in rows} >= layout.parts:
            damaged = _NOT_OURS[sqlite3.SQLITE_CORRUPT]
            raise LogFormatError(f"The {layout.name} {path} {damaged}.")


def wal_is_emptied(connection: sqlite3.Connection, timeout: float) -> bool:
    """Bring the file up to date and cut its WAL to nothing; False where a reader needs old pages.

    Does not wait for readers. `timeout` is what the connection waits otherwise, in seconds.
    """
    with without_waiting(connection, timeout):
        (busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


@contextmanager
def without_waiting(connection: sqlite3.Connection, timeout: float) -> Iterator[None]:
    """While the block runs, `connection` waits for no lock, instead of for `timeout` seconds."""
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        yield
    finally:
        connection.execute(f"PRAGMA busy_timeout = {int(timeout * 1000)}")


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
                f"The file {path} cannot be used here: put it where SQLite can keep a WAL file."
            )
        return

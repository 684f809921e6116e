"""The one way to open an SQLite file, and what is done with its locks, transactions and log."""

import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from events.sqlite_files.errors import NoWal, kind_of

LEAVES_NOTHING: Mapping[str, str] = {"secure_delete": "ON", "temp_store": "MEMORY"}
"""Deleted rows are written over; and VACUUM would copy all into a file of the temporary folder."""

Look = Callable[[sqlite3.Connection], object]


def connect(
    path: Path,
    mode: str = "ro",
    *,
    wait: float,
    wal: bool = False,
    prepare: Look = lambda _: None,
    factory: type[sqlite3.Connection] | None = None,
    pragmas: Mapping[str, str | int] = {},
) -> sqlite3.Connection:
    """A connection to the file at `path`, which any thread may use, one at a time.

    `mode` is that of SQLite's addresses: "ro", "rw" or "rwc", which makes a file that is missing;
    more words for it may follow behind an `&`. A lock is waited for up to `wait` seconds. No
    transaction begins by itself. In this order the connection gets its `pragmas`; `prepare` looks
    at the file, may write, and may refuse it with any error; and with `wal` the file is put into
    WAL mode. Raises `sqlite3.Error`.
    """
    made_by: dict[str, Any] = {"factory": factory} if factory else {}
    connection: sqlite3.Connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=wait,
        isolation_level=None,
        check_same_thread=False,
        **made_by,
    )
    try:
        for name, value in pragmas.items():
            connection.execute(f"PRAGMA {name} = {value}")
        prepare(connection)
        if wal:
            switch_to_wal(connection, wait)
    except BaseException:
        connection.close()
        raise
    return connection


def switch_to_wal(connection: sqlite3.Connection, wait: float) -> None:
    """Wait where SQLite does not: two processes that open a new file must take turns here.

    Raises `NoWal` where the file cannot have one.
    """
    deadline = time.monotonic() + wait
    while True:
        try:
            mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        except sqlite3.OperationalError as error:
            if kind_of(error) != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.005)
            continue
        if mode != "wal":
            raise NoWal("the file cannot have a WAL")
        return


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """All that is written in the block or nothing, while nobody else writes.

    Inside another one it is a part of that, which can fail alone.
    """
    part = connection.in_transaction
    connection.execute("SAVEPOINT part" if part else "BEGIN IMMEDIATE")
    try:
        yield connection
        connection.execute("RELEASE part" if part else "COMMIT")
    except BaseException:
        if connection.in_transaction:
            # If this fails too, the next BEGIN tells; the first error says more.
            with suppress(sqlite3.Error):
                for undo in ("ROLLBACK TO part", "RELEASE part") if part else ("ROLLBACK",):
                    connection.execute(undo)
        raise


@contextmanager
def without_waiting(connection: sqlite3.Connection, wait: float) -> Iterator[None]:
    """While the block runs, `connection` waits for no lock, instead of for `wait` seconds."""
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        yield
    finally:
        connection.execute(f"PRAGMA busy_timeout = {int(wait * 1000)}")


def wal_is_emptied(connection: sqlite3.Connection) -> bool:
    """Bring the file up to date and cut its WAL to nothing; False where a reader needs old pages.

    Readers are waited for as the connection waits for locks.
    """
    (busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


def version_of(connection: sqlite3.Connection) -> int:
    """The number that the file's header has for its format, 0 in a new one."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def application_of(connection: sqlite3.Connection) -> int:
    """The number that the file's header has for the program that made it, 0 in a new one."""
    return int(connection.execute("PRAGMA application_id").fetchone()[0])


def is_empty(connection: sqlite3.Connection) -> bool:
    """Whether nothing was ever put into the file."""
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    return not (tables or application_of(connection))


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
                held.enter_context(closing(connect(path, wait=0.0, prepare=looked_at)))
        yield


def looked_at(connection: sqlite3.Connection) -> None:
    """Have SQLite open the file, which it puts off until it is first asked something."""
    connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()

"""Opens SQLite files, and handles their locks, transactions and WAL."""

import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from events.sqlite_files.errors import NoWal, kind_of

LEAVES_NOTHING: Mapping[str, str] = {"secure_delete": "ON", "temp_store": "MEMORY"}
"""Deleted rows are overwritten, and VACUUM makes no copy in the temporary folder."""

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

    `mode` is that of SQLite's URIs: "ro", "rw" or "rwc", which creates a missing file; further URI
    parameters may follow after an `&`. Waits up to `wait` seconds for a lock. No transaction begins
    implicitly. The connection first gets its `pragmas`; then `prepare` checks the file, may write,
    and may refuse it with any error; with `wal` the file is then switched to WAL mode. Raises
    `sqlite3.Error`.
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
    """Switch to WAL mode, waiting as SQLite does not where two processes open a new file.

    Raises `NoWal` if the file cannot have a WAL.
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
    """Immediate transaction, rolled back on any error.

    Inside another one it is a savepoint.
    """
    part = connection.in_transaction
    connection.execute("SAVEPOINT part" if part else "BEGIN IMMEDIATE")
    try:
        yield connection
        connection.execute("RELEASE part" if part else "COMMIT")
    except BaseException:
        if connection.in_transaction:
            # If this fails too, the next BEGIN raises; the first error is more telling.
            with suppress(sqlite3.Error):
                for undo in ("ROLLBACK TO part", "RELEASE part") if part else ("ROLLBACK",):
                    connection.execute(undo)
        raise


@contextmanager
def without_waiting(connection: sqlite3.Connection, wait: float) -> Iterator[None]:
    """Inside, `connection` waits for no lock; afterwards for `wait` seconds again."""
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        yield
    finally:
        connection.execute(f"PRAGMA busy_timeout = {int(wait * 1000)}")


def wal_is_emptied(connection: sqlite3.Connection) -> bool:
    """Checkpoint and truncate the WAL; False if a reader still needs old pages.

    Waits for readers as the connection does for locks.
    """
    (busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


def version_of(connection: sqlite3.Connection) -> int:
    """The format number in the file's header, 0 in a new file."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def application_of(connection: sqlite3.Connection) -> int:
    """The application id in the file's header, 0 in a new file."""
    return int(connection.execute("PRAGMA application_id").fetchone()[0])


def is_empty(connection: sqlite3.Connection) -> bool:
    """Whether the file has no tables and no application id."""
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    return not (tables or application_of(connection))


@contextmanager
def kept_as_found(*paths: Path) -> Iterator[None]:
    """Keep the content of `-wal` files while the block runs, and afterwards if it raises.

    SQLite checkpoints when the last connection closes, but a read-only one cannot. The `-wal` may
    belong to another file, and a checkpoint would then spoil this one.
    """
    with ExitStack() as held:
        for path in paths:
            # Errors are reported when the file is opened.
            with suppress(sqlite3.Error):
                held.enter_context(closing(connect(path, wait=0.0, prepare=looked_at)))
        yield


def looked_at(connection: sqlite3.Connection) -> None:
    """Make SQLite open the file, which it defers until the first query."""
    connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()

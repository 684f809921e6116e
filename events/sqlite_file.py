"""Recognises, opens and migrates the SQLite files of log and vault, and explains their errors."""

import re
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, closing
from functools import partial
from pathlib import Path

from events.errors import EventLogError, LogFormatError, LogUnavailable
from events.sqlite_files import errors
from events.sqlite_files.opening import application_of, connect, is_empty, transaction, version_of
from events.sqlite_frozen import Frozen
from events.sqlite_layout import Layout

_PRAGMAS: Mapping[str, str | int] = {
    "synchronous": "FULL",
    "recursive_triggers": "ON",
    # A checkpoint costs two more disk syncs, so the WAL file may grow to 16 MB instead of 4.
    "wal_autocheckpoint": 4000,
}

_DAMAGED = errors.MEANING[sqlite3.SQLITE_CORRUPT]
_NEWER = "use the version of Tributary that wrote it"


Fill = Callable[[sqlite3.Connection], None]


def open_writer(
    path: Path, layout: Layout, *, create: bool, timeout: float, fill: Fill
) -> sqlite3.Connection:
    """A writable connection to the file at `path`, once its `layout` is checked.

    With `create` a missing or empty file becomes a new one; one of the previous format is migrated.
    Either way `fill` then adds identity and checksums, in the same transaction. Raises
    `LogFormatError` or `LogUnavailable`.
    """
    if not create and not path.exists():
        raise LogUnavailable(
            "There is no {file} at {path}: make one first or give another path.",
            file=layout.name,
            path=path,
        )

    def prepare(connection: sqlite3.Connection) -> None:
        if create and is_empty(connection):
            _create(connection, layout, fill)
        if _format(connection, layout) == layout.version - 1:
            _migrate(connection, layout, fill)
        _refuse_foreign(connection, path, layout)

    with explained(path, layout):
        return connect(
            path,
            "rwc" if create else "rw",
            wait=timeout,
            wal=True,
            prepare=prepare,
            pragmas={**_PRAGMAS, **layout.pragmas},
        )


def open_frozen(
    path: Path, layout: Layout, *, timeout: float, frozen: Frozen
) -> sqlite3.Connection:
    """Stand-in for `open_writer` while nothing can be written; raises the same errors."""

    def look(connection: sqlite3.Connection) -> None:
        if _format(connection, layout) == layout.version - 1:
            raise LogUnavailable(
                "The {file} {path} has the format before, and is brought over to the present one "
                "when it is first opened where it can be written: {why}",
                file=layout.name,
                path=path,
                why=frozen.why,
            )
        _refuse_foreign(connection, path, layout)

    with explained(path, layout):
        return frozen.connect(path, timeout, look)


def open_reader(
    path: Path, layout: Layout, *, timeout: float, view: str = "", frozen: Frozen | None = None
) -> sqlite3.Connection:
    """A read-only connection to the file at `path`, which a writer has opened before.

    `view` is a statement that makes a temporary view for this connection.
    """

    def only_read(connection: sqlite3.Connection) -> None:
        connection.execute(view)
        connection.execute("PRAGMA query_only = ON")

    with explained(path, layout):
        if frozen:
            return frozen.connect(path, timeout)
        return connect(path, "rw", wait=timeout, prepare=only_read)


def explained(path: Path, layout: Layout) -> AbstractContextManager[None]:
    """Turn SQLite's errors into ours."""
    return errors.explained(partial(explain, path=path, layout=layout))


def explain(error: Exception, path: Path, layout: Layout) -> EventLogError:
    """Our error for what SQLite's `error` means for the file at `path`."""
    if errors.kind_of(error) == sqlite3.SQLITE_NOTADB:
        return _foreign(path, layout)
    kind = LogFormatError if errors.is_damage(error) else LogUnavailable
    return kind("The {file} {path} {why}.", file=layout.name, path=path, why=errors.said(error))


def _foreign(path: Path, layout: Layout) -> LogFormatError:
    return LogFormatError(
        "The file {path} is not a Tributary {file}: give the path of one or of a new file.",
        path=path,
        file=layout.name,
    )


def is_of_format_before(path: Path, layout: Layout, *, timeout: float) -> bool:
    """Whether opening the file at `path` for writing would migrate it."""
    with explained(path, layout), closing(connect(path, "rw", wait=timeout)) as connection:
        return _format(connection, layout) == layout.version - 1


def _create(connection: sqlite3.Connection, layout: Layout, fill: Fill) -> None:
    """Create the tables in one transaction, unless another process was faster."""
    with transaction(connection):
        if is_empty(connection):
            _execute(connection, layout.schema + layout.kept)
            fill(connection)
            connection.execute(f"PRAGMA user_version = {layout.version}")
            connection.execute(f"PRAGMA application_id = {layout.application_id}")


def _migrate(connection: sqlite3.Connection, layout: Layout, fill: Fill) -> None:
    """Alter the tables in one transaction, unless another process was faster."""
    with transaction(connection):
        if _format(connection, layout) == layout.version - 1:
            for trigger in re.findall(r"CREATE TRIGGER (\w+)", layout.kept):
                connection.execute(f"DROP TRIGGER {trigger}")
            _execute(connection, layout.changes)
            fill(connection)
            _execute(connection, layout.kept)
            connection.execute(f"PRAGMA user_version = {layout.version}")


def _format(connection: sqlite3.Connection, layout: Layout) -> int | None:
    """The format of one of our files, None for any other file."""
    ours = application_of(connection) == layout.application_id
    return version_of(connection) if ours else None


def _execute(connection: sqlite3.Connection, script: str) -> None:
    # executescript would commit the open transaction first.
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            connection.execute(statement)
            statement = ""


def _refuse_foreign(connection: sqlite3.Connection, path: Path, layout: Layout) -> None:
    version = _format(connection, layout)
    if version is None:
        raise _foreign(path, layout)
    if version != layout.version:
        advice = layout.older if version < layout.version else _NEWER
        raise LogFormatError(
            "The {file} {path} has format {version}, but this program reads format {known}: "
            "{advice}.",
            file=layout.name,
            path=path,
            version=version,
            known=layout.version,
            advice=advice,
        )
    with closing(connection.execute("SELECT name FROM sqlite_schema")) as rows:
        if not {name for (name,) in rows} >= layout.parts:
            raise LogFormatError(
                "The {file} {path} {why}.", file=layout.name, path=path, why=_DAMAGED
            )

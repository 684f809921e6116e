"""Alters logs and vaults: as damage does, and back to the format before."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

from events.sqlite_layout import LOG, VAULT, Layout

_NO_REPLACE = """CREATE TRIGGER events_no_replace BEFORE INSERT ON events
WHEN NEW.position > 0 OR EXISTS (SELECT 1 FROM events WHERE id = NEW.id)
  OR (NEW.place = 0 AND NEW.last_version - NEW.size <>
    (SELECT coalesce(max(last_version), 0) FROM events WHERE stream = NEW.stream))
BEGIN SELECT RAISE(ABORT, 'an event is never replaced, and versions have no gaps'); END"""
_LOG = (
    "DROP TRIGGER events_no_replace",
    *(f"ALTER TABLE events DROP COLUMN {name}" for name in ("sum", "hash_before", "run_hash")),
    _NO_REPLACE,
    "DROP TABLE identity",
)
_VAULT = ("ALTER TABLE keys DROP COLUMN hash", "DROP TABLE beside", "DROP TABLE lost")


def change(path: Path, *statements: str) -> None:
    """As someone who went round the protection of the log would."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        triggers = db.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
        for name, sql in triggers.fetchall():
            db.execute(f"DROP TRIGGER {name}")
            statements = (*statements, sql)
        for statement in statements:
            db.execute(statement)
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def age_log(path: Path) -> None:
    """Take from the log at `path` what format 2 brought."""
    _age(path, LOG, _LOG)


def age_vault(path: Path) -> None:
    """Take from the vault at `path` what format 2 brought."""
    _age(path, VAULT, _VAULT)


def _age(path: Path, layout: Layout, statements: tuple[str, ...]) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (layout.version,)
        for statement in (*statements, "PRAGMA user_version = 1"):
            db.execute(re.sub(r"\s+", " ", statement))
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

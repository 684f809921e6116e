"""Layouts of the SQLite files of the log and of the vault."""

from collections.abc import Mapping

from msgspec import Struct

from events.sqlite_files.opening import LEAVES_NOTHING
from events.sqlite_marks import TABLE

# The shared fields of a run of events of one append are on its first event only (`place` 0) and
# NULL on the others: their rows need no second index, and their version follows from `place`.
# Positions come from AUTOINCREMENT, so none is assigned twice. The triggers bind every program; the
# last is there because INSERT OR REPLACE deletes without firing a DELETE trigger. In it
# NEW.position is -1 while SQLite has not assigned one.
_EVENTS = """
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
    sum INTEGER,
    hash_before BLOB,
    run_hash BLOB,
    CHECK ((place = 0) = (stream IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX events_by_stream ON events (stream, last_version) WHERE stream IS NOT NULL;
"""
_EVENTS_KEPT = """
CREATE TRIGGER events_no_update BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'an event is never changed'); END;
CREATE TRIGGER events_no_delete BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'an event is never deleted'); END;
CREATE TRIGGER events_no_replace BEFORE INSERT ON events
WHEN NEW.position > 0 OR NEW.sum IS NULL OR EXISTS (SELECT 1 FROM events WHERE id = NEW.id)
  OR (NEW.place = 0 AND NEW.last_version - NEW.size <>
    (SELECT coalesce(max(last_version), 0) FROM events WHERE stream = NEW.stream))
BEGIN SELECT RAISE(ABORT, 'an event is never replaced, and versions have no gaps'); END;
"""

# Each event has a checksum; the first of a run also has the hash of all events before the run and
# that of the shared fields (chain.py). The columns allow NULL only because ALTER TABLE adds them to
# an older file: no event is inserted without.
_IDENTITY = """
CREATE TABLE identity (value BLOB NOT NULL, hash BLOB NOT NULL) STRICT;
CREATE TRIGGER identity_no_update BEFORE UPDATE ON identity
BEGIN SELECT RAISE(ABORT, 'a log stays the one that it is'); END;
CREATE TRIGGER identity_no_delete BEFORE DELETE ON identity
BEGIN SELECT RAISE(ABORT, 'a log stays the one that it is'); END;
"""

# A subject whose key was destroyed keeps its row without one, so that it never gets another.
_KEYS = """
CREATE TABLE keys (subject TEXT PRIMARY KEY, key BLOB, hash BLOB) STRICT, WITHOUT ROWID;
"""
_KEYS_KEPT = """
CREATE TRIGGER keys_no_change BEFORE UPDATE ON keys WHEN NEW.key IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a key is never changed, only destroyed'); END;
CREATE TRIGGER keys_no_delete BEFORE DELETE ON keys
BEGIN SELECT RAISE(ABORT, 'a key is destroyed, but its subject stays known'); END;
"""
# The mark of the log that the vault belongs to, and the subjects whose keys it has lost. These get
# no new keys: a vault with the first ones could not open what was sealed with them.
_BESIDE = f"""{TABLE}
CREATE TABLE lost (subject TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
"""


class Layout(Struct, frozen=True, kw_only=True):
    """A kind of file: its name for people, the identifiers in its header, and its tables.

    A file that lacks one of the tables and triggers in `parts` is damaged. The triggers `kept` are
    dropped while `changes` migrates a file of the previous format; `older` is the advice for one
    that is older still. `pragmas` are set on a writer's connection.
    """

    name: str
    application_id: int
    version: int
    schema: str
    kept: str
    changes: str
    parts: frozenset[str]
    older: str
    pragmas: Mapping[str, str] = {}


LOG = Layout(
    name="log",
    application_id=0x54524942,  # "TRIB": SQLite keeps it in the header of the file
    version=2,
    schema=_EVENTS + _IDENTITY,
    kept=_EVENTS_KEPT,
    changes=f"""
        ALTER TABLE events ADD COLUMN sum INTEGER;
        ALTER TABLE events ADD COLUMN hash_before BLOB;
        ALTER TABLE events ADD COLUMN run_hash BLOB;
        {_IDENTITY}""",
    parts=frozenset(
        {
            *("events", "events_by_stream", "identity", "identity_no_update", "identity_no_delete"),
            *("events_no_update", "events_no_delete", "events_no_replace"),
        }
    ),
    older=(
        "export it with the version of Tributary that wrote it, "
        "then import that into a new data directory"
    ),
)
VAULT = Layout(
    name="vault",
    application_id=0x5452494B,  # "TRIK"
    version=2,
    schema=_KEYS + _BESIDE,
    kept=_KEYS_KEPT,
    changes=f"""
        ALTER TABLE keys ADD COLUMN hash BLOB;
        {_BESIDE}""",
    parts=frozenset({"keys", "keys_no_change", "keys_no_delete", "beside", "lost"}),
    older="use the version of Tributary that wrote it",
    pragmas=LEAVES_NOTHING,
)

"""What makes an SQLite file one of ours: the layouts of the log and of the vault beside it."""

from collections.abc import Mapping

from msgspec import Struct

from events.sqlite_files.opening import LEAVES_NOTHING
from events.sqlite_marks import TABLE

# What a run of events of one append has in common stands on its first event only (`place` 0) and
# is NULL on the others: their rows need no second index, and their version follows from `place`.
# Positions come from AUTOINCREMENT, so none is handed out twice. The triggers hold against every
# program; the last is there because INSERT OR REPLACE deletes without asking a DELETE trigger.
# In it a position that SQLite is still to choose is -1.
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

# Each event has a checksum, the first of a run the hash of all before the run and that of what the
# run shares (chain.py). They may be NULL in the table, since ALTER TABLE adds them to an older
# file, but no event is inserted without.
_IDENTITY = """
CREATE TABLE identity (value BLOB NOT NULL, hash BLOB NOT NULL) STRICT;
CREATE TRIGGER identity_no_update BEFORE UPDATE ON identity
BEGIN SELECT RAISE(ABORT, 'a log stays the one that it is'); END;
CREATE TRIGGER identity_no_delete BEFORE DELETE ON identity
BEGIN SELECT RAISE(ABORT, 'a log stays the one that it is'); END;
"""

# A destroyed subject keeps its row without a key, so that it never gets another one.
_KEYS = """
CREATE TABLE keys (subject TEXT PRIMARY KEY, key BLOB, hash BLOB) STRICT, WITHOUT ROWID;
"""
_KEYS_KEPT = """
CREATE TRIGGER keys_no_change BEFORE UPDATE ON keys WHEN NEW.key IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a key is never changed, only destroyed'); END;
CREATE TRIGGER keys_no_delete BEFORE DELETE ON keys
BEGIN SELECT RAISE(ABORT, 'a key is destroyed, but its subject stays known'); END;
"""
# Beside which log the vault is, and the subjects whose keys it has lost, which get no others: what
# was sealed with these could then be opened by no vault that has the first ones.
_BESIDE = f"""{TABLE}
CREATE TABLE lost (subject TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
"""


class Layout(Struct, frozen=True, kw_only=True):
    """One kind of file: what people call it, how its header marks it, and its tables.

    `parts` are the tables and triggers without which it is damaged. `kept` are the triggers among
    them that are away while a file of the format before `version` is brought over by `changes`;
    `older` is the advice for one that is older still. `pragmas` are what a writer's connection has.
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

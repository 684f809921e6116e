"""The tables of accounts.sqlite; all that is about one member has a column `member`."""

APPLICATION_ID = 0x54524941  # "TRIA": SQLite keeps it in the header of the file
VERSION = 2

# Times are seconds since 1970, days are days since 0001-01-01 (`date.toordinal`). A `hash` is a
# SHA-256 of a secret of 256 random bits, or a keyed BLAKE2b of what a person could guess.
_TABLES = (
    "CREATE TABLE key (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID",
    # Who has left or was erased: nothing is ever kept for them again.
    "CREATE TABLE gone (member TEXT PRIMARY KEY) STRICT, WITHOUT ROWID",
    "CREATE TABLE mark (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID",
    """CREATE TABLE session (
        hash BLOB PRIMARY KEY, id TEXT NOT NULL UNIQUE, member TEXT NOT NULL, via TEXT NOT NULL,
        made INTEGER NOT NULL, seen INTEGER NOT NULL) STRICT, WITHOUT ROWID""",
    "CREATE INDEX session_by_member ON session (member)",
    """CREATE TABLE api_token (
        hash BLOB PRIMARY KEY, id TEXT NOT NULL UNIQUE, member TEXT NOT NULL,
        scopes TEXT NOT NULL, name TEXT NOT NULL, made INTEGER NOT NULL, expires INTEGER NOT NULL,
        used_on INTEGER) STRICT, WITHOUT ROWID""",
    "CREATE INDEX api_token_by_member ON api_token (member)",
    """CREATE TABLE link (
        hash BLOB PRIMARY KEY, purpose TEXT NOT NULL, member TEXT NOT NULL,
        expires INTEGER NOT NULL) STRICT, WITHOUT ROWID""",
    "CREATE INDEX link_by_member ON link (member)",
    "CREATE TABLE password (member TEXT PRIMARY KEY, hash TEXT NOT NULL) STRICT, WITHOUT ROWID",
    """CREATE TABLE sign_in_name (
        hash BLOB PRIMARY KEY, member TEXT NOT NULL UNIQUE) STRICT, WITHOUT ROWID""",
    """CREATE TABLE passkey (
        id BLOB PRIMARY KEY, member TEXT NOT NULL, public_key BLOB NOT NULL,
        sign_count INTEGER NOT NULL, label TEXT NOT NULL, made INTEGER NOT NULL,
        used_on INTEGER) STRICT, WITHOUT ROWID""",
    "CREATE INDEX passkey_by_member ON passkey (member)",
    """CREATE TABLE passkey_user (
        member TEXT PRIMARY KEY, handle BLOB NOT NULL UNIQUE) STRICT, WITHOUT ROWID""",
    # Tickets that were used; `value` is empty, and once held what is now made from the ticket.
    """CREATE TABLE challenge (
        hash BLOB PRIMARY KEY, member TEXT, value BLOB NOT NULL,
        expires INTEGER NOT NULL) STRICT, WITHOUT ROWID""",
    "CREATE TABLE identity (hash BLOB PRIMARY KEY, member TEXT NOT NULL) STRICT, WITHOUT ROWID",
    "CREATE INDEX identity_by_member ON identity (member)",
)
MEMBER_TABLES = (
    *("session", "api_token", "link", "password", "sign_in_name"),
    *("passkey", "passkey_user", "challenge", "identity"),
)
_REFUSE_GONE = """CREATE TRIGGER {0}_of_gone BEFORE INSERT ON {0}
    WHEN NEW.member IN (SELECT member FROM gone) BEGIN SELECT RAISE(ABORT, 'gone'); END"""
TABLES = (*_TABLES, *map(_REFUSE_GONE.format, MEMBER_TABLES))

"""The tables of accounts.sqlite; each with rows of members has a column `member`."""

from events.sqlite_files.tables import Table

APPLICATION_ID = 0x54524941  # "TRIA": SQLite keeps it in the header of the file
VERSION = 2

# Times are seconds since 1970, days are days since 0001-01-01 (`date.toordinal`). A `hash` is a
# SHA-256 of a secret of 256 random bits, or a keyed BLAKE2b of what a person could guess.
TABLES = (
    Table("key", "name, value blob", "name"),
    # Members who left or were erased: nothing is stored for them again.
    Table("gone", "member", "member"),
    Table("mark", "name", "name"),
    Table(
        "session",
        "hash blob, id, member, via, made integer, seen integer",
        "hash",
        indexes=("member",),
        unique=("id",),
    ),
    Table(
        "api_token",
        """hash blob, id, member, scopes, name, made integer, expires integer, used_on? integer""",
        "hash",
        indexes=("member",),
        unique=("id",),
    ),
    Table("link", "hash blob, purpose, member, expires integer", "hash", indexes=("member",)),
    Table("password", "member, hash", "member"),
    Table("sign_in_name", "hash blob, member", "hash", unique=("member",)),
    Table(
        "passkey",
        """id blob, member, public_key blob, sign_count integer, label, made integer, used_on?
        integer""",
        "id",
        indexes=("member",),
    ),
    Table("passkey_user", "member, handle blob", "member", unique=("handle",)),
    # Used tickets; `value` is empty, and held a secret in earlier versions.
    Table("challenge", "hash blob, member?, value blob, expires integer", "hash"),
    Table("identity", "hash blob, member", "hash", indexes=("member",)),
)
MEMBER_TABLES = tuple(t.name for t in TABLES if "member" in t.columns and t.name != "gone")
_REFUSE_GONE = """CREATE TRIGGER {0}_of_gone BEFORE INSERT ON {0}
    WHEN NEW.member IN (SELECT member FROM gone) BEGIN SELECT RAISE(ABORT, 'gone'); END"""
TRIGGERS = tuple(map(_REFUSE_GONE.format, MEMBER_TABLES))

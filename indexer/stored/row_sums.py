"""Checksums of the stored rows of each document, compared when its texts are first read."""

import sqlite3
import zlib
from collections.abc import Sequence

import msgspec

TABLE = "CREATE TABLE sums (document INTEGER PRIMARY KEY, sum INTEGER NOT NULL);"
ADD = "INSERT INTO sums VALUES (?, ?)"
REMOVE = "UPDATE sums SET sum = 0 WHERE document = ?"
_ROWS = (
    "SELECT * FROM documents WHERE number = ?",
    "SELECT * FROM passages WHERE document = ? ORDER BY number",
)
_SUM = "SELECT sum FROM sums WHERE document = ?"
_OF = """SELECT DISTINCT document FROM passages
WHERE document > 0 AND number IN (SELECT value FROM json_each(?))"""


def total(connection: sqlite3.Connection, document: int) -> int:
    """The checksum of all rows of a document."""
    found = 0
    for statement in _ROWS:
        for row in connection.execute(statement, (document,)):
            found = zlib.crc32(msgspec.msgpack.encode(row), found)
    return found


def sound(reader: sqlite3.Connection, passages: Sequence[int], known: set[int]) -> bool:
    """Whether the documents of `passages` match their checksums; adds them to `known`."""
    asked = msgspec.json.encode(list(map(int, passages))).decode()
    reader.execute("BEGIN")
    try:
        found = {document for (document,) in reader.execute(_OF, (asked,))} - known
        for document in found:
            if reader.execute(_SUM, (document,)).fetchone() != (total(reader, document),):
                return False
    finally:
        reader.execute("COMMIT")
    known |= found
    return True

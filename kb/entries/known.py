"""Whether an entry is there for a principal, and what to say if it is not."""

import sqlite3

from kb.entries import queries
from kb.entries.rows import lacking
from kb.errors import NotFound
from kb.messages import _
from kb.sentences import together
from kb.views.rows import Row, rows


def refuse_unknown(db: sqlite3.Connection, entry_id: str) -> None:
    """Raise `NotFound` for an entry that the principal does not see."""
    if db.execute(queries.KNOWN, (entry_id,)).fetchone() is None:
        raise missing(db, entry_id)


def missing(db: sqlite3.Connection, entry_id: str) -> NotFound:
    """Why an entry is not shown: its author and the operator are told if it cannot be read."""
    if lacking := lacks(db, entry_id):
        return NotFound(
            _(
                "The entry {entry_id} cannot be shown. {lacking}",
                entry_id=entry_id,
                lacking=together(lacking),
            )
        )
    return NotFound(_("There is no entry {entry_id}.", entry_id=entry_id))


def lacks(db: sqlite3.Connection, entry_id: str) -> tuple[str, ...]:
    """What could not be read of an entry, in a sentence each."""
    return tuple(map(lacking, rows(db, queries.LACKING, (entry_id,))))


def only(db: sqlite3.Connection, sql: str, key: str, otherwise: str) -> Row:
    """The row that a statement finds by `key`. Raises `NotFound` with the sentence `otherwise`."""
    found = rows(db, sql, (key,))
    if not found:
        raise NotFound(otherwise)
    return found[0]

"""Lookups of entries that raise a fitting `NotFound`."""

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
    """The error for an entry that is not shown, which tells its author and the operator why."""
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
    """A sentence for each event of an entry that could not be read."""
    return tuple(map(lacking, rows(db, queries.LACKING, (entry_id,))))


def only(db: sqlite3.Connection, sql: str, key: str, otherwise: str) -> Row:
    """The row that a statement selects by `key`. Raises `NotFound(otherwise)`."""
    found = rows(db, sql, (key,))
    if not found:
        raise NotFound(otherwise)
    return found[0]

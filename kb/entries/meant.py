"""Resolving an id, its beginning or an external id to an entry or reuse."""

import re
import sqlite3

import msgspec

from kb.entries import queries
from kb.errors import InvalidInput, NotFound
from kb.ids import entry_id_for
from kb.messages import _

_BEGINNING = re.compile(r"[0-9a-f-]{6,36}")


def entry_meant(db: sqlite3.Connection, text: str, *, erased: bool = False) -> str:
    """See `Catalogue.resolve`."""
    text = text.strip()
    found = _found(db, queries.MEANT, text)
    if erased and text not in found:
        imported = msgspec.json.encode(_imported(db, text)).decode()
        found += _found(db, queries.MEANT_ERASED, text, imported=imported)
    return _only(
        found,
        _(
            "There is no entry {text!r}: give its id, at least 6 characters of it, "
            "or where it was imported from.",
            text=text,
        ),
        _("Several entries are meant by {text!r}: give more of the id.", text=text),
        "entry",
    )


def reuse_meant(db: sqlite3.Connection, text: str) -> str:
    """See `Catalogue.resolve_reuse`."""
    text = text.strip()
    return _only(
        _found(db, queries.MEANT_REUSE, text),
        _("There is no reuse {text!r}: give its id, at least 6 characters of it.", text=text),
        _("Several reuses are meant by {text!r}: give more of the id.", text=text),
        "reuse",
    )


def _imported(db: sqlite3.Connection, name: str) -> list[str]:
    """The ids for `name` in all known sources, as that of an erased entry is not stored."""
    sources = [source for (source,) in db.execute(queries.SOURCES)]
    members = [None, *(member for (member,) in db.execute(queries.OWN_LABELS))]
    return [entry_id_for(source, name, member) for source in sources for member in members]


def _found(db: sqlite3.Connection, sql: str, text: str, **values: str) -> list[str]:
    """The ids that `text` may mean, or only `text` if it is one."""
    beginning = text.lower() if _BEGINNING.fullmatch(text.lower()) else ""
    found = [row[0] for row in db.execute(sql, {"text": text, "beginning": beginning, **values})]
    return [text] if text in found else found


def _only(found: list[str], none: str, several: str, field: str) -> str:
    if not found:
        raise NotFound(none)
    if len(found) > 1:
        raise InvalidInput(several, field)
    return found[0]

"""Answers about what was written: once a search can find it, or honestly that it cannot yet."""

import logging

from msgspec import Struct

from kb import Session
from kb.errors import DataDirectoryError, NotYetSearchable
from kb.writer import Receipt
from web.logs import kind_of

PATIENCE = 1.0
"""Seconds that an answer waits for the index; what was written is safe in the log before that."""


log = logging.getLogger("tributary.web")


class Written(Struct, frozen=True):
    """What was written: id and version; `searchable` is False while views or index are behind."""

    id: str
    version: int
    searchable: bool = True


def when_searchable(session: Session, receipt: Receipt) -> Written:
    """The answer for `receipt` once the index holds it, at the latest after `PATIENCE`.

    Where the views do not show it by now, nobody waits for the index.
    Nothing that goes wrong meanwhile is an error here: the writer would send it once more.
    """
    if receipt.behind:
        return written(receipt)
    try:
        session.wait(receipt.position, timeout=PATIENCE)
    except (NotYetSearchable, DataDirectoryError) as error:
        log.warning("written, but no search shows it yet", extra={"error": kind_of(error)})
        return Written(receipt.id, receipt.version, searchable=False)
    return written(receipt)


def written(receipt: Receipt) -> Written:
    """The answer for `receipt` of what no search shows, once the views were waited for."""
    return Written(receipt.id, receipt.version, searchable=not receipt.behind)

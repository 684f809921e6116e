"""Read your writes: responses that wait until a search can find what was written."""

import logging

from msgspec import Struct

from kb import Session
from kb.errors import DataDirectoryError, NotYetSearchable
from kb.writer import Receipt
from web.logs import kind_of

PATIENCE = 1.0
"""Seconds that a response waits for the index; the write is already safe in the log."""

log = logging.getLogger("tributary.web")


class Written(Struct, frozen=True):
    """Response to a write; `searchable` is False while views or index are behind."""

    id: str
    version: int
    searchable: bool = True


def when_searchable(session: Session, receipt: Receipt) -> Written:
    """The response for `receipt`, once the index has it or after `PATIENCE` seconds.

    If the views are behind already, it does not wait for the index.
    Failures meanwhile are not raised, or the client would send the write again.
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
    """The response for `receipt` of a write that searches do not show."""
    return Written(receipt.id, receipt.version, searchable=not receipt.behind)

"""Answers about what was written: not before a search can find it, or honestly that it cannot yet."""

from kb import KnowledgeBase
from kb.commands import Receipt
from kb.errors import NotYetSearchable
from msgspec import Struct

PATIENCE = 10.0
"""Seconds that an answer waits for the index; what was written is safe in the log before that."""


class Written(Struct, frozen=True):
    """What was written: its id and version; `searchable` is False when the index is still behind."""

    id: str
    version: int
    searchable: bool = True


def when_searchable(base: KnowledgeBase, receipt: Receipt) -> Written:
    """The answer for `receipt` once the index holds it, at the latest after `PATIENCE`."""
    try:
        base.wait(receipt.position, index=True, timeout=PATIENCE)
    except NotYetSearchable:
        return Written(receipt.id, receipt.version, searchable=False)
    return Written(receipt.id, receipt.version)

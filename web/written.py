"""Answers about what was written: once a search can find it, or honestly that it cannot yet."""

from msgspec import Struct

from kb import KnowledgeBase
from kb.commands import Receipt
from kb.errors import NotYetSearchable

PATIENCE = 10.0
"""Seconds that an answer waits for the index; what was written is safe in the log before that."""


class Written(Struct, frozen=True):
    """What was written: id and version; `searchable` is False while the index is behind."""

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

"""Erasures that were finished before a rebuild from the log begins."""

from events.codec import EventCodec
from events.log import EventLog

ERASURES = frozenset({"entry-erased", "member-erased"})


def last_finished(log: EventLog, codec: EventCodec) -> int:
    """The position of the last erasure, if the keys of all erasures are destroyed; else 0.

    A rebuild that begins now takes in nothing that was erased up to there.
    """
    erasures = log.of_types(ERASURES)
    if not erasures or not all(codec.destroyed(event.stream) for event in erasures):
        return 0
    return erasures[-1].position

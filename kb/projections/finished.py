"""Which erasures were finished before something is made anew from the log."""

from events.codec import EventCodec
from events.log import EventLog

ERASURES = frozenset({"entry-erased", "member-erased"})


def last_finished(log: EventLog, codec: EventCodec) -> int:
    """The position of the last erasure, if no key is left of all that was ever erased; else 0.

    Nothing that was erased up to there comes into what is begun now and filled from the log.
    """
    erasures = log.of_types(ERASURES)
    if not erasures or not all(codec.destroyed(event.stream) for event in erasures):
        return 0
    return erasures[-1].position

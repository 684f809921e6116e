"""Which erasures were finished before something is made anew from the log."""

from events.codec import EventCodec
from events.log import EventLog

ERASURES = frozenset({"entry-erased", "member-erased"})
BATCH = 2_000


def last_finished(log: EventLog, codec: EventCodec) -> int:
    """The position of the last erasure, if no key is left of all that was ever erased; else 0.

    Nothing that was erased up to there comes into what is begun now and filled from the log.
    """
    last = position = 0
    while events := log.read(position, BATCH):
        position = events[-1].position
        for event in events:
            if event.type in ERASURES:
                if not codec.destroyed(event.stream):
                    return 0
                last = event.position
    return last

"""Cleaning of names in old events of reuse; see `kb.as_seen`."""

from msgspec import structs

from kb.as_seen import seen_line
from kb.characters import NOTHING_SEEN
from kb.reuse.reuse import ReuseRecorded


def reuse(event: ReuseRecorded) -> ReuseRecorded:
    """The group."""
    name = event.group and (seen_line(event.group) or NOTHING_SEEN)
    return event if name == event.group else structs.replace(event, group=name)

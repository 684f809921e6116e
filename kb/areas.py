"""All areas of the knowledge base, and what is put together from them."""

from collections.abc import Mapping
from itertools import chain

from events.codec import EventCodec
from events.vault import KeyVault
from kb.access import Action
from kb.area import Area
from kb.endorsements import area as endorsements
from kb.entries import area as entries
from kb.following.view_set import ViewSet
from kb.history.history_view import history_of
from kb.people import area as people
from kb.reuse import area as reuse

# The record of changes tells groups by the names that they have, and who saw an erased entry last:
# people's views take in each event before those of entries.
AREAS: tuple[Area, ...] = (people.AREA, entries.AREA, endorsements.AREA, reuse.AREA)

STREAM_KINDS = tuple(chain(*(area.streams for area in AREAS)))
EVENT_TYPES = tuple(fact.type for kind in STREAM_KINDS for fact in kind.facts)
ACTIONS: Mapping[str, Action] = {action.name: action for area in AREAS for action in area.actions}
VIEWS = ViewSet((*chain(*(area.views for area in AREAS)), history_of(STREAM_KINDS)), STREAM_KINDS)
"""In the order in which each event reaches them."""


def build_codec(vault: KeyVault) -> EventCodec:
    """The codec that knows every event of the knowledge base."""
    return EventCodec(EVENT_TYPES, vault)

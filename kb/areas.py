"""All areas of the knowledge base, and what is put together from them."""

from collections.abc import Iterable, Mapping
from itertools import chain

from events.codec import EventCodec
from events.vault import KeyVault
from kb.access import Action
from kb.area import Area, Fact, StreamKind
from kb.endorsements import area as endorsements
from kb.entries import area as entries
from kb.following.view_set import ViewSet
from kb.history.history_view import history_of
from kb.own import Own
from kb.people import area as people
from kb.reuse import area as reuse

# The record of changes tells groups by the names that they have, and who saw an erased entry last:
# people's views take in each event before those of entries.
AREAS: tuple[Area, ...] = (people.AREA, entries.AREA, endorsements.AREA, reuse.AREA)


def kinds_of(areas: Iterable[Area]) -> tuple[StreamKind, ...]:
    """The kinds of streams of `areas`."""
    return tuple(chain(*(area.streams for area in areas)))


def facts_of(areas: Iterable[Area]) -> tuple[Fact, ...]:
    """The types of events of `areas`."""
    return tuple(fact for kind in kinds_of(areas) for fact in kind.facts)


def views_of(areas: Iterable[Area]) -> ViewSet:
    """The views of `areas` and the history of all, in the order in which an event reaches them."""
    areas = tuple(areas)
    kinds = kinds_of(areas)
    return ViewSet((*chain(*(area.views for area in areas)), history_of(kinds)), kinds)


def build_codec(vault: KeyVault, areas: Iterable[Area] = AREAS) -> EventCodec:
    """The codec that knows every event of `areas`."""
    return EventCodec(facts_of(areas), vault)


EVENT_TYPES = facts_of(AREAS)
VIEWS = views_of(AREAS)
ACTIONS: Mapping[str, Action] = {action.name: action for area in AREAS for action in area.actions}
OWN: tuple[Own, ...] = tuple(area.own for area in AREAS if area.own)

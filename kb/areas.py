"""All areas of the knowledge base, and the codec and views built from them."""

from collections.abc import Iterable, Mapping
from itertools import chain

from events.codec import EventCodec
from events.vault import KeyVault
from kb.access import Action
from kb.area import Area
from kb.endorsements import area as endorsements
from kb.entries import area as entries
from kb.history.history_view import history_of
from kb.history.lineage_view import LINEAGE
from kb.own import Own
from kb.people import area as people
from kb.reuse import area as reuse
from kb.views.stream_kind import Fact, StreamKind
from kb.views.view_set import ViewSet

# People first: the audit view needs the names of groups as they are, and reads who saw an entry
# before the catalogue deletes it.
AREAS: tuple[Area, ...] = (people.AREA, entries.AREA, endorsements.AREA, reuse.AREA)


def kinds_of(areas: Iterable[Area]) -> tuple[StreamKind, ...]:
    """The kinds of streams of `areas`."""
    return tuple(chain(*(area.streams for area in areas)))


def facts_of(areas: Iterable[Area]) -> tuple[Fact, ...]:
    """The types of events of `areas`."""
    return tuple(fact for kind in kinds_of(areas) for fact in kind.facts)


def views_of(areas: Iterable[Area]) -> ViewSet:
    """The views of `areas`, then lineage and history, in the order in which they take events."""
    areas = tuple(areas)
    kinds = kinds_of(areas)
    return ViewSet((*chain(*(area.views for area in areas)), LINEAGE, history_of(kinds)), kinds)


def build_codec(vault: KeyVault, areas: Iterable[Area] = AREAS) -> EventCodec:
    """The codec that knows every event of `areas`."""
    return EventCodec(facts_of(areas), vault)


EVENT_TYPES = facts_of(AREAS)
VIEWS = views_of(AREAS)
ACTIONS: Mapping[str, Action] = {action.name: action for area in AREAS for action in area.actions}
OWN: tuple[Own, ...] = tuple(area.own for area in AREAS if area.own)

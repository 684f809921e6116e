"""What an event that cannot be read takes away is what the page about access says."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from events.event import RecordedEvent
from kb import access
from kb.areas import EVENT_TYPES, VIEWS
from kb.errors import NotFound
from kb.people.directory import UNREADABLE, Directory
from kb.views.reader import ViewReader
from kb.views.view import Lack
from tests.access_tables import table
from tests.kb.unreadable import damaged, eventful, peopled, sights, viewed
from tests.worlds.log import ViewedWorld

WITHHELD: dict[str, Lack | None] = {
    "the entry, from all but its author and the operator": "sight",
    "the entry, from all but the operator": "entry",
    "nothing; its page and its history say what they lack": None,
    "nothing yet; once who sees the entry is changed after it, the entry, from all but its author "
    "and the operator": "text",
    "all groups of the member": "groups",
    "all roles of the member": "roles",
    "the profile of the member, also the earlier one": "profile",
    "the member: nobody acts as them": "member",
    "the members of the group: what is shown to it, its author and the operator see": "group",
    "being open to the world": "world",
    "as `entry-revised` of its entry": "text",
    "the endorsement, until it is given again": None,
    "nothing; the page of the entry says what it lacks": None,
    "nothing": None,
    "everything, from all but the operator": "all",
}
"""The program's word for each cell of the page."""


def promised() -> dict[str, Lack | None]:
    """What the page says of each type of event, those included that it calls any other."""
    named: dict[str, Lack | None] = {}
    rest: dict[str, Lack | None] = {}
    for row in table("What stays hidden when an event cannot be read"):
        taken = WITHHELD[row["withheld"]]
        named |= dict.fromkeys(re.findall(r"`([\w-]+)`", row["kept aside"]), taken)
        rest |= dict.fromkeys(
            re.findall(r"^any (?:other )?of (?:an?|the) (\w+)$", row["kept aside"]), taken
        )
    kinds = {fact.name: kind.name for kind in VIEWS.kinds for fact in kind.facts}
    return {each.name: named.get(each.name, rest.get(kinds[each.name])) for each in EVENT_TYPES}


def test_the_page_names_what_each_type_of_event_takes_away() -> None:
    assert promised() == {fact.name: fact.lack for kind in VIEWS.kinds for fact in kind.facts}


def _others(reader: ViewReader, members: list[str], entry_id: str, author: str) -> set[str]:
    found = sights(reader, members)
    return {name for name, seen in found.items() if entry_id in seen and name != author}


def _labels(reader: ViewReader, members: list[str]) -> set[str]:
    directory, labels = Directory(reader, access.operator()), set[str]()
    for member in members:
        try:
            labels |= directory.principal(member).labels
        except NotFound:
            continue
    return labels


def _takes_sight(reader: ViewReader, members: list[str], event: RecordedEvent) -> bool:
    return _others(reader, members, event.stream[6:], event.actor) == set()


def _takes_entry(reader: ViewReader, members: list[str], event: RecordedEvent) -> bool:
    return _others(reader, members, event.stream[6:], "-") == set()


def _takes_groups(reader: ViewReader, members: list[str], event: RecordedEvent) -> bool:
    return not any(label.startswith("group:") for label in _labels(reader, [event.stream[7:]]))


def _takes_roles(reader: ViewReader, members: list[str], event: RecordedEvent) -> bool:
    member = event.stream[7:]
    return not sights(reader, [member])[member] & set(access.ROLES)


def _takes_profile(reader: ViewReader, members: list[str], event: RecordedEvent) -> bool:
    shown = Directory(reader, access.operator()).member(event.stream[7:])
    return (shown.profile, shown.name) == (None, UNREADABLE)


def _takes_member(reader: ViewReader, members: list[str], event: RecordedEvent) -> bool:
    with pytest.raises(NotFound):
        Directory(reader, access.operator()).principal(event.stream[7:])
    return True


def _takes_group(reader: ViewReader, members: list[str], event: RecordedEvent) -> bool:
    return access.group_label(event.stream[6:]) not in _labels(reader, members)


def _takes_world(reader: ViewReader, members: list[str], event: RecordedEvent) -> bool:
    return not Directory(reader, access.operator()).open_to_world()


TAKES: dict[Lack, Callable[[ViewReader, list[str], RecordedEvent], bool]] = {
    "sight": _takes_sight,
    "entry": _takes_entry,
    "groups": _takes_groups,
    "roles": _takes_roles,
    "profile": _takes_profile,
    "member": _takes_member,
    "group": _takes_group,
    "world": _takes_world,
}
"""Whether the views withhold that, of the stream of an event."""

NOTHING_YET = (None, "text")
"""What takes nothing by itself; test_taken_back.py asks of it."""


@pytest.mark.exhaustive
@pytest.mark.parametrize("made", [eventful, peopled])
def test_each_event_that_cannot_be_read_takes_away_what_the_page_says(
    tmp_path: Path, made: Callable[[Path], ViewedWorld]
) -> None:
    world = made(tmp_path / "world.sqlite")
    events = world.recorded()
    members = [event.stream[7:] for event in events if event.type == "member-invited"]
    page = promised()
    for place, event in enumerate(events):
        taken = page[event.type]
        if taken in NOTHING_YET:
            continue
        spoilt = [*events[:place], damaged(event, "data"), *events[place + 1 :]]
        with viewed(tmp_path / f"{place}.sqlite", spoilt) as reader:
            assert TAKES[taken](reader, members, event), event.type
    world.close()


def test_the_histories_hold_every_type_that_takes_anything_away(tmp_path: Path) -> None:
    found = set[str]()
    for made in (eventful, peopled):
        world = made(tmp_path / f"{made.__name__}.sqlite")
        found |= {event.type for event in world.recorded()}
        world.close()
    assert {name for name, taken in promised().items() if taken not in NOTHING_YET} <= found

"""Names in events of people of a time when they were stored as someone wrote them."""

from typing import TypeVar

from msgspec import structs

from kb.as_seen import seen_line
from kb.characters import NOTHING_SEEN
from kb.people.group import GroupChanged, GroupFormed
from kb.people.member import MemberJoined, MemberProfileChanged, Profile

Group = TypeVar("Group", GroupFormed, GroupChanged)
Told = TypeVar("Told", MemberJoined, MemberProfileChanged)


def group(event: Group) -> Group:
    """The name; one of which nothing is seen goes by its id wherever it is shown."""
    name = seen_line(event.name)
    return event if name == event.name else structs.replace(event, name=name)


def told(event: Told) -> Told:
    """The lines of a profile; a member whose name is not seen goes by the id."""
    profile = _profile(event.profile)
    return event if profile == event.profile else structs.replace(event, profile=profile)


def _profile(profile: Profile) -> Profile:
    lines = {"address": profile.address, "pronouns": profile.pronouns}
    return structs.replace(
        profile,
        name=profile.name and (seen_line(profile.name) or NOTHING_SEEN),
        languages=tuple(map(seen_line, profile.languages)),
        **{field: seen_line(text) for field, text in lines.items() if text},
    )

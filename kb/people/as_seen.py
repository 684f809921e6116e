"""Cleaning of names in old events of people; see `kb.as_seen`."""

from typing import TypeVar

from msgspec import structs

from kb.as_seen import seen_line
from kb.characters import NOTHING_SEEN
from kb.people.group import GroupChanged, GroupFormed
from kb.people.member import MemberJoined, MemberProfileChanged, Profile

Group = TypeVar("Group", GroupFormed, GroupChanged)
Told = TypeVar("Told", MemberJoined, MemberProfileChanged)


def group(event: Group) -> Group:
    """Clean the name; if nothing of it is visible, the id is shown instead."""
    name = seen_line(event.name)
    return event if name == event.name else structs.replace(event, name=name)


def told(event: Told) -> Told:
    """Clean the lines of a profile; if the name is invisible, the id is shown instead."""
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

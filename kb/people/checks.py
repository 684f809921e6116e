"""What profiles and roles have to be like, no matter who gives them."""

from collections.abc import Iterable
from typing import get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kb.access import ROLES, Role
from kb.characters import is_blank
from kb.entries import validation
from kb.errors import InvalidInput
from kb.people.member import Profile

MOST_LANGUAGES = 20


def checked_profile(profile: Profile) -> Profile:
    """`profile` with its texts in order. Raises `InvalidInput`, naming the field."""
    if len(profile.languages) > MOST_LANGUAGES:
        raise InvalidInput(f"Name at most {MOST_LANGUAGES} languages.", "languages")
    try:
        ZoneInfo(profile.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidInput(
            f"{profile.time_zone!r} is no time zone; use a name such as Europe/Vienna.",
            "time_zone",
        ) from error
    return Profile(
        name=validation.line("name", profile.name),
        address=validation.optional_line("address", profile.address),
        time_zone=profile.time_zone,
        languages=tuple(validation.line("languages", each) for each in profile.languages),
        pronouns=validation.optional_line("pronouns", profile.pronouns),
        help=None if is_blank(profile.help or "") else validation.text("help", profile.help or ""),
    )


def checked_roles(roles: Iterable[Role]) -> frozenset[Role]:
    """`roles` if somebody can have them together. Raises `InvalidInput`."""
    chosen = frozenset(roles)
    if not chosen or not chosen <= set(ROLES):
        raise InvalidInput(f"Give at least one role of {', '.join(get_args(Role))}.", "roles")
    if chosen & {"curator", "steward"} and "member" not in chosen:
        raise InvalidInput(
            "Curators and stewards are members too: name that role as well.", "roles"
        )
    return chosen

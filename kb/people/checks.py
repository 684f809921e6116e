"""Checks of profiles and roles."""

from collections.abc import Iterable
from typing import get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import UNSET, UnsetType

from kb import fields
from kb.access import ROLES, Role
from kb.characters import is_blank
from kb.errors import InvalidInput, Mistakes
from kb.messages import _, languages
from kb.people.member import Profile

MOST_LANGUAGES = 20


def checked_profile(profile: Profile) -> Profile:
    """`profile` with its texts cleaned. Raises `InvalidInput`, naming the field."""
    wrong, told = Mistakes(), profile.help or ""
    cleaned = Profile(
        name=wrong.of(fields.line, "name", profile.name),
        address=wrong.of(fields.optional_line, "address", profile.address),
        time_zone=wrong.of(_time_zone, profile.time_zone),
        languages=wrong.of(_languages, profile.languages),
        pronouns=wrong.of(fields.optional_line, "pronouns", profile.pronouns),
        help=None if is_blank(told) else wrong.of(fields.text, "help", told),
        display_language=wrong.of(checked_language, profile.display_language),
    )
    wrong.refuse()
    return cleaned


def checked_language(language: str | UnsetType) -> str | UnsetType:
    """`language` if there are messages in it, or unset. Raises `InvalidInput`."""
    if language not in (UNSET, *languages()):
        raise InvalidInput(
            _(
                "There are no messages in {language!r}; there are some in {words}.",
                language=str(language),
                words=", ".join(languages()),
            ),
            "display_language",
        )
    return language


def _time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidInput(
            _("{name!r} is no time zone; use a name such as Europe/Vienna.", name=name), "time_zone"
        ) from error
    return name


def _languages(names: tuple[str, ...]) -> tuple[str, ...]:
    if len(names) > MOST_LANGUAGES:
        raise InvalidInput(
            _("Name at most {most_languages} languages.", most_languages=MOST_LANGUAGES),
            "languages",
        )
    return tuple(fields.line("languages", each) for each in names)


def checked_roles(roles: Iterable[Role]) -> frozenset[Role]:
    """`roles` if one member can have them together. Raises `InvalidInput`."""
    chosen = frozenset(roles)
    if not chosen or not chosen <= set(ROLES):
        raise InvalidInput(
            _("Give at least one role of {words}.", words=", ".join(get_args(Role))), "roles"
        )
    if chosen & {"curator", "steward"} and "member" not in chosen:
        raise InvalidInput(
            _("Curators and stewards are members too: name that role as well."), "roles"
        )
    return chosen

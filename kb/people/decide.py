"""Commands on one member: from their state to events, none if there is nothing to change.

All raise `NotFound` for a person who is unknown or erased, and `Refused`.
"""

from collections.abc import Callable, Collection
from typing import Literal

from msgspec import UnsetType, structs

from kb.access import Role
from kb.errors import NotFound, Refused
from kb.messages import _
from kb.people.checks import checked_roles
from kb.people.member import (
    Member,
    MemberErased,
    MemberEvent,
    MemberGroupJoined,
    MemberGroupLeft,
    MemberInvited,
    MemberJoined,
    MemberLeft,
    MemberProfileChanged,
    MemberRoleGiven,
    MemberRoleTaken,
    Profile,
)
from kb.people.sign_in import MemberLinkMade, MemberTokenMade, SignInEvent, takes_away

Decide = Callable[[Member], list[MemberEvent]]

PROFILE = Profile.__struct_fields__
"""All fields of a profile."""


def invite(
    member: Member, roles: tuple[Role, ...], groups: tuple[str, ...] = ()
) -> list[MemberEvent]:
    """Invite a new member."""
    if member.version:
        raise Refused(_("Member {id} was invited already.", id=member.id))
    return [MemberInvited(roles=roles, groups=groups)]


def join(
    member: Member, profile: Profile, given: tuple[SignInEvent, ...] = ()
) -> list[MemberEvent]:
    """Take the invitation, and sign in from then on with what is `given`."""
    _refuse_unknown(member)
    if member.standing != "invited":
        raise Refused(_("This invitation was taken already; ask a steward for another one."))
    return [MemberJoined(profile=profile), *given]


def change_profile(
    member: Member, profile: Profile, fields: Collection[str] = PROFILE
) -> list[MemberEvent]:
    """Change these `fields` of the profile to those of `profile`; the others stay."""
    _refuse_gone(member)
    if member.standing == "invited":
        raise _not_joined(member)
    told = {field: getattr(profile, field) for field in fields}
    changed = structs.replace(member.profile or profile, **told)
    return [] if changed == member.profile else [MemberProfileChanged(profile=changed)]


def choose_language(member: Member, language: str | UnsetType) -> list[MemberEvent]:
    """Choose the language to be addressed in; unset: the one of each browser."""
    if member.profile is None:
        _refuse_gone(member)
        raise _not_joined(member)
    return change_profile(member, structs.replace(member.profile, display_language=language))


def change_roles(
    member: Member, given: frozenset[Role], taken: frozenset[Role]
) -> list[MemberEvent]:
    """Add the roles `given` and remove those `taken`. Raises `InvalidInput`."""
    _refuse_gone(member)
    after = (member.roles | given) - taken
    if after == member.roles:
        return []
    gained = [MemberRoleGiven(role=role) for role in sorted(checked_roles(after) - member.roles)]
    return [*gained, *(MemberRoleTaken(role=role) for role in sorted(member.roles - after))]


def change_groups(
    member: Member, joined: Collection[str], left: Collection[str] = ()
) -> list[MemberEvent]:
    """Join the groups `joined`, and leave those in `left`."""
    _refuse_gone(member)
    settled = {*member.groups, *left}
    return [
        *(MemberGroupJoined(group=group) for group in joined if group not in settled),
        *(MemberGroupLeft(group=group) for group in left if group in member.groups),
    ]


def leave(member: Member) -> list[MemberEvent]:
    """Leave the community."""
    _refuse_gone(member)
    return [MemberLeft()]


def erase(member: Member, entries: Literal["kept", "erased"]) -> list[MemberEvent]:
    """Erase the member; their entries stay as those of a former member, or go too."""
    if not member.version:
        raise _unknown(member)
    # An interrupted erasure is finished when it is requested again.
    return [] if member.standing == "erased" else [MemberErased(entries=entries)]


def note(member: Member, event: SignInEvent) -> list[MemberEvent]:
    """Record a change of their sign-in data."""
    if member.standing in ("unknown", "left", "erased") and takes_away(event):
        return []  # it was void already
    _refuse_gone(member)
    if member.standing == "invited" and isinstance(event, MemberTokenMade):
        raise _not_joined(member)
    if isinstance(event, MemberLinkMade):
        _refuse_useless(event, member)
    return [event]


def _refuse_useless(link: MemberLinkMade, member: Member) -> None:
    """Refuse an invitation for one who has joined, and a sign-in link for one who has not."""
    joined = member.standing == "joined"
    if link.purpose == "sign-in" and not joined:
        raise _not_joined(member)
    if link.purpose != "sign-in" and joined:
        raise Refused(_("Member {id} has joined: make a link that signs them in.", id=member.id))


def _refuse_unknown(member: Member) -> None:
    if member.standing in ("unknown", "erased"):
        raise _unknown(member)


def _refuse_gone(member: Member) -> None:
    _refuse_unknown(member)
    if member.standing == "left":
        raise Refused(_("Member {id} has left the community; invite them again.", id=member.id))


def _unknown(member: Member) -> NotFound:
    return NotFound(_("There is no member {id}.", id=member.id))


def _not_joined(member: Member) -> Refused:
    return Refused(_("Member {id} has not joined yet.", id=member.id))

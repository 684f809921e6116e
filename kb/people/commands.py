"""What can be asked of one member, and which events that leads to."""

from typing import Literal, assert_never

from msgspec import Struct

from kb.access import Role
from kb.errors import NotFound, Refused
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


class Invite(Struct, frozen=True, kw_only=True):
    """Invite a new member."""

    roles: tuple[Role, ...]
    groups: tuple[str, ...] = ()


class Join(Struct, frozen=True):
    """Take the invitation, and sign in from then on with what is `given`."""

    profile: Profile
    given: tuple[SignInEvent, ...] = ()


class ChangeProfile(Struct, frozen=True):
    """Tell something else about oneself."""

    profile: Profile


class ChangeRoles(Struct, frozen=True):
    """Have exactly these roles."""

    roles: frozenset[Role]


class JoinGroup(Struct, frozen=True):
    """Be in a group."""

    group: str


class LeaveGroup(Struct, frozen=True):
    """Be in it no longer."""

    group: str


class Leave(Struct, frozen=True):
    """Leave the community."""


class Erase(Struct, frozen=True):
    """Forget the member; their entries stay under "a former member", or go too."""

    entries: Literal["kept", "erased"]


class Note(Struct, frozen=True):
    """Write down what they sign in with from now on, or no longer."""

    event: SignInEvent


MemberCommand = (
    Invite | Join | ChangeProfile | ChangeRoles | JoinGroup | LeaveGroup | Leave | Erase | Note
)


def decide(command: MemberCommand, member: Member) -> list[MemberEvent]:
    """The events that `command` leads to; none where all is as wished already.

    Raises `NotFound` or `Refused`.
    """
    if isinstance(command, Invite):
        if member.version:
            raise Refused(f"Member {member.id} was invited already.")
        return [MemberInvited(roles=command.roles, groups=command.groups)]
    if isinstance(command, Erase):
        return _erase(command, member)
    if isinstance(command, Note):
        return _note(command.event, member)
    if member.standing in ("unknown", "erased"):
        raise _unknown(member)
    if isinstance(command, Join):
        if member.standing != "invited":
            raise Refused("This invitation was taken already; ask a steward for another one.")
        return [MemberJoined(profile=command.profile), *command.given]
    return _change(command, member)


def _erase(command: Erase, member: Member) -> list[MemberEvent]:
    if not member.version:
        raise _unknown(member)
    # An erasure that was cut short is asked for again, and finished then.
    return [] if member.standing == "erased" else [MemberErased(entries=command.entries)]


def _note(event: SignInEvent, member: Member) -> list[MemberEvent]:
    if member.standing in ("unknown", "left", "erased") and takes_away(event):
        return []  # it was good for nothing any more
    if member.standing in ("unknown", "erased"):
        raise _unknown(member)
    if member.standing == "left":
        raise _left(member)
    if member.standing == "invited" and isinstance(event, MemberTokenMade):
        raise _not_joined(member)
    if isinstance(event, MemberLinkMade):
        _refuse_useless(event, member)
    return [event]


def _refuse_useless(link: MemberLinkMade, member: Member) -> None:
    """Members join once and sign in after that: a link for anything else would lead nowhere."""
    joined = member.standing == "joined"
    if link.purpose == "sign-in" and not joined:
        raise _not_joined(member)
    if link.purpose != "sign-in" and joined:
        raise Refused(f"Member {member.id} has joined: make a link that signs them in.")


def _unknown(member: Member) -> NotFound:
    return NotFound(f"There is no member {member.id}.")


def _left(member: Member) -> Refused:
    return Refused(f"Member {member.id} has left the community; invite them again.")


def _not_joined(member: Member) -> Refused:
    return Refused(f"Member {member.id} has not joined yet.")


def _change(
    command: ChangeProfile | ChangeRoles | JoinGroup | LeaveGroup | Leave, member: Member
) -> list[MemberEvent]:
    if member.standing == "left":
        raise _left(member)
    match command:
        case ChangeProfile():
            if member.standing == "invited":
                raise _not_joined(member)
            same = command.profile == member.profile
            return [] if same else [MemberProfileChanged(profile=command.profile)]
        case ChangeRoles():
            given = [MemberRoleGiven(role=role) for role in sorted(command.roles - member.roles)]
            taken = [MemberRoleTaken(role=role) for role in sorted(member.roles - command.roles)]
            return [*given, *taken]
        case JoinGroup():
            known = command.group in member.groups
            return [] if known else [MemberGroupJoined(group=command.group)]
        case LeaveGroup():
            known = command.group in member.groups
            return [MemberGroupLeft(group=command.group)] if known else []
        case Leave():
            return [MemberLeft()]
        case _:
            assert_never(command)

"""The member aggregate: one stream per person, in which nothing personal stands in the clear."""

from collections.abc import Iterable
from functools import reduce
from typing import Literal, assert_never

from msgspec import UNSET, Struct, UnsetType, structs

from kb.access import Role
from kb.people.sign_in import SignInEvent

Standing = Literal["unknown", "invited", "joined", "left", "erased"]


class Profile(Struct, frozen=True, kw_only=True):
    """What a member tells about themselves; sealed with their key wherever it is stored.

    `time_zone` is an IANA name, `languages` are BCP 47 tags, `help` says what they can help with.
    `display_language` is one of `kb.messages.languages`, unset where each browser says its own.
    """

    name: str
    address: str | None = None
    time_zone: str = "UTC"
    languages: tuple[str, ...] = ()
    pronouns: str | None = None
    help: str | None = None
    display_language: str | UnsetType = UNSET


class MemberInvited(Struct, frozen=True, kw_only=True):
    """A steward made an invitation, with roles and groups to begin with."""

    roles: tuple[Role, ...]
    groups: tuple[str, ...] = ()


class MemberJoined(Struct, frozen=True, kw_only=True):
    """The invited person took the invitation."""

    profile: Profile


class MemberProfileChanged(Struct, frozen=True, kw_only=True):
    """The profile as it stands afterwards."""

    profile: Profile


class MemberRoleGiven(Struct, frozen=True, kw_only=True):
    """A role was added."""

    role: Role


class MemberRoleTaken(Struct, frozen=True, kw_only=True):
    """A role was taken away."""

    role: Role


class MemberGroupJoined(Struct, frozen=True, kw_only=True):
    """The member is in a group from now on."""

    group: str


class MemberGroupLeft(Struct, frozen=True, kw_only=True):
    """The member is no longer in a group."""

    group: str


class MemberLeft(Struct, frozen=True, kw_only=True):
    """The member left the community; what they wrote stays."""


class MemberErased(Struct, frozen=True, kw_only=True):
    """The member's key was destroyed, and with it all that was personal."""

    entries: Literal["kept", "erased"]


MemberEvent = (
    MemberInvited
    | MemberJoined
    | MemberProfileChanged
    | MemberRoleGiven
    | MemberRoleTaken
    | MemberGroupJoined
    | MemberGroupLeft
    | MemberLeft
    | MemberErased
    | SignInEvent
)


class Member(Struct, frozen=True, kw_only=True):
    """The state of one member: the fold of their stream."""

    id: str
    version: int = 0
    standing: Standing = "unknown"
    profile: Profile | None = None
    roles: frozenset[Role] = frozenset()
    groups: frozenset[str] = frozenset()


def evolve(member: Member, event: MemberEvent) -> Member:
    """The member after `event`."""
    member = structs.replace(member, version=member.version + 1)
    if isinstance(event, MemberInvited):
        return structs.replace(
            member,
            standing="invited",
            roles=frozenset(event.roles),
            groups=frozenset(event.groups),
        )
    if isinstance(event, MemberJoined):
        return structs.replace(member, standing="joined", profile=event.profile)
    if isinstance(event, MemberProfileChanged):
        return structs.replace(member, profile=event.profile)
    if isinstance(event, SignInEvent):
        return member
    return _with_ties(member, event)


def _with_ties(
    member: Member,
    event: (
        MemberRoleGiven
        | MemberRoleTaken
        | MemberGroupJoined
        | MemberGroupLeft
        | MemberLeft
        | MemberErased
    ),
) -> Member:
    match event:
        case MemberRoleGiven():
            return structs.replace(member, roles=member.roles | {event.role})
        case MemberRoleTaken():
            return structs.replace(member, roles=member.roles - {event.role})
        case MemberGroupJoined():
            return structs.replace(member, groups=member.groups | {event.group})
        case MemberGroupLeft():
            return structs.replace(member, groups=member.groups - {event.group})
        case MemberLeft():
            return _gone(member, "left")
        case MemberErased():
            return structs.replace(_gone(member, "erased"), profile=None)
        case _:
            assert_never(event)


def _gone(member: Member, standing: Standing) -> Member:
    return structs.replace(member, standing=standing, roles=frozenset(), groups=frozenset())


def roles_after(events: Iterable[MemberEvent]) -> frozenset[Role]:
    """The roles of a member to whom these happened."""
    return reduce(evolve, events, Member(id="")).roles

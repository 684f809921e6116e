"""The area of people: members, groups and the community."""

from typing import Any

from events.sealed_fields import Sealed
from kb.area import Area
from kb.community import GroupNamed, WorldAccessChanged
from kb.people import as_seen
from kb.people.actions import (
    AUDIT as MAY_AUDIT,
)
from kb.people.actions import (
    CHANGE_SELF,
    CHANGE_SETTINGS,
    ERASE_MEMBER,
    JOIN_GROUP,
    LOOK_AFTER_GROUPS,
    LOOK_AFTER_PEOPLE,
    SEE_PEOPLE,
)
from kb.people.audit_view import AUDIT
from kb.people.erasures_view import ERASURES
from kb.people.group import GroupChanged, GroupClosed, GroupFormed
from kb.people.member import (
    MemberErased,
    MemberGroupJoined,
    MemberGroupLeft,
    MemberInvited,
    MemberJoined,
    MemberLeft,
    MemberProfileChanged,
    MemberRoleGiven,
    MemberRoleTaken,
)
from kb.people.people_view import PEOPLE
from kb.people.sign_in import (
    MemberLinkMade,
    MemberSignInChanged,
    MemberTokenMade,
    MemberTokenRevoked,
)
from kb.views.stream_kind import Fact, StreamKind

_PROFILE = Sealed("profile", by="stream", erased={"name": ""})

MEMBER = StreamKind(
    name="member",
    facts=(
        Fact(name="member-invited", schema_version=1, cls=MemberInvited, lack="member", told=None),
        Fact(
            name="member-joined",
            schema_version=1,
            cls=MemberJoined,
            read=as_seen.told,
            sealed=(_PROFILE,),
            lack="member",
            told=None,
        ),
        Fact(
            name="member-profile-changed",
            schema_version=1,
            cls=MemberProfileChanged,
            read=as_seen.told,
            sealed=(_PROFILE,),
            lack="profile",
            told=None,
        ),
        Fact(name="member-role-given", schema_version=1, cls=MemberRoleGiven, lack=None, told=None),
        Fact(
            name="member-role-taken", schema_version=1, cls=MemberRoleTaken, lack="roles", told=None
        ),
        Fact(
            name="member-group-joined",
            schema_version=1,
            cls=MemberGroupJoined,
            lack=None,
            told=None,
        ),
        Fact(
            name="member-group-left",
            schema_version=1,
            cls=MemberGroupLeft,
            lack="groups",
            told=None,
        ),
        Fact(name="member-token-made", schema_version=1, cls=MemberTokenMade, lack=None, told=None),
        Fact(
            name="member-token-revoked",
            schema_version=1,
            cls=MemberTokenRevoked,
            lack=None,
            told=None,
        ),
        Fact(name="member-link-made", schema_version=1, cls=MemberLinkMade, lack=None, told=None),
        Fact(
            name="member-sign-in-changed",
            schema_version=1,
            cls=MemberSignInChanged,
            lack=None,
            told=None,
        ),
        Fact(name="member-left", schema_version=1, cls=MemberLeft, lack="member", told=None),
        Fact(name="member-erased", schema_version=1, cls=MemberErased, lack="member", told=None),
    ),
    unknown="member",
    began="""SELECT 1 FROM member WHERE id = :name
        UNION ALL SELECT 1 FROM erasure WHERE stream = 'member-' || :name""",
    entry=None,
)


def _taking_members(changed: dict[str, Any]) -> dict[str, Any]:
    """Before version 2 each change of a closed group let it take members again."""
    return {**changed, "closed": False}


GROUP = StreamKind(
    name="group",
    facts=(
        Fact(
            name="group-formed",
            schema_version=1,
            cls=GroupFormed,
            read=as_seen.group,
            lack="group",
            told=None,
        ),
        Fact(
            name="group-changed",
            schema_version=2,
            cls=GroupChanged,
            upcasters={1: _taking_members},
            read=as_seen.group,
            lack="group",
            told=None,
        ),
        Fact(name="group-closed", schema_version=1, cls=GroupClosed, lack=None, told=None),
    ),
    unknown="group",
    began="SELECT 1 FROM community_group WHERE id = :name",
    entry=None,
)
COMMUNITY = StreamKind(
    name="community",
    facts=(
        Fact(
            name="world-access-changed",
            schema_version=1,
            cls=WorldAccessChanged,
            lack="world",
            told=None,
        ),
        Fact(name="group-named", schema_version=1, cls=GroupNamed, lack=None, told=None),
    ),
    unknown="world",
    began=None,  # there is one such stream alone
    entry=None,
)

AREA = Area(
    name="people",
    streams=(MEMBER, GROUP, COMMUNITY),
    views=(PEOPLE, ERASURES, AUDIT),
    actions=(
        SEE_PEOPLE,
        JOIN_GROUP,
        CHANGE_SELF,
        LOOK_AFTER_PEOPLE,
        LOOK_AFTER_GROUPS,
        CHANGE_SETTINGS,
        MAY_AUDIT,
        ERASE_MEMBER,
    ),
    own=None,
)

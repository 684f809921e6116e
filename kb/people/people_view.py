"""The tables of members, groups and access for the world."""

from collections.abc import Mapping
from sqlite3 import Connection
from typing import Any

import msgspec

from events.event import RecordedEvent
from events.sqlite_files.tables import Table
from kb.characters import skeleton
from kb.collation import sort_key
from kb.community import WorldAccessChanged
from kb.ids import group_id
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
    Profile,
)
from kb.views.view import EVERYBODY, Handler, View, stored_time
from kb.views.withheld import held

# `looks` is the skeleton of a name, `name_key` its sort key, and `name_id` the id of a group formed
# with this name.
TABLES = (
    Table(
        "member",
        "id, standing, profile? blob, invited_at, joined_at?, looks?, name_key?",
        "id",
        indexes=("looks",),
    ),
    Table("member_role", "member, role", "member, role"),
    Table("member_group", "member, group_id", "member, group_id", indexes=("group_id, member",)),
    Table(
        "community_group",
        "id, name, parent?, open integer, closed integer, looks, name_key, name_id",
        "id",
        indexes=("parent", "looks", "name_id"),
        defaults={"closed": 0},
    ),
    Table("community", "world integer", rows=({"world": 0},)),
)

INVITE = "INSERT INTO member VALUES (?, 'invited', NULL, ?, NULL, NULL, NULL)"
JOIN = """UPDATE member
SET standing = 'joined', profile = ?, looks = ?, name_key = ?, joined_at = ? WHERE id = ?"""
TELL = "UPDATE member SET profile = ?, looks = ?, name_key = ? WHERE id = ?"
GO = "UPDATE member SET standing = ? WHERE id = ?"
FORGET = """UPDATE member
SET standing = 'erased', profile = NULL, looks = NULL, name_key = NULL WHERE id = ?"""
GIVE_ROLE = "INSERT OR IGNORE INTO member_role VALUES (?, ?)"
TAKE_ROLE = "DELETE FROM member_role WHERE member = ? AND role = ?"
ENTER = "INSERT OR IGNORE INTO member_group VALUES (?, ?)"
EXIT = "DELETE FROM member_group WHERE member = ? AND group_id = ?"
UNTIE = (
    "DELETE FROM member_role WHERE member = ?",
    "DELETE FROM member_group WHERE member = ?",
)
FORM = "INSERT OR REPLACE INTO community_group VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
CLOSE = "UPDATE community_group SET closed = 1, open = 0 WHERE id = ?"
OPEN_TO_WORLD = "UPDATE community SET world = ?"

_encode = msgspec.json.Encoder().encode


def _invited(db: Connection, event: RecordedEvent, invited: MemberInvited) -> None:
    member = _member(event)
    db.execute(INVITE, (member, stored_time(event)))
    db.executemany(GIVE_ROLE, [(member, role) for role in invited.roles])
    db.executemany(ENTER, [(member, group) for group in invited.groups])


def _joined(db: Connection, event: RecordedEvent, joined: MemberJoined) -> None:
    db.execute(JOIN, (*_profile(joined.profile), stored_time(event), _member(event)))
    _forget_nameless(db, event, joined.profile)


def _told(db: Connection, event: RecordedEvent, told: MemberProfileChanged) -> None:
    db.execute(TELL, (*_profile(told.profile), _member(event)))
    _forget_nameless(db, event, told.profile)


def _forget_nameless(db: Connection, event: RecordedEvent, told: Profile) -> None:
    """Remove a member whose key is destroyed, as the log may be older than their erasure."""
    if not told.name:
        db.execute(FORGET, (_member(event),))


def _profile(told: Profile) -> tuple[bytes, str, str]:
    return _encode(told), skeleton(told.name), sort_key(told.name)


def _tied(db: Connection, event: RecordedEvent, change: Any) -> None:
    statement, value = _TIES[type(change)]
    db.execute(statement, (_member(event), getattr(change, value)))


def _gone(db: Connection, event: RecordedEvent, change: MemberLeft | MemberErased) -> None:
    member = _member(event)
    for statement in UNTIE:
        db.execute(statement, (member,))
    if isinstance(change, MemberErased):
        db.execute(FORGET, (member,))
    else:
        db.execute(GO, ("left", member))


def _formed(db: Connection, event: RecordedEvent, group: GroupFormed | GroupChanged) -> None:
    name = skeleton(group.name), sort_key(group.name), group_id(group.name)
    closed = isinstance(group, GroupChanged) and group.closed
    stands = group.name, group.parent, int(group.open), int(closed)
    db.execute(FORM, (_group(event), *stands, *name))


def _closed(db: Connection, event: RecordedEvent, _: GroupClosed) -> None:
    db.execute(CLOSE, (_group(event),))


def _opened(db: Connection, _: RecordedEvent, change: WorldAccessChanged) -> None:
    db.execute(OPEN_TO_WORLD, (int(change.allowed),))


def _member(event: RecordedEvent) -> str:
    return event.stream.removeprefix("member-")


def _group(event: RecordedEvent) -> str:
    return event.stream.removeprefix("group-")


_TIES: Mapping[type, tuple[str, str]] = {
    MemberRoleGiven: (GIVE_ROLE, "role"),
    MemberRoleTaken: (TAKE_ROLE, "role"),
    MemberGroupJoined: (ENTER, "group"),
    MemberGroupLeft: (EXIT, "group"),
}
_TIED: dict[type, Handler] = dict.fromkeys(_TIES, _tied)

_MEMBER = "'member-' || main.member.id"
_OF_MEMBER = "'member-' || main.{}.member"
_GROUP = "'group-' || main.member_group.group_id"
_COMMUNITY = "'community'"

PEOPLE = View(
    name="people",
    version=1,
    tables=TABLES,
    handlers={
        MemberInvited: _invited,
        MemberJoined: _joined,
        MemberProfileChanged: _told,
        **_TIED,
        MemberLeft: _gone,
        MemberErased: _gone,
        GroupFormed: _formed,
        GroupChanged: _formed,
        GroupClosed: _closed,
        WorldAccessChanged: _opened,
    },
    seen={
        "member": f"NOT {held(_MEMBER, 'member')}",
        "member_role": f"NOT {held(_OF_MEMBER.format('member_role'), 'member', 'roles')}",
        "member_group": f"NOT {held(_OF_MEMBER.format('member_group'), 'member', 'groups')}"
        f" AND NOT {held(_GROUP, 'group')}",
        "community_group": EVERYBODY,
        "community": f"NOT {held(_COMMUNITY, 'world')}",
    },
    decides=frozenset({"member", "group", "community"}),
)

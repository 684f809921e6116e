"""How members, groups and the record of who changed who may do what are kept up."""

from collections.abc import Iterable, Mapping
from sqlite3 import Connection
from typing import Any

import msgspec

from events.event import RecordedEvent
from kb.access import audience
from kb.accounts.links import Purpose
from kb.characters import skeleton
from kb.collation import sort_key
from kb.entries.entry import EntryErased, EntryVisibilityChanged
from kb.following.view import (
    EVERYBODY,
    SEEN_PARTITION,
    SEEN_THEN,
    Handler,
    View,
    partition,
    stored_time,
)
from kb.following.withheld import held, lack, lacks, narrowed
from kb.ids import group_id
from kb.people.community import WorldAccessChanged
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
from kb.people.people_tables import TABLES
from kb.people.sign_in import (
    MemberLinkMade,
    MemberSignInChanged,
    MemberTokenMade,
    MemberTokenRevoked,
    SignInChange,
    SignInEvent,
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
FORM = "INSERT OR REPLACE INTO community_group VALUES (?, ?, ?, ?, 0, ?, ?, ?)"
CLOSE = "UPDATE community_group SET closed = 1, open = 0 WHERE id = ?"
OPEN_TO_WORLD = "UPDATE community SET world = ?"
NAME = "SELECT name FROM community_group WHERE id = ?"
ERASED = "INSERT INTO erasure VALUES (?, ?, ?, ?)"
DEPARTED = "INSERT INTO departure VALUES (?, ?)"
KEEP = """INSERT INTO access_change VALUES (?, ?, ?, ?, ?, ?, ?, NULL,
    (SELECT contributed_by FROM entry WHERE id = ?))"""
AUTHOR = "SELECT contributed_by FROM entry WHERE id = ?"
SEEN_BY = "UPDATE access_change SET partition = ? WHERE position = ?"
# Nobody sees partition 0: that of an entry which was never taken in.
SEEN_LAST_BY = """UPDATE access_change
SET partition = coalesce((SELECT partition FROM entry WHERE id = ?), 0) WHERE position = ?"""

LINKS: Mapping[Purpose, str] = {
    "first-steward": "A link for the first steward was made.",
    "invitation": "A link to the invitation was made.",
    "sign-in": "A link that signs in once was made.",
}
SIGN_IN_CHANGES: Mapping[SignInChange, str] = {
    "name-set": "Sign-in name set.",
    "password-set": "Password set.",
    "passkey-added": "Passkey added.",
    "passkey-removed": "Passkey removed.",
    "identity-tied": "Account at the OpenID provider tied.",
    "identity-untied": "Account at the OpenID provider untied.",
}

_encode = msgspec.json.Encoder().encode


def _invited(db: Connection, event: RecordedEvent, invited: MemberInvited) -> None:
    member = _member(event)
    db.execute(INVITE, (member, stored_time(event)))
    db.executemany(GIVE_ROLE, [(member, role) for role in invited.roles])
    db.executemany(ENTER, [(member, group) for group in invited.groups])
    groups = _called(db, invited.groups)
    _keep(db, event, f"Invited as {', '.join(invited.roles)}{groups and f', in {groups}'}.")


def _joined(db: Connection, event: RecordedEvent, joined: MemberJoined) -> None:
    db.execute(JOIN, (*_profile(joined.profile), stored_time(event), _member(event)))
    _forget_nameless(db, event, joined.profile)
    _keep(db, event, "Joined.")


def _told(db: Connection, event: RecordedEvent, told: MemberProfileChanged) -> None:
    db.execute(TELL, (*_profile(told.profile), _member(event)))
    _forget_nameless(db, event, told.profile)


def _forget_nameless(db: Connection, event: RecordedEvent, told: Profile) -> None:
    """The key of such a member is destroyed: the log may be older than their erasure."""
    if not told.name:
        db.execute(FORGET, (_member(event),))


def _profile(told: Profile) -> tuple[bytes, str, str]:
    return _encode(told), skeleton(told.name), sort_key(told.name)


def _tied(db: Connection, event: RecordedEvent, change: Any) -> None:
    member = _member(event)
    match change:
        case MemberRoleGiven():
            db.execute(GIVE_ROLE, (member, change.role))
            _keep(db, event, f"Became {change.role}.")
        case MemberRoleTaken():
            db.execute(TAKE_ROLE, (member, change.role))
            _keep(db, event, f"Is no longer {change.role}.")
        case MemberGroupJoined():
            db.execute(ENTER, (member, change.group))
            _keep(db, event, f"Joined the group {_called(db, (change.group,))}.")
        case _:
            db.execute(EXIT, (member, change.group))
            _keep(db, event, f"Left the group {_called(db, (change.group,))}.")


def _gone(db: Connection, event: RecordedEvent, change: MemberLeft | MemberErased) -> None:
    member = _member(event)
    for statement in UNTIE:
        db.execute(statement, (member,))
    db.execute(DEPARTED, (event.position, member))
    if isinstance(change, MemberErased):
        db.execute(FORGET, (member,))
        with_entries = int(change.entries == "erased")
        db.execute(ERASED, (event.position, event.stream, event.actor, with_entries))
        _keep(db, event, f"Erased; their entries were {change.entries}.")
    else:
        db.execute(GO, ("left", member))
        _keep(db, event, "Left the community.")


def _signs_in(db: Connection, event: RecordedEvent, change: SignInEvent) -> None:
    match change:
        case MemberTokenMade():
            scopes, end = ", ".join(change.scopes), f"{change.expires_at:%Y-%m-%d}"
            _keep(db, event, f"Token {change.token} made for {scopes}, until {end}.")
        case MemberTokenRevoked():
            _keep(db, event, f"Token {change.token} revoked.")
        case MemberLinkMade():
            _keep(db, event, LINKS[change.purpose])
        case _:
            _keep(db, event, SIGN_IN_CHANGES[change.what])


def _formed(db: Connection, event: RecordedEvent, group: GroupFormed | GroupChanged) -> None:
    name = skeleton(group.name), sort_key(group.name), group_id(group.name)
    db.execute(FORM, (_group(event), group.name, group.parent, int(group.open), *name))
    inside = f" inside {_called(db, (group.parent,))}" if group.parent else ""
    joining = "open to all members" if group.open else "stewards add members"
    _keep(db, event, f"Group “{group.name}”{inside}, {joining}.")


def _closed(db: Connection, event: RecordedEvent, _: GroupClosed) -> None:
    db.execute(CLOSE, (_group(event),))
    _keep(db, event, "Group closed.")


def _opened(db: Connection, event: RecordedEvent, change: WorldAccessChanged) -> None:
    db.execute(OPEN_TO_WORLD, (int(change.allowed),))
    _keep(db, event, f"Open to the world: {'yes' if change.allowed else 'no'}.")


def _shown(db: Connection, event: RecordedEvent, shown: EntryVisibilityChanged) -> None:
    groups = _called(db, shown.visibility.groups)
    _keep(db, event, f"Shown to: {groups or shown.visibility.sight}.", _entry(event))
    found = db.execute(AUTHOR, (_entry(event),)).fetchone()
    author = found[0] if found else event.actor
    labels = narrowed(audience(shown.visibility, author), author, lacks(db, event.stream))
    db.execute(SEEN_BY, (partition(labels), event.position))


def _erased(db: Connection, event: RecordedEvent, _: EntryErased) -> None:
    db.execute(ERASED, (event.position, event.stream, event.actor, 0))
    _keep(db, event, "An entry was erased.")
    db.execute(SEEN_LAST_BY, (_entry(event), event.position))


def _called(db: Connection, groups: Iterable[str]) -> str:
    """The names that groups have at that time."""
    found = [(db.execute(NAME, (group,)).fetchone(), group) for group in groups]
    return ", ".join(f"“{row[0] if row else group}”" for row, group in found)


def _keep(db: Connection, event: RecordedEvent, detail: str, entry_id: str | None = None) -> None:
    """Keep who changed what, for stewards and for whom it is about: of an entry, its author."""
    subject = _member(event) or _group(event)
    what = (event.actor, subject, entry_id, event.type, detail)
    db.execute(KEEP, (event.position, stored_time(event), *what, _entry(event)))


def _withhold(db: Connection, event: RecordedEvent, entry_id: str | None) -> None:
    """What the record lacks stands in it; of entries, what would be in it."""
    if entry_id is None or lack(event.stream, event.type) not in (None, "text"):
        what = event.type.replace("-", " ")
        _keep(db, event, f"Something that cannot be read was recorded ({what}).", entry_id)
        if entry_id is not None:
            db.execute(SEEN_LAST_BY, (entry_id, event.position))


def _member(event: RecordedEvent) -> str:
    kind, _, name = event.stream.partition("-")
    return name if kind == "member" else ""


def _group(event: RecordedEvent) -> str:
    kind, _, name = event.stream.partition("-")
    return name if kind == "group" else ""


def _entry(event: RecordedEvent) -> str:
    return event.stream.removeprefix("entry-")


_TIES: dict[type, Handler] = dict.fromkeys(
    (MemberRoleGiven, MemberRoleTaken, MemberGroupJoined, MemberGroupLeft), _tied
)
_SIGN_IN: dict[type, Handler] = dict.fromkeys(
    (MemberTokenMade, MemberTokenRevoked, MemberLinkMade, MemberSignInChanged), _signs_in
)

_MEMBER = "'member-' || main.member.id"
_OF_MEMBER = "'member-' || main.{}.member"
_GROUP = "'group-' || main.member_group.group_id"
_COMMUNITY = "'community'"

PEOPLE = View(
    tables=TABLES,
    handlers={
        MemberInvited: _invited,
        MemberJoined: _joined,
        MemberProfileChanged: _told,
        **_TIES,
        **_SIGN_IN,
        MemberLeft: _gone,
        MemberErased: _gone,
        GroupFormed: _formed,
        GroupChanged: _formed,
        GroupClosed: _closed,
        WorldAccessChanged: _opened,
        EntryVisibilityChanged: _shown,
        EntryErased: _erased,
    },
    seen={
        "access_change": "(main.access_change.entry_id IS NULL"
        " AND main.access_change.partition IS NULL)"
        f" OR (main.access_change.entry_id IS NULL AND main.access_change.{SEEN_PARTITION})"
        f" OR ({SEEN_THEN.format('access_change')})",
        "member": f"NOT {held(_MEMBER, 'member')}",
        "member_role": f"NOT {held(_OF_MEMBER.format('member_role'), 'member', 'roles')}",
        "member_group": f"NOT {held(_OF_MEMBER.format('member_group'), 'member', 'groups')}"
        f" AND NOT {held(_GROUP, 'group')}",
        "community_group": EVERYBODY,
        "community": f"NOT {held(_COMMUNITY, 'world')}",
    },
    withhold=_withhold,
)

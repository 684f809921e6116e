"""The record of who changed who may do what, for stewards and for whom it is about."""

from collections.abc import Callable, Iterable, Mapping
from sqlite3 import Connection
from typing import Any

from msgspec import Struct

from events.event import RecordedEvent
from events.sqlite_files.tables import Table
from kb.access import Role, audience, told
from kb.accounts.links import Purpose
from kb.community import WorldAccessChanged
from kb.entries.entry import EntryErased, EntryVisibilityChanged
from kb.messages import Message, _
from kb.people.group import GroupChanged, GroupClosed, GroupFormed
from kb.people.member import (
    MemberErased,
    MemberGroupJoined,
    MemberGroupLeft,
    MemberInvited,
    MemberJoined,
    MemberLeft,
    MemberRoleGiven,
    MemberRoleTaken,
)
from kb.people.sign_in import (
    MemberLinkMade,
    MemberSignInChanged,
    MemberTokenMade,
    MemberTokenRevoked,
    SignInChange,
)
from kb.sentences import listed
from kb.views.view import SEEN_PARTITION, SEEN_THEN, Handler, View, partition, stored_time
from kb.views.withheld import Aside, lacks, narrowed

# `subject` is the member or group that an event is about, `entry_id` the entry, if it is about one,
# and `author` whose that is or was; `detail` is a message. `partition` tells who saw the entry
# then, or saw it last.
TABLES = (
    Table(
        "access_change",
        """position integer, at, actor, subject, entry_id?, what, detail, partition? integer,
        author?""",
        "position",
        indexes=("subject, position",),
    ),
)
NAME = "SELECT name FROM community_group WHERE id = ?"
KEEP = """INSERT INTO access_change VALUES (?, ?, ?, ?, ?, ?, ?, NULL,
    (SELECT contributed_by FROM entry WHERE id = ?))"""
AUTHOR = "SELECT contributed_by FROM entry WHERE id = ?"
SEEN_BY = "UPDATE access_change SET partition = ? WHERE position = ?"
# Nobody sees partition 0: that of an entry which was never taken in.
SEEN_LAST_BY = """UPDATE access_change
SET partition = coalesce((SELECT partition FROM entry WHERE id = ?), 0) WHERE position = ?"""

LINKS: Mapping[Purpose, Message] = {
    "first-steward": _("A link for the first steward was made."),
    "invitation": _("A link to the invitation was made."),
    "sign-in": _("A link that signs in once was made."),
}
SIGN_IN_CHANGES: Mapping[SignInChange, Message] = {
    "name-set": _("Sign-in name set."),
    "password-set": _("Password set."),
    "passkey-added": _("Passkey added."),
    "passkey-removed": _("Passkey removed."),
    "identity-tied": _("Account at the OpenID provider tied."),
    "identity-untied": _("Account at the OpenID provider untied."),
}


ROLES: Mapping[Role, Message] = {
    "member": _("member"),
    "curator": _("curator"),
    "steward": _("steward"),
    "reporter": _("reporter"),
}
ENTRIES: Mapping[str, Message] = {"kept": _("kept"), "erased": _("erased")}


def _invited(db: Connection, invited: MemberInvited) -> Message:
    roles = listed([ROLES[role] for role in invited.roles])
    if groups := _called(db, invited.groups):
        return _("Invited as {roles}, in {groups}.", roles=roles, groups=groups)
    return _("Invited as {roles}.", roles=roles)


def _joined_group(db: Connection, change: MemberGroupJoined) -> Message:
    return _("Joined the group {group}.", group=_called(db, (change.group,)))


def _left_group(db: Connection, change: MemberGroupLeft) -> Message:
    return _("Left the group {group}.", group=_called(db, (change.group,)))


def _formed(db: Connection, group: GroupFormed | GroupChanged) -> Message:
    joining = _("open to all members") if group.open else _("stewards add members")
    if isinstance(group, GroupChanged) and group.closed:
        joining = _("closed")
    if not group.parent:
        return _("Group “{name}”, {joining}.", name=group.name, joining=joining)
    inside = _called(db, (group.parent,))
    return _(
        "Group “{name}” inside {inside}, {joining}.",
        name=group.name,
        inside=inside,
        joining=joining,
    )


def _token_made(_db: Connection, change: MemberTokenMade) -> Message:
    end = f"{change.expires_at:%Y-%m-%d}"
    return _(
        "Token {token} made for {scopes}, until {end}.",
        token=change.token,
        scopes=", ".join(change.scopes),
        end=end,
    )


_WORDS: Mapping[type[Struct], Callable[[Connection, Any], Message]] = {
    MemberInvited: _invited,
    MemberJoined: lambda db, change: _("Joined."),
    MemberRoleGiven: lambda db, change: _("Became {role}.", role=ROLES[change.role]),
    MemberRoleTaken: lambda db, change: _("Is no longer {role}.", role=ROLES[change.role]),
    MemberGroupJoined: _joined_group,
    MemberGroupLeft: _left_group,
    MemberLeft: lambda db, change: _("Left the community."),
    MemberErased: lambda db, change: _(
        "Erased; their entries were {entries}.", entries=ENTRIES[change.entries]
    ),
    MemberTokenMade: _token_made,
    MemberTokenRevoked: lambda db, change: _("Token {token} revoked.", token=change.token),
    MemberLinkMade: lambda db, change: LINKS[change.purpose],
    MemberSignInChanged: lambda db, change: SIGN_IN_CHANGES[change.what],
    GroupFormed: _formed,
    GroupChanged: _formed,
    GroupClosed: lambda db, change: _("Group closed."),
    WorldAccessChanged: lambda db, change: (
        _("Open to the world: yes.") if change.allowed else _("Open to the world: no.")
    ),
}
"""What the record says of a change that is about no entry."""


def _changed(db: Connection, event: RecordedEvent, change: Any) -> None:
    _keep(db, event, _WORDS[type(change)](db, change))


def _shown(db: Connection, event: RecordedEvent, shown: EntryVisibilityChanged) -> None:
    who = _called(db, shown.visibility.groups) or told(shown.visibility)
    _keep(db, event, _("Showed an entry to {who}.", who=who), _entry(event))
    found = db.execute(AUTHOR, (_entry(event),)).fetchone()
    author = found[0] if found else event.actor
    labels = narrowed(audience(shown.visibility, author), author, lacks(db, event.stream))
    db.execute(SEEN_BY, (partition(labels), event.position))


def _erased(db: Connection, event: RecordedEvent, erased: EntryErased) -> None:
    _keep(db, event, _("An entry was erased."))
    db.execute(SEEN_LAST_BY, (_entry(event), event.position))


def _called(db: Connection, groups: Iterable[str]) -> str:
    """The names that groups have at that time."""
    found = [(db.execute(NAME, (group,)).fetchone(), group) for group in groups]
    return listed([_("“{name}”", name=row[0] if row else group) for row, group in found])


def _keep(
    db: Connection, event: RecordedEvent, detail: Message, entry_id: str | None = None
) -> None:
    """Keep who changed what, for stewards and for whom it is about: of an entry, its author."""
    subject = _named(event, "member") or _named(event, "group")
    what = (event.actor, subject, entry_id, event.type, detail.stored())
    db.execute(KEEP, (event.position, stored_time(event), *what, _entry(event)))


def _withhold(db: Connection, aside: Aside) -> None:
    """What the record lacks stands in it; of entries, what would be in it."""
    event, entry_id = aside.event, aside.entry_id
    if entry_id is None or aside.lack not in (None, "text"):
        what = event.type.replace("-", " ")
        lost = _("Something that cannot be read was recorded ({what}).", what=what)
        _keep(db, event, lost, entry_id)
        if entry_id is not None:
            db.execute(SEEN_LAST_BY, (entry_id, event.position))


def _named(event: RecordedEvent, kind: str) -> str:
    """The id in the name of the stream, empty if that is of another kind."""
    found, _, name = event.stream.partition("-")
    return name if found == kind else ""


def _entry(event: RecordedEvent) -> str:
    return event.stream.removeprefix("entry-")


_CHANGES: dict[type[Struct], Handler] = dict.fromkeys(_WORDS, _changed)

AUDIT = View(
    name="audit",
    version=4,
    tables=TABLES,
    handlers={**_CHANGES, EntryVisibilityChanged: _shown, EntryErased: _erased},
    seen={
        "access_change": "(main.access_change.entry_id IS NULL"
        " AND main.access_change.partition IS NULL)"
        f" OR (main.access_change.entry_id IS NULL AND main.access_change.{SEEN_PARTITION})"
        f" OR ({SEEN_THEN.format('access_change')})",
    },
    reads=frozenset({"people", "catalogue"}),
    decides=frozenset(),
    withhold=_withhold,
)

"""The record of who changed who may do what, for stewards and for whom it is about."""

from collections.abc import Callable, Iterable, Mapping
from sqlite3 import Connection
from typing import Any

from msgspec import Struct

from events.event import RecordedEvent
from kb.access import audience
from kb.accounts.links import Purpose
from kb.community import WorldAccessChanged
from kb.entries.entry import EntryErased, EntryVisibilityChanged
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
from kb.views.view import SEEN_PARTITION, SEEN_THEN, Handler, View, partition, stored_time
from kb.views.withheld import Aside, lacks, narrowed

# `subject` is the member or group that an event is about, `entry_id` the entry, if it is about one,
# and `author` whose that is or was; `partition` tells who saw the entry then, or saw it last.
TABLES = (
    """CREATE TABLE access_change (
        position INTEGER PRIMARY KEY, at TEXT NOT NULL, actor TEXT NOT NULL, subject TEXT NOT NULL,
        entry_id TEXT, what TEXT NOT NULL, detail TEXT NOT NULL, partition INTEGER,
        author TEXT) STRICT""",
    "CREATE INDEX access_change_subject ON access_change (subject, position)",
)
NAME = "SELECT name FROM community_group WHERE id = ?"
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


def _invited(db: Connection, invited: MemberInvited) -> str:
    groups = _called(db, invited.groups)
    return f"Invited as {', '.join(invited.roles)}{groups and f', in {groups}'}."


def _joined_group(db: Connection, change: MemberGroupJoined) -> str:
    return f"Joined the group {_called(db, (change.group,))}."


def _left_group(db: Connection, change: MemberGroupLeft) -> str:
    return f"Left the group {_called(db, (change.group,))}."


def _formed(db: Connection, group: GroupFormed | GroupChanged) -> str:
    inside = f" inside {_called(db, (group.parent,))}" if group.parent else ""
    joining = "open to all members" if group.open else "stewards add members"
    return f"Group “{group.name}”{inside}, {joining}."


def _token_made(_: Connection, change: MemberTokenMade) -> str:
    scopes, end = ", ".join(change.scopes), f"{change.expires_at:%Y-%m-%d}"
    return f"Token {change.token} made for {scopes}, until {end}."


_WORDS: Mapping[type[Struct], Callable[[Connection, Any], str]] = {
    MemberInvited: _invited,
    MemberJoined: lambda _, change: "Joined.",
    MemberRoleGiven: lambda _, change: f"Became {change.role}.",
    MemberRoleTaken: lambda _, change: f"Is no longer {change.role}.",
    MemberGroupJoined: _joined_group,
    MemberGroupLeft: _left_group,
    MemberLeft: lambda _, change: "Left the community.",
    MemberErased: lambda _, change: f"Erased; their entries were {change.entries}.",
    MemberTokenMade: _token_made,
    MemberTokenRevoked: lambda _, change: f"Token {change.token} revoked.",
    MemberLinkMade: lambda _, change: LINKS[change.purpose],
    MemberSignInChanged: lambda _, change: SIGN_IN_CHANGES[change.what],
    GroupFormed: _formed,
    GroupChanged: _formed,
    GroupClosed: lambda _, change: "Group closed.",
    WorldAccessChanged: lambda _, change: (
        f"Open to the world: {'yes' if change.allowed else 'no'}."
    ),
}
"""What the record says of a change that is about no entry."""


def _changed(db: Connection, event: RecordedEvent, change: Any) -> None:
    _keep(db, event, _WORDS[type(change)](db, change))


def _shown(db: Connection, event: RecordedEvent, shown: EntryVisibilityChanged) -> None:
    groups = _called(db, shown.visibility.groups)
    _keep(db, event, f"Shown to: {groups or shown.visibility.sight}.", _entry(event))
    found = db.execute(AUTHOR, (_entry(event),)).fetchone()
    author = found[0] if found else event.actor
    labels = narrowed(audience(shown.visibility, author), author, lacks(db, event.stream))
    db.execute(SEEN_BY, (partition(labels), event.position))


def _erased(db: Connection, event: RecordedEvent, _: EntryErased) -> None:
    _keep(db, event, "An entry was erased.")
    db.execute(SEEN_LAST_BY, (_entry(event), event.position))


def _called(db: Connection, groups: Iterable[str]) -> str:
    """The names that groups have at that time."""
    found = [(db.execute(NAME, (group,)).fetchone(), group) for group in groups]
    return ", ".join(f"“{row[0] if row else group}”" for row, group in found)


def _keep(db: Connection, event: RecordedEvent, detail: str, entry_id: str | None = None) -> None:
    """Keep who changed what, for stewards and for whom it is about: of an entry, its author."""
    subject = _named(event, "member") or _named(event, "group")
    what = (event.actor, subject, entry_id, event.type, detail)
    db.execute(KEEP, (event.position, stored_time(event), *what, _entry(event)))


def _withhold(db: Connection, aside: Aside) -> None:
    """What the record lacks stands in it; of entries, what would be in it."""
    event, entry_id = aside.event, aside.entry_id
    if entry_id is None or aside.lack not in (None, "text"):
        what = event.type.replace("-", " ")
        _keep(db, event, f"Something that cannot be read was recorded ({what}).", entry_id)
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
    version=1,
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

"""Who is here: members, groups and what was changed, answered from the views alone."""

import re
from collections.abc import Sequence
from datetime import datetime

import msgspec
from msgspec import Struct, structs

from kb import access
from kb.access import Asker, Role
from kb.characters import is_blank, skeleton, visible
from kb.collation import sort_key
from kb.errors import InvalidInput, NotFound, NotYetSearchable
from kb.following.view import read_time
from kb.following.view_reader import ViewReader
from kb.following.withheld import held
from kb.ids import group_id
from kb.people.member import Profile, Standing
from kb.rows import Row, rows

FORMER = "a former member"
"""What an erased member is called."""

UNREADABLE = "a member whose profile cannot be read"
"""How one is called whose last change of it could not be taken in."""

ENTRY_ERASED = "entry-erased"

_ID_BEGINS = re.compile(r"[0-9a-f-]{6,36}")

_MEMBER = f"""
SELECT id, standing, CASE WHEN {held("'member-' || id", "profile")} THEN NULL ELSE profile END
        AS profile, joined_at,
    (SELECT count(*) FROM member AS other WHERE other.looks = member.looks) AS alike,
    (SELECT json_group_array(role) FROM member_role WHERE member = id) AS roles,
    (SELECT json_group_array(group_id) FROM member_group WHERE member = id) AS groups
FROM member
"""
MEMBER = f"{_MEMBER} WHERE id = ?"
# A person who never took their invitation is there for those who look after people alone.
_SHOWN = "(joined_at IS NOT NULL OR :waiting)"
MEMBERS = f"""{_MEMBER} WHERE standing IN ('invited', 'joined') AND {_SHOWN}
ORDER BY joined_at, id"""
BEGINNING = f"{_MEMBER} WHERE id LIKE :begin || '%' AND {_SHOWN} LIMIT 2"
NAMES = f"{_MEMBER} WHERE id IN (SELECT value FROM json_each(?))"
# The groups of a member, with all that these are in; UNION ends in a circle.
ALL_GROUPS = f"""
WITH RECURSIVE mine (id) AS (
    SELECT group_id FROM member_group WHERE member = ?
    UNION
    SELECT parent FROM community_group JOIN mine USING (id)
    WHERE parent IS NOT NULL AND NOT {held("'group-' || parent", "group")}
)
SELECT id FROM mine
"""
GROUPS = "SELECT id, name, parent, open, closed FROM community_group"
WORLD = "SELECT world FROM community"
SHOWN_TO_WORLD = "SELECT count(*) FROM entry"
STEWARDS = """SELECT count(*) FROM member JOIN member_role ON member = id
WHERE role = 'steward' AND standing = 'joined'"""
CHANGES = """SELECT * FROM access_change
WHERE subject = :subject OR author = :author OR :subject = '' ORDER BY position"""

CHANGES_BY = """SELECT * FROM access_change
WHERE actor = ? AND subject <> actor AND author IS NOT actor ORDER BY position"""


def seen_name(name: str, otherwise: str) -> str:
    """`name` as it may be shown, or `otherwise` where nothing of it is seen.

    One that was stored before names were cleaned may hide something or turn the text around it.
    """
    return otherwise if is_blank(name) else visible(name)


class MemberView(Struct, frozen=True, kw_only=True):
    """A member as others see them; `profile` is None before they join."""

    id: str
    standing: Standing
    profile: Profile | None
    roles: tuple[Role, ...]
    groups: tuple[str, ...]
    joined_at: datetime | None
    namesakes: bool = False

    @property
    def name(self) -> str:
        """What they are called; with the beginning of the id where others have a name like it."""
        if self.standing == "erased":
            return FORMER
        if self.profile:
            name = seen_name(self.profile.name, self.id[:8])
            return f"{name} ({self.id[:8]})" if self.namesakes else name
        return "somebody invited" if self.standing == "invited" else UNREADABLE


class GroupView(Struct, frozen=True, kw_only=True):
    """A group and the one that it is in."""

    id: str
    name: str
    parent: str | None
    open: bool
    closed: bool


class AccessChange(Struct, frozen=True, kw_only=True):
    """Somebody changed who may see or do what; `subject` is a member or group, or nothing."""

    at: datetime
    actor: str
    subject: str
    entry_id: str | None
    what: str
    detail: str

    @property
    def by_operator(self) -> bool:
        """Whether it was done beside the data directory, by nobody who is a member."""
        return self.actor == access.OPERATOR


class Directory:
    """Every question about people. Usable from any thread."""

    def __init__(self, views: ViewReader, asker: Asker) -> None:
        self._views = views
        self._asker = asker

    def asker(self, member: str) -> Asker:
        """What `member` may see and do now. Raises `NotFound` for one who has not joined."""
        with self._views.read(self._asker.labels) as db:
            found = rows(db, MEMBER, (member,))
            groups = [name for (name,) in db.execute(ALL_GROUPS, (member,))]
        if not found or found[0]["standing"] != "joined":
            raise NotFound(f"There is no member {member}.")
        return access.of_member(member, msgspec.json.decode(found[0]["roles"]), groups)

    def anonymous(self) -> Asker:
        """What somebody who is not signed in may see."""
        return access.anonymous(world=self.open_to_world())

    def open_to_world(self) -> bool:
        """Whether entries may be shown to people who are not signed in."""
        try:
            with self._views.read(self._asker.labels) as db:
                found = db.execute(WORLD).fetchone()
                return bool(found and found[0])
        except NotYetSearchable:
            return False

    def shown_to_world(self) -> int:
        """How many entries are shown to the world wherever the community is open to it."""
        with self._views.read(frozenset({access.WORLD_LABEL})) as db:
            return int(db.execute(SHOWN_TO_WORLD).fetchone()[0])

    def members(self) -> tuple[MemberView, ...]:
        """Everybody who has joined, and who is invited for those who look after people."""
        access.require(self._asker, "see-people")
        with self._views.read(self._asker.labels) as db:
            return tuple(map(self._seen, rows(db, MEMBERS, {"waiting": self._waiting})))

    def member(self, member: str) -> MemberView:
        """One who was ever among them, by id or its beginning; everybody sees themselves, in every
        role.

        Raises `NotFound`, `InvalidInput` or `Forbidden`.
        """
        if member != self._asker.member:
            access.require(self._asker, "see-people")
        with self._views.read(self._asker.labels) as db:
            asked = {"begin": member, "waiting": self._waiting}
            found = rows(db, BEGINNING, asked) if _ID_BEGINS.fullmatch(member) else []
        if not found:
            raise NotFound(f"There is no member {member!r}: give the id or 6 characters of it.")
        if len(found) > 1:
            raise InvalidInput(f"Several members are meant by {member!r}: give more of the id.")
        return self._seen(found[0])

    @property
    def _waiting(self) -> bool:
        """Whether the asker is told of those who are invited and have not joined."""
        return access.may(self._asker, "look-after-people")

    def names(self, members: Sequence[str]) -> dict[str, str]:
        """What members are called; who is not a member is told what they are called themselves."""
        if not access.may(self._asker, "see-people"):
            members = [one for one in members if one == self._asker.member]
        with self._views.read(self._asker.labels) as db:
            found = rows(db, NAMES, (msgspec.json.encode(members).decode(),))
        return {row["id"]: self._seen(row).name for row in found}

    def _seen(self, row: Row) -> MemberView:
        """A member; that others have a name like it is told to those who see them."""
        told = access.may(self._asker, "see-people")
        return _member_view(row, namesakes=told and row["alike"] > 1)

    def groups(self) -> tuple[GroupView, ...]:
        """Every group, by name."""
        # A member's token names groups whatever its scopes: only people are kept from it.
        access.require(structs.replace(self._asker, actions=None), "see-people")
        with self._views.read(self._asker.labels) as db:
            found = [
                GroupView(
                    **row
                    | {"open": bool(row["open"]), "closed": bool(row["closed"])}
                    | {"name": seen_name(row["name"], row["id"][:8])}
                )
                for row in rows(db, GROUPS)
            ]
        return tuple(sorted(found, key=lambda group: (sort_key(group.name), group.id)))

    def group(self, text: str) -> GroupView:
        """The group of that name or id. Raises `NotFound`, or `InvalidInput` where several are."""
        found = self._called(text)
        if not found:
            raise NotFound(f"There is no group {text!r}: form it first.")
        if len(found) > 1:
            raise InvalidInput(f"Several groups are called {text!r}: give the id of one.", "groups")
        return found[0]

    def group_called(self, text: str) -> str | None:
        """The id of `group`, None where there is none."""
        return self.group(text).id if self._called(text) else None

    def _called(self, text: str) -> list[GroupView]:
        groups, meant = self.groups(), group_id(text)
        called = [each for each in groups if group_id(each.name) == meant]
        # A group that was renamed keeps the id that its first name gave it.
        found = called or [each for each in groups if each.id in (text, meant)]
        alike = skeleton(text)
        return found or [each for each in groups if skeleton(each.name) == alike]

    def stewards(self) -> int:
        """How many have joined and look after the others."""
        with self._views.read(self._asker.labels) as db:
            return int(db.execute(STEWARDS).fetchone()[0])

    def changes(self, subject: str = "") -> tuple[AccessChange, ...]:
        """Who changed who may see or do what; of one member or group if `subject` is given.

        Everybody may ask about themselves, and is told of their entries too, in every role. Of
        others, stewards are told nothing of entries that they do not see, nor whose any is.
        Raises `Forbidden`.
        """
        own = bool(subject) and subject == self._asker.member
        if not own:
            access.require(self._asker, "audit")
        with self._views.read(access.operator().labels if own else self._asker.labels) as db:
            found = rows(db, CHANGES, {"subject": subject, "author": subject if own else None})
        return tuple(_change(row, own=own) for row in found)

    def changes_by(self, actor: str) -> tuple[AccessChange, ...]:
        """Who may see or do what, as `actor` changed it for others. Raises `Forbidden`."""
        access.require(self._asker, "audit")
        with self._views.read(self._asker.labels) as db:
            found = rows(db, CHANGES_BY, (actor,))
        return tuple(_change(row, own=False) for row in found)


def _member_view(row: Row, *, namesakes: bool) -> MemberView:
    return MemberView(
        id=row["id"],
        standing=row["standing"],
        profile=_profile(row),
        roles=tuple(sorted(msgspec.json.decode(row["roles"]))),
        groups=tuple(sorted(msgspec.json.decode(row["groups"]))),
        joined_at=read_time(row["joined_at"]) if row["joined_at"] else None,
        namesakes=namesakes,
    )


def _profile(row: Row) -> Profile | None:
    if not row["profile"]:
        return None
    told = msgspec.json.decode(row["profile"], type=Profile)
    lines = {"name": told.name, "address": told.address, "pronouns": told.pronouns}
    return structs.replace(told, **{field: visible(text) for field, text in lines.items() if text})


def _change(row: Row, *, own: bool) -> AccessChange:
    fields = {name: row[name] for name in ("actor", "subject", "entry_id", "what", "detail")}
    if own and row["what"] == ENTRY_ERASED:
        fields["detail"] = "An entry of yours was erased."
    return AccessChange(at=read_time(row["at"]), **fields)

"""Who is here: members, groups and what was changed, answered from the views alone."""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from sqlite3 import Connection

import msgspec
from msgspec import structs

from kb import access
from kb.access import Principal
from kb.characters import skeleton
from kb.errors import InvalidInput, NotFound, NotYetSearchable
from kb.ids import group_id
from kb.people import queries
from kb.people.actions import AUDIT, LOOK_AFTER_PEOPLE, SEE_PEOPLE
from kb.people.member import Profile
from kb.people.nesting import around, nested
from kb.people.results import (
    FORMER,
    OPERATOR_NAME,
    UNREADABLE,
    AccessChange,
    GroupView,
    Listed,
    MemberView,
    seen_name,
)
from kb.views.reader import ViewReader
from kb.views.rows import Row, rows
from kb.views.view import read_time

__all__ = ["FORMER", "UNREADABLE", "AccessChange", "Directory", "GroupView", "Listed", "MemberView"]

ENTRY_ERASED = "entry-erased"

_ID_BEGINS = re.compile(r"[0-9a-f-]{6,36}")


class Directory:
    """Every question about people. Usable from any thread."""

    def __init__(self, views: ViewReader, principal: Principal) -> None:
        self._views = views
        self._principal = principal

    def principal(self, member: str) -> Principal:
        """What `member` may see and do now. Raises `NotFound` for one who has not joined."""
        with self._views.read(self._principal.labels) as db:
            found = rows(db, queries.MEMBER, (member,))
            groups = [name for (name,) in db.execute(queries.ALL_GROUPS, (member,))]
            roles = [msgspec.json.decode(row["roles"]) for row in found]
        if not found or found[0]["standing"] != "joined":
            raise NotFound(f"There is no member {member}.")
        return access.of_member(member, roles[0], groups)

    def anonymous(self) -> Principal:
        """What people who are not signed in may see."""
        return access.anonymous(world=self.open_to_world())

    def open_to_world(self) -> bool:
        """Whether entries may be shown to people who are not signed in."""
        try:
            with self._views.read(self._principal.labels) as db:
                found = db.execute(queries.WORLD).fetchone()
                return bool(found and found[0])
        except NotYetSearchable:
            return False

    def shown_to_world(self) -> int:
        """How many entries are shown to the world wherever the community is open to it."""
        with self._views.read(frozenset({access.WORLD_LABEL})) as db:
            return int(db.execute(queries.SHOWN_TO_WORLD).fetchone()[0])

    def members(self) -> tuple[MemberView, ...]:
        """Everybody who has joined, and who is invited for those who look after people."""
        with self._people() as db:
            found = rows(db, queries.MEMBERS, {"waiting": self._waiting, "named": ""})
            return tuple(map(self._seen, found))

    def members_listed(
        self, named: str = "", *, group: str = "", offset: int = 0, limit: int = -1
    ) -> Listed[MemberView]:
        """Those by name; with a word in it that begins so, or in the group of that id alone."""
        wanted = {"waiting": self._waiting, "named": _beginning(named), "group": group}
        listed = queries.MEMBERS_OF_GROUP if group else queries.MEMBERS_BY_NAME
        counted = queries.COUNT_OF_GROUP if group else queries.COUNT_MEMBERS
        with self._people() as db:
            found = rows(db, listed, {**wanted, "offset": offset, "limit": limit})
            total = db.execute(counted, wanted).fetchone()[0]
            return Listed(tuple(map(self._seen, found)), total)

    def member(self, member: str) -> MemberView:
        """One who was ever among them, by id or its beginning; everybody sees themselves, in every
        role.

        Raises `NotFound`, `InvalidInput` or `Forbidden`.
        """
        if member != self._principal.member:
            access.require(self._principal, SEE_PEOPLE)
        with self._views.read(self._principal.labels) as db:
            asked = {"begin": member, "waiting": self._waiting}
            found = rows(db, queries.BEGINNING, asked) if _ID_BEGINS.fullmatch(member) else []
            seen = [*map(self._seen, found)]
        if not seen:
            raise NotFound(f"There is no member {member!r}: give the id or 6 characters of it.")
        if len(seen) > 1:
            raise InvalidInput(f"Several members are meant by {member!r}: give more of the id.")
        return seen[0]

    @contextmanager
    def _people(self) -> Iterator[Connection]:
        access.require(self._principal, SEE_PEOPLE)
        with self._views.read(self._principal.labels) as db:
            yield db

    @property
    def _waiting(self) -> bool:
        """Whether the principal is told of those who are invited and have not joined."""
        return access.may(self._principal, LOOK_AFTER_PEOPLE)

    def names(self, members: Sequence[str]) -> dict[str, str]:
        """What members are called, and the operator, who is none and known to all.

        Who is not a member is told what they are called themselves.
        """
        known = {access.OPERATOR: OPERATOR_NAME} if access.OPERATOR in members else {}
        if not access.may(self._principal, SEE_PEOPLE):
            members = [one for one in members if one == self._principal.member]
        asked = [one for one in members if one not in known]
        if asked:
            with self._views.read(self._principal.labels) as db:
                found = rows(db, queries.NAMES, (_listed(asked),))
                known |= {row["id"]: self._seen(row).name for row in found}
        return known

    def _seen(self, row: Row) -> MemberView:
        """A member; that others have a name like it is told to those who see them."""
        told = access.may(self._principal, SEE_PEOPLE)
        return _member_view(row, namesakes=told and row["alike"] > 1)

    @contextmanager
    def _groups(self) -> Iterator[Connection]:
        # A member's token names groups whatever its scopes: only people are kept from it.
        access.require(structs.replace(self._principal, scopes=None), SEE_PEOPLE)
        with self._views.read(self._principal.labels) as db:
            yield db

    def groups(self) -> tuple[GroupView, ...]:
        """Every group, by name."""
        return self.groups_listed().items

    def groups_listed(
        self, named: str = "", *, inside: str | None = None, offset: int = 0, limit: int = -1
    ) -> Listed[GroupView]:
        """Groups by name; with a word in it that begins so, or directly in the one of that id."""
        wanted: dict[str, object] = {"named": _beginning(named), "inside": inside}
        with self._groups() as db:
            found = rows(db, queries.GROUPS, {**wanted, "offset": offset, "limit": limit})
            total = db.execute(queries.COUNT_GROUPS, wanted).fetchone()[0]
        return Listed(tuple(map(_group_view, found)), total)

    def groups_of(self, ids: Iterable[str]) -> dict[str, GroupView]:
        """The groups with these ids, by name; those that are not there are left out."""
        with self._groups() as db:
            return _groups_of(db, ids)

    def nested(self, *, offset: int = 0, limit: int | None = None) -> Listed[tuple[GroupView, int]]:
        """Each group after the one that it is in, with how deep it lies."""
        with self._groups() as db:
            places = [*nested(dict(db.execute(queries.PLACES)))]
            piece = places[offset:][:limit]
            found = _groups_of(db, (each for each, _ in piece))
        shown = tuple((found[each], depth) for each, depth in piece)
        return Listed(shown, len(places))

    def around(self, group: str) -> tuple[GroupView, ...]:
        """All that the group of that id is in, from the outermost on."""
        with self._groups() as db:
            line = around(group, dict(db.execute(queries.PLACES)))
            found = _groups_of(db, line)
        return tuple(found[each] for each in line)

    def sizes(self, ids: Iterable[str]) -> dict[str, int]:
        """How many members the groups with these ids have; those without any are left out."""
        with self._people() as db:
            asked = {"waiting": self._waiting, "groups": _listed(ids)}
            return dict(db.execute(queries.SIZES, asked).fetchall())

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
        meant = {"text": text, "name": group_id(text), "looks": skeleton(text)}
        with self._groups() as db:
            for sql in queries.GROUPS_CALLED:
                if found := rows(db, sql, meant):
                    return [*map(_group_view, found)]
        return []

    def stewards(self) -> list[str]:
        """The ids of those who have joined and look after the others, in their order."""
        with self._views.read(self._principal.labels) as db:
            return [member for (member,) in db.execute(queries.STEWARDS)]

    def changes(self, subject: str = "") -> tuple[AccessChange, ...]:
        """Who changed who may see or do what; of one member or group if `subject` is given.

        Everybody may ask about themselves, and is told of their entries too, in every role. Of
        others, stewards are told nothing of entries that they do not see, nor whose any is.
        Raises `Forbidden`.
        """
        own, db = self._changed(subject)
        with db as views:
            found = rows(views, queries.CHANGES, _about(subject, own=own))
        return tuple(_change(row, own=own) for row in found)

    def changes_listed(
        self, subject: str = "", *, offset: int = 0, limit: int = -1
    ) -> Listed[AccessChange]:
        """The same, the newest first. Raises `Forbidden`."""
        own, db = self._changed(subject)
        about = _about(subject, own=own)
        with db as views:
            found = rows(views, queries.NEWEST_CHANGES, {**about, "offset": offset, "limit": limit})
            total = views.execute(queries.COUNT_CHANGES, about).fetchone()[0]
        return Listed(tuple(_change(row, own=own) for row in found), total)

    def _changed(self, subject: str) -> tuple[bool, AbstractContextManager[Connection]]:
        """Whether the principal asks about themselves, and views of what they are told of."""
        own = bool(subject) and subject == self._principal.member
        if not own:
            access.require(self._principal, AUDIT)
        return own, self._views.read(access.operator().labels if own else self._principal.labels)

    def changes_by(self, actor: str) -> tuple[AccessChange, ...]:
        """Who may see or do what, as `actor` changed it for others. Raises `Forbidden`."""
        access.require(self._principal, AUDIT)
        with self._views.read(self._principal.labels) as db:
            found = rows(db, queries.CHANGES_BY, (actor,))
        return tuple(_change(row, own=False) for row in found)


def _beginning(text: str) -> str:
    """A beginning of a word of a name, as names are compared."""
    return " ".join(skeleton(text).replace("-", " ").split())


def _listed(values: Iterable[str]) -> str:
    return msgspec.json.encode([*values]).decode()


def _groups_of(db: Connection, ids: Iterable[str]) -> dict[str, GroupView]:
    found = rows(db, queries.GROUPS_OF, (_listed(ids),))
    return {row["id"]: _group_view(row) for row in found}


def _group_view(row: Row) -> GroupView:
    told = {"open": bool(row["open"]), "closed": bool(row["closed"])}
    return GroupView(**row | told | {"name": seen_name(row["name"], row["id"][:8])})


def _about(subject: str, *, own: bool) -> dict[str, str | None]:
    return {"subject": subject, "author": subject if own else None}


def _member_view(row: Row, *, namesakes: bool) -> MemberView:
    return MemberView(
        id=row["id"],
        standing=row["standing"],
        profile=_profile(row),
        roles=tuple(sorted(msgspec.json.decode(row["roles"]))),
        groups=tuple(msgspec.json.decode(row["groups"])),
        joined_at=read_time(row["joined_at"]) if row["joined_at"] else None,
        namesakes=namesakes,
    )


def _profile(row: Row) -> Profile | None:
    if not row["profile"]:
        return None
    return msgspec.json.decode(row["profile"], type=Profile)


def _change(row: Row, *, own: bool) -> AccessChange:
    fields = {name: row[name] for name in ("actor", "subject", "entry_id", "what", "detail")}
    if own and row["what"] == ENTRY_ERASED:
        fields["detail"] = "An entry of yours was erased."
    return AccessChange(at=read_time(row["at"]), **fields)

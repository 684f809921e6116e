"""The directory: members, groups and changes to them, from the views."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from sqlite3 import Connection

import msgspec
from msgspec import structs

from kb import access
from kb.access import Principal
from kb.characters import skeleton
from kb.errors import InvalidInput, NotFound, NotYetSearchable
from kb.ids import group_id
from kb.messages import _
from kb.people import queries
from kb.people.actions import LOOK_AFTER_PEOPLE, SEE_PEOPLE
from kb.people.changes import Changes
from kb.people.nesting import around, nested
from kb.people.results import (
    FORMER,
    OPERATOR_NAME,
    UNREADABLE,
    AccessChange,
    GroupView,
    Listed,
    MemberView,
)
from kb.people.rows import group_view, member_view
from kb.views.rows import Row, rows

__all__ = ["FORMER", "UNREADABLE", "AccessChange", "Directory", "GroupView", "Listed", "MemberView"]

_ID_BEGINS = re.compile(r"[0-9a-f-]{6,36}")


class Directory(Changes):
    """All queries about people. Usable from any thread."""

    def principal(self, member: str) -> Principal:
        """The principal of `member`. Raises `NotFound` unless they have joined."""
        with self._views.read(self._principal.labels) as db:
            found = db.execute(queries.PRINCIPAL, (member,)).fetchone()
        if not found or found[0] != "joined":
            raise NotFound(_("There is no member {member}.", member=member))
        roles, groups = map(msgspec.json.decode, found[1:3])
        return access.of_member(member, roles, groups, found[3])

    def anonymous(self) -> Principal:
        """The principal of people who are not signed in."""
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
        """The number of entries shown to the world whenever the community is open to it."""
        with self._views.read(frozenset({access.WORLD_LABEL})) as db:
            return int(db.execute(queries.SHOWN_TO_WORLD).fetchone()[0])

    def members(self) -> tuple[MemberView, ...]:
        """Everybody who has joined; for stewards, invited people too."""
        return self.members_joined().items

    def members_joined(self, *, offset: int = 0, limit: int = -1) -> Listed[MemberView]:
        """A page of the same, in order of joining."""
        wanted = {"waiting": self._waiting, "named": "", "offset": offset, "limit": limit}
        with self._people() as db:
            found = rows(db, queries.MEMBERS, wanted)
            total = db.execute(queries.COUNT_MEMBERS, wanted).fetchone()[0]
            return Listed(tuple(map(self._seen, found)), total)

    def members_listed(
        self, named: str = "", *, group: str = "", offset: int = 0, limit: int = -1
    ) -> Listed[MemberView]:
        """A page of the same by name, optionally by beginning of a word, or of one group."""
        wanted = {"waiting": self._waiting, "named": _beginning(named), "group": group}
        listed = queries.MEMBERS_OF_GROUP if group else queries.MEMBERS_BY_NAME
        counted = queries.COUNT_OF_GROUP if group else queries.COUNT_MEMBERS
        with self._people() as db:
            piece = {**wanted, "offset": offset, "limit": limit}
            found, total = _piece(db, listed, counted, piece)
            return Listed(tuple(map(self._seen, found)), total)

    def first_of_groups(self, ids: Iterable[str], most: int) -> dict[str, tuple[MemberView, ...]]:
        """The first `most` members by name of each of the groups with these ids."""
        found: dict[str, tuple[MemberView, ...]] = dict.fromkeys(ids, ())
        asked = {"waiting": self._waiting, "named": "", "groups": _listed(found), "most": most}
        with self._people() as db:
            for row in rows(db, queries.FIRST_OF_GROUPS, asked):
                found[row["of_group"]] += (self._seen(row),)
        return found

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
            raise NotFound(
                _(
                    "There is no member {member!r}: give the id or 6 characters of it.",
                    member=member,
                )
            )
        if len(seen) > 1:
            raise InvalidInput(
                _("Several members are meant by {member!r}: give more of the id.", member=member)
            )
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
        """Id -> name of members, and of the operator, whom everybody may know.

        A principal without the role of a member gets only their own name.
        """
        known: dict[str, str] = (
            {access.OPERATOR: OPERATOR_NAME} if access.OPERATOR in members else {}
        )
        if not access.may(self._principal, SEE_PEOPLE):
            members = [one for one in members if one == self._principal.member]
        asked = [one for one in members if one not in known]
        if asked:
            with self._views.read(self._principal.labels) as db:
                found = rows(db, queries.NAMES, (_listed(asked),))
                known |= {row["id"]: self._seen(row).name for row in found}
        return known

    def _seen(self, row: Row) -> MemberView:
        """A member; only principals who see the others learn of similar names."""
        told = access.may(self._principal, SEE_PEOPLE)
        return member_view(row, namesakes=told and row["alike"] > 1)

    @contextmanager
    def _groups(self) -> Iterator[Connection]:
        # Any token of a member may name groups; its scopes restrict only people.
        access.require(structs.replace(self._principal, scopes=None), SEE_PEOPLE)
        with self._views.read(self._principal.labels) as db:
            yield db

    def groups(self) -> tuple[GroupView, ...]:
        """Every group, by name."""
        return self.groups_listed().items

    def groups_listed(
        self, named: str = "", *, inside: str | None = None, offset: int = 0, limit: int = -1
    ) -> Listed[GroupView]:
        """A page of groups by name, optionally by beginning of a word, or inside one group."""
        wanted = {"named": _beginning(named), "inside": inside, "offset": offset, "limit": limit}
        with self._groups() as db:
            found, total = _piece(db, queries.GROUPS, queries.COUNT_GROUPS, wanted)
        return Listed(tuple(map(group_view, found)), total)

    def groups_offered(
        self, others: Iterable[str], limit: int
    ) -> tuple[Listed[GroupView], dict[str, GroupView]]:
        """The first groups by name, and those with the ids `others` that exist."""
        others = {*others}
        wanted = {"named": "", "inside": None, "offset": 0, "limit": limit}
        with self._groups() as db:
            found = rows(db, queries.GROUPS_OFFERED, {**wanted, "others": _listed(others)})
        totals = [row.pop("total") for row in found]
        known = [*zip(map(group_view, found), totals, strict=True)]
        first = tuple(group for group, total in known if total is not None)
        total = next((total for total in totals if total is not None), 0)
        return Listed(first, total), {each.id: each for each, _ in known if each.id in others}

    def groups_of(self, ids: Iterable[str]) -> dict[str, GroupView]:
        """Id -> group for these ids, by name, without missing ones."""
        with self._groups() as db:
            return _groups_of(db, ids)

    def nested(self, *, offset: int = 0, limit: int | None = None) -> Listed[tuple[GroupView, int]]:
        """A page of groups, each after the one that it is in, with its depth."""
        wanted = {"limit": -1 if limit is None else limit, "offset": offset}
        with self._groups() as db:
            total = db.execute(queries.COUNT_GROUPS, {"named": "", "inside": None}).fetchone()[0]
            piece = db.execute(queries.NESTED, wanted).fetchall()
            if len(piece) < len(range(total)[offset:][:limit]):  # some are in a cycle
                piece = [*nested(dict(db.execute(queries.PLACES)))][offset:][:limit]
            found = _groups_of(db, (each for each, _ in piece))
        return Listed(tuple((found[each], depth) for each, depth in piece), total)

    def around(self, group: str) -> tuple[GroupView, ...]:
        """All groups that contain the group with that id, outermost first."""
        with self._groups() as db:
            found = {row["id"]: group_view(row) for row in rows(db, queries.LINE, (group,))}
        line = around(group, {each.id: each.parent for each in found.values()})
        return tuple(found[each] for each in line)

    def sizes(self, ids: Iterable[str]) -> dict[str, int]:
        """Id -> number of members for these groups, without empty ones."""
        with self._people() as db:
            asked = {"waiting": self._waiting, "groups": _listed(ids)}
            return dict(db.execute(queries.SIZES, asked).fetchall())

    def group(self, text: str) -> GroupView:
        """The group of that name or id. Raises `NotFound`, or `InvalidInput` if it is ambiguous."""
        found = self._called(text)
        if not found:
            raise NotFound(_("There is no group {text!r}: form it first.", text=text))
        if len(found) > 1:
            raise InvalidInput(
                _("Several groups are called {text!r}: give the id of one.", text=text), "groups"
            )
        return found[0]

    def group_called(self, text: str) -> str | None:
        """The id of `group`, None if there is none."""
        return self.group(text).id if self._called(text) else None

    def _called(self, text: str) -> list[GroupView]:
        meant = {"text": text, "name": group_id(text), "looks": skeleton(text)}
        with self._groups() as db:
            for sql in queries.GROUPS_CALLED:
                if found := rows(db, sql, meant):
                    return [*map(group_view, found)]
        return []

    def stewards(self) -> list[str]:
        """The ids of stewards who have joined, in order."""
        with self._views.read(self._principal.labels) as db:
            return [member for (member,) in db.execute(queries.STEWARDS)]


def _beginning(text: str) -> str:
    """A beginning of a word of a name, as names are compared."""
    return " ".join(skeleton(text).replace("-", " ").split())


def _listed(values: Iterable[str]) -> str:
    return msgspec.json.encode([*values]).decode()


def _piece(
    db: Connection, listed: str, counted: str, wanted: Mapping[str, object]
) -> tuple[list[Row], int]:
    """The rows of a page of a list, and the length of the whole."""
    found = rows(db, listed, wanted)
    totals = [int(row.pop("total")) for row in found]
    if not totals and wanted["offset"]:  # beyond its end
        totals = [*map(int, db.execute(counted, wanted).fetchone())]
    return found, max(totals, default=0)


def _groups_of(db: Connection, ids: Iterable[str]) -> dict[str, GroupView]:
    found = rows(db, queries.GROUPS_OF, (_listed(ids),))
    return {row["id"]: group_view(row) for row in found}

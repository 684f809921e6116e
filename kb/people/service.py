"""Commands on people: who is invited, in which roles and groups, and what is open to the world."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import Literal, Protocol

from msgspec import UNSET, UnsetType

from kb.access import Action, Role, require
from kb.binding import bind
from kb.entries import validation
from kb.errors import Forbidden, Mistakes, NotFound, Refused
from kb.ids import group_id, group_stream, member_stream
from kb.people import community, decide, group, member
from kb.people.actions import (
    CHANGE_SELF,
    CHANGE_SETTINGS,
    ERASE_MEMBER,
    JOIN_GROUP,
    LOOK_AFTER_GROUPS,
    LOOK_AFTER_PEOPLE,
)
from kb.people.checks import checked_profile, checked_roles
from kb.people.group import Group, GroupEvent, change, close, form
from kb.people.member import Member, Profile
from kb.writer import Aggregate, NewId, Receipt, Writer


class Known(Protocol):
    """What commands on people ask the views, which hold all of the log inside `in_turn`."""

    def stewards(self) -> int:
        """How many there are."""
        ...

    def group_called(self, text: str) -> str | None:
        """The id of the group with that name now, or with that id; None if there is none."""
        ...


class Unknown:
    """Where there are no views yet: groups have their first names, and nobody is the last."""

    def stewards(self) -> int:
        """So many that nobody is the last one."""
        return 2

    def group_called(self, text: str) -> str | None:
        """The id that the name gave, or the text if it is an id."""
        return text if validation.is_id(text) else group_id(text)


class People:
    """Invite, join, change roles and groups, leave.

    Every command acts for the writer's asker, answers a `Receipt`, and raises `InvalidInput`,
    `NotFound`, `Forbidden` or `Refused`. What takes a steward away or changes a group happens
    inside `in_turn`, one after the other; who left is told to `departed`, to forget what they
    signed in with.
    """

    def __init__(
        self,
        writer: Writer,
        new_id: NewId,
        known: Known | None = None,
        *,
        in_turn: Callable[[], AbstractContextManager[object]] = nullcontext,
        departed: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._writer = writer
        self._new_id = new_id
        self._known = known or Unknown()
        self._in_turn = in_turn
        self._departed = departed

    def invite(
        self,
        roles: Iterable[Role] = ("member",),
        groups: Iterable[str] = (),
    ) -> Receipt:
        """Make a place for a new member; who takes it is told by the link that goes with it."""
        self._require(LOOK_AFTER_PEOPLE)
        chosen = tuple(sorted(checked_roles(roles)))
        inside = tuple(sorted(set(map(self._open_to_more, groups))))
        invited = bind(decide.invite, roles=chosen, groups=inside)
        return self._change(str(self._new_id()), invited)

    def join(self, member_id: str, profile: Profile) -> Receipt:
        """Take an invitation. Who may is known by the link, and acts as the new member."""
        if self._writer.actor != member_id:
            raise Forbidden("Only the invited person may take an invitation.")
        return self._change(member_id, bind(decide.join, profile=checked_profile(profile)))

    def change_profile(self, profile: Profile) -> Receipt:
        """Tell something else about oneself."""
        self._require(CHANGE_SELF)
        changed = bind(decide.change_profile, profile=checked_profile(profile))
        return self._change(self._writer.actor, changed)

    def change_roles(self, member_id: str, roles: Iterable[Role]) -> Receipt:
        """Let a member have exactly these roles; one steward always stays."""
        self._require(LOOK_AFTER_PEOPLE)
        chosen = checked_roles(roles)
        changed = bind(decide.change_roles, roles=chosen)
        if "steward" in chosen:
            return self._change(member_id, changed)
        return self._take_away(member_id, changed)

    def join_group(self, group: str, member_id: str | None = None) -> Receipt:
        """Be in a group: by oneself if it is open, by a steward's hand otherwise."""
        self._require(JOIN_GROUP)
        who = member_id or self._writer.actor
        with self._in_turn():
            known = self._open_to_more(group)
            if who != self._writer.actor or not all(each.open for each in self._around(known)):
                self._require(LOOK_AFTER_GROUPS)
            return self._change(who, bind(decide.join_group, group=known))

    def leave_group(self, group: str, member_id: str | None = None) -> Receipt:
        """Be in a group no longer, by oneself or by a steward's hand."""
        who = member_id or self._writer.actor
        self._require(JOIN_GROUP if who == self._writer.actor else LOOK_AFTER_GROUPS)
        return self._change(who, bind(decide.leave_group, group=self._known_group(group)))

    def leave(self, member_id: str | None = None) -> Receipt:
        """Leave the community, or be taken out of it by a steward; one steward always stays."""
        who = member_id or self._writer.actor
        if who != self._writer.actor:
            self._require(LOOK_AFTER_PEOPLE)
        receipt = self._take_away(who, decide.leave)
        self._departed(who)
        return receipt

    def erase(self, member_id: str, *, entries: Literal["kept", "erased"] = "kept") -> Receipt:
        """Record that a member is to be forgotten; `kb.erasure` waits for the forgetting."""
        self.refuse_erasing(member_id)
        return self._take_away(member_id, bind(decide.erase, entries=entries))

    def refuse_erasing(self, member_id: str) -> None:
        """Raise what `erase` would raise, before a person is asked whether they are sure."""
        if member_id != self._writer.asker.member:
            self._require(ERASE_MEMBER)
        member_id = validation.known_id("member", member_id)
        self._refuse_last_steward(member_id)
        if not self._writer.exists(member_stream(member_id)):
            raise NotFound(f"There is no member {member_id}.")

    def form_group(
        self,
        name: str,
        parent: str | None = None,
        *,
        open: bool = False,
        beside: Mistakes | None = None,
    ) -> Receipt:
        """Begin a group, perhaps inside another. Its id follows from its name."""
        self._require(LOOK_AFTER_GROUPS)
        wrong = beside or Mistakes()
        name = wrong.of(validation.group_name, name, "name of the group")
        wrong.refuse()
        known = group_id(name)
        with self._in_turn():
            self._refuse_name_of_another(known, name)
            parent = self._known_group(parent) if parent else None
            self._refuse_opening(parent, open=open)
            return self._change_group(known, bind(form, name=name, parent=parent, open=open))

    def change_group(
        self,
        group: str,
        *,
        name: str | UnsetType = UNSET,
        parent: str | UnsetType | None = UNSET,
        open: bool | UnsetType = UNSET,
        beside: Mistakes | None = None,
    ) -> Receipt:
        """Change what is given; parent None puts it inside no other.

        A group is never inside itself, and never takes the name of another one.
        """
        self._require(LOOK_AFTER_GROUPS)
        wrong = beside or Mistakes()
        if isinstance(name, str):
            name = wrong.of(validation.group_name, name, "name of the group")
        wrong.refuse()
        with self._in_turn():
            known = self._known_group(group)
            if isinstance(parent, str):
                parent = self._known_group(parent)
                self._refuse_circle(known, parent)
            if isinstance(name, str):
                self._refuse_name_of_another(known, name)
            present = self._load_group(known)
            self._refuse_opening(
                present.parent if isinstance(parent, UnsetType) else parent,
                open=present.open if isinstance(open, UnsetType) else open,
            )
            return self._change_group(known, bind(change, name=name, parent=parent, open=open))

    def close_group(self, group: str) -> Receipt:
        """Let nobody join it any longer."""
        self._require(LOOK_AFTER_GROUPS)
        return self._change_group(self._known_group(group), close)

    def open_to_world(self, allowed: bool) -> Receipt:
        """Let entries be shown to people who are not signed in, or no longer."""
        self._require(CHANGE_SETTINGS)
        said = bind(community.allow_world, allowed=allowed)
        return self._writer.execute(community.AGGREGATE, said).receipt

    def _change(
        self,
        member_id: str,
        decided: decide.Decide,
        guard: Callable[[], object] | None = None,
    ) -> Receipt:
        member_id = validation.known_id("member", member_id)
        return self._writer.execute(_member_aggregate(member_id), decided, guard=guard).receipt

    def _take_away(self, member_id: str, decided: decide.Decide) -> Receipt:
        """What may leave the community without a steward, so that two do not go at once."""
        with self._in_turn():
            return self._change(member_id, decided, partial(self._refuse_last_steward, member_id))

    def _change_group(self, known: str, decided: Callable[[Group], list[GroupEvent]]) -> Receipt:
        return self._writer.execute(_group_aggregate(known), decided).receipt

    def _load_group(self, known: str) -> Group:
        return self._writer.load(_group_aggregate(known))

    def _known_group(self, text: str) -> str:
        """The id of an existing group, by name or id. Raises `NotFound`."""
        known = self._known.group_called(text)
        if known and self._load_group(known).version:
            return known
        raise NotFound(f"There is no group {text!r}: form it first.")

    def _open_to_more(self, text: str) -> str:
        """The id of a group that is not closed. Raises `NotFound` or `Refused`."""
        known = self._known_group(text)
        found = self._load_group(known)
        if found.closed:
            raise Refused(f"The group “{found.name}” is closed: nobody joins it any longer.")
        return known

    def _refuse_name_of_another(self, known: str, name: str) -> None:
        called = self._known.group_called(name)
        if called and called != known and self._load_group(called).version:
            raise Refused(f"Another group is called “{name}”; choose another name.")
        other = group_id(name)
        if other != known and self._load_group(other).version:
            raise Refused(f"Another group began as “{name}”; choose another name.")

    def _refuse_opening(self, parent: str | None, *, open: bool) -> None:
        """Its members see what those around it see, so these have to be open too."""
        if open and parent and not self._load_group(parent).open:
            raise Refused(
                "A group inside one that is not open cannot be open: who joined it by themselves "
                "would see what the one around it sees."
            )

    def _refuse_circle(self, known: str, parent: str) -> None:
        if any(each.id == known for each in self._around(parent)):
            raise Refused("A group cannot be inside itself; choose another one around it.")

    def _around(self, known: str) -> list[Group]:
        """A group and all that it is in."""
        around: dict[str, Group] = {}
        above: str | None = known
        while above and above not in around:
            around[above] = self._load_group(above)
            above = around[above].parent
        return list(around.values())

    def _refuse_last_steward(self, member_id: str) -> None:
        state = self._writer.load(_member_aggregate(member_id))
        if state.standing == "joined" and "steward" in state.roles and self._known.stewards() < 2:
            raise Refused("The last steward cannot go; make another member a steward first.")

    def _require(self, action: Action) -> None:
        require(self._writer.asker, action)


def _group_aggregate(known: str) -> Aggregate[Group]:
    return Aggregate(known, group_stream(known), Group(id=known), group.evolve)


def _member_aggregate(member_id: str) -> Aggregate[Member]:
    return Aggregate(member_id, member_stream(member_id), Member(id=member_id), member.evolve)

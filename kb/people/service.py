"""Commands on people: invitations, roles, groups, and access for the world."""

from collections.abc import Callable, Collection, Iterable
from functools import partial
from typing import Literal

from msgspec import UNSET, UnsetType, structs

from kb import community, fields
from kb.access import ROLES, Action, Role, require
from kb.binding import bind
from kb.errors import DataDirectoryError, Forbidden, Mistakes, NotFound
from kb.ids import COMMUNITY_STREAM, group_id, member_stream
from kb.messages import _
from kb.people import decide
from kb.people.actions import (
    CHANGE_SELF,
    CHANGE_SETTINGS,
    ERASE_MEMBER,
    JOIN_GROUP,
    LOOK_AFTER_GROUPS,
    LOOK_AFTER_PEOPLE,
)
from kb.people.checks import checked_language, checked_profile, checked_roles
from kb.people.group import Group, GroupEvent, change, close, form
from kb.people.member import Member, MemberEvent, MemberGroupJoined, Profile
from kb.people.rules import Known, Rules, Unknown, group_aggregate, member_aggregate
from kb.writer import NewId, Receipt, Writer


class People:
    """Invite, join, change roles and groups, leave.

    Every command acts for the writer's principal, returns a `Receipt`, and raises `InvalidInput`,
    `NotFound`, `Forbidden` or `Refused`. The append checks that everything a command was decided on
    still holds. `catch_up` updates `known` before it is asked for other stewards or names;
    `departed` is called with a member who left, to destroy their sign-in data.
    """

    def __init__(
        self,
        writer: Writer,
        new_id: NewId,
        known: Known | None = None,
        *,
        catch_up: Callable[[], object] = lambda: None,
        departed: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._writer = writer
        self._new_id = new_id
        self._rules = Rules(writer, known or Unknown(), catch_up)
        self._departed = departed

    def invite(
        self,
        roles: Iterable[Role] = ("member",),
        groups: Iterable[str] = (),
    ) -> Receipt:
        """Make a place for a new member, who takes it with a link."""
        self._require(LOOK_AFTER_PEOPLE)
        chosen = tuple(sorted(checked_roles(roles)))
        inside = tuple(sorted({self._rules.known_group(group) for group in groups}))
        invited = bind(decide.invite, roles=chosen, groups=inside)

        def guard() -> None:
            for known in inside:
                self._rules.refuse_closed(known)

        return self._change(str(self._new_id()), invited, guard)

    def join(self, member_id: str, profile: Profile) -> Receipt:
        """Take an invitation, acting as the new member, whom the link identifies."""
        if self._writer.actor != member_id:
            raise Forbidden(_("Only the invited person may take an invitation."))
        return self._change(member_id, bind(decide.join, profile=checked_profile(profile)))

    def change_profile(self, profile: Profile, fields: Collection[str] = decide.PROFILE) -> Receipt:
        """Change these `fields` of one's own profile; the others stay."""
        self._require(CHANGE_SELF)
        told = checked_profile(profile)
        return self._change(
            self._writer.actor, bind(decide.change_profile, profile=told, fields=fields)
        )

    def choose_language(self, language: str | None) -> Receipt:
        """Choose one of `kb.messages.languages` to be addressed in; None: that of each browser."""
        self._require(CHANGE_SELF)
        chosen = bind(decide.choose_language, language=checked_language(language or UNSET))
        return self._change(self._writer.actor, chosen)

    def change_roles(
        self, member_id: str, roles: Iterable[Role], *, taken: Iterable[Role] | None = None
    ) -> Receipt:
        """Give a member exactly these roles; one steward always stays.

        With `taken`: add these roles and remove those; others stay as they are.
        """
        self._require(LOOK_AFTER_PEOPLE)
        given = checked_roles(roles) if taken is None else frozenset(roles)
        lost = frozenset(ROLES) - given if taken is None else frozenset(taken)
        changed = bind(decide.change_roles, given=given, taken=lost)
        if "steward" not in lost:
            return self._change(member_id, changed)
        return self._take_away(member_id, changed)

    def change_groups(
        self, member_id: str, joined: Iterable[str] = (), left: Iterable[str] = ()
    ) -> Receipt:
        """Add a member to groups and remove them from others at once, as a steward.

        Their other groups stay.
        """
        self._require(LOOK_AFTER_GROUPS)
        return self._change_groups(member_id, joined, left)

    def join_group(self, group: str, member_id: str | None = None) -> Receipt:
        """Join an open group oneself, or add a member to any as a steward."""
        self._require(JOIN_GROUP)
        who = member_id or self._writer.actor

        def allowed(known: str) -> None:
            if who != self._writer.actor or not self._rules.is_open(known):
                self._require(LOOK_AFTER_GROUPS)

        return self._change_groups(who, [group], allowed=allowed)

    def leave_group(self, group: str, member_id: str | None = None) -> Receipt:
        """Leave a group, or remove a member from one as a steward."""
        who = member_id or self._writer.actor
        self._require(JOIN_GROUP if who == self._writer.actor else LOOK_AFTER_GROUPS)
        return self._change_groups(who, left=[group])

    def leave(self, member_id: str | None = None) -> Receipt:
        """Leave the community, or remove a member as a steward; one steward always stays."""
        who = member_id or self._writer.actor
        if who != self._writer.actor:
            self._require(LOOK_AFTER_PEOPLE)
        receipt = self._take_away(who, decide.leave)
        try:
            self._departed(who)
        except DataDirectoryError as error:
            # They have left all the same: the leading process destroys it as soon as it can.
            return structs.replace(receipt, behind=receipt.behind or error.said)
        return receipt

    def erase(self, member_id: str, *, entries: Literal["kept", "erased"] = "kept") -> Receipt:
        """Record the erasure of a member; `kb.erasure.erase` waits for its end."""
        self.refuse_erasing(member_id)
        return self._take_away(member_id, bind(decide.erase, entries=entries))

    def refuse_erasing(self, member_id: str) -> None:
        """Raise what `erase` would raise, before asking for confirmation."""
        if member_id != self._writer.principal.member:
            self._require(ERASE_MEMBER)
        member_id = fields.known_id("member", member_id)
        self._rules.refuse_last_steward(member_id)
        if not self._writer.exists(member_stream(member_id)):
            raise NotFound(_("There is no member {member_id}.", member_id=member_id))

    def form_group(
        self,
        name: str,
        parent: str | None = None,
        *,
        open: bool = False,
        beside: Mistakes | None = None,
    ) -> Receipt:
        """Form a group, optionally inside another. Its id is derived from its name."""
        self._require(LOOK_AFTER_GROUPS)
        wrong = beside or Mistakes()
        name = wrong.of(fields.group_name, name, "name of the group")
        wrong.refuse()
        known = group_id(name)
        around = self._rules.known_group(parent) if parent else None

        def guard() -> None:
            self._rules.refuse_name_of_another(known, name)
            self._rules.refuse_inside_closed(around)
            if open:
                self._rules.refuse_opening(around)

        formed = bind(form, name=name, parent=around, open=open)
        return self._change_group(known, formed, guard, named=True)

    def change_group(
        self,
        group: str,
        *,
        name: str | UnsetType = UNSET,
        parent: str | UnsetType | None = UNSET,
        open: bool | UnsetType = UNSET,
        closed: Literal[False] | UnsetType = UNSET,
        beside: Mistakes | None = None,
    ) -> Receipt:
        """Change the given parts; with parent None it is inside no other group.

        A closed group takes members again where it is said not to be `closed`, and is opened only
        with that. A group is never inside itself, never put inside a closed one, and never takes
        the name of another one. What lies inside one that is closed or not open is so too, as long
        as that is.
        """
        self._require(LOOK_AFTER_GROUPS)
        wrong = beside or Mistakes()
        if isinstance(name, str):
            name = wrong.of(fields.group_name, name, "name of the group")
        wrong.refuse()
        known = self._rules.known_group(group)
        around = self._rules.known_group(parent) if isinstance(parent, str) else parent

        def guard() -> None:
            if isinstance(around, str):
                self._rules.refuse_circle(known, around)
            if isinstance(name, str):
                self._rules.refuse_name_of_another(known, name)

        def changed(present: Group) -> list[GroupEvent]:
            place, opened = present.parent if isinstance(around, UnsetType) else around, open
            if place != present.parent:
                self._rules.refuse_inside_closed(place)
                # What those around it kept from being open is not opened by taking it from them.
                opened = self._rules.is_open(known) if isinstance(open, UnsetType) else open
            if opened is True:
                self._rules.refuse_opening(place)
            return change(present, name=name, parent=around, open=opened, closed=closed)

        return self._change_group(known, changed, guard, named=isinstance(name, str))

    def close_group(self, group: str) -> Receipt:
        """Close it, and all groups inside it, to new members."""
        self._require(LOOK_AFTER_GROUPS)
        return self._change_group(self._rules.known_group(group), close)

    def open_to_world(self, allowed: bool) -> Receipt:
        """Allow or forbid showing entries to people who are not signed in."""
        self._require(CHANGE_SETTINGS)
        said = bind(community.allow_world, allowed=allowed)
        return self._writer.execute(community.AGGREGATE, said).receipt

    def _change(
        self,
        member_id: str,
        decided: decide.Decide,
        guard: Callable[[], object] | None = None,
    ) -> Receipt:
        member_id = fields.known_id("member", member_id)
        return self._writer.execute(member_aggregate(member_id), decided, guard=guard).receipt

    def _change_groups(
        self,
        member_id: str,
        joined: Iterable[str] = (),
        left: Iterable[str] = (),
        allowed: Callable[[str], object] = lambda _: None,
    ) -> Receipt:
        """Change groups; joining checks that they are not closed, and `allowed`."""
        into, out = (sorted(set(map(self._rules.known_group, each))) for each in (joined, left))

        def changed(member: Member) -> list[MemberEvent]:
            events = decide.change_groups(member, into, out)
            for event in events:
                if isinstance(event, MemberGroupJoined):
                    self._rules.refuse_closed(event.group)
                    allowed(event.group)
            return events

        return self._change(member_id, changed)

    def _take_away(self, member_id: str, decided: decide.Decide) -> Receipt:
        """A change that may remove a steward; the last one stays."""
        return self._change(member_id, decided, partial(self._rules.refuse_last_steward, member_id))

    def _change_group(
        self,
        known: str,
        decided: Callable[[Group], list[GroupEvent]],
        guard: Callable[[], object] | None = None,
        *,
        named: bool = False,
    ) -> Receipt:
        """Change a group; if `named`, serialised with all other namings, to keep names unique."""
        turn = (COMMUNITY_STREAM, community.GroupNamed(group=known)) if named else None
        aggregate = group_aggregate(known)
        return self._writer.execute(aggregate, decided, guard=guard, turn=turn).receipt

    def _require(self, action: Action) -> None:
        require(self._writer.principal, action)

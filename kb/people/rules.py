"""Rules on members and groups that span several streams.

They are checked while a command decides; the streams that they read become version checks.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from kb import fields
from kb.aggregate import Aggregate
from kb.errors import NotFound, Refused
from kb.ids import group_id, group_stream, member_stream
from kb.messages import _
from kb.people import group, member
from kb.people.group import Group
from kb.people.member import Member
from kb.writer import Writer


class Known(Protocol):
    """Lookups in the views by commands on people, whose results are verified in the log."""

    def stewards(self) -> Sequence[str]:
        """The ids of stewards who have joined."""
        ...

    def group_called(self, text: str) -> str | None:
        """The id of the group with that name now, or with that id; None if there is none."""
        ...


class Unknown:
    """Replaces the views before there are any: groups have their first names."""

    def stewards(self) -> Sequence[str]:
        """None are known."""
        return ()

    def group_called(self, text: str) -> str | None:
        """The id derived from the name, or the text if it is an id."""
        return text if fields.is_id(text) else group_id(text)


class Rules:
    """For the commands of one `writer`; see `People` on `known` and `catch_up`."""

    def __init__(self, writer: Writer, known: Known, catch_up: Callable[[], object]) -> None:
        self._writer = writer
        self._known = known
        self._catch_up = catch_up

    def known_group(self, text: str) -> str:
        """The id of an existing group, by name or id. Raises `NotFound`."""
        known = self._known.group_called(text)
        if known and self.load_group(known).version:
            return known
        raise NotFound(_("There is no group {text!r}: form it first.", text=text))

    def refuse_closed(self, known: str) -> None:
        """Raise `Refused` if the group, or one that contains it, is closed."""
        line = self.around(known)
        for each in line:
            if each.closed:
                if each.id == known:
                    told = _(
                        "The group “{name}” is closed: nobody joins it any longer.", name=each.name
                    )
                else:
                    told = _(
                        "The group “{name}” is closed, and so is “{inside}” inside it: "
                        "nobody joins it any longer.",
                        name=each.name,
                        inside=line[0].name,
                    )
                raise Refused(told)

    def refuse_inside_closed(self, parent: str | None) -> None:
        """Raise `Refused` if `parent`, or a group that contains it, is closed."""
        for each in self.around(parent):
            if each.closed:
                raise Refused(
                    _(
                        "The group “{name}” is closed, so none is put inside it: its members would "
                        "see what that sees.",
                        name=each.name,
                    )
                )

    def refuse_name_of_another(self, known: str, name: str) -> None:
        """Raise `Refused` for a name that another group has, or was formed with."""
        self._catch_up()
        called = self._known.group_called(name)
        if called and called != known and self.load_group(called).version:
            raise Refused(_("Another group is called “{name}”; choose another name.", name=name))
        other = group_id(name)
        if other != known and self.load_group(other).version:
            raise Refused(_("Another group began as “{name}”; choose another name.", name=name))

    def refuse_opening(self, parent: str | None) -> None:
        """Raise `Refused` unless `parent` is open too, as its entries are seen inside it."""
        if not all(each.open for each in self.around(parent)):
            raise Refused(
                _(
                    "A group inside one that is not open cannot be open: who joined it by "
                    "themselves would see what the one around it sees."
                )
            )

    def refuse_circle(self, known: str, parent: str) -> None:
        """Raise `Refused` for a group that would be inside itself."""
        if any(each.id == known for each in self.around(parent)):
            raise Refused(_("A group cannot be inside itself; choose another one around it."))

    def is_open(self, known: str) -> bool:
        """Whether members may join a group by themselves: it and all around it are open."""
        return all(each.open for each in self.around(known))

    def around(self, known: str | None) -> list[Group]:
        """A group and all that contain it; none for None."""
        around: dict[str, Group] = {}
        above = known
        while above and above not in around:
            around[above] = self.load_group(above)
            above = around[above].parent
        return list(around.values())

    def refuse_last_steward(self, member_id: str) -> None:
        """Raise `Refused` for the last steward."""
        if not self._is_steward(member_id):
            return
        self._catch_up()
        others = (each for each in self._known.stewards() if each != member_id)
        # Another steward who is found cannot leave meanwhile: their stream is a version check.
        if not any(map(self._is_steward, others)):
            raise Refused(_("The last steward cannot go; make another member a steward first."))

    def load_group(self, known: str) -> Group:
        """The present state of a group."""
        return self._writer.load(group_aggregate(known))

    def _is_steward(self, member_id: str) -> bool:
        state = self._writer.load(member_aggregate(member_id))
        return state.standing == "joined" and "steward" in state.roles


def group_aggregate(known: str) -> Aggregate[Group]:
    """The stream of a group, for a `Writer`."""
    return Aggregate(known, group_stream(known), Group(id=known), group.evolve)


def member_aggregate(member_id: str) -> Aggregate[Member]:
    """The stream of a member, for a `Writer`."""
    return Aggregate(member_id, member_stream(member_id), Member(id=member_id), member.evolve)

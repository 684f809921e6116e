"""The group aggregate: a team, department or region, and the group that it is in."""

from msgspec import UNSET, Struct, UnsetType, structs

from kb.errors import NotFound, Refused
from kb.messages import _


class GroupFormed(Struct, frozen=True, kw_only=True):
    """A group began, perhaps inside another; members may join an open one by themselves."""

    name: str
    parent: str | None = None
    open: bool = False


class GroupChanged(Struct, frozen=True, kw_only=True):
    """Name, place, openness and whether nobody joins it, as they stand afterwards."""

    name: str
    parent: str | None
    open: bool
    closed: bool = False


class GroupClosed(Struct, frozen=True, kw_only=True):
    """Nobody joins it any longer; those who are in it still see what it sees."""


GroupEvent = GroupFormed | GroupChanged | GroupClosed


class Group(Struct, frozen=True, kw_only=True):
    """The state of one group: the fold of its stream."""

    id: str
    version: int = 0
    name: str = ""
    parent: str | None = None
    open: bool = False
    closed: bool = False


def evolve(group: Group, event: GroupEvent) -> Group:
    """The group after `event`."""
    version = group.version + 1
    if isinstance(event, GroupClosed):
        return structs.replace(group, version=version, closed=True, open=False)
    return structs.replace(
        group,
        version=version,
        name=event.name,
        parent=event.parent,
        open=event.open,
        closed=isinstance(event, GroupChanged) and event.closed,
    )


def form(
    group: Group, name: str, parent: str | None = None, *, open: bool = False
) -> list[GroupEvent]:
    """The events of forming a group. Raises `Refused` if it exists already."""
    if group.version:
        raise Refused(_("There is a group “{name}” already; choose another name.", name=group.name))
    return [GroupFormed(name=name, parent=parent, open=open)]


def change(
    group: Group,
    *,
    name: str | UnsetType = UNSET,
    parent: str | UnsetType | None = UNSET,
    open: bool | UnsetType = UNSET,
    closed: bool | UnsetType = UNSET,
) -> list[GroupEvent]:
    """The events of changing what is not left unset; see `close`.

    Raises `Refused` where a closed one would be open without being said to be `closed` no longer.
    """
    _refuse_unknown(group)
    if open is True and group.closed and closed is UNSET:
        raise Refused(
            _("The group “{name}” is closed: nobody joins it any longer.", name=group.name)
        )
    before = GroupChanged(
        name=group.name, parent=group.parent, open=group.open, closed=group.closed
    )
    wished = {"name": name, "parent": parent, "open": open, "closed": closed}
    said = {field: value for field, value in wished.items() if value is not UNSET}
    changed = structs.replace(before, **said)
    return [] if changed == before else [changed]


def close(group: Group) -> list[GroupEvent]:
    """The events of closing a group to new members. Raises `NotFound` if it does not exist."""
    _refuse_unknown(group)
    return [] if group.closed else [GroupClosed()]


def _refuse_unknown(group: Group) -> None:
    if not group.version:
        raise NotFound(_("There is no group {id}.", id=group.id))

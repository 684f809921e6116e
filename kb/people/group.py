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
    """Name, place and openness as they stand afterwards."""

    name: str
    parent: str | None
    open: bool


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
        group, version=version, name=event.name, parent=event.parent, open=event.open, closed=False
    )


def form(
    group: Group, name: str, parent: str | None = None, *, open: bool = False
) -> list[GroupEvent]:
    """The events of beginning a group. Raises `Refused` where it is there already."""
    if group.version:
        raise Refused(_("There is a group “{name}” already; choose another name.", name=group.name))
    return [GroupFormed(name=name, parent=parent, open=open)]


def change(
    group: Group,
    *,
    name: str | UnsetType = UNSET,
    parent: str | UnsetType | None = UNSET,
    open: bool | UnsetType = UNSET,
) -> list[GroupEvent]:
    """The events of changing what is not left unset, which opens a closed one. See `close`."""
    _refuse_unknown(group)
    changed = GroupChanged(
        name=group.name if isinstance(name, UnsetType) else name,
        parent=group.parent if isinstance(parent, UnsetType) else parent,
        open=group.open if isinstance(open, UnsetType) else open,
    )
    before = GroupChanged(name=group.name, parent=group.parent, open=group.open)
    return [] if changed == before and not group.closed else [changed]


def close(group: Group) -> list[GroupEvent]:
    """The events of letting nobody join it any longer. Raises `NotFound` where it is not there."""
    _refuse_unknown(group)
    return [] if group.closed else [GroupClosed()]


def _refuse_unknown(group: Group) -> None:
    if not group.version:
        raise NotFound(_("There is no group {id}.", id=group.id))

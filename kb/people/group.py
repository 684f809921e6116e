"""The group aggregate: a team, department or region, and the group that it is in."""

from typing import assert_never

from msgspec import UNSET, Struct, UnsetType, structs

from kb.errors import NotFound, Refused


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


class Form(Struct, frozen=True, kw_only=True):
    """Begin a group."""

    name: str
    parent: str | None = None
    open: bool = False


class Change(Struct, frozen=True, kw_only=True):
    """Change what is not left unset."""

    name: str | UnsetType = UNSET
    parent: str | UnsetType | None = UNSET
    open: bool | UnsetType = UNSET


class Close(Struct, frozen=True):
    """Let nobody join it any longer."""


GroupCommand = Form | Change | Close


def evolve(group: Group, event: GroupEvent) -> Group:
    """The group after `event`."""
    version = group.version + 1
    if isinstance(event, GroupClosed):
        return structs.replace(group, version=version, closed=True, open=False)
    return structs.replace(
        group, version=version, name=event.name, parent=event.parent, open=event.open, closed=False
    )


def decide(command: GroupCommand, group: Group) -> list[GroupEvent]:
    """The events that `command` leads to. Raises `NotFound` or `Refused`."""
    if isinstance(command, Form):
        if group.version:
            raise Refused(f"There is a group “{group.name}” already; choose another name.")
        return [GroupFormed(name=command.name, parent=command.parent, open=command.open)]
    if not group.version:
        raise NotFound(f"There is no group {group.id}.")
    if isinstance(command, Close):
        return [] if group.closed else [GroupClosed()]
    if isinstance(command, Change):
        changed = GroupChanged(
            name=group.name if isinstance(command.name, UnsetType) else command.name,
            parent=group.parent if isinstance(command.parent, UnsetType) else command.parent,
            open=group.open if isinstance(command.open, UnsetType) else command.open,
        )
        before = GroupChanged(name=group.name, parent=group.parent, open=group.open)
        return [] if changed == before and not group.closed else [changed]
    assert_never(command)

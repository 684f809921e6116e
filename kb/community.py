"""The community aggregate: settings of stewards for everybody."""

from typing import Final

from msgspec import Struct, structs

from kb.aggregate import Aggregate
from kb.errors import InvalidInput
from kb.ids import COMMUNITY_STREAM
from kb.messages import _
from kb.writer import Writer

CLOSED: Final = _(
    "The community is closed to the world, so nothing can be shown to it: choose members, or ask "
    "a steward to open it first."
)


class WorldAccessChanged(Struct, frozen=True, kw_only=True):
    """From now on entries may (not) be shown to people who are not signed in."""

    allowed: bool


class GroupNamed(Struct, frozen=True, kw_only=True):
    """A group took a name, with the event of its own stream that says which.

    So that of two who give groups names one comes after the other, and sees what the first took.
    """

    group: str


class Community(Struct, frozen=True, kw_only=True):
    """The settings for everybody; nothing is open to the world until a steward opens it."""

    version: int = 0
    world: bool = False


def evolve(community: Community, event: WorldAccessChanged | GroupNamed) -> Community:
    """The community after `event`."""
    world = event.allowed if isinstance(event, WorldAccessChanged) else community.world
    return structs.replace(community, version=community.version + 1, world=world)


def allow_world(community: Community, allowed: bool) -> list[WorldAccessChanged]:
    """The events of opening the community to the world, or of closing it again."""
    return [] if community.world == allowed else [WorldAccessChanged(allowed=allowed)]


AGGREGATE: Final = Aggregate("community", COMMUNITY_STREAM, Community(), evolve)


def is_open(writer: Writer) -> bool:
    """Whether entries may be shown to the world now, according to the log."""
    return writer.load(AGGREGATE).world


def require_open(writer: Writer) -> None:
    """Raise `InvalidInput` if the community is closed to the world.

    Otherwise an entry could be set to it unnoticed, and be public once the community is opened.
    """
    if not is_open(writer):
        raise InvalidInput(CLOSED, "visibility")

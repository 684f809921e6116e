"""The community aggregate: what the stewards have settled for everybody."""

from msgspec import Struct, structs


class WorldAccessChanged(Struct, frozen=True, kw_only=True):
    """From now on entries may (not) be shown to people who are not signed in."""

    allowed: bool


class Community(Struct, frozen=True, kw_only=True):
    """What holds for everybody; nothing is open to the world before a steward says so."""

    version: int = 0
    world: bool = False


def evolve(community: Community, event: WorldAccessChanged) -> Community:
    """The community after `event`."""
    return structs.replace(community, version=community.version + 1, world=event.allowed)


def allow_world(allowed: bool, community: Community) -> list[WorldAccessChanged]:
    """The events of opening the community to the world, or of closing it again."""
    return [] if community.world == allowed else [WorldAccessChanged(allowed=allowed)]

"""What there is to say about a data directory: the values that `kb status` shows."""

from events.projection import ParkedEvent
from msgspec import Struct

__all__ = ["ParkedEvent", "Status"]


class Status(Struct, frozen=True, kw_only=True):
    """Positions, lag, sizes in bytes, and what is wrong, if anything.

    `head` is the log's last position, `lag` how many events the slower of views and index is behind it.
    `follower` is "this process", "another process" or "none"; `errors` are sentences about what keeps views
    or index from going on.
    """

    data: str
    format: int
    head: int
    views_position: int
    index_position: int
    lag: int
    parked: tuple[ParkedEvent, ...]
    errors: tuple[str, ...]
    sizes: dict[str, int]
    documents: int
    passages: int
    vectors: int
    model: str
    engine: str
    follower: str
    entries: int
    archived: int
    reuses: int

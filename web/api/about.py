"""What this knowledge base holds: its kinds and its state."""

from litestar import get
from litestar.di import NamedDependency
from msgspec import Struct

from kb import KnowledgeBase
from kb.entries.kinds import Kind
from kb.status import Status
from web.openapi import operation


class PublicStatus(Struct, frozen=True, kw_only=True):
    """State without log positions.

    `lag` is how many events views or index are behind, `parked` how many failed.
    """

    lag: int
    parked: int
    errors: tuple[str, ...]
    entries: int
    archived: int
    reuses: int
    documents: int
    passages: int
    vectors: int
    sizes: dict[str, int]
    model: str
    engine: str


@get("/kinds", **operation("about", rule="public"))
def list_kinds(base: NamedDependency[KnowledgeBase]) -> tuple[Kind, ...]:
    """The kinds of entry with their sections and prompts."""
    return tuple(base.kinds.values())


@get("/status", **operation("about", rule="audit"))
def get_status(base: NamedDependency[KnowledgeBase]) -> PublicStatus:
    """Counts, sizes in bytes, and whether everything is up to date."""
    return public(base.status())


def public(status: Status) -> PublicStatus:
    """`status` without what is for operators."""
    shared = {
        name: getattr(status, name) for name in PublicStatus.__struct_fields__ if name != "parked"
    }
    return PublicStatus(parked=len(status.parked), **shared)

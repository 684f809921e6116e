"""What this knowledge base holds: its kinds and its state."""

from litestar import get
from litestar.di import NamedDependency
from msgspec import Struct

from kb import Session
from kb.access import is_operator
from kb.entries.kinds import Kind
from kb.messages import _
from kb.people.actions import AUDIT
from kb.status import Status
from kb.views.withheld import INCOMPLETE
from web.openapi import operation
from web.visit import Visit


class Standing(Struct, frozen=True, kw_only=True):
    """Whether anything is wrong, for stewards: a count would tell them when others write privately.

    `parked` says that something failed for good, `trouble` that something keeps views or index from
    going on. That they are behind for a moment would tell as much as a count. `notice` is a
    sentence about what failed, empty if nothing did.
    """

    parked: bool
    trouble: bool
    notice: str
    model: str
    engine: str


class OperatorStatus(Struct, frozen=True, kw_only=True):
    """State without log positions, for the holder of the data directory; sizes are in bytes.

    `lag` is how many events views or index are behind, `parked` how many failed.
    """

    lag: int
    parked: int
    notice: str
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
def list_kinds(session: NamedDependency[Session]) -> tuple[Kind, ...]:
    """The kinds of entry with their sections and prompts."""
    return tuple(session.kinds.values())


@get("/status", **operation("about", rule=AUDIT, wish=_("ask whether all is well here")))
def get_status(visit: NamedDependency[Visit]) -> Standing | OperatorStatus:
    """Whether something is `parked` or in `trouble`, with model and engine.

    For the operator `lag`, `errors`, counts and sizes instead of `trouble`.
    """
    status = visit.base.status()
    return of_operator(status) if is_operator(visit.principal) else standing(status)


def standing(status: Status) -> Standing:
    """What `status` tells to those who do not see all that is counted in it."""
    return Standing(
        parked=bool(status.parked),
        trouble=bool(status.errors),
        notice=_notice(status),
        model=status.model,
        engine=status.engine,
    )


def of_operator(status: Status) -> OperatorStatus:
    """`status` without what is for the shell alone."""
    own = {"parked", "notice"}
    shared = {
        name: getattr(status, name) for name in OperatorStatus.__struct_fields__ if name not in own
    }
    return OperatorStatus(parked=len(status.parked), notice=_notice(status), **shared)


def _notice(status: Status) -> str:
    return INCOMPLETE if status.parked else ""

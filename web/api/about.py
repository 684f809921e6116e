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
    """Health of the base, for stewards.

    It has no counts and no lag, which would reveal when others write privately. `parked`: an event
    failed for good. `trouble`: an error keeps the views or the index from advancing. `notice` is
    a sentence about the failure, empty if there is none.
    """

    parked: bool
    trouble: bool
    notice: str
    model: str
    engine: str


class OperatorStatus(Struct, frozen=True, kw_only=True):
    """State without log positions, for the operator; sizes are in bytes.

    `lag` is the number of events that views or index are behind, `parked` the number that failed.
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
    """The part of `status` for stewards, who may not see every entry that it counts."""
    return Standing(
        parked=bool(status.parked),
        trouble=bool(status.errors),
        notice=_notice(status),
        model=status.model,
        engine=status.engine,
    )


def of_operator(status: Status) -> OperatorStatus:
    """`status` without the fields that only the command line shows."""
    own = {"parked", "notice"}
    shared = {
        name: getattr(status, name) for name in OperatorStatus.__struct_fields__ if name not in own
    }
    return OperatorStatus(parked=len(status.parked), notice=_notice(status), **shared)


def _notice(status: Status) -> str:
    return INCOMPLETE if status.parked else ""

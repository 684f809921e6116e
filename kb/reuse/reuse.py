"""The reuse aggregate: one stream per recorded reuse."""

from typing import Literal, TypeVar, get_args

from msgspec import UNSET, Struct, UnsetType, structs

from kb import fields
from kb.errors import InvalidInput, NotFound, Refused, ReuseConflict
from kb.messages import _

S = TypeVar("S")
Outcome = Literal["adopted", "adapted", "tried-and-stopped"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


class ReuseRecorded(Struct, frozen=True, kw_only=True):
    """A group took an entry into its work; `evidence` is a link, `resulting_entry` what it made."""

    entry_id: str
    recorded_by: str
    group: str
    context: str
    outcome: Outcome
    resulting_entry: str | None = None
    evidence: str | None = None


class ReuseOutcomeUpdated(Struct, frozen=True, kw_only=True):
    """What became of a reuse, with resulting entry and evidence as they stand afterwards."""

    entry_id: str
    outcome: Outcome
    note: str
    resulting_entry: str | None = None
    evidence: str | None = None


class ReuseWithdrawn(Struct, frozen=True, kw_only=True):
    """The reuse was recorded by mistake and counts no more."""

    entry_id: str
    reason: str


ReuseEvent = ReuseRecorded | ReuseOutcomeUpdated | ReuseWithdrawn


class Reuse(Struct, frozen=True, kw_only=True):
    """The state of one reuse: as recorded, as last updated, and whether it was withdrawn.

    `version` is 0 before it was recorded.
    """

    id: str
    version: int = 0
    recorded: ReuseRecorded | None = None
    latest: ReuseOutcomeUpdated | None = None
    withdrawn: ReuseWithdrawn | None = None


def evolve(reuse: Reuse, event: ReuseEvent) -> Reuse:
    """The reuse after `event`."""
    version = reuse.version + 1
    if isinstance(event, ReuseRecorded):
        return structs.replace(reuse, version=version, recorded=event)
    if isinstance(event, ReuseWithdrawn):
        return structs.replace(reuse, version=version, withdrawn=event)
    return structs.replace(reuse, version=version, latest=event)


def record(reuse: Reuse, recorded: ReuseRecorded) -> list[ReuseEvent]:
    """The events of recording a reuse. Raises `Refused` or `InvalidInput`."""
    if reuse.recorded:
        raise Refused(_("Reuse {id} is recorded already; update its outcome instead.", id=reuse.id))
    _refuse_itself(recorded.entry_id, recorded.resulting_entry)
    return [recorded]


def update_outcome(
    reuse: Reuse,
    *,
    outcome: Outcome | UnsetType,
    note: str | UnsetType,
    resulting_entry: str | UnsetType | None = UNSET,
    evidence: str | UnsetType | None = UNSET,
    version: int | None = None,
) -> list[ReuseEvent]:
    """The events of updating the outcome of a reuse; none if nothing changes.

    What is left unset stays; no resulting entry or evidence is None. Raises `NotFound`,
    `InvalidInput`, `Refused` if it was withdrawn, or `ReuseConflict` where it is at another
    `version`, if that is given.
    """
    recorded = _recorded(reuse)
    if reuse.withdrawn:
        raise Refused(_("Reuse {id} was withdrawn; record a new one instead.", id=reuse.id))
    known = reuse.latest or recorded
    updated = ReuseOutcomeUpdated(
        entry_id=known.entry_id,
        outcome=_told(outcome, known.outcome),
        note=_told(note, reuse.latest.note if reuse.latest else ""),
        resulting_entry=_told(resulting_entry, known.resulting_entry),
        evidence=_told(evidence, known.evidence),
    )
    fields.text("note", updated.note)  # the first update needs one
    _refuse_itself(updated.entry_id, updated.resulting_entry)
    version = reuse.version if version is None else version
    # With an older version the same outcome may be repeated; a future one cannot have been read.
    if version > reuse.version or (updated != reuse.latest and version < reuse.version):
        raise ReuseConflict(reuse.id, version, reuse.version)
    if updated == reuse.latest:
        return []
    return [updated]


def withdraw(reuse: Reuse, reason: str) -> list[ReuseEvent]:
    """The events of withdrawing a reuse; none if it was withdrawn before. Raises `NotFound`."""
    recorded = _recorded(reuse)
    if reuse.withdrawn:
        return []
    return [ReuseWithdrawn(entry_id=recorded.entry_id, reason=reason)]


def _recorded(reuse: Reuse) -> ReuseRecorded:
    if reuse.recorded is None:
        raise NotFound(_("There is no reuse {id}.", id=reuse.id))
    return reuse.recorded


def _told(said: S | UnsetType, known: S) -> S:
    return known if isinstance(said, UnsetType) else said


def _refuse_itself(entry_id: str, resulting_entry: str | None) -> None:
    if entry_id == resulting_entry:
        raise InvalidInput(
            _("A reuse cannot result in the entry that was reused; name the one made from it."),
            "resulting_entry",
        )

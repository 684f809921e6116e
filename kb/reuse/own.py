"""Own data of a member: reuses that they recorded or updated."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from kb.ids import reuse_stream
from kb.own import Lines, Own, Reading, ToldEvent, item, said_by, when
from kb.reuse.reuse import Outcome, ReuseRecorded, ReuseWithdrawn

REUSES = """SELECT id FROM (
    SELECT position, id, entry_id FROM reuse UNION ALL SELECT * FROM withdrawn_reuse)
    WHERE entry_id IN (SELECT entry_id FROM history WHERE actor = ? AND stream = 'reuse')
    ORDER BY position"""


class OwnOutcome(Struct, frozen=True, kw_only=True):
    """An outcome of a reuse told by the member; links given by another member are None."""

    at: datetime
    outcome: Outcome
    note: str | None
    evidence: str | None
    resulting_entry: str | None


class OwnWithdrawal(Struct, frozen=True, kw_only=True):
    """The withdrawal of a reuse by the member."""

    at: datetime
    reason: str


class OwnReuse(Struct, frozen=True, kw_only=True):
    """A reuse that the member recorded, updated or withdrew.

    `context` is None if another member recorded it, `withdrawn` if the member did not withdraw it.
    """

    id: str
    entry_id: str
    group: str | None
    context: str | None
    outcomes: tuple[OwnOutcome, ...]
    withdrawn: OwnWithdrawal | None


def _read(reading: Reading) -> Iterator[OwnReuse]:
    for reuse_id in reading.where("reuse", REUSES):
        told, lost = reading.told("reuse", reuse_id, reuse_stream(reuse_id))
        if own := own_reuse(reuse_id, told, reading.member, whole=not lost):
            yield own


def own_reuse(
    reuse_id: str, told: Sequence[ToldEvent], member: str, *, whole: bool = True
) -> OwnReuse | None:
    """The part of `member` in the stream of a reuse, None if there is none."""
    said = tuple(said_by(member, told, whole=whole))
    if not said:
        return None
    recorded = said[0][1] if isinstance(said[0][1], ReuseRecorded) else None
    return OwnReuse(
        id=reuse_id,
        entry_id=said[0][1].entry_id,
        group=recorded.group if recorded else None,
        context=recorded.context if recorded else None,
        outcomes=tuple(
            OwnOutcome(
                at=event.recorded_at,
                outcome=each.outcome,
                note=getattr(each, "note", None),
                evidence=each.evidence,
                resulting_entry=each.resulting_entry,
            )
            for event, each in said
            if not isinstance(each, ReuseWithdrawn)
        ),
        withdrawn=next(
            (
                OwnWithdrawal(at=event.recorded_at, reason=each.reason)
                for event, each in said
                if isinstance(each, ReuseWithdrawn)
            ),
            None,
        ),
    )


def _lines(reuse: OwnReuse, _: Mapping[str, str]) -> Lines:
    yield from (f"### Reuse {reuse.id}", "", item("entry", reuse.entry_id))
    if reuse.context is None:
        yield item("recorded by", "another member")
    else:
        yield from (item("group", reuse.group), item("context", reuse.context))
    for each in reuse.outcomes:
        yield item(when(each.at), each.outcome)
        told = {"note": each.note, "evidence": each.evidence, "made from it": each.resulting_entry}
        yield from (f"  {item(name, value, '    ')}" for name, value in told.items() if value)
    if reuse.withdrawn:
        yield item(when(reuse.withdrawn.at), "withdrawn")
        yield f"  {item('reason', reuse.withdrawn.reason, '    ')}"
    yield ""


OWN = Own(name="reuses", title="## Reuse", read=_read, lines=_lines)

"""Own data of a member: their endorsements."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from kb.endorsements.endorsement import EntryEndorsed
from kb.ids import endorsement_id, endorsement_stream
from kb.own import SPOKE_IN, Lines, Own, Reading, ToldEvent, item, when


class OwnEndorsement(Struct, frozen=True, kw_only=True):
    """An endorsement by the member, until they withdrew it or gave another reason."""

    entry_id: str
    reason: str
    endorsed_at: datetime
    ended_at: datetime | None = None


def _read(reading: Reading) -> Iterator[OwnEndorsement]:
    ids = (
        endorsement_id(entry_id, reading.member)
        for entry_id in reading.ids(SPOKE_IN, reading.member, "endorsement")
    )
    known = map(endorsement_stream, ids)
    for stream in dict.fromkeys((*known, *reading.aside("endorsement"))):
        told, _ = reading.told("endorsement", stream.partition("-")[2], stream)
        yield from own_endorsements(told)


def own_endorsements(told: Sequence[ToldEvent]) -> Iterator[OwnEndorsement]:
    """The endorsements in the stream of one entry and member, one for each reason."""
    ends = [*(event.recorded_at for event, _ in told[1:]), *([None] if told else [])]
    for (event, said), end in zip(told, ends, strict=True):
        if isinstance(said, EntryEndorsed):
            yield OwnEndorsement(
                entry_id=said.entry_id,
                reason=said.reason,
                endorsed_at=event.recorded_at,
                ended_at=end,
            )


def _lines(each: OwnEndorsement, _: Mapping[str, str]) -> Lines:
    until = f" to {when(each.ended_at)}" if each.ended_at else ""
    yield item(f"{each.entry_id}, {when(each.endorsed_at)}{until}", each.reason)


OWN = Own(name="endorsements", title="## Endorsements", read=_read, lines=_lines)

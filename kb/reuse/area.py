"""What reuse has, in one value."""

from events.sealed_fields import Sealed
from kb.area import Area
from kb.reuse import as_seen
from kb.reuse.actions import REPORT, REUSE, UPDATE_REUSE
from kb.reuse.own import OWN
from kb.reuse.reuse import ReuseOutcomeUpdated, ReuseRecorded
from kb.reuse.reuse_view import REUSES
from kb.sentences import ended
from kb.views.stream_kind import Fact, StreamKind, Told, Words

UNNAMED_GROUP = "a group no longer named"
"""What reports count a reuse under whose member was erased: its group may have named a person."""

_EVIDENCE = Sealed("evidence", by="actor")


def _recorded(event: ReuseRecorded) -> Words:
    outcome = event.outcome.replace("-", " ")
    return _made(ended(f"Reuse by {event.group}, {outcome}", event.context), event.resulting_entry)


def _updated(event: ReuseOutcomeUpdated) -> Words:
    outcome = event.outcome.replace("-", " ")
    return _made(ended(f"Reuse is now {outcome}", event.note), event.resulting_entry)


def _made(sentence: str, resulting: str | None) -> Words:
    return (f"{sentence} Made from it:" if resulting else sentence), resulting


REUSE_STREAM = StreamKind(
    name="reuse",
    facts=(
        Fact(
            name="reuse-recorded",
            schema_version=1,
            cls=ReuseRecorded,
            read=as_seen.reuse,
            sealed=(
                Sealed("group", by="actor", erased=UNNAMED_GROUP),
                Sealed("context", by="actor", erased=""),
                _EVIDENCE,
            ),
            lack=None,
            told=Told(_recorded, "A reuse"),
        ),
        Fact(
            name="reuse-outcome-updated",
            schema_version=1,
            cls=ReuseOutcomeUpdated,
            sealed=(Sealed("note", by="actor", erased=""), _EVIDENCE),
            lack="text",
            told=Told(_updated, "What became of a reuse"),
        ),
    ),
    unknown="text",
    # The rows of a reuse go with its entry, so a lack of them tells nothing.
    began=None,
    entry="SELECT entry_id FROM reuse WHERE id = :name",
)

AREA = Area(
    name="reuse",
    streams=(REUSE_STREAM,),
    views=(REUSES,),
    actions=(REUSE, UPDATE_REUSE, REPORT),
    own=OWN,
)

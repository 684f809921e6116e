"""The area of reuse."""

from collections.abc import Mapping

from events.sealed_fields import Sealed
from kb.area import Area
from kb.messages import Message, _
from kb.reuse import as_seen
from kb.reuse.actions import REPORT, REUSE, UPDATE_REUSE, WITHDRAW_REUSE
from kb.reuse.own import OWN
from kb.reuse.reuse import Outcome, ReuseOutcomeUpdated, ReuseRecorded, ReuseWithdrawn
from kb.reuse.reuse_view import REUSES
from kb.sentences import ended
from kb.views.stream_kind import Fact, StreamKind, Told, Words

UNNAMED_GROUP = "a group no longer named"
"""The group in reports of a reuse by an erased member: its name may have named a person."""

_OUTCOMES: Mapping[Outcome, Message] = {
    "adopted": _("adopted"),
    "adapted": _("adapted"),
    "tried-and-stopped": _("tried and stopped"),
}
_EVIDENCE = Sealed("evidence", by="actor")


def _recorded(event: ReuseRecorded) -> Words:
    said = _("Reuse by {group}, {outcome}", group=event.group, outcome=_OUTCOMES[event.outcome])
    return _made(ended(said, event.context), event.resulting_entry)


def _updated(event: ReuseOutcomeUpdated) -> Words:
    said = _("Reuse is now {outcome}", outcome=_OUTCOMES[event.outcome])
    return _made(ended(said, event.note), event.resulting_entry)


def _withdrawn(event: ReuseWithdrawn) -> Words:
    return ended(_("Reuse withdrawn, it was recorded by mistake"), event.reason), None


def _made(sentence: Message, resulting: str | None) -> Words:
    return (_("{sentence} Made from it:", sentence=sentence) if resulting else sentence), resulting


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
            told=Told(_recorded, _("A reuse")),
        ),
        Fact(
            name="reuse-outcome-updated",
            schema_version=1,
            cls=ReuseOutcomeUpdated,
            sealed=(Sealed("note", by="actor", erased=""), _EVIDENCE),
            lack="text",
            told=Told(_updated, _("What became of a reuse")),
        ),
        Fact(
            name="reuse-withdrawn",
            schema_version=1,
            cls=ReuseWithdrawn,
            sealed=(Sealed("reason", by="actor", erased=""),),
            lack="text",
            told=Told(_withdrawn, _("That a reuse was withdrawn")),
        ),
    ),
    unknown="text",
    # The rows of a reuse are deleted with its entry, so their absence proves nothing.
    began=None,
    entry="""SELECT entry_id FROM reuse WHERE id = :name
        UNION ALL SELECT entry_id FROM withdrawn_reuse WHERE id = :name""",
)

AREA = Area(
    name="reuse",
    streams=(REUSE_STREAM,),
    views=(REUSES,),
    actions=(REUSE, UPDATE_REUSE, WITHDRAW_REUSE, REPORT),
    own=OWN,
)

"""The area of endorsements."""

from events.sealed_fields import Sealed
from kb.area import Area
from kb.endorsements.actions import ENDORSE
from kb.endorsements.endorsement import EndorsementWithdrawn, EntryEndorsed
from kb.endorsements.endorsement_view import ENDORSEMENTS
from kb.endorsements.own import OWN
from kb.messages import _
from kb.sentences import ended
from kb.views.stream_kind import Fact, StreamKind, Told, Words


def _endorsed(event: EntryEndorsed) -> Words:
    return ended(_("Endorsed"), event.reason), None


def _withdrawn(withdrawn: EndorsementWithdrawn) -> Words:
    return _("Endorsement withdrawn."), None


ENDORSEMENT = StreamKind(
    name="endorsement",
    facts=(
        Fact(
            name="entry-endorsed",
            schema_version=1,
            cls=EntryEndorsed,
            sealed=(Sealed("reason", by="actor", erased=""),),
            lack=None,
            told=Told(_endorsed, _("An endorsement")),
        ),
        Fact(
            name="endorsement-withdrawn",
            schema_version=1,
            cls=EndorsementWithdrawn,
            lack=None,
            told=Told(_withdrawn, _("That an endorsement was withdrawn")),
        ),
    ),
    unknown=None,
    began=None,
    entry="SELECT entry_id FROM endorsement WHERE id = :name",
)

AREA = Area(
    name="endorsements", streams=(ENDORSEMENT,), views=(ENDORSEMENTS,), actions=(ENDORSE,), own=OWN
)

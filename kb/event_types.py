"""The stable names under which the knowledge base's events are stored."""

from events.codec import EventCodec, EventType
from events.sealed_fields import Sealed
from events.vault import KeyVault
from kb import as_seen
from kb.endorsements.endorsement import EndorsementWithdrawn, EntryEndorsed
from kb.entries.entry import (
    EntryArchived,
    EntryContributed,
    EntryErased,
    EntryRelated,
    EntryRestored,
    EntryRevised,
    EntryTagged,
    EntryUnrelated,
    EntryUntagged,
    EntryVisibilityChanged,
)
from kb.people.community import WorldAccessChanged
from kb.people.group import GroupChanged, GroupClosed, GroupFormed
from kb.people.member import (
    MemberErased,
    MemberGroupJoined,
    MemberGroupLeft,
    MemberInvited,
    MemberJoined,
    MemberLeft,
    MemberProfileChanged,
    MemberRoleGiven,
    MemberRoleTaken,
)
from kb.people.sign_in import (
    MemberLinkMade,
    MemberSignInChanged,
    MemberTokenMade,
    MemberTokenRevoked,
)
from kb.reuse.reuse import ReuseOutcomeUpdated, ReuseRecorded

UNNAMED_GROUP = "a group no longer named"
"""What reports count a reuse under whose member was erased: its group may have named a person."""

# What a person wrote or what may name one. The texts of an entry go with the entry, what a member
# says about the entries of others goes with that member.
_CONTENT = Sealed("content", by="stream", erased={"title": "", "sections": []})
_GROUP = Sealed("group", by="stream")
_TAG = Sealed("tag", by="stream", erased="")
_EVIDENCE = Sealed("evidence", by="actor")
_PROFILE = Sealed("profile", by="stream", erased={"name": ""})

EVENT_TYPES = (
    EventType(
        name="entry-contributed",
        schema_version=1,
        cls=EntryContributed,
        read=as_seen.entry,
        sealed=(_CONTENT, _GROUP, Sealed("source", by="stream")),
    ),
    EventType(
        name="entry-revised",
        schema_version=1,
        cls=EntryRevised,
        read=as_seen.entry,
        sealed=(_CONTENT, _GROUP, Sealed("note", by="stream")),
    ),
    EventType(
        name="entry-tagged", schema_version=1, cls=EntryTagged, read=as_seen.tag, sealed=(_TAG,)
    ),
    EventType(
        name="entry-untagged", schema_version=1, cls=EntryUntagged, read=as_seen.tag, sealed=(_TAG,)
    ),
    EventType(
        name="entry-related",
        schema_version=1,
        cls=EntryRelated,
        sealed=(Sealed("written", by="stream", erased=[]),),
    ),
    EventType(name="entry-unrelated", schema_version=1, cls=EntryUnrelated),
    EventType(
        name="entry-archived",
        schema_version=1,
        cls=EntryArchived,
        sealed=(Sealed("reason", by="stream", erased=""),),
    ),
    EventType(name="entry-restored", schema_version=1, cls=EntryRestored),
    EventType(name="entry-visibility-changed", schema_version=1, cls=EntryVisibilityChanged),
    EventType(name="entry-erased", schema_version=1, cls=EntryErased),
    EventType(name="member-invited", schema_version=1, cls=MemberInvited),
    EventType(
        name="member-joined",
        schema_version=1,
        cls=MemberJoined,
        read=as_seen.told,
        sealed=(_PROFILE,),
    ),
    EventType(
        name="member-profile-changed",
        schema_version=1,
        cls=MemberProfileChanged,
        read=as_seen.told,
        sealed=(_PROFILE,),
    ),
    EventType(name="member-role-given", schema_version=1, cls=MemberRoleGiven),
    EventType(name="member-role-taken", schema_version=1, cls=MemberRoleTaken),
    EventType(name="member-group-joined", schema_version=1, cls=MemberGroupJoined),
    EventType(name="member-group-left", schema_version=1, cls=MemberGroupLeft),
    EventType(name="member-token-made", schema_version=1, cls=MemberTokenMade),
    EventType(name="member-token-revoked", schema_version=1, cls=MemberTokenRevoked),
    EventType(name="member-link-made", schema_version=1, cls=MemberLinkMade),
    EventType(name="member-sign-in-changed", schema_version=1, cls=MemberSignInChanged),
    EventType(name="member-left", schema_version=1, cls=MemberLeft),
    EventType(name="member-erased", schema_version=1, cls=MemberErased),
    EventType(name="group-formed", schema_version=1, cls=GroupFormed, read=as_seen.group),
    EventType(name="group-changed", schema_version=1, cls=GroupChanged, read=as_seen.group),
    EventType(name="group-closed", schema_version=1, cls=GroupClosed),
    EventType(name="world-access-changed", schema_version=1, cls=WorldAccessChanged),
    EventType(
        name="entry-endorsed",
        schema_version=1,
        cls=EntryEndorsed,
        sealed=(Sealed("reason", by="actor", erased=""),),
    ),
    EventType(name="endorsement-withdrawn", schema_version=1, cls=EndorsementWithdrawn),
    EventType(
        name="reuse-recorded",
        schema_version=1,
        cls=ReuseRecorded,
        read=as_seen.reuse,
        sealed=(
            Sealed("group", by="actor", erased=UNNAMED_GROUP),
            Sealed("context", by="actor", erased=""),
            _EVIDENCE,
        ),
    ),
    EventType(
        name="reuse-outcome-updated",
        schema_version=1,
        cls=ReuseOutcomeUpdated,
        sealed=(Sealed("note", by="actor", erased=""), _EVIDENCE),
    ),
)


def build_codec(vault: KeyVault) -> EventCodec:
    """The codec that knows every event of the knowledge base."""
    return EventCodec(EVENT_TYPES, vault)

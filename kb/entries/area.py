"""What entries have, in one value."""

from events.sealed_fields import Sealed
from kb.access import told
from kb.area import Area
from kb.entries import as_seen
from kb.entries.actions import CONTRIBUTE, CURATE, ERASE_ENTRY, READ, REVISE, SHOW
from kb.entries.catalogue_view import CATALOGUE
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
from kb.entries.own import OWN
from kb.entries.relation import reads
from kb.sentences import ended
from kb.views.stream_kind import Fact, StreamKind, Told, Words

# What a person wrote or what may name one. The texts of an entry go with the entry.
_CONTENT = Sealed("content", by="stream", erased={"title": "", "sections": []})
_GROUP = Sealed("group", by="stream")
_TAG = Sealed("tag", by="stream", erased="")


def _contributed(event: EntryContributed) -> Words:
    verb = "Brought by an import" if event.imported else "Contributed"
    return f"{verb} as “{event.content.title}”.", None


def _revised(event: EntryRevised) -> Words:
    return ended(f"Revised as “{event.content.title}”", event.note), None


def _related(event: EntryRelated) -> Words:
    return f"Stated that it {reads(event.relation.type)}", event.relation.target


def _unrelated(event: EntryUnrelated) -> Words:
    return f"No longer stated that it {reads(event.relation.type)}", event.relation.target


def _archived(event: EntryArchived) -> Words:
    sentence = ended("Archived", event.reason)
    return (f"{sentence} In its place:" if event.successor else sentence), event.successor


ENTRY = StreamKind(
    name="entry",
    facts=(
        Fact(
            name="entry-contributed",
            schema_version=1,
            cls=EntryContributed,
            read=as_seen.entry,
            sealed=(_CONTENT, _GROUP, Sealed("source", by="stream")),
            lack="entry",
            told=Told(_contributed, ""),
        ),
        Fact(
            name="entry-revised",
            schema_version=1,
            cls=EntryRevised,
            read=as_seen.entry,
            sealed=(_CONTENT, _GROUP, Sealed("note", by="stream")),
            lack="text",
            told=Told(_revised, "A revision"),
        ),
        Fact(
            name="entry-tagged",
            schema_version=1,
            cls=EntryTagged,
            read=as_seen.tag,
            sealed=(_TAG,),
            lack=None,
            told=Told(lambda event: (f"Tagged “{event.tag}”.", None), "A tag"),
        ),
        Fact(
            name="entry-untagged",
            schema_version=1,
            cls=EntryUntagged,
            read=as_seen.tag,
            sealed=(_TAG,),
            lack="text",
            told=Told(
                lambda event: (f"Tag “{event.tag}” taken off.", None), "That a tag was taken off"
            ),
        ),
        Fact(
            name="entry-related",
            schema_version=1,
            cls=EntryRelated,
            sealed=(Sealed("written", by="stream", erased=[]),),
            lack=None,
            told=Told(_related, "A relation to another entry"),
        ),
        Fact(
            name="entry-unrelated",
            schema_version=1,
            cls=EntryUnrelated,
            lack="text",
            told=Told(_unrelated, "That a relation was withdrawn"),
        ),
        Fact(
            name="entry-archived",
            schema_version=1,
            cls=EntryArchived,
            sealed=(Sealed("reason", by="stream", erased=""),),
            lack=None,
            told=Told(_archived, "That it was archived"),
        ),
        Fact(
            name="entry-restored",
            schema_version=1,
            cls=EntryRestored,
            lack=None,
            told=Told(lambda _: ("Restored.", None), "That it was restored"),
        ),
        Fact(
            name="entry-visibility-changed",
            schema_version=1,
            cls=EntryVisibilityChanged,
            lack="sight",
            told=Told(
                lambda event: (f"Shown to {told(event.visibility)} from now on.", None),
                "A change of who sees it",
            ),
        ),
        Fact(name="entry-erased", schema_version=1, cls=EntryErased, lack="entry", told=None),
    ),
    unknown="entry",
    began="""SELECT 1 FROM entry WHERE id = :name
        UNION ALL SELECT 1 FROM erasure WHERE stream = 'entry-' || :name""",
    entry="SELECT :name",
)

AREA = Area(
    name="entries",
    streams=(ENTRY,),
    views=(CATALOGUE,),
    actions=(READ, CONTRIBUTE, REVISE, CURATE, SHOW, ERASE_ENTRY),
    own=OWN,
)

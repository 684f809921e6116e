"""The area of entries."""

from msgspec import UNSET

from events.sealed_fields import Sealed
from kb.access import told
from kb.area import Area
from kb.drafts.actions import DRAFT, READ_DRAFTS
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
from kb.messages import _
from kb.sentences import ended
from kb.views.stream_kind import Fact, StreamKind, Told, Words

# Fields that a person wrote or that may name one, sealed with the key of the entry.
_CONTENT = Sealed("content", by="stream", erased={"title": "", "sections": []})
_GROUP = Sealed("group", by="stream")
_TAG = Sealed("tag", by="stream", erased="")


def _contributed(event: EntryContributed) -> Words:
    title = event.content.title
    if event.imported:
        return _("Brought by an import as “{title}”.", title=title), None
    return _("Contributed as “{title}”.", title=title), None


def _revised(event: EntryRevised) -> Words:
    title = event.content.title
    if event.restored is not UNSET:
        said = _(
            "Restored the text of version {version}, “{title}”",
            version=event.restored,
            title=title,
        )
        return ended(said, event.note), None
    return ended(_("Revised as “{title}”", title=title), event.note), None


def _related(event: EntryRelated) -> Words:
    return _(
        "Stated that it {relation}", relation=reads(event.relation.type)
    ), event.relation.target


def _unrelated(event: EntryUnrelated) -> Words:
    relation = reads(event.relation.type)
    return _("No longer stated that it {relation}", relation=relation), event.relation.target


def _archived(event: EntryArchived) -> Words:
    sentence = ended(_("Archived"), event.reason)
    return (
        _("{sentence} In its place:", sentence=sentence) if event.successor else sentence
    ), event.successor


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
            told=Told(_revised, _("A revision")),
        ),
        Fact(
            name="entry-tagged",
            schema_version=1,
            cls=EntryTagged,
            read=as_seen.tag,
            sealed=(_TAG,),
            lack=None,
            told=Told(lambda event: (_("Tagged “{tag}”.", tag=event.tag), None), _("A tag")),
        ),
        Fact(
            name="entry-untagged",
            schema_version=1,
            cls=EntryUntagged,
            read=as_seen.tag,
            sealed=(_TAG,),
            lack="text",
            told=Told(
                lambda event: (_("Tag “{tag}” taken off.", tag=event.tag), None),
                _("That a tag was taken off"),
            ),
        ),
        Fact(
            name="entry-related",
            schema_version=1,
            cls=EntryRelated,
            sealed=(Sealed("written", by="stream", erased=[]),),
            lack=None,
            told=Told(_related, _("A relation to another entry")),
        ),
        Fact(
            name="entry-unrelated",
            schema_version=1,
            cls=EntryUnrelated,
            lack="text",
            told=Told(_unrelated, _("That a relation was withdrawn")),
        ),
        Fact(
            name="entry-archived",
            schema_version=1,
            cls=EntryArchived,
            sealed=(Sealed("reason", by="stream", erased=""),),
            lack=None,
            told=Told(_archived, _("That it was archived")),
        ),
        Fact(
            name="entry-restored",
            schema_version=1,
            cls=EntryRestored,
            lack=None,
            told=Told(lambda event: (_("Restored."), None), _("That it was restored")),
        ),
        Fact(
            name="entry-visibility-changed",
            schema_version=1,
            cls=EntryVisibilityChanged,
            lack="sight",
            told=Told(
                lambda event: (
                    _("Shown to {who} from now on.", who=told(event.visibility)),
                    None,
                ),
                _("A change of who sees it"),
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
    actions=(READ, CONTRIBUTE, REVISE, DRAFT, READ_DRAFTS, CURATE, SHOW, ERASE_ENTRY),
    own=OWN,
)

"""The document of an entry in the index."""

from msgspec import Struct

from events.event import RecordedEvent
from indexer.document import Document, Section
from kb.characters import one_alphabet
from kb.entries.content import given_names, shown
from kb.entries.entry import Entry
from kb.ids import group_id
from kb.views.withheld import narrowed


class Standing(Struct, frozen=True):
    """The present state of an entry without earlier texts, its last event, and what is withheld."""

    entry: Entry
    event: RecordedEvent
    withheld: frozenset[str] = frozenset()


def entry_document(entry: Entry, withheld: frozenset[str]) -> Document | None:
    """The document of an entry, None if it was erased.

    Only those see it whom unreadable events cannot have excluded. An entry without a title was
    erased too, since its key is destroyed, even if the log has no event of that.
    """
    if entry.content is None or not entry.content.title:
        return None
    plain = one_alphabet(title := entry.content.title)
    return Document(
        id=entry.id,
        title=title,
        sections=tuple(Section(part.heading, part.text) for part in entry.content.sections),
        audience=narrowed(entry.audience, entry.author, withheld),
        identifiers=(
            entry.id,
            *((entry.source.external_id,) if entry.source else ()),
            *given_names(entry.content.properties),
        ),
        # A title is also found by the one that it looks like.
        keywords=(*sorted(entry.tags.values()), *([plain] if plain != title else [])),
        properties=tuple(
            f"{name}: {shown(value)}" for name, value in entry.content.properties.items()
        ),
        facets={
            "kind": frozenset({entry.kind}),
            "tag": frozenset(entry.tags),
            "group": frozenset({group_id(entry.group)} if entry.group else ()),
            "archived": frozenset({"yes" if entry.archived else "no"}),
        },
    )


def document_of(standing: Standing) -> Document | None:
    """See `entry_document`."""
    return entry_document(standing.entry, standing.withheld)

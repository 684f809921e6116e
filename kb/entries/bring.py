"""The effect of an import on an entry: it adds what is new, and undoes nothing that people did.

- A text is taken if the source has changed since its last import. So a member's revision stays
  while the source does; if both changed, the text of the source becomes the present one, and the
  member's stays in the history. An entry that was never imported takes any text that it never had,
  so that an old export does not bring an old text back. A source without a group changes no group.
- Tags and relations are added only if the entry never had them: a curator's removal stands.
- A source that says who sees the entry narrows that before its text is taken, and never widens it:
  only people do.
- An entry is archived if the source has archived it and it never was archived here. An archived
  entry takes a new text too, and stays archived.
- The target of a relation may be missing: it may come later in the same import.
"""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from kb.access import Visibility, narrower_of, narrows
from kb.entries.content import Draft, Relation, Source
from kb.entries.decide import tagged
from kb.entries.entry import (
    Entry,
    EntryArchived,
    EntryContributed,
    EntryEvent,
    EntryRelated,
    EntryRevised,
    EntryVisibilityChanged,
    Text,
)
from kb.entries.tags import tag_key
from kb.errors import Refused
from kb.messages import _
from kb.writer import Receipt

IMPORT_NOTE = "from import"


Outcome = Literal["contributed", "revised", "unchanged"]


class ImportedEntry(Struct, frozen=True, kw_only=True):
    """An entry as an importer found it; `id` follows from the source or is given by an export.

    `shown` is who sees it according to the source or the importing member, None if neither says.
    `written` has, for each relation in the source, the links in the text to the other entry.
    """

    id: str
    draft: Draft
    author: str = ""
    source: Source | None = None
    shown: Visibility | None = None
    archived: EntryArchived | None = None
    written: Mapping[Relation, tuple[str, ...]] = {}


class Brought(Struct, frozen=True):
    """The outcome of importing an entry, with who saw it before and who sees it now."""

    outcome: Outcome
    receipt: Receipt
    before: Visibility
    shown: Visibility


def bring(entry: Entry, imported: ImportedEntry) -> list[EntryEvent]:
    """The events that update `entry` to its source; none if that has nothing new.

    Raises `Refused` if the source has changed its kind.
    """
    draft = imported.draft
    events: list[EntryEvent]
    if not entry.version:
        events = [_contributed(imported)]
    elif draft.kind != entry.kind:
        raise Refused(
            _(
                "Entry {id} is of the kind {before}, which cannot become {kind}: change it "
                "back in the source, or give it a new id there.",
                id=entry.id,
                before=entry.kind,
                kind=draft.kind,
            )
        )
    else:
        # Narrowed first, so that the new text is never visible to more people than intended.
        events = [*_narrowed(imported, entry), *_revised(draft, entry)]
    events += tagged(tag for tag in draft.tags if tag_key(tag) not in entry.known_tags)
    events += _related(imported, entry)
    if imported.archived and not entry.was_archived:
        events.append(imported.archived)
    return events


def shown_after(imported: ImportedEntry, entry: Entry) -> Visibility:
    """Who sees `entry` after the import: no more people than before, or than that allows."""
    if not entry.version:
        return imported.draft.visibility
    return narrowed_by(imported.shown, entry.visibility)


def narrowed_by(said: Visibility | None, shown: Visibility) -> Visibility:
    """`shown`, narrowed by what a source `said`."""
    return narrower_of(shown, said) if said and narrows(said, shown) else shown


def _narrowed(imported: ImportedEntry, entry: Entry) -> list[EntryEvent]:
    shown = shown_after(imported, entry)
    return [EntryVisibilityChanged(visibility=shown)] if shown != entry.visibility else []


def _related(imported: ImportedEntry, entry: Entry) -> list[EntryEvent]:
    """New relations, and present ones whose links in the text have changed."""
    events: list[EntryEvent] = []
    for relation in dict.fromkeys(imported.draft.relations):
        before = entry.written.get(relation, ())
        written = imported.written.get(relation, before)
        known = relation in entry.known_relations
        otherwise = relation in entry.relations and written != before
        # A text that links to itself says nothing about other entries.
        if relation.target != entry.id and (not known or otherwise):
            events.append(EntryRelated(relation=relation, written=written))
    return events


def _contributed(imported: ImportedEntry) -> EntryContributed:
    draft = imported.draft
    return EntryContributed(
        kind=draft.kind,
        author=imported.author,
        visibility=draft.visibility,
        content=draft.content,
        group=draft.group,
        source=imported.source,
        imported=True,
    )


def _revised(draft: Draft, entry: Entry) -> list[EntryEvent]:
    old = (entry.texts[-1], entry.brought) if entry.brought else entry.texts
    if any(_says(draft, text) for text in old):
        return []
    group = draft.group or entry.group
    return [EntryRevised(content=draft.content, group=group, note=IMPORT_NOTE, imported=True)]


def _says(draft: Draft, text: Text) -> bool:
    return draft.content == text.content and draft.group in (None, text.group)

"""Own data of a member: their part in the streams of entries."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import reduce
from operator import itemgetter

from msgspec import Struct

from events.event import RecordedEvent
from kb.access import Visibility
from kb.entries.content import Content, Relation, Source
from kb.entries.entry import (
    Entry,
    EntryArchived,
    EntryContributed,
    EntryRelated,
    EntryRestored,
    EntryRevised,
    EntryTagged,
    EntryUnrelated,
    EntryUntagged,
    evolve,
)
from kb.entries.relation import reads
from kb.ids import entry_stream
from kb.own import SPOKE_IN, Lines, Own, Reading, ToldEvent, item, of_types, said_by, when
from kb.visibility_words import words


class OwnText(Struct, frozen=True, kw_only=True):
    """A text of an entry as the member saved it at `version`, including parts by others.

    `group` is None if another member set it.
    """

    version: int
    at: datetime
    content: Content
    group: str | None
    note: str | None


class OwnTag(Struct, frozen=True, kw_only=True):
    """A tag that the member gave or, if not `given`, took off."""

    at: datetime
    tag: str
    given: bool


class OwnRelation(Struct, frozen=True, kw_only=True):
    """A relation that the member stated or, if not `stated`, withdrew."""

    at: datetime
    relation: Relation
    stated: bool


class OwnArchiving(Struct, frozen=True, kw_only=True):
    """Why the member archived an entry, and the id of the one that takes its place."""

    at: datetime
    reason: str
    successor: str | None


class OwnEntry(Struct, frozen=True, kw_only=True):
    """Everything that the member wrote in one entry, oldest first.

    `kind`, `source` and the present `visibility` are None for an entry that others contributed, or
    of which any event cannot be read.
    """

    id: str
    contributed: bool
    kind: str | None = None
    source: Source | None = None
    visibility: Visibility | None = None
    texts: tuple[OwnText, ...]
    tags: tuple[OwnTag, ...]
    relations: tuple[OwnRelation, ...]
    archived: tuple[OwnArchiving, ...]
    restored: tuple[datetime, ...]


def _read(reading: Reading) -> Iterator[OwnEntry]:
    for entry_id in reading.where("entry", SPOKE_IN, "entry"):
        told, lost = reading.told("entry", entry_id, entry_stream(entry_id))
        yield own_entry(entry_id, told, reading.member, lost)


def own_entry(
    entry_id: str, told: Sequence[ToldEvent], member: str, lost: Sequence[RecordedEvent] = ()
) -> OwnEntry:
    """The part of `member` in the stream of an entry, of which `lost` cannot be read."""
    said = tuple(said_by(member, told, whole=not lost))
    events = (*(event for event, _ in told), *lost)
    contributed = any(event.version == 1 and event.actor == member for event in events)
    # An incomplete state is not exported.
    known = told if contributed and not lost else ()
    now = reduce(evolve, (each for _, each in known), Entry(id=entry_id))
    return OwnEntry(
        id=entry_id,
        contributed=contributed,
        kind=now.kind if known else None,
        source=now.source if known else None,
        visibility=now.visibility if known else None,
        texts=tuple(
            OwnText(
                version=event.version,
                at=event.recorded_at,
                content=text.content,
                group=text.group,
                note=getattr(text, "note", None),
            )
            for event, text in of_types(said, EntryContributed, EntryRevised)
        ),
        tags=tuple(
            OwnTag(at=event.recorded_at, tag=each.tag, given=isinstance(each, EntryTagged))
            for event, each in of_types(said, EntryTagged, EntryUntagged)
        ),
        relations=tuple(
            OwnRelation(
                at=event.recorded_at,
                relation=each.relation,
                stated=isinstance(each, EntryRelated),
            )
            for event, each in of_types(said, EntryRelated, EntryUnrelated)
        ),
        archived=tuple(
            OwnArchiving(at=event.recorded_at, reason=each.reason, successor=each.successor)
            for event, each in of_types(said, EntryArchived)
        ),
        restored=tuple(event.recorded_at for event, _ in of_types(said, EntryRestored)),
    )


def _lines(entry: OwnEntry, names: Mapping[str, str]) -> Lines:
    yield from (f"### {entry.texts[-1].content.title if entry.texts else entry.id}", "")
    yield item("id", entry.id)
    if entry.kind:
        yield item("kind", entry.kind)
    if entry.visibility:
        yield item("seen by", ", ".join(words(entry.visibility, names)))
    if not entry.contributed:
        yield item("contributed by", "another member")
    if entry.source:
        yield item("imported from", f"{entry.source.name}, {entry.source.external_id}")
    yield from (*(line for _, line in sorted(_acts(entry), key=itemgetter(0))), "")
    for text in entry.texts:
        yield from _text(text)


def _acts(entry: OwnEntry) -> Iterator[tuple[datetime, str]]:
    """The member's changes other than texts, each with its time."""
    for tag in entry.tags:
        yield tag.at, item(when(tag.at), f"tag {tag.tag}{'' if tag.given else ' taken off'}")
    for each in entry.relations:
        said = "stated that it" if each.stated else "no longer stated that it"
        relation = f"{said} {reads(each.relation.type)} {each.relation.target}"
        yield each.at, item(when(each.at), relation)
    for archiving in entry.archived:
        instead = f" In its place: {archiving.successor}" if archiving.successor else ""
        yield archiving.at, item(when(archiving.at), f"archived: {archiving.reason}{instead}")
    for at in entry.restored:
        yield at, item(when(at), "restored")


def _text(text: OwnText) -> Lines:
    yield from (f"#### Version {text.version}: {text.content.title}", "")
    yield item("written", when(text.at))
    own = {f"property {name}": value for name, value in text.content.properties.items()}
    facts = [("group", text.group), ("note", text.note), *own.items()]
    yield from (item(name, value) for name, value in facts if value is not None)
    yield ""
    for section in text.content.sections:
        if section.heading:
            yield from (f"##### {section.heading}", "")
        yield from (section.text, "")


def _groups(entry: OwnEntry) -> Iterable[str]:
    return entry.visibility.groups if entry.visibility else ()


OWN = Own(name="entries", title="## Entries", read=_read, lines=_lines, groups=_groups)

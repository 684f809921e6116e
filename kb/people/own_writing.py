"""What one member said about entries, picked out of streams in which others speak as well."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import reduce
from typing import Any

from msgspec import Struct, structs

from events.event import RecordedEvent
from kb.access import Visibility
from kb.endorsements.endorsement import EntryEndorsed
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
from kb.reuse.reuse import Outcome, ReuseRecorded

Told = tuple[RecordedEvent, Any]
"""An event and what it says."""

CARRIED = ("group", "evidence", "resulting_entry")
"""Fields of events that say what stands afterwards, so that another member may have settled it."""


class OwnText(Struct, frozen=True, kw_only=True):
    """A text of an entry as the member left it at `version`, with what they kept of others.

    `group` is None as well where another member settled it.
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
    """All that the member said in one entry, in the order of time.

    `kind`, `source` and `visibility` (as it stands) are None for an entry that others contributed,
    or of which something cannot be read.
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


class OwnEndorsement(Struct, frozen=True, kw_only=True):
    """What the member said for an entry, until they took it back or gave another reason."""

    entry_id: str
    reason: str
    endorsed_at: datetime
    ended_at: datetime | None = None


class OwnOutcome(Struct, frozen=True, kw_only=True):
    """What the member told of a reuse; links are None as well where another member gave them."""

    at: datetime
    outcome: Outcome
    note: str | None
    evidence: str | None
    resulting_entry: str | None


class OwnReuse(Struct, frozen=True, kw_only=True):
    """A reuse that the member recorded or updated; others recorded it if `context` is None."""

    id: str
    entry_id: str
    group: str | None
    context: str | None
    outcomes: tuple[OwnOutcome, ...]


def own_entry(
    entry_id: str, told: Sequence[Told], member: str, lost: Sequence[RecordedEvent] = ()
) -> OwnEntry:
    """What `member` said in the stream of an entry, of which `lost` cannot be read."""
    said = tuple(_said_by(member, told, whole=not lost))
    events = (*(event for event, _ in told), *lost)
    contributed = any(event.version == 1 and event.actor == member for event in events)
    # Of a state that lacks something, nothing is told as it stands.
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
            for event, text in _of(said, EntryContributed, EntryRevised)
        ),
        tags=tuple(
            OwnTag(at=event.recorded_at, tag=each.tag, given=isinstance(each, EntryTagged))
            for event, each in _of(said, EntryTagged, EntryUntagged)
        ),
        relations=tuple(
            OwnRelation(
                at=event.recorded_at,
                relation=each.relation,
                stated=isinstance(each, EntryRelated),
            )
            for event, each in _of(said, EntryRelated, EntryUnrelated)
        ),
        archived=tuple(
            OwnArchiving(at=event.recorded_at, reason=each.reason, successor=each.successor)
            for event, each in _of(said, EntryArchived)
        ),
        restored=tuple(event.recorded_at for event, _ in _of(said, EntryRestored)),
    )


def own_endorsements(told: Sequence[Told]) -> Iterator[OwnEndorsement]:
    """The reasons that the one member of the stream of an endorsement gave."""
    ends = [*(event.recorded_at for event, _ in told[1:]), *([None] if told else [])]
    for (event, said), end in zip(told, ends, strict=True):
        if isinstance(said, EntryEndorsed):
            yield OwnEndorsement(
                entry_id=said.entry_id,
                reason=said.reason,
                endorsed_at=event.recorded_at,
                ended_at=end,
            )


def own_reuse(
    reuse_id: str, told: Sequence[Told], member: str, *, whole: bool = True
) -> OwnReuse | None:
    """What `member` said in the stream of a reuse, None if nothing."""
    said = tuple(_said_by(member, told, whole=whole))
    if not said:
        return None
    recorded = said[0][1] if isinstance(said[0][1], ReuseRecorded) else None
    return OwnReuse(
        id=reuse_id,
        entry_id=said[0][1].entry_id,
        group=recorded.group if recorded else None,
        context=recorded.context if recorded else None,
        outcomes=tuple(
            OwnOutcome(
                at=event.recorded_at,
                outcome=each.outcome,
                note=getattr(each, "note", None),
                evidence=each.evidence,
                resulting_entry=each.resulting_entry,
            )
            for event, each in said
        ),
    )


def _of(told: Iterable[Told], *types: type) -> Iterator[Told]:
    return ((event, said) for event, said in told if isinstance(said, types))


def _said_by(member: str, told: Sequence[Told], *, whole: bool) -> Iterator[Told]:
    """The events of `member`, without values that they only carried on from another member.

    Unless `told` is `whole`, nobody knows who settled a value, so none is told.
    """
    settled: dict[str, tuple[object, str]] = {}
    for event, said in told:
        carried = {name: getattr(said, name) for name in CARRIED if hasattr(said, name)}
        for name, value in carried.items():
            if name not in settled or settled[name][0] != value:
                settled[name] = (value, event.actor)
        if event.actor == member:
            others = {name: None for name in carried if not whole or settled[name][1] != member}
            yield event, structs.replace(said, **others)

"""The table that an entry's history is read from: who did what, when, one sentence an event."""

from sqlite3 import Connection
from typing import Any

from events.event import RecordedEvent
from kb.access import told
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
from kb.entries.relation import reads
from kb.following.view import NOW_SEEN_BY, SEEN_THEN, Handler, View, delete_of_entry, stored_time
from kb.reuse.reuse import ReuseOutcomeUpdated, ReuseRecorded

# `other` is the entry that the sentence in `detail` ends with: its title is looked up by readers.
TABLES = (
    """CREATE TABLE history (
        position INTEGER PRIMARY KEY, entry_id TEXT NOT NULL, stream TEXT NOT NULL,
        version INTEGER NOT NULL, what TEXT NOT NULL, detail TEXT NOT NULL, other TEXT,
        actor TEXT NOT NULL, at TEXT NOT NULL, partition INTEGER NOT NULL) STRICT""",
    "CREATE INDEX history_entry ON history (entry_id, position)",
)
ADD = f"INSERT INTO history VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, {NOW_SEEN_BY})"

Words = tuple[str, str | None]
"""A sentence, and the id of the entry that it ends with, if any."""


def _add(db: Connection, event: RecordedEvent, entry_id: str, stream: str, words: Words) -> None:
    place = (event.position, entry_id, stream, event.version, event.type)
    db.execute(ADD, (*place, *words, event.actor, stored_time(event), entry_id))


def _of_entry(db: Connection, event: RecordedEvent, payload: Any) -> None:
    _add(db, event, event.stream.removeprefix("entry-"), "entry", _entry_words(payload))


def _of_endorsement(db: Connection, event: RecordedEvent, payload: Any) -> None:
    _add(db, event, payload.entry_id, "endorsement", _endorsement_words(payload))


def _of_reuse(db: Connection, event: RecordedEvent, payload: Any) -> None:
    _add(db, event, payload.entry_id, "reuse", _reuse_words(payload))


def _entry_words(event: Any) -> Words:
    match event:
        case EntryContributed():
            verb = "Brought by an import" if event.imported else "Contributed"
            return f"{verb} as “{event.content.title}”.", None
        case EntryRevised():
            return _with(f"Revised as “{event.content.title}”", event.note), None
        case EntryTagged():
            return f"Tagged “{event.tag}”.", None
        case EntryUntagged():
            return f"Tag “{event.tag}” taken off.", None
        case _:
            return _standing_words(event)


def _standing_words(event: Any) -> Words:
    match event:
        case EntryRelated():
            return f"Stated that it {reads(event.relation.type)}", event.relation.target
        case EntryUnrelated():
            return f"No longer stated that it {reads(event.relation.type)}", event.relation.target
        case EntryArchived(successor=None):
            return _with("Archived", event.reason), None
        case EntryArchived():
            return f"{_with('Archived', event.reason)} In its place:", event.successor
        case EntryVisibilityChanged():
            return f"Shown to {told(event.visibility)} from now on.", None
        case _:
            return "Restored.", None


def _endorsement_words(event: EntryEndorsed | EndorsementWithdrawn) -> Words:
    if isinstance(event, EntryEndorsed):
        return _with("Endorsed", event.reason), None
    return "Endorsement withdrawn.", None


def _reuse_words(event: ReuseRecorded | ReuseOutcomeUpdated) -> Words:
    outcome = event.outcome.replace("-", " ")
    if isinstance(event, ReuseRecorded):
        sentence = _with(f"Reuse by {event.group}, {outcome}", event.context)
    else:
        sentence = _with(f"Reuse is now {outcome}", event.note)
    return (
        f"{sentence} Made from it:" if event.resulting_entry else sentence
    ), event.resulting_entry


UNREADABLE = {
    "entry-revised": "A revision",
    "entry-tagged": "A tag",
    "entry-untagged": "That a tag was taken off",
    "entry-related": "A relation to another entry",
    "entry-unrelated": "That a relation was withdrawn",
    "entry-archived": "That it was archived",
    "entry-restored": "That it was restored",
    "entry-visibility-changed": "A change of who sees it",
    "entry-endorsed": "An endorsement",
    "endorsement-withdrawn": "That an endorsement was withdrawn",
    "reuse-recorded": "A reuse",
    "reuse-outcome-updated": "What became of a reuse",
}
"""What an entry lacks, by the type of an event that could not be taken in."""


def unreadable(what: str) -> str:
    """The sentence that stands in the place of an event of type `what`."""
    return f"{UNREADABLE.get(what, 'Something that happened to it')} cannot be read."


def _withhold(db: Connection, event: RecordedEvent, entry_id: str | None) -> None:
    if entry_id is not None:
        stream = event.stream.partition("-")[0]
        _add(db, event, entry_id, stream, (unreadable(event.type), None))


def _with(what: str, words: str | None) -> str:
    text = " ".join((words or "").split())
    if not text:
        return f"{what}."
    return f"{what}: {text}" if text[-1] in ".!?…" else f"{what}: {text}."


_ENTRY: dict[type, Handler] = dict.fromkeys(
    (
        EntryContributed,
        EntryRevised,
        EntryTagged,
        EntryUntagged,
        EntryRelated,
        EntryUnrelated,
        EntryArchived,
        EntryRestored,
        EntryVisibilityChanged,
    ),
    _of_entry,
)

HISTORY = View(
    name="history",
    version=1,
    tables=TABLES,
    handlers={
        **_ENTRY,
        EntryErased: delete_of_entry("history"),
        EntryEndorsed: _of_endorsement,
        EndorsementWithdrawn: _of_endorsement,
        ReuseRecorded: _of_reuse,
        ReuseOutcomeUpdated: _of_reuse,
    },
    seen={"history": SEEN_THEN.format("history")},
    reads=frozenset({"catalogue"}),
    withhold=_withhold,
)

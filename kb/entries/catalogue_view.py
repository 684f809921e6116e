"""The tables behind lists and pages of entries: tags, relations and every revision's text."""

from sqlite3 import Connection

import msgspec

from events.event import RecordedEvent
from events.sqlite_files.tables import Table
from kb.access import AUTHOR_ONLY, Visibility, audience
from kb.collation import sort_key
from kb.entries import tally
from kb.entries.content import Content
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
from kb.entries.spelling import UNJOINED_GROUP, called
from kb.entries.summary import summary
from kb.entries.tags import tag_key
from kb.entries.tally import counted, recounted
from kb.ids import entry_stream
from kb.views.view import (
    EVERYBODY,
    NOT_ERASED,
    NOW_SEEN_BY,
    SEEN,
    SEEN_PARTITION,
    SEEN_THEN,
    View,
    delete_of_entry,
    partition,
    stored_time,
)
from kb.views.withheld import Aside, lacks, left, narrowed

# `position` is that of the contribution, `revised_position` that of the text that stands now, whose
# first words are the `summary`: a list reads no whole text. `withheld` is as `left` answers.
# `shared` is whether others than its author were ever shown it; then it counts as contributed,
# and the text that they are shown as written.
TABLES = (
    Table(
        "entry",
        """position integer, id, version integer, kind, title, title_key, summary, group_name?,
        group_looks?, group_key?, source_name?, external_id?, contributed_by,
        contributed_at, revised_at, revised_position integer, revision_version integer,
        archived integer, archived_reason?, successor?, visibility, withheld, partition
        integer, shared integer""",
        "position",
        indexes=(
            *("contributed_by", "external_id", "group_looks", "revised_position"),
            "title_key, position",
        ),
        unique=("id",),
        defaults={"archived": 0, "withheld": "", "partition": 0},
        also=(f"CREATE INDEX entry_group_sought ON entry ({UNJOINED_GROUP})",),
    ),
    Table("audience", "label, partition integer", "label, partition"),
    Table(
        "revision",
        """position integer, entry_id, version integer, partition integer, at, title, group_name?,
        note?, content blob""",
        "position",
        unique=("entry_id, version",),
    ),
    Table(
        "tag",
        "entry_id, looks, tag, position integer, tag_key",
        "entry_id, looks",
        indexes=("looks, position, entry_id, tag_key",),
    ),
    Table(
        "relation",
        "entry_id, type, target, written",
        "entry_id, type, target",
        indexes=("target",),
        defaults={"written": "[]"},
    ),
    *tally.TABLES,
)

ADD_ENTRY = """INSERT INTO entry (position, id, version, kind, title, title_key, summary,
    group_name, group_looks, group_key, source_name, external_id, contributed_by, contributed_at,
    revised_at, revised_position, revision_version, visibility, withheld, partition, shared)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
REVISE_ENTRY = """UPDATE entry SET version = ?, title = ?, title_key = ?, summary = ?,
    group_name = ?, group_looks = ?, group_key = ?, revised_at = ?, revised_position = ?,
    revision_version = ? WHERE id = ?"""
ADD_REVISION = f"INSERT INTO revision VALUES (?, ?, ?, {NOW_SEEN_BY}, ?, ?, ?, ?, ?)"
MOVE_VERSION = "UPDATE entry SET version = ? WHERE id = ?"
ADD_TAG = "INSERT OR IGNORE INTO tag VALUES (?, ?, ?, ?, ?)"
REMOVE_TAG = "DELETE FROM tag WHERE entry_id = ? AND looks = ?"
ADD_RELATION = "INSERT OR REPLACE INTO relation VALUES (?, ?, ?, ?)"
REMOVE_RELATION = "DELETE FROM relation WHERE entry_id = ? AND type = ? AND target = ?"
ARCHIVE = (
    "UPDATE entry SET version = ?, archived = 1, archived_reason = ?, successor = ? WHERE id = ?"
)
RESTORE = """UPDATE entry SET version = ?, archived = 0, archived_reason = NULL, successor = NULL
    WHERE id = ?"""

CHANGE_VISIBILITY = "UPDATE entry SET version = ?, visibility = ? WHERE id = ?"
SHARE = """UPDATE entry SET shared = 1, contributed_at = ?, revised_at = ?
    WHERE shared = 0 AND id = ?"""
SHARE_TEXT = """UPDATE revision SET at = ?
    WHERE position = (SELECT revised_position FROM entry WHERE shared = 0 AND id = ?)"""
AUTHOR = "SELECT contributed_by FROM entry WHERE id = ?"
SHOWN = "SELECT visibility, contributed_by FROM entry WHERE id = ?"
ADD_LABEL = "INSERT OR IGNORE INTO audience VALUES (?, ?)"
SHOW = "UPDATE entry SET withheld = ?, partition = ? WHERE id = ?"
# Only the present text gets the new audience of the entry; earlier ones keep theirs.
SHOW_TEXT = """UPDATE revision SET partition = ?
    WHERE position = (SELECT revised_position FROM entry WHERE id = ?)"""
ERASE = "DELETE FROM entry WHERE id = ?"
_erase_rows = delete_of_entry("revision", "tag", "relation")

_encode = msgspec.json.Encoder().encode


def _contributed(db: Connection, event: RecordedEvent, entry: EntryContributed) -> None:
    entry_id, at, content = _entry_id(event), stored_time(event), entry.content
    source = (entry.source.name, entry.source.external_id) if entry.source else (None, None)
    db.execute(
        ADD_ENTRY,
        (
            *(event.position, entry_id, event.version, entry.kind, *_heads(content)),
            *(*_group(entry.group), *source, event.actor, at),
            *(at, event.position, event.version, _encode(entry.visibility).decode()),
            *_seen_by(db, entry_id, entry.visibility, entry.author),
            entry.visibility.sight not in AUTHOR_ONLY,
        ),
    )
    _keep_text(db, event, entry)


def _revised(db: Connection, event: RecordedEvent, entry: EntryRevised) -> None:
    values = (event.version, *_heads(entry.content), *_group(entry.group))
    _update(db, event, REVISE_ENTRY, *values, stored_time(event), event.position, event.version)
    _keep_text(db, event, entry, entry.note)


def _heads(content: Content) -> tuple[str, str, str]:
    """The parts of a text in lists: title, its sort key, and summary."""
    return content.title, sort_key(content.title), summary(content.sections)


def _group(name: str | None) -> tuple[str | None, str | None, str | None]:
    """The group as given, its key for comparison, and its sort key."""
    return *called(name), sort_key(name) if name else None


def _keep_text(
    db: Connection,
    event: RecordedEvent,
    text: EntryContributed | EntryRevised,
    note: str | None = None,
) -> None:
    entry_id = _entry_id(event)
    place = (event.position, entry_id, event.version, entry_id, stored_time(event))
    said = (text.content.title, text.group, note, _encode(text.content))
    db.execute(ADD_REVISION, (*place, *said))


def _tagged(db: Connection, event: RecordedEvent, tagged: EntryTagged) -> None:
    _update(db, event, MOVE_VERSION, event.version)
    entry_id, tag, key = _entry_id(event), tagged.tag, tag_key(tagged.tag)
    with recounted(db, entry_id, key):
        db.execute(ADD_TAG, (entry_id, key, tag, event.position, sort_key(tag)))


def _untagged(db: Connection, event: RecordedEvent, untagged: EntryUntagged) -> None:
    _update(db, event, MOVE_VERSION, event.version)
    entry_id, key = _entry_id(event), tag_key(untagged.tag)
    with recounted(db, entry_id, key):
        db.execute(REMOVE_TAG, (entry_id, key))


def _related(db: Connection, event: RecordedEvent, related: EntryRelated) -> None:
    _update(db, event, MOVE_VERSION, event.version)
    relation, written = related.relation, _encode(related.written).decode()
    db.execute(ADD_RELATION, (_entry_id(event), relation.type, relation.target, written))


def _unrelated(db: Connection, event: RecordedEvent, unrelated: EntryUnrelated) -> None:
    _update(db, event, MOVE_VERSION, event.version)
    relation = unrelated.relation
    db.execute(REMOVE_RELATION, (_entry_id(event), relation.type, relation.target))


def _archived(db: Connection, event: RecordedEvent, archived: EntryArchived) -> None:
    _update(db, event, ARCHIVE, event.version, archived.reason, archived.successor)


def _restored(db: Connection, event: RecordedEvent, _: EntryRestored) -> None:
    _update(db, event, RESTORE, event.version)


def _shown(db: Connection, event: RecordedEvent, shown: EntryVisibilityChanged) -> None:
    entry_id = _entry_id(event)
    _update(db, event, CHANGE_VISIBILITY, event.version, _encode(shown.visibility).decode())
    if shown.visibility.sight not in AUTHOR_ONLY:
        db.execute(SHARE_TEXT, (stored_time(event), entry_id))
        db.execute(SHARE, (stored_time(event), stored_time(event), entry_id))
    (author,) = db.execute(AUTHOR, (entry_id,)).fetchone()
    _show(db, entry_id, shown.visibility, author)


def _show(db: Connection, entry_id: str, visibility: Visibility, author: str) -> None:
    withheld, seen_by = _seen_by(db, entry_id, visibility, author)
    db.execute(SHOW, (withheld, seen_by, entry_id))
    db.execute(SHOW_TEXT, (seen_by, entry_id))


def _seen_by(db: Connection, entry_id: str, visibility: Visibility, author: str) -> tuple[str, int]:
    """What is withheld of an entry, and its partition, whose labels are stored."""
    taken = lacks(db, entry_stream(entry_id))
    labels = narrowed(audience(visibility, author), author, taken)
    seen_by = partition(labels)
    db.executemany(ADD_LABEL, [(label, seen_by) for label in sorted(labels)])
    return left(taken), seen_by


def _withhold(db: Connection, aside: Aside) -> None:
    """Narrow an entry to those whom a parked event cannot have excluded."""
    entry_id = aside.entry_id
    if entry_id is None or aside.kind != "entry":
        return
    if shown := db.execute(SHOWN, (entry_id,)).fetchone():
        visibility, author = shown
        with recounted(db, entry_id):
            _show(db, entry_id, msgspec.json.decode(visibility, type=Visibility), author)


def _erased(db: Connection, event: RecordedEvent, erased: EntryErased) -> None:
    db.execute(ERASE, (_entry_id(event),))
    _erase_rows(db, event, erased)


def _update(db: Connection, event: RecordedEvent, sql: str, *values: object) -> None:
    # An entry whose contribution was parked is not there; its later events are parked as well.
    if db.execute(sql, (*values, _entry_id(event))).rowcount != 1:
        raise LookupError(f"The entry of stream {event.stream} is not in the catalogue.")


def _entry_id(event: RecordedEvent) -> str:
    return event.stream.removeprefix("entry-")


CATALOGUE = View(
    name="catalogue",
    version=4,
    tables=TABLES,
    handlers={
        EntryContributed: counted(_contributed),
        EntryRevised: counted(_revised),
        EntryTagged: _tagged,
        EntryUntagged: _untagged,
        EntryRelated: _related,
        EntryUnrelated: _unrelated,
        EntryArchived: counted(_archived),
        EntryRestored: counted(_restored),
        EntryVisibilityChanged: counted(_shown),
        EntryErased: counted(_erased),
    },
    seen={
        "audience": EVERYBODY,
        **tally.SEEN,
        "entry": f"main.entry.{NOT_ERASED} AND main.entry.{SEEN_PARTITION}",
        "revision": SEEN_THEN.format("revision"),
        **{table: SEEN.format(f"main.{table}.entry_id") for table in ("tag", "relation")},
    },
    decides=frozenset({"entry"}),
    withhold=_withhold,
)

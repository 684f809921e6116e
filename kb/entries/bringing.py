"""Commands of importers: bringing in new and known entries."""

from collections.abc import Iterable, Mapping

from msgspec import structs

from kb import fields
from kb.access import Visibility, audience, require
from kb.community import is_open
from kb.entries import validation
from kb.entries.actions import CONTRIBUTE, REVISE, SHOW
from kb.entries.bring import Brought, ImportedEntry, Outcome, bring, narrowed_by, shown_after
from kb.entries.entry import Entry, EntryArchived, EntryEvent
from kb.entries.kinds import Kind
from kb.entries.stream import entry_aggregate, may_know_erased, require_sight
from kb.errors import Refused
from kb.ids import entry_stream
from kb.messages import _
from kb.writer import Writer


class Bringing:
    """The part of `Entries` that importers use."""

    def __init__(self, writer: Writer, kinds: Mapping[str, Kind]) -> None:
        self._writer = writer
        self._kinds = kinds

    def prepare(self, entry_ids: Iterable[str]) -> None:
        """Prepare bringing many new entries, which is faster than for each alone."""
        require(self._writer.principal, CONTRIBUTE)
        self._writer.prepare(entry_stream(entry_id) for entry_id in entry_ids)

    def is_known(self, entry_id: str) -> bool:
        """Whether there ever was an entry with this id, so that importers recognise their own."""
        return self._writer.exists(entry_stream(entry_id))

    def audience_after(self, entry_id: str, shown: Visibility | None) -> frozenset[str]:
        """The labels of those who see an entry once it is brought with `shown`."""
        entry = self._writer.load(entry_aggregate(entry_id))
        if not entry.version:
            return audience(self._as_open(shown or Visibility()), self._writer.actor)
        if entry.erased:
            return frozenset()
        return audience(narrowed_by(shown, entry.visibility), entry.author)

    def _as_open(self, shown: Visibility) -> Visibility:
        """`shown`, but not to the world while the community is closed to it."""
        closed = shown.sight == "world" and not is_open(self._writer)
        return Visibility("members") if closed else shown

    def bring(self, imported: ImportedEntry) -> Brought:
        """Take in what an importer found; see `kb.entries.bring` for what a second import does.

        Only the title is required. Where the community is closed to the world, a new entry that
        would be shown to it is shown to all members. This does not wait for the views: an importer
        waits at its end.
        """
        draft = validation.draft(imported.draft, self._kinds)
        imported = structs.replace(
            imported,
            id=fields.entry_id("id", imported.id),
            draft=draft,
            author=self._writer.actor,
            source=validation.source(imported.source) if imported.source else None,
            archived=checked_archived(imported.archived),
            written={validation.relation(r): links for r, links in imported.written.items()},
        )
        taken = imported

        def brought(entry: Entry) -> list[EntryEvent]:
            nonlocal taken
            taken = self._as_it_can_be(imported, entry)
            return self._decide_bring(taken, entry)

        done = self._writer.execute(entry_aggregate(imported.id), brought, settle=False)
        if not done.before.version:
            outcome: Outcome = "contributed"
        else:
            changed = done.receipt.version > done.before.version
            outcome = "revised" if changed else "unchanged"
        shown = shown_after(taken, done.before)
        return Brought(outcome, done.receipt, done.before.visibility, shown)

    def _as_it_can_be(self, imported: ImportedEntry, entry: Entry) -> ImportedEntry:
        """`imported`, shown to the world only as a new entry of a community that is open to it."""
        if entry.version:
            return imported
        draft = imported.draft
        shown = self._as_open(draft.visibility)
        return structs.replace(imported, draft=structs.replace(draft, visibility=shown))

    def _decide_bring(self, imported: ImportedEntry, entry: Entry) -> list[EntryEvent]:
        require(self._writer.principal, REVISE if entry.version else CONTRIBUTE)
        if may_know_erased(self._writer, entry):
            raise Refused(
                _(
                    "The entry that was made from this file was erased, so the file is not "
                    "taken in again: to have it as a new entry, give it another id in its "
                    "front matter."
                )
            )
        if entry.version:
            require_sight(self._writer, entry)
        if entry.version and shown_after(imported, entry) != entry.visibility:
            require(self._writer.principal, SHOW, entry.author)
        return bring(entry, imported)


def checked_archived(archived: EntryArchived | None) -> EntryArchived | None:
    """`archived` with its texts cleaned. Raises `InvalidInput`."""
    if archived is None:
        return None
    successor = archived.successor
    return EntryArchived(
        reason=fields.text("reason", archived.reason),
        successor=None if successor is None else fields.entry_id("successor", successor),
    )

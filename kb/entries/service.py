"""Commands on entries: input is checked, one stream decides, events are appended."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from uuid import UUID

from msgspec import UNSET, UnsetType

from kb import fields
from kb.access import Action, Visibility, require
from kb.access import checked as checked_visibility
from kb.binding import bind
from kb.community import require_open
from kb.entries import decide, validation
from kb.entries.actions import CONTRIBUTE, CURATE, ERASE_ENTRY, REVISE, SHOW
from kb.entries.bring import Brought, ImportedEntry
from kb.entries.bringing import Bringing, checked_archived
from kb.entries.content import Content, Draft, Relation
from kb.entries.entry import Entry, EntryArchived, EntryEvent, EntryRevised
from kb.entries.kinds import Kind
from kb.entries.stream import entry_aggregate, load_entry, may_know_erased, not_found, require_sight
from kb.entries.tags import tag_names
from kb.errors import Mistakes, NotFound
from kb.ids import group_stream, id_for_command
from kb.messages import _
from kb.writer import NewId, Receipt, Writer, checked

__all__ = ["Brought", "Draft", "Entries", "ImportedEntry"]


class Entries(Bringing):
    """Contribute, revise, tag, relate and archive entries.

    Every command acts for the writer's principal, returns a `Receipt`, may be repeated with the
    same `command_id` (a UUIDv7), and raises `InvalidInput`, `NotFound`, `Forbidden` or `Refused`.
    Entries that the principal does not see are not found. A command without an effect adds no
    event. Text written at `entry_version`, if given, is refused (`ShownToMore`) if more people see
    the entry by now. All mistakes are reported at once, with those of the caller in `beside`.
    """

    def __init__(self, writer: Writer, kinds: Mapping[str, Kind], new_id: NewId) -> None:
        super().__init__(writer, kinds)
        self._new_id = new_id

    def contribute(
        self,
        draft: Draft,
        *,
        archived: EntryArchived | None = None,
        command_id: UUID | None = None,
        beside: Mistakes | None = None,
    ) -> Receipt:
        """Begin an entry, an archived one if `archived` is given.

        The required sections of its kind must be filled, related entries and a successor exist.
        """
        wrong = beside or Mistakes()
        given, draft = draft, wrong.of(validation.draft, draft, self._kinds)
        if kind := self._kinds.get(given.kind):
            wrong.of(validation.require_filled, kind, given.content)
        archived = wrong.of(checked_archived, archived)
        wrong.refuse()
        entry_id = id_for_command(checked(command_id)) if command_id else str(self._new_id())
        targets = [relation.target for relation in draft.relations]
        if archived and archived.successor:
            targets.append(archived.successor)
        author = self._writer.actor

        def contributed(entry: Entry) -> list[EntryEvent]:
            require(self._writer.principal, CONTRIBUTE)
            return decide.contribute(entry, draft, author, archived)

        return self._append(entry_id, contributed, command_id, targets, draft.visibility)

    def revise(
        self,
        entry_id: str,
        content: Content,
        *,
        version: int,
        group: str | UnsetType | None = UNSET,
        note: str | None = None,
        command_id: UUID | None = None,
    ) -> Receipt:
        """Replace the text by one based on the entry's `version`; an unset group stays.

        Versions count from 1. Raises `RevisionConflict` if the text was revised after that version,
        `ShownToMore` if others see it by now.
        """
        wrong = Mistakes()
        given, content = content, wrong.of(validation.content, content)
        revise = bind(
            decide.revise,
            content=content,
            version=wrong.of(fields.version, version),
            group=UNSET if group is UNSET else wrong.of(fields.optional_group, group),
            note=wrong.of(fields.optional_line, "note", note),
        )
        if wrong.found:
            wrong.of(self._require_filled, load_entry(self._writer, entry_id), given)
        wrong.refuse()
        return self._execute(entry_id, REVISE, partial(self._filled, revise), command_id)

    def restore_revision(
        self,
        entry_id: str,
        revision: int,
        *,
        version: int,
        note: str | None = None,
        command_id: UUID | None = None,
    ) -> Receipt:
        """Revise it to the text, and the group, that were written as version `revision`.

        Decided and refused as `revise` is on the entry's `version`; raises `NotFound` for a text
        that the principal does not see.
        """
        wrong = Mistakes()
        restore = bind(
            decide.restore_revision,
            revision=wrong.of(fields.version, revision),
            labels=self._writer.principal.labels,
            version=wrong.of(fields.version, version),
            note=wrong.of(fields.optional_line, "note", note),
        )
        wrong.refuse()
        return self._execute(entry_id, REVISE, partial(self._filled, restore), command_id)

    def tag(
        self,
        entry_id: str,
        tags: Sequence[str],
        *,
        entry_version: int | None = None,
        command_id: UUID | None = None,
    ) -> Receipt:
        """Add tags, also to an archived entry."""
        version = fields.optional_version(entry_version)
        tagged = bind(decide.tag, tags=tag_names(tags), version=version)
        return self._execute(entry_id, CURATE, tagged, command_id)

    def untag(
        self,
        entry_id: str,
        tags: Sequence[str],
        *,
        command_id: UUID | None = None,
    ) -> Receipt:
        """Take tags off."""
        # Verbatim too, as an old log may have a tag with a comma, which now separates tags.
        untagged = bind(decide.untag, tags=(*tag_names(tags), *tags))
        return self._execute(entry_id, CURATE, untagged, command_id)

    def relate(
        self,
        entry_id: str,
        relation: Relation,
        *,
        command_id: UUID | None = None,
    ) -> Receipt:
        """State a relation to another entry, which must exist."""
        relation = validation.relation(relation)
        related = bind(decide.relate, relation=relation)
        return self._execute(entry_id, CURATE, related, command_id, relation.target)

    def unrelate(
        self,
        entry_id: str,
        relation: Relation,
        *,
        command_id: UUID | None = None,
    ) -> Receipt:
        """Withdraw a relation."""
        unrelated = bind(decide.unrelate, relation=validation.relation(relation))
        return self._execute(entry_id, CURATE, unrelated, command_id)

    def archive(
        self,
        entry_id: str,
        reason: str,
        successor: str | None = None,
        *,
        entry_version: int | None = None,
        command_id: UUID | None = None,
        beside: Mistakes | None = None,
    ) -> Receipt:
        """Stop recommending an entry; `successor` is an existing entry that takes its place."""
        others = (fields.known_id("entry", successor),) if successor else ()
        wrong = beside or Mistakes()
        archived = bind(
            decide.archive,
            reason=wrong.of(fields.text, "reason", reason),
            successor=others[0] if others else None,
            version=wrong.of(fields.optional_version, entry_version),
        )
        wrong.refuse()
        return self._execute(entry_id, CURATE, archived, command_id, *others)

    def restore(self, entry_id: str, *, command_id: UUID | None = None) -> Receipt:
        """Recommend an archived entry again."""
        return self._execute(entry_id, CURATE, decide.restore, command_id)

    def show(
        self,
        entry_id: str,
        visibility: Visibility,
        *,
        before: Visibility | None = None,
        entry_version: int | None = None,
        command_id: UUID | None = None,
    ) -> Receipt:
        """Show it to exactly these; a draft is then no longer one.

        Refused where others see it than `before`, if that is given. Raises `RevisionConflict` if
        the entry was changed at all after `entry_version`, where that is given: others may have
        written what was not meant for these.
        """
        visibility = checked_visibility(visibility)
        version = fields.optional_version(entry_version)
        shown = bind(decide.show, visibility=visibility, version=version, before=before)
        return self._execute(entry_id, SHOW, shown, command_id, shown_to=visibility)

    def erase(self, entry_id: str) -> Receipt:
        """Record the erasure of an entry; `kb.erasure` waits for its end."""
        aggregate = entry_aggregate(entry_id)
        shown = self._writer.shown
        if not (shown("entry", aggregate.id) or shown("erasure", aggregate.id)):
            raise not_found(aggregate.id)
        return self._writer.execute(aggregate, self._decide_erase, settle=False).receipt

    def _execute(
        self,
        entry_id: str,
        action: Action,
        decided: decide.Decide,
        command_id: UUID | None,
        *others: str,
        shown_to: Visibility | None = None,
    ) -> Receipt:
        """Append what is `decided` on an entry by those who see it and may do `action`."""
        # Even for a repeated command, as the entry may be hidden from them by now.
        load_entry(self._writer, entry_id)
        allowed = partial(self._allowed, action, decided)
        return self._append(entry_id, allowed, command_id, others, shown_to)

    def _append(
        self,
        entry_id: str,
        decided: decide.Decide,
        command_id: UUID | None,
        others: Iterable[str],
        shown_to: Visibility | None,
    ) -> Receipt:
        """Append what is `decided` where the principal sees `others`, and `shown_to` can be."""
        return self._writer.execute(
            entry_aggregate(entry_id),
            decided,
            guard=partial(self._require, entry_id, others, shown_to),
            command_id=command_id,
        ).receipt

    def _require(self, entry_id: str, others: Iterable[str], shown_to: Visibility | None) -> None:
        for other in others:
            load_entry(self._writer, other)
        entry = self._writer.load(entry_aggregate(entry_id))
        if shown_to is None or (entry.version and entry.visibility == shown_to):
            return
        if shown_to.sight == "world":
            require_open(self._writer)
        for group in shown_to.groups:
            # A wrong id would hide the entry from everybody, or show it to a future group.
            if not self._writer.exists(group_stream(group)):
                raise NotFound(_("There is no group {group!r}: form it first.", group=group))

    def _decide_erase(self, entry: Entry) -> list[EntryEvent]:
        if may_know_erased(self._writer, entry):
            return []  # so that they can wait for it again
        return self._allowed(ERASE_ENTRY, decide.erase, entry)

    def _allowed(self, action: Action, decided: decide.Decide, entry: Entry) -> list[EntryEvent]:
        require_sight(self._writer, entry)
        require(self._writer.principal, action, entry.author)
        return decided(entry)

    def _filled(self, decided: decide.Decide, entry: Entry) -> list[EntryEvent]:
        """What is `decided`, refused where it would empty a section that must be filled."""
        events = decided(entry)
        for event in events:
            if isinstance(event, EntryRevised):
                self._require_filled(entry, event.content)
        return events

    def _require_filled(self, entry: Entry, new: Content) -> None:
        if kind := self._kinds.get(entry.kind):
            validation.require_filled(kind, new, before=entry.content)

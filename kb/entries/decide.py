"""Commands on one entry: from its state to events, none if there is nothing to change.

All raise `Refused` or `InvalidInput`, and `NotFound` if there is no such entry. `version`, if
given, is the one that the principal has read.
"""

from collections.abc import Callable, Iterable
from typing import Final

from msgspec import UNSET, UnsetType, structs

from kb.access import Visibility, audience, narrows, told
from kb.entries.content import Content, Draft, Relation
from kb.entries.entry import (
    Entry,
    EntryArchived,
    EntryContributed,
    EntryErased,
    EntryEvent,
    EntryRelated,
    EntryRestored,
    EntryRevised,
    EntryTagged,
    EntryUnrelated,
    EntryUntagged,
    EntryVisibilityChanged,
    Text,
)
from kb.entries.tags import tag_key
from kb.errors import InvalidInput, NotFound, Refused, RevisionConflict, ShownToMore
from kb.messages import _

SHOWN_OTHERWISE: Final = _(
    "Someone else changed meanwhile who sees this entry, so nothing was changed: below stands who "
    "sees it now; choose again."
)

MOST_TAGS = 100
"""The most tags of one entry."""

Decide = Callable[[Entry], list[EntryEvent]]


def contribute(
    entry: Entry, draft: Draft, author: str, archived: EntryArchived | None = None
) -> list[EntryEvent]:
    """Begin an entry by `author`, if `archived` is given an archived one."""
    if entry.version:
        raise Refused(_("Entry {id} exists already; revise it instead.", id=entry.id))
    first = EntryContributed(
        kind=draft.kind,
        author=author,
        content=draft.content,
        group=draft.group,
        visibility=draft.visibility,
    )
    last = [archived] if archived else []
    return [first, *tagged(draft.tags), *related(draft.relations), *last]


def revise(
    entry: Entry,
    content: Content,
    *,
    version: int,
    group: str | UnsetType | None = UNSET,
    note: str | None = None,
) -> list[EntryEvent]:
    """Replace the text by one that is based on `version`; an unset group stays."""
    _refuse_unread(entry, version)
    refuse_archived(entry, _("revised"))
    group = entry.group if group is UNSET else group
    if Text(content=content, group=group) == entry.texts[-1]:
        return []
    if version < entry.revision_version:
        raise RevisionConflict(entry.id, version, entry.version, _new_readers(entry, version))
    refuse_shown_to_more(entry, version)
    return [EntryRevised(content=content, group=group, note=note)]


def restore_revision(
    entry: Entry,
    revision: int,
    *,
    labels: frozenset[str],
    version: int,
    note: str | None = None,
) -> list[EntryEvent]:
    """Revise it to the text, with its group, that was written as `revision`; else as `revise`.

    Only for a principal with `labels` that saw this text. Of one that fewer saw than see the entry
    now, the event does not say that it was restored: they would learn that there was one.
    """
    _refuse_unread(entry, version)
    found = entry.text_of(revision)
    if found is None or not audience(found[1], entry.author) & labels:
        raise NotFound(
            _(
                "There is no version {version} of an entry {entry_id}.",
                version=revision,
                entry_id=entry.id,
            )
        )
    text, seen = found
    events = revise(entry, text.content, version=version, group=text.group, note=note)
    if narrows(seen, entry.visibility):
        return events
    return [
        structs.replace(event, restored=revision)
        for event in events
        if isinstance(event, EntryRevised)
    ]


def tag(entry: Entry, tags: Iterable[str], *, version: int | None) -> list[EntryEvent]:
    """Add tags, written for those who see the entry at `version`."""
    _refuse_unread(entry, version)
    added = tagged(tag for tag in tags if tag_key(tag) not in entry.tags)
    if added and len(entry.tags) + len(added) > MOST_TAGS:
        raise InvalidInput(
            _(
                "An entry has at most {most} tags; this one would have {count}: "
                "take some off first.",
                most=MOST_TAGS,
                count=len(entry.tags) + len(added),
            ),
            "tags",
        )
    if added:
        refuse_shown_to_more(entry, version)
    return added


def untag(entry: Entry, tags: Iterable[str]) -> list[EntryEvent]:
    """Take tags off."""
    _refuse_missing(entry)
    keys = dict.fromkeys(map(tag_key, tags))
    return [EntryUntagged(tag=entry.tags[key]) for key in keys if key in entry.tags]


def relate(entry: Entry, relation: Relation) -> list[EntryEvent]:
    """State a relation to another entry."""
    _refuse_missing(entry)
    refuse_itself(entry.id, relation.target)
    return [] if relation in entry.relations else [EntryRelated(relation=relation)]


def unrelate(entry: Entry, relation: Relation) -> list[EntryEvent]:
    """Withdraw a relation."""
    _refuse_missing(entry)
    return [EntryUnrelated(relation=relation)] if relation in entry.relations else []


def archive(
    entry: Entry, reason: str, successor: str | None = None, *, version: int | None
) -> list[EntryEvent]:
    """Stop recommending it, for a reason written for those who see it at `version`.

    `successor` is another entry that takes its place.
    """
    _refuse_unread(entry, version)
    archived = EntryArchived(reason=reason, successor=successor)
    if entry.archived == archived:
        return []
    refuse_archived(entry, _("archived again for another reason"))
    if successor is not None:
        refuse_itself(entry.id, successor)
    refuse_shown_to_more(entry, version)
    return [archived]


def restore(entry: Entry) -> list[EntryEvent]:
    """Recommend it again."""
    _refuse_missing(entry)
    return [EntryRestored()] if entry.archived else []


def show(
    entry: Entry, visibility: Visibility, *, version: int | None, before: Visibility | None = None
) -> list[EntryEvent]:
    """Let exactly these see it, as it was at `version`, and still is shown as it was `before`."""
    _refuse_unread(entry, version)
    if visibility == entry.visibility:
        return []
    if before is not None and before != entry.visibility:
        raise Refused(SHOWN_OTHERWISE)
    if version is not None and version < entry.version:
        raise RevisionConflict(entry.id, version, entry.version, _new_readers(entry, version))
    return [EntryVisibilityChanged(visibility=visibility)]


def erase(entry: Entry) -> list[EntryEvent]:
    """Erase it."""
    _refuse_missing(entry)
    return [EntryErased()]


def tagged(tags: Iterable[str]) -> list[EntryEvent]:
    """An event for each tag, in the order given, without duplicates."""
    first: dict[str, str] = {}
    for tag in tags:
        first.setdefault(tag_key(tag), tag)
    return [EntryTagged(tag=tag) for tag in first.values()]


def related(relations: Iterable[Relation]) -> list[EntryEvent]:
    """An event for each relation, in the order given, without duplicates."""
    return [EntryRelated(relation=relation) for relation in dict.fromkeys(relations)]


def refuse_itself(entry_id: str, other: str) -> None:
    """Raise `InvalidInput` if an entry points to itself."""
    if other == entry_id:
        raise InvalidInput(
            _("An entry cannot be related to itself or take its own place; name another."), "target"
        )


def refuse_archived(entry: Entry, wish: str) -> None:
    """Raise `Refused` if the entry is archived; `wish` is a message, e.g. "revised"."""
    if entry.archived:
        raise Refused(
            _(
                "Entry {id} is archived and cannot be {wish}; restore it first.",
                id=entry.id,
                wish=wish,
            )
        )


def refuse_shown_to_more(entry: Entry, version: int | None) -> None:
    """Raise `ShownToMore` if more people see `entry` than at `version`, the base of a text.

    Raises `InvalidInput` if it is not at that version yet.
    """
    _refuse_not_there_yet(entry, version)
    if version is not None and (who := _new_readers(entry, version)):
        raise ShownToMore(entry.id, who, version, entry.version)


def _refuse_missing(entry: Entry) -> None:
    if not entry.version or entry.erased:
        raise NotFound(_("There is no entry {id}.", id=entry.id))


def _refuse_unread(entry: Entry, version: int | None) -> None:
    # Even if nothing would change: a version that does not exist cannot have been read.
    _refuse_missing(entry)
    _refuse_not_there_yet(entry, version)


def _refuse_not_there_yet(entry: Entry, version: int | None) -> None:
    if version is not None and version > entry.version:
        raise InvalidInput(
            _(
                "Entry {id} has no version {version} yet; it is at {actual}.",
                id=entry.id,
                version=version,
                actual=entry.version,
            ),
            "version",
        )


def _new_readers(entry: Entry, version: int) -> str:
    """Who sees it now, in words; empty if all of them saw it at `version`."""
    now = entry.visibility
    return told(now) if narrows(entry.visibility_at(version), now) else ""

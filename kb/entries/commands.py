"""What can be asked of an entry, and the pure function that decides what happens."""

from collections.abc import Iterable, Mapping

from msgspec import UNSET, Struct, UnsetType

from kb.access import Action, Visibility, narrows, told
from kb.entries.actions import CONTRIBUTE, CURATE, ERASE_ENTRY, REVISE, SHOW
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

MOST_TAGS = 100
"""Of one entry, however many times tags are added."""


class Contribute(Struct, frozen=True):
    """Begin an entry in the name of `author`, perhaps one that is archived at once."""

    draft: Draft
    author: str
    archived: EntryArchived | None = None


class Revise(Struct, frozen=True, kw_only=True):
    """Replace the text by one that was written on top of `version`; an unset group stays."""

    content: Content
    version: int
    group: str | UnsetType | None = UNSET
    note: str | None = None


class Tag(Struct, frozen=True):
    """Put tags on, meant for those who see the entry at `version` if that is given."""

    tags: tuple[str, ...]
    version: int | None = None


class Untag(Struct, frozen=True):
    """Take tags off."""

    tags: tuple[str, ...]


class Relate(Struct, frozen=True):
    """State a relation to another entry."""

    relation: Relation


class Unrelate(Struct, frozen=True):
    """Withdraw a relation."""

    relation: Relation


class Archive(Struct, frozen=True):
    """Stop recommending the entry, and perhaps name another that takes its place.

    The reason is meant for those who see the entry at `version` if that is given.
    """

    reason: str
    successor: str | None = None
    version: int | None = None


class Restore(Struct, frozen=True):
    """Recommend it again."""


class Show(Struct, frozen=True):
    """Let exactly these see it, as it was at `version` if that is given."""

    visibility: Visibility
    version: int | None = None


class Erase(Struct, frozen=True):
    """Forget all that it says."""


EntryCommand = (
    Contribute | Revise | Tag | Untag | Relate | Unrelate | Archive | Restore | Show | Erase
)


ACTIONS: Mapping[type[EntryCommand], Action] = {
    Contribute: CONTRIBUTE,
    Revise: REVISE,
    Tag: CURATE,
    Untag: CURATE,
    Relate: CURATE,
    Unrelate: CURATE,
    Archive: CURATE,
    Restore: CURATE,
    Show: SHOW,
    Erase: ERASE_ENTRY,
}
"""What each command needs; one that is not here cannot be given."""


def decide(command: EntryCommand, entry: Entry) -> list[EntryEvent]:
    """The events that `command` leads to; none where the entry is as wished already.

    Raises `NotFound`, `Refused`, `RevisionConflict` or `InvalidInput`.
    """
    if isinstance(command, Contribute):
        return _contribute(command, entry)
    if not entry.version or entry.erased:
        raise NotFound(f"There is no entry {entry.id}.")
    if isinstance(command, Revise | Tag | Archive | Show):
        # Also where nothing would change: nobody has read a version that is not there.
        _refuse_not_there_yet(entry, command.version)
    if isinstance(command, Revise):
        return _revise(command, entry)
    if isinstance(command, Tag | Untag):
        return _change_tags(command, entry)
    if isinstance(command, Relate | Unrelate):
        return _change_relation(command, entry)
    if isinstance(command, Archive):
        return _archive(command, entry)
    return _change_standing(command, entry)


def tagged(tags: Iterable[str]) -> list[EntryEvent]:
    """One event for each tag, in the order given, without those that repeat one."""
    first: dict[str, str] = {}
    for tag in tags:
        first.setdefault(tag_key(tag), tag)
    return [EntryTagged(tag=tag) for tag in first.values()]


def related(relations: Iterable[Relation]) -> list[EntryEvent]:
    """One event for each relation, in the order given, repetitions left out."""
    return [EntryRelated(relation=relation) for relation in dict.fromkeys(relations)]


def _change_standing(command: Restore | Show | Erase, entry: Entry) -> list[EntryEvent]:
    if isinstance(command, Restore):
        return [EntryRestored()] if entry.archived else []
    if isinstance(command, Erase):
        return [EntryErased()]
    if command.visibility == entry.visibility:
        return []
    if (version := command.version) is not None and version < entry.version:
        raise RevisionConflict(entry.id, version, entry.version, _new_readers(entry, version))
    return [EntryVisibilityChanged(visibility=command.visibility)]


def refuse_itself(entry_id: str, other: str) -> None:
    """Raise `InvalidInput` where an entry points to itself."""
    if other == entry_id:
        raise InvalidInput(
            "An entry cannot be related to itself or take its own place; name another.", "target"
        )


def refuse_archived(entry: Entry, wish: str) -> None:
    """Raise `Refused` where an archived entry would be `wish`, e.g. "revised"."""
    if entry.archived:
        raise Refused(f"Entry {entry.id} is archived and cannot be {wish}; restore it first.")


def refuse_shown_to_more(entry: Entry, version: int | None) -> None:
    """Raise `ShownToMore` where others see `entry` than at `version`, for whom words were meant.

    `InvalidInput` where it is not at that version yet.
    """
    _refuse_not_there_yet(entry, version)
    if version is not None and (who := _new_readers(entry, version)):
        raise ShownToMore(entry.id, who, version, entry.version)


def _refuse_not_there_yet(entry: Entry, version: int | None) -> None:
    if version is not None and version > entry.version:
        raise InvalidInput(
            f"Entry {entry.id} has no version {version} yet; it is at {entry.version}.", "version"
        )


def _new_readers(entry: Entry, version: int) -> str:
    """Who sees it now, in words; empty if all of them saw it at `version`."""
    now = entry.visibility
    return told(now) if narrows(entry.visibility_at(version), now) else ""


def _contribute(command: Contribute, entry: Entry) -> list[EntryEvent]:
    draft = command.draft
    if entry.version:
        raise Refused(f"Entry {entry.id} exists already; revise it instead.")
    first = EntryContributed(
        kind=draft.kind,
        author=command.author,
        content=draft.content,
        group=draft.group,
        visibility=draft.visibility,
    )
    last = [command.archived] if command.archived else []
    return [first, *tagged(draft.tags), *related(draft.relations), *last]


def _revise(command: Revise, entry: Entry) -> list[EntryEvent]:
    refuse_archived(entry, "revised")
    group = entry.group if command.group is UNSET else command.group
    if Text(content=command.content, group=group) == entry.texts[-1]:
        return []
    if command.version < entry.revision_version:
        who = _new_readers(entry, command.version)
        raise RevisionConflict(entry.id, command.version, entry.version, who)
    refuse_shown_to_more(entry, command.version)
    return [EntryRevised(content=command.content, group=group, note=command.note)]


def _change_tags(command: Tag | Untag, entry: Entry) -> list[EntryEvent]:
    if isinstance(command, Tag):
        added = tagged(tag for tag in command.tags if tag_key(tag) not in entry.tags)
        if added and len(entry.tags) + len(added) > MOST_TAGS:
            raise InvalidInput(
                f"An entry has at most {MOST_TAGS} tags; this one would have "
                f"{len(entry.tags) + len(added)}: take some off first.",
                "tags",
            )
        if added:
            refuse_shown_to_more(entry, command.version)
        return added
    keys = dict.fromkeys(map(tag_key, command.tags))
    return [EntryUntagged(tag=entry.tags[key]) for key in keys if key in entry.tags]


def _change_relation(command: Relate | Unrelate, entry: Entry) -> list[EntryEvent]:
    relation = command.relation
    if isinstance(command, Unrelate):
        return [EntryUnrelated(relation=relation)] if relation in entry.relations else []
    refuse_itself(entry.id, relation.target)
    return [] if relation in entry.relations else [EntryRelated(relation=relation)]


def _archive(command: Archive, entry: Entry) -> list[EntryEvent]:
    archived = EntryArchived(reason=command.reason, successor=command.successor)
    if entry.archived == archived:
        return []
    refuse_archived(entry, "archived again for another reason")
    if command.successor is not None:
        refuse_itself(entry.id, command.successor)
    refuse_shown_to_more(entry, command.version)
    return [archived]

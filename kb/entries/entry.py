"""The entry aggregate: its events, its state, and the pure function from one to the other."""

from collections.abc import Mapping
from typing import assert_never

from msgspec import UNSET, Struct, UnsetType, structs

from kb.access import Visibility, audience
from kb.entries.content import Content, Relation, Source
from kb.entries.tags import tag_key


class EntryContributed(Struct, frozen=True, kw_only=True):
    """A member wrote an entry, or an import brought it; `source` is where the import found it.

    The author is the event's actor.
    """

    kind: str
    author: str
    content: Content
    visibility: Visibility = Visibility()
    group: str | None = None
    source: Source | None = None
    imported: bool = False


class EntryRevised(Struct, frozen=True, kw_only=True):
    """The text was replaced by a better one; `content` and `group` are as they stand afterwards.

    `restored` is the version whose text it is once more, if one was restored. No event of its own
    says that: whatever follows texts follows this one.
    """

    content: Content
    group: str | None = None
    note: str | None = None
    imported: bool = False
    restored: int | UnsetType = UNSET


class EntryTagged(Struct, frozen=True, kw_only=True):
    """A tag was added."""

    tag: str


class EntryUntagged(Struct, frozen=True, kw_only=True):
    """A tag was taken off."""

    tag: str


class EntryRelated(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A relation to another entry was stated, or is by now written otherwise in the text.

    `written` are the links of the text that mean the other entry; see `written_name`.
    """

    relation: Relation
    written: tuple[str, ...] = ()


class EntryUnrelated(Struct, frozen=True, kw_only=True):
    """A relation was withdrawn."""

    relation: Relation


class EntryArchived(Struct, frozen=True, kw_only=True):
    """The entry is no longer recommended; it stays readable, and another may take its place."""

    reason: str
    successor: str | None = None


class EntryRestored(Struct, frozen=True, kw_only=True):
    """An archived entry counts again."""


class EntryVisibilityChanged(Struct, frozen=True, kw_only=True):
    """Others see it from now on."""

    visibility: Visibility


class EntryErased(Struct, frozen=True, kw_only=True):
    """The entry's key was destroyed, and with it all that it ever said."""


EntryEvent = (
    EntryContributed
    | EntryRevised
    | EntryTagged
    | EntryUntagged
    | EntryRelated
    | EntryUnrelated
    | EntryArchived
    | EntryRestored
    | EntryVisibilityChanged
    | EntryErased
)


class Text(Struct, frozen=True, kw_only=True):
    """What a contribution or revision settles: the content and the group that it belongs to."""

    content: Content
    group: str | None = None


class Entry(Struct, frozen=True, kw_only=True):
    """The state of one entry: the fold of its stream.

    `version` is the number of its events, 0 before the first; `shown` has from which version on it
    was shown to whom; `revision_version` is the version of the last contribution or revision.
    `texts` are all its texts, the present one last, written as the versions `written_as`, and
    `brought` is the last one of an import.
    `tags` maps the key by which a tag is compared to its spelling; `known_tags` holds such keys.
    `known_tags`, `known_relations` and `was_archived` record what ever was, so that an import does
    not undo what a curator removed.
    """

    id: str
    version: int = 0
    author: str = ""
    visibility: Visibility = Visibility()
    shown: tuple[tuple[int, Visibility], ...] = ()
    erased: bool = False
    kind: str = ""
    content: Content | None = None
    group: str | None = None
    source: Source | None = None
    tags: Mapping[str, str] = {}
    relations: frozenset[Relation] = frozenset()
    archived: EntryArchived | None = None
    revision_version: int = 0
    texts: tuple[Text, ...] = ()
    written_as: tuple[int, ...] = ()
    brought: Text | None = None
    known_tags: frozenset[str] = frozenset()
    known_relations: frozenset[Relation] = frozenset()
    written: Mapping[Relation, tuple[str, ...]] = {}
    was_archived: bool = False

    @property
    def audience(self) -> frozenset[str]:
        """The labels of those who see it; none before there is anything to see."""
        seen = self.version and not self.erased
        return audience(self.visibility, self.author) if seen else frozenset()

    def visibility_at(self, version: int) -> Visibility:
        """Who saw it at `version`, 1 or more."""
        return next(shown for since, shown in reversed(self.shown) if since <= version)

    def text_of(self, version: int) -> tuple[Text, Visibility] | None:
        """The text that was written as `version`, and who saw it last; None if none was.

        A later text has its own readers: what stood before it stays with those who saw it.
        """
        if version not in self.written_as:
            return None
        place = self.written_as.index(version)
        followed = self.written_as[place + 1 : place + 2]
        last = followed[0] - 1 if followed else self.version
        return self.texts[place], self.visibility_at(last)


def evolve(entry: Entry, event: EntryEvent) -> Entry:
    """The entry after `event`; raises `AssertionError` for an event of something else."""
    entry = structs.replace(entry, version=entry.version + 1)
    if isinstance(event, EntryContributed | EntryRevised):
        return _with_text(entry, event)
    if isinstance(event, EntryTagged | EntryUntagged):
        return _with_tag(entry, event)
    if isinstance(event, EntryRelated | EntryUnrelated):
        return _with_relation(entry, event)
    if isinstance(event, EntryArchived):
        return structs.replace(entry, archived=event, was_archived=True)
    if isinstance(event, EntryRestored):
        return structs.replace(entry, archived=None)
    if isinstance(event, EntryVisibilityChanged):
        return _with_sight(entry, event.visibility)
    if isinstance(event, EntryErased):
        # The state is built anew, so that nothing that was said can be reached from it.
        return Entry(id=entry.id, version=entry.version, author=entry.author, erased=True)
    assert_never(event)


def _with_text(entry: Entry, event: EntryContributed | EntryRevised) -> Entry:
    if isinstance(event, EntryContributed):
        entry = structs.replace(
            entry,
            kind=event.kind,
            source=event.source,
            author=event.author,
        )
        entry = _with_sight(entry, event.visibility)
    text = Text(content=event.content, group=event.group)
    return structs.replace(
        entry,
        content=text.content,
        group=text.group,
        revision_version=entry.version,
        texts=(*entry.texts, text),
        written_as=(*entry.written_as, entry.version),
        brought=text if event.imported else entry.brought,
    )


def _with_sight(entry: Entry, visibility: Visibility) -> Entry:
    shown = (*entry.shown, (entry.version, visibility))
    return structs.replace(entry, visibility=visibility, shown=shown)


def _with_tag(entry: Entry, event: EntryTagged | EntryUntagged) -> Entry:
    key = tag_key(event.tag)
    if isinstance(event, EntryUntagged):
        left = {each: tag for each, tag in entry.tags.items() if each != key}
        return structs.replace(entry, tags=left)
    tags = {key: event.tag, **entry.tags}
    return structs.replace(entry, tags=tags, known_tags=entry.known_tags | {key})


def _with_relation(entry: Entry, event: EntryRelated | EntryUnrelated) -> Entry:
    if isinstance(event, EntryUnrelated):
        written = {each: links for each, links in entry.written.items() if each != event.relation}
        relations = entry.relations - {event.relation}
        return structs.replace(entry, relations=relations, written=written)
    known = entry.known_relations | {event.relation}
    relations = entry.relations | {event.relation}
    written = {**entry.written, event.relation: event.written}
    return structs.replace(entry, relations=relations, known_relations=known, written=written)

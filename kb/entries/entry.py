"""The entry aggregate: its events, commands, state, and the pure functions decide and evolve."""

from msgspec import Struct

from kb.entries.content import Content, Relation, Source


class EntryContributed(Struct, frozen=True, kw_only=True):
    """Somebody wrote an entry, or an import brought it."""

    kind: str
    content: Content
    group: str | None = None
    source: Source | None = None


class EntryRevised(Struct, frozen=True, kw_only=True):
    """The text was replaced by a better one."""

    content: Content
    group: str | None = None
    note: str | None = None


class EntryTagged(Struct, frozen=True, kw_only=True):
    """A tag was added."""

    tag: str


class EntryUntagged(Struct, frozen=True, kw_only=True):
    """A tag was taken off."""

    tag: str


class EntryRelated(Struct, frozen=True, kw_only=True):
    """A relation to another entry was stated."""

    relation: Relation


class EntryUnrelated(Struct, frozen=True, kw_only=True):
    """A relation was withdrawn."""

    relation: Relation


class EntryArchived(Struct, frozen=True, kw_only=True):
    """The entry is no longer recommended; it stays readable, and another may take its place."""

    reason: str
    successor: str | None = None


class EntryRestored(Struct, frozen=True, kw_only=True):
    """An archived entry counts again."""


EntryEvent = (
    EntryContributed
    | EntryRevised
    | EntryTagged
    | EntryUntagged
    | EntryRelated
    | EntryUnrelated
    | EntryArchived
    | EntryRestored
)


class Entry(Struct, frozen=True, kw_only=True):
    """The state of one entry: the fold of its stream. `version` counts its events, 0 before the first."""

    id: str
    version: int = 0
    kind: str = ""
    content: Content | None = None
    group: str | None = None
    source: Source | None = None
    tags: frozenset[str] = frozenset()
    relations: frozenset[Relation] = frozenset()
    archived: EntryArchived | None = None

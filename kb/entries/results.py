"""Typed results of queries about entries, for pages, commands and the API."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from msgspec import Struct

from kb.access import Visibility
from kb.entries.content import Content, Scalar, Section, Source
from kb.entries.differences import Differences

LARGEST_OFFSET = 1_000_000_000
"""The largest offset in a list."""


class EntrySummary(Struct, frozen=True, kw_only=True):
    """An entry in a list. `summary` holds about the first 200 characters as plain text.

    `visibility` says who sees it, groups by their ids; `incomplete` that not all of it can be read,
    e.g. its newest text: its page says what it lacks. While that may have been who sees it, its
    author (and the operator) or the operator alone does, as `withheld` says. `mixed`: a word of
    the title has letters of two alphabets that look alike, so that it passes for another title.
    """

    id: str
    title: str
    kind: str
    group: str | None
    tags: tuple[str, ...]
    archived: bool
    summary: str
    endorsements: int
    reuses: int
    contributed_at: datetime
    revised_at: datetime
    visibility: Visibility = Visibility()
    incomplete: bool = False
    withheld: Literal["", "author", "operator"] = ""
    mixed: bool = False


class RelatedEntry(Struct, frozen=True, kw_only=True):
    """The other end of a relation.

    `direction` is "out" when this entry states it, "in" when the other does; `title` is the id
    where the other entry is not there (yet). `written` are the links of this entry's text that mean
    the other, if it states the relation; see `kb.entries.relation.written_name`.
    """

    type: str
    direction: str
    id: str
    title: str
    archived: bool
    written: tuple[str, ...] = ()


class EndorsementView(Struct, frozen=True, kw_only=True):
    """A member vouches for the entry."""

    member: str
    reason: str
    endorsed_at: datetime


class ReuseView(Struct, frozen=True, kw_only=True):
    """A group took the entry into its work; `note` tells what became of it.

    `version` is 1 as it was recorded, and one more each time that more was told.
    """

    id: str
    entry_id: str
    entry_title: str
    group: str
    context: str
    outcome: str
    note: str | None
    evidence: str | None
    resulting_entry: str | None
    recorded_at: datetime
    updated_at: datetime
    version: int


class EntryPage(EntrySummary, frozen=True, kw_only=True):
    """Everything about one entry.

    `version` counts its events; `revision_version` is that of the last change of its text, the one
    a reviser starts from. `lacking` says in a sentence each what could not be read of it.
    """

    version: int
    revision_version: int
    sections: tuple[Section, ...]
    properties: dict[str, Scalar]
    relations: tuple[RelatedEntry, ...]
    archived_reason: str | None
    successor: str | None
    source: Source | None
    contributed_by: str
    endorsed: tuple[EndorsementView, ...]
    reuse: tuple[ReuseView, ...]
    lacking: tuple[str, ...] = ()


class HistoryItem(Struct, frozen=True, kw_only=True):
    """One event about an entry.

    `stream` is "entry", "endorsement" or "reuse", `version` the event's place in that stream,
    `what` its stable type name, `detail` one plain sentence.
    """

    version: int
    stream: str
    what: str
    detail: str
    actor: str
    at: datetime


class Revision(Struct, frozen=True, kw_only=True):
    """A text that an entry has or had.

    `version` is the entry's when it was written and names it; `number` counts from 1 among those
    that the principal sees. `by` is None where they may not know who wrote it. `shown_otherwise`:
    others see the entry now than saw this text.
    """

    version: int
    number: int
    at: datetime
    by: str | None
    title: str
    group: str | None
    note: str | None
    shown_otherwise: bool


class RevisionText(Revision, frozen=True, kw_only=True):
    """The same with the text; of a revision that is `latest`, it is the present one."""

    latest: bool
    content: Content


class Comparison(Struct, frozen=True, kw_only=True):
    """Two revisions of an entry, and what differs between their texts."""

    earlier: Revision
    later: Revision
    differences: Differences


Sort = Literal["recent", "title", "reused"]
"""What comes first in a list: the newest text, the first title, or what is reused most."""


class EntryFilter(Struct, frozen=True, kw_only=True):
    """Which entries to list or to search: any of the kinds, any of the groups, all of the tags.

    Kinds, tags and groups are meant however they are written.
    No names let all through; `archived` None lets both those through that are and that are not.
    """

    kinds: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    archived: bool | None = False

    @property
    def named(self) -> bool:
        """Whether kinds, tags or groups are named."""
        return bool(self.kinds or self.tags or self.groups)


PARAMETERS: Mapping[str, str] = {
    "kinds": "kind",
    "tags": "tag",
    "groups": "group",
    "archived": "archived",
}
"""What each field of `EntryFilter` is called in an address."""


class Facets(Struct, frozen=True, kw_only=True):
    """How many entries have each value, the most frequent first, on all pages.

    Kinds and groups are each counted among what all other choices let through, as any of several
    will do; tags among what all choices let through, as each narrows. Of tags and groups there are
    the 100 most frequent, those that were chosen among them.
    """

    kinds: dict[str, int]
    tags: dict[str, int]
    groups: dict[str, int]
    archived: int


class Page(Struct, frozen=True, kw_only=True):
    """A piece of a list, with the count and facets of the whole of it."""

    items: tuple[EntrySummary, ...]
    total: int
    facets: Facets


class Totals(Struct, frozen=True):
    """How many entries there are, how many of them archived, and of how many groups they are."""

    entries: int
    archived: int
    groups: int


class LineageEntry(Struct, frozen=True, kw_only=True):
    """An entry in a lineage: `relation` ties it to `via`, an entry `depth` - 1 steps away."""

    id: str
    title: str
    kind: str
    archived: bool
    relation: str
    via: str
    depth: int


class Lineage(Struct, frozen=True, kw_only=True):
    """What an entry was made from and what was made from it, nearest first."""

    entry_id: str
    origins: tuple[LineageEntry, ...]
    derived: tuple[LineageEntry, ...]


class Piece(Struct, frozen=True):
    """Which part of a list: how many to pass over, and how many at most, -1 for all."""

    offset: int = 0
    limit: int = -1


class Pieces(Struct, frozen=True, kw_only=True):
    """Which part of each list of an entry."""

    endorsed: Piece
    reuse: Piece
    related: Piece
    history: Piece


class WholeEntry(Struct, frozen=True, kw_only=True):
    """What the page of an entry shows, of the lists that it has a piece each.

    `entry` holds pieces of its relations, endorsements and reuses; `related` counts all relations,
    and `happened` all that `history`, the newest first, has a piece of. `links` are as
    `Catalogue.links` answers. `mine` is the endorsement of the one who asks, `own_reuses` are the
    ids of the reuses shown that they recorded. `world` says whether the community is open to it.
    """

    entry: EntryPage
    related: int
    history: tuple[HistoryItem, ...]
    happened: int
    lineage: Lineage
    links: dict[str, str]
    mine: EndorsementView | None
    own_reuses: frozenset[str]
    successor_title: str | None
    world: bool

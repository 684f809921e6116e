"""Lists and pages of entries, answered from the views alone."""

from collections.abc import Iterator

from kb.entries.content import Content
from kb.entries.results import (
    BrowseFilter,
    EndorsementView,
    EntryPage,
    EntrySummary,
    Facets,
    HistoryItem,
    Lineage,
    LineageEntry,
    Page,
    RelatedEntry,
    ReuseView,
)

__all__ = [
    "BrowseFilter",
    "Catalogue",
    "EndorsementView",
    "EntryPage",
    "EntrySummary",
    "Facets",
    "HistoryItem",
    "Lineage",
    "LineageEntry",
    "Page",
    "RelatedEntry",
    "ReuseView",
]


class Catalogue:
    """Every question about entries that is not a search."""

    def get(self, entry_id: str) -> EntryPage:
        """One entry with all that belongs to it. Raises `NotFound`."""
        raise NotImplementedError

    def resolve(self, text: str) -> str:
        """The id meant by a full id, a unique beginning of one (6 or more characters), or an external id.

        Raises `NotFound`, or `InvalidInput` when several entries are meant.
        """
        raise NotImplementedError

    def browse(
        self,
        filter: BrowseFilter | None = None,
        *,
        sort: str = "recent",
        offset: int = 0,
        limit: int = 20,
    ) -> Page:
        """A piece of the list that `filter` lets through; `sort` is "recent", "title" or "reused"."""
        raise NotImplementedError

    def history(self, entry_id: str) -> tuple[HistoryItem, ...]:
        """The entry's own events, its endorsements and reuses, in the order of the log. Raises `NotFound`."""
        raise NotImplementedError

    def lineage(self, entry_id: str) -> Lineage:
        """What it was made from and what was made from it, however far. Raises `NotFound`."""
        raise NotImplementedError

    def reuse(self, reuse_id: str) -> ReuseView:
        """One recorded reuse. Raises `NotFound`."""
        raise NotImplementedError

    def revision(self, entry_id: str, version: int) -> Content:
        """The text as it stood at `version` of the entry. Raises `NotFound`."""
        raise NotImplementedError

    def all_ids(self) -> Iterator[str]:
        """The id of every entry, archived ones too, in the order they came."""
        raise NotImplementedError

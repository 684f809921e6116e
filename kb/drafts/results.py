"""Drafts as their owner sees them."""

from datetime import datetime

from msgspec import Struct


class DraftSummary(Struct, frozen=True, kw_only=True):
    """A draft in a list.

    It is for a new entry of `kind`, or else for a revision of `entry_id` based on its `version`.
    `number` counts the saves. `title` is None if the draft cannot be read.
    """

    id: str
    kind: str
    entry_id: str | None
    version: int
    title: str | None
    number: int
    begun_at: datetime
    saved_at: datetime


class SavedDraft(DraftSummary, frozen=True, kw_only=True):
    """A draft with all fields of its form, by name."""

    fields: dict[str, str]

    @property
    def summary(self) -> DraftSummary:
        """The draft as it is listed."""
        names = DraftSummary.__struct_fields__
        return DraftSummary(**{name: getattr(self, name) for name in names})

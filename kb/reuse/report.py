"""Counts of reuse by kind, tag, group or month: the definitions are in docs/reference/indicators.md."""

from datetime import date
from typing import Literal

from msgspec import Struct

By = Literal["kind", "tag", "group", "month"]


class ReuseRow(Struct, frozen=True, kw_only=True):
    """The counts of one key; `entries` is how many different entries were reused."""

    key: str
    recorded: int
    adopted: int
    adapted: int
    tried_and_stopped: int
    entries: int


class ReuseReport(Struct, frozen=True, kw_only=True):
    """Reuses recorded from `since` to `until`, both days included, counted by `by`."""

    by: By
    since: date | None
    until: date | None
    rows: tuple[ReuseRow, ...]
    total: ReuseRow


class Reports:
    """The numbers that a reporting job asks for."""

    def reuse(
        self, *, since: date | None = None, until: date | None = None, by: By = "kind"
    ) -> ReuseReport:
        """Reuse counted by `by`. Raises `InvalidInput` for another word or when `since` is after `until`."""
        raise NotImplementedError

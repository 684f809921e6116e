"""Counts of reuse by kind, tag, group or month, as docs/reference/indicators.md defines them."""

from datetime import date
from typing import TYPE_CHECKING, Literal, get_args

from msgspec import Struct

from kb.access import Principal, require
from kb.collation import sort_key
from kb.entries.actions import READ
from kb.errors import InvalidInput
from kb.measures import queries
from kb.measures.search_counts import CommonQuestion
from kb.messages import _
from kb.reuse.actions import REPORT
from kb.views.rows import rows

if TYPE_CHECKING:
    from kb.measures.search_counts import Questions
    from kb.views.snapshot import Reads

By = Literal["kind", "tag", "group", "month"]


class ReuseRow(Struct, frozen=True, kw_only=True):
    """The counts of one key; `entries` counts different entries."""

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


class Day(Struct, frozen=True):
    """The number of searches on a day (UTC)."""

    date: str
    searches: int


class QuestionReport(Struct, frozen=True, kw_only=True):
    """Searches by day, and the words that at least five members asked for."""

    days: tuple[Day, ...]
    common: tuple[CommonQuestion, ...]


class Reports:
    """Reports on reuse and searches. Usable from any thread."""

    def __init__(self, views: "Reads", principal: Principal, questions: "Questions") -> None:
        self._views = views
        self._principal = principal
        self._questions = questions

    def questions(self) -> QuestionReport:
        """Counts of searches, and questions asked by many members. Raises `Forbidden`."""
        require(self._principal, REPORT)
        return QuestionReport(
            days=tuple(Day(*day) for day in self._questions.days()),
            common=tuple(self._questions.common()),
        )

    def reuse(
        self, *, since: date | None = None, until: date | None = None, by: By = "kind"
    ) -> ReuseReport:
        """Reuse counted by `by`, rows in the order of their keys.

        Counts entries that the principal sees; for a reporter, those that all members see. Raises
        `InvalidInput` for another `by`, or when `since` is after `until`, and `Forbidden`, also for
        a token without the right to read where the keys are words of entries.
        """
        require(self._principal, REPORT)
        if by in ("tag", "group") and not self._principal.holds("search"):
            require(
                self._principal, READ, wish=_("count by {by}, which tells words of entries", by=by)
            )
        if by not in get_args(By):
            raise InvalidInput(
                _(
                    "{by!r} is no way to count: use one of {words}.",
                    by=by,
                    words=", ".join(get_args(By)),
                ),
                "by",
            )
        if since and until and since > until:
            raise InvalidInput(_("The first day is after the last day: swap them."), "since")
        days = {
            "since": since.isoformat() if since else None,
            "until": until.isoformat() if until else None,
        }
        with self._views.read(self._principal.reported) as db:
            found = rows(db, queries.REUSE_BY[by], days)
            total = rows(db, queries.REUSE_TOTAL, days)
        return ReuseReport(
            by=by,
            since=since,
            until=until,
            rows=tuple(sorted((ReuseRow(**row) for row in found), key=_key)),
            total=ReuseRow(**total[0]),
        )


def _key(row: ReuseRow) -> str:
    return sort_key(row.key)

"""Reuse: record it, update its outcome, count it."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from litestar import Response, get, patch, post
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import (
    OpenAPIMediaType,
    OpenAPIResponse,
    OpenAPIType,
    Operation,
    Schema,
)
from litestar.params import FromQuery, JSONBody
from msgspec import UNSET, UnsetType, structs

from kb import Session
from kb.entries.actions import READ
from kb.entries.results import ReuseView
from kb.measures.csv_text import as_csv
from kb.measures.reuse_report import By, ReuseReport
from kb.reuse.actions import REPORT, REUSE, UPDATE_REUSE, WITHDRAW_REUSE
from kb.reuse.reuse import Outcome
from web.api.entries import MOST, IdempotencyKey, Offset
from web.api.given import EntryVersion, Given, Id, Link, NamedGroup, PathId, Text, told
from web.api.search import Limit
from web.bodies import NOTES
from web.openapi import SENDS, operation
from web.written import Written, written

COUNTS = ResponseSpec(
    ReuseReport, generate_examples=False, description="The counts; CSV with format=csv."
)

CSV = "text/csv"


@dataclass
class AlsoCsv(Operation):
    """An operation that can also answer with CSV; Litestar has one media type for each status."""

    def __post_init__(self) -> None:
        """Add CSV to the media types of status 200."""
        answer = (self.responses or {}).get("200")
        if isinstance(answer, OpenAPIResponse) and answer.content is not None:
            text = Schema(type=OpenAPIType.STRING)
            answer.content = {**answer.content, CSV: OpenAPIMediaType(schema=text)}


class NewReuse(Given, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A group took the entry into its work. `evidence` is a link, `resulting_entry` an id."""

    group: NamedGroup
    context: Text
    outcome: Outcome
    resulting_entry: Id | None = None
    evidence: Link | None = None
    entry_version: EntryVersion | None = None


class OutcomeUpdate(Given, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The outcome of a reuse. A resulting entry or evidence left out stays, null removes it.

    Refused (409) if the reuse is not at the given `version`.
    """

    outcome: Outcome
    note: Text
    resulting_entry: Id | UnsetType | None = UNSET
    evidence: Link | UnsetType | None = UNSET
    version: Annotated[int, told(minimum=1)] | None = None
    entry_version: EntryVersion | None = None


@post(
    "/entries/{entry_id:str}/reuses",
    **operation("reuse", *SENDS, status=201, rule=REUSE, largest=NOTES),
)
def record_reuse(
    session: NamedDependency[Session],
    entry_id: PathId,
    data: JSONBody[NewReuse],
    idempotency_key: IdempotencyKey = None,
) -> Written:
    """Record that a group reused an entry; answers with the id of the reuse."""
    receipt = session.reuses.record(entry_id, **structs.asdict(data), command_id=idempotency_key)
    return written(receipt)


@get("/reuses/{reuse_id:str}", **operation("reuse", 404, rule=READ))
def get_reuse(session: NamedDependency[Session], reuse_id: PathId) -> ReuseView:
    """One recorded reuse."""
    return session.catalogue.reuse(reuse_id)


@patch("/reuses/{reuse_id:str}", **operation("reuse", *SENDS, rule=UPDATE_REUSE, largest=NOTES))
def update_reuse(
    session: NamedDependency[Session], reuse_id: PathId, data: JSONBody[OutcomeUpdate]
) -> Written:
    """Update the outcome of a reuse.

    A `resulting_entry` or `evidence` left out stays, null removes it. With `version`, only if the
    reuse is still at that.
    """
    receipt = session.reuses.update_outcome(reuse_id, **structs.asdict(data))
    return written(receipt)


class Withdrawal(Given, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Why the reuse should not have been recorded."""

    reason: Text


@post(
    "/reuses/{reuse_id:str}/withdraw",
    **operation("reuse", *SENDS, status=200, rule=WITHDRAW_REUSE, largest=NOTES),
)
def withdraw_reuse(
    session: NamedDependency[Session],
    reuse_id: PathId,
    data: JSONBody[Withdrawal],
    idempotency_key: IdempotencyKey = None,
) -> Written:
    """Take back a reuse that was recorded by mistake: it is no longer counted or listed.

    The entry's history keeps it. Only its recorder and curators may.
    """
    return written(session.reuses.withdraw(reuse_id, data.reason, command_id=idempotency_key))


@get(
    "/reports/reuse",
    operation_class=AlsoCsv,
    **operation("reuse", reply=COUNTS, rule=REPORT, queue="reads"),
)
def report_reuse(
    session: NamedDependency[Session],
    by: FromQuery[By] = "kind",
    since: FromQuery[date | None] = None,
    until: FromQuery[date | None] = None,
    format: FromQuery[Literal["json", "csv"]] = "json",
    offset: Offset = 0,
    limit: Limit = MOST,
) -> Response[ReuseReport | str]:
    """Counts of reuse by kind, tag, group or month; both days are included.

    `format=csv` is text/csv with all rows. By `tag` or `group` a token needs the scope `search` as
    well.
    """
    report = session.reports.reuse(since=since, until=until, by=by)
    if format == "json":
        return Response(structs.replace(report, rows=report.rows[offset:][:limit]))
    name = f'attachment; filename="reuse-by-{by}.csv"'
    return Response(
        as_csv(report),
        media_type=CSV,
        headers={"content-disposition": name},
    )

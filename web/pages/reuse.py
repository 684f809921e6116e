"""Reuse: recording it, updating its outcome, and the page of counts."""

from collections.abc import Mapping
from datetime import date
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from msgspec import UNSET, Struct, UnsetType

from kb import Session
from kb.entries.actions import READ
from kb.entries.results import ReuseView
from kb.errors import InvalidInput, Mistakes, Refused
from kb.measures.reuse_report import By, ReuseReport, ReuseRow
from kb.messages import _
from kb.reuse.actions import REPORT, REUSE, UPDATE_REUSE, WITHDRAW_REUSE
from kb.writer import Receipt
from web.bodies import NOTES
from web.errors import status_of
from web.pages.entry import FORMS, act, reuses_to_update
from web.pages.forms import (
    Form,
    FormBody,
    changed,
    command_id,
    entry_meant,
    posted_version,
    small_form,
    with_before,
)
from web.pages.links import entry_url
from web.pages.shell import Pages, see_changed

ROWS = 200
"""The most rows of a report on the page."""

BY: Mapping[By, str] = {
    "kind": _("Kind"),
    "tag": _("Tag"),
    "group": _("Group"),
    "month": _("Month"),
}


TOLD = ("outcome", "note", "evidence", "resulting_entry")
"""The fields of the form that updates a reuse's outcome."""


class ReusePage(Struct, frozen=True):
    """One reuse and, for those who may, the forms to update its outcome and to withdraw it."""

    reuse: ReuseView
    form: Form
    withdrawal: Form = Form({"reason": ""})
    may_update: bool = True


class ReportPage(Struct, frozen=True):
    """The counts; `report` is None if the form has errors."""

    form: Form
    report: ReuseReport | None
    by: Mapping[By, str]
    csv_url: str

    @property
    def shown(self) -> tuple[ReuseRow, ...]:
        """The rows shown on the page; the download has all."""
        return self.report.rows[:ROWS] if self.report else ()

    @property
    def left_out(self) -> bool:
        """Whether the report has more rows."""
        return self.report is not None and len(self.report.rows) > ROWS


@post(
    "/entries/{entry_id:str}/reuses", sync_to_thread=True, rule=REUSE, request_max_body_size=NOTES
)
def record(
    session: NamedDependency[Session],
    pages: NamedDependency[Pages],
    entry_id: FromPath[str],
    data: FormBody,
) -> Response[str] | Redirect:
    """Record a reuse."""
    form = small_form(data, *FORMS["reuse"])
    values, wrong = form.values, Mistakes()
    result = wrong.of(entry_meant, session, values["resulting_entry"], "resulting_entry")

    def command() -> Receipt:
        return session.reuses.record(
            entry_id,
            group=values["group"],
            context=values["context"],
            outcome=values["outcome"],  # type: ignore[arg-type]  # checked there, with a sentence
            evidence=values["evidence"] or None,
            resulting_entry=result,
            entry_version=posted_version(data),
            command_id=command_id(data),
            beside=wrong,
        )

    return act(session, pages, entry_id, "reuse", form, "reused", command, wait=False)


@get("/reuses/{reuse_id:str}", sync_to_thread=True, rule=READ)
def show_reuse(
    session: NamedDependency[Session], pages: NamedDependency[Pages], reuse_id: FromPath[str]
) -> Response[str]:
    """One reuse and its outcome."""
    reuse = session.catalogue.reuse(reuse_id)
    may_update = reuse.id in reuses_to_update(session, reuse.entry_id, [reuse])
    page = ReusePage(reuse, _form(session, reuse), may_update=may_update)
    return pages.render("reuse.html", page, at="reuse")


@post("/reuses/{reuse_id:str}", sync_to_thread=True, rule=UPDATE_REUSE, request_max_body_size=NOTES)
def update_reuse(
    session: NamedDependency[Session],
    pages: NamedDependency[Pages],
    reuse_id: FromPath[str],
    data: FormBody,
) -> Response[str] | Redirect:
    """Update the outcome of a reuse; fields left as shown are not changed."""
    reuse = session.catalogue.reuse(reuse_id)
    form = small_form(data, *TOLD, *(f"{each}_before" for each in TOLD), "entry_version")
    outcome, note, evidence, result = (
        form.values[each] if changed(data, each) else UNSET for each in TOLD
    )
    wrong = Mistakes()
    try:
        receipt = session.reuses.update_outcome(
            reuse_id,
            outcome,  # type: ignore[arg-type]  # checked there, with a sentence
            note,
            evidence=None if evidence == "" else evidence,
            resulting_entry=UNSET
            if isinstance(result, UnsetType)
            else wrong.of(entry_meant, session, result, "resulting_entry"),
            entry_version=posted_version(data),
            beside=wrong,
        )
    except (InvalidInput, Refused) as error:
        page = ReusePage(reuse, form.with_error(error))
        return pages.render("reuse.html", page, at="reuse", status=status_of(error))
    return see_changed(f"{entry_url(reuse.entry_id)}#reuse", "updated", receipt)


@post(
    "/reuses/{reuse_id:str}/withdraw",
    sync_to_thread=True,
    rule=WITHDRAW_REUSE,
    request_max_body_size=NOTES,
)
def withdraw_reuse(
    session: NamedDependency[Session],
    pages: NamedDependency[Pages],
    reuse_id: FromPath[str],
    data: FormBody,
) -> Response[str] | Redirect:
    """Take back a reuse that was recorded by mistake."""
    reuse = session.catalogue.reuse(reuse_id)
    form = small_form(data, "reason")
    try:
        receipt = session.reuses.withdraw(reuse_id, form.values["reason"])
    except (InvalidInput, Refused) as error:
        page = ReusePage(reuse, _form(session, reuse), form.with_error(error))
        return pages.render("reuse.html", page, at="reuse", status=status_of(error))
    return see_changed(f"{entry_url(reuse.entry_id)}#reuse", "reuse-withdrawn", receipt)


@get("/reuse", sync_to_thread=True, rule=REPORT, queue="reads")
def report(
    session: NamedDependency[Session],
    pages: NamedDependency[Pages],
    by: FromQuery[str] = "kind",
    since: FromQuery[str] = "",
    until: FromQuery[str] = "",
) -> Response[str]:
    """Counts of reuse: `by`, `since`, `until`."""
    form = Form({"by": by, "since": since, "until": until})
    csv_url = "/api/reports/reuse?" + urlencode(
        {name: value for name, value in form.values.items() if value} | {"format": "csv"}
    )
    wrong = Mistakes()
    try:
        counts = wrong.of(
            session.reports.reuse,
            since=wrong.of(_day, since, "since"),
            until=wrong.of(_day, until, "until"),
            by=by,  # type: ignore[arg-type]  # checked there, with a sentence
        )
        wrong.refuse()
    except InvalidInput as error:
        page = ReportPage(form.with_error(error), None, BY, csv_url)
        return pages.render("report.html", page, at="reuse", status=status_of(error))
    return pages.render("report.html", ReportPage(form, counts, BY, csv_url), at="reuse")


def _form(session: Session, reuse: ReuseView) -> Form:
    """The form that updates the outcome, as it stands before anything is changed in it."""
    version = session.catalogue.get(reuse.entry_id, most=0).version
    return with_before(_told(reuse)).with_values(entry_version=str(version))


def _told(reuse: ReuseView) -> dict[str, str]:
    """The outcome of a reuse as form values."""
    return {each: getattr(reuse, each) or "" for each in TOLD}


def _day(text: str, field: str) -> date | None:
    try:
        return date.fromisoformat(text) if text.strip() else None
    except ValueError:
        raise InvalidInput(
            _("The day {text!r} is not written as 2026-01-31.", text=text), field
        ) from None

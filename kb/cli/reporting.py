"""Commands that count what the community does, for people and for other programs."""

import csv
import io
from datetime import date, datetime

import click

from kb.cli.session import Session, pass_session
from kb.cli.show import print_json, print_table

COLUMNS = ("recorded", "adopted", "adapted", "tried_and_stopped", "entries")


@click.group("report")
def report_command() -> None:
    """Count what the community does."""


@report_command.command("reuse")
@click.option("--since", metavar="DAY", type=click.DateTime(["%Y-%m-%d"]), help="First day, UTC.")
@click.option("--until", metavar="DAY", type=click.DateTime(["%Y-%m-%d"]), help="Last day, UTC.")
@click.option(
    "--by",
    type=click.Choice(["kind", "tag", "group", "month"]),
    default="kind",
    show_default=True,
    help="What a row stands for.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "json"]),
    default="table",
    show_default=True,
    help="How to print it.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@pass_session
def reuse(
    session: Session,
    since: datetime | None,
    until: datetime | None,
    by: str,
    form: str,
    as_json: bool,
) -> None:
    """Count the reuses recorded in a time, by kind, tag, group or month."""
    with session.open() as base:
        report = base.reports.reuse(since=_day(since), until=_day(until), by=by)  # type: ignore[arg-type]
    if as_json or form == "json":
        print_json(report)
        return
    rows = [(row.key, *(getattr(row, name) for name in COLUMNS)) for row in report.rows]
    if form == "csv":
        click.echo(_csv([(by, *COLUMNS), *rows]), nl=False)
        return
    total = (report.total.key, *(getattr(report.total, name) for name in COLUMNS))
    print_table((by, *(name.replace("_", " ") for name in COLUMNS)), [*rows, total])


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _csv(rows: list[tuple[object, ...]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()

"""Commands that count what the community does, for people and for other programs."""

from datetime import date, datetime
from typing import get_args

import click
from msgspec import structs

from kb.cli.invocation import Invocation, pass_invocation
from kb.cli.once import Group
from kb.cli.output import json_option, print_json, print_table
from kb.cli.pieces import newest, newest_options, piece, piece_options
from kb.measures.reuse_report import By
from kb.messages import _


@click.group("report", cls=Group)
def report_command() -> None:
    """Count what the community does."""


@report_command.command("reuse")
@click.option("--since", metavar="DAY", type=click.DateTime(["%Y-%m-%d"]), help="First day, UTC.")
@click.option("--until", metavar="DAY", type=click.DateTime(["%Y-%m-%d"]), help="Last day, UTC.")
@click.option(
    "--by",
    type=click.Choice(get_args(By)),
    default="kind",
    show_default=True,
    help="What a row stands for.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "json"]),
    show_default="table",
    help="How to print it.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@piece_options
@pass_invocation
def reuse(
    invocation: Invocation,
    since: datetime | None,
    until: datetime | None,
    by: By,
    form: str | None,
    as_json: bool,
    offset: int,
    limit: int,
) -> None:
    """Count the reuses recorded in a time, by kind, tag, group or month. CSV has all rows."""
    from kb.measures.csv_text import COLUMNS, as_csv

    if as_json and form not in (None, "json"):
        raise click.UsageError(_("Give either --json or --format {form}.", form=form))
    with invocation.reading() as session:
        report = session.reports.reuse(since=_day(since), until=_day(until), by=by)
    if form == "csv":
        click.echo(as_csv(report), nl=False)
        return
    report = structs.replace(report, rows=tuple(piece(report.rows, offset, limit)))
    if as_json or form == "json":
        print_json(report)
    else:
        rows = [
            (row.key, *(getattr(row, name) for name in COLUMNS))
            for row in (*report.rows, report.total)
        ]
        print_table((by, *(name.replace("_", " ") for name in COLUMNS)), rows)


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


@report_command.command("questions")
@newest_options
@json_option
@pass_invocation
def questions(invocation: Invocation, offset: int, limit: int, as_json: bool) -> None:
    """Count searches by day, and list the words that at least five members asked for.

    Of either list so many: the newest days, and the words of the newest time first.
    """
    with invocation.reading() as session:
        report = session.reports.questions()
    report = structs.replace(
        report,
        days=tuple(newest(report.days, offset, limit)),
        common=tuple(piece(report.common, offset, limit)),
    )
    if as_json:
        print_json(report)
        return
    print_table(("day", "searches"), [(day.date, str(day.searches)) for day in report.days])
    if report.common:
        click.echo()
        rows = [(each.window_begins, str(each.searches), each.words) for each in report.common]
        print_table(("since", "searches", "words"), rows)

"""Commands on reuse: a group uses an entry, and reports the outcome."""

from collections.abc import Callable
from typing import Any, TypeVar

import click
from msgspec import UNSET

from kb.cli.invocation import Invocation, pass_invocation
from kb.cli.once import Emptying, Group
from kb.cli.output import entry_version_option, json_option, print_receipt
from kb.messages import _
from kb.reuse.reuse import OUTCOMES, Outcome

F = TypeVar("F", bound=Callable[..., Any])

outcome_option = click.option(
    "--outcome",
    required=True,
    type=click.Choice(OUTCOMES),
    help="How it went.",
)


def told_options(option: type[click.Option]) -> Callable[[F], F]:
    """Add the options for the outcome of a reuse, each of the class `option`."""

    def add(command: F) -> F:
        for each in (
            click.option("--evidence", metavar="URL", cls=option, help="A link to what shows it."),
            click.option(
                "--resulting-entry", metavar="ID", cls=option, help="The entry that came out of it."
            ),
        ):
            command = each(command)
        return command

    return add


@click.group("reuse", cls=Group)
def reuse_command() -> None:
    """Record that a group took an entry into its work, and what became of it."""


@reuse_command.command("record")
@click.argument("entry_id", metavar="ID")
@click.option("--group", required=True, help="Which group: a team, department or region.")
@click.option("--context", required=True, help="Where and for what.")
@outcome_option
@told_options(click.Option)
@entry_version_option
@json_option
@pass_invocation
def record(
    invocation: Invocation,
    entry_id: str,
    group: str,
    context: str,
    outcome: Outcome,
    resulting_entry: str | None,
    evidence: str | None,
    entry_version: int | None,
    as_json: bool,
) -> None:
    """Record that a group took the entry ID into its work."""
    with invocation.session() as session:
        resolve = session.catalogue.resolve
        receipt = session.reuses.record(
            resolve(entry_id),
            group=group,
            context=context,
            outcome=outcome,
            resulting_entry=resulting_entry and resolve(resulting_entry),
            evidence=evidence,
            entry_version=entry_version,
        )
    print_receipt(session.principal, receipt, _("Recorded reuse {id}.", id=receipt.id), as_json)


@reuse_command.command("withdraw")
@click.argument("reuse_id", metavar="REUSE_ID")
@click.option("--reason", required=True, help="Why it should not have been recorded.")
@json_option
@pass_invocation
def withdraw(invocation: Invocation, reuse_id: str, reason: str, as_json: bool) -> None:
    """Take back the reuse REUSE_ID, which was recorded by mistake, so that it counts no more.

    The history of the entry keeps it.
    """
    with invocation.session() as session:
        receipt = session.reuses.withdraw(session.catalogue.resolve_reuse(reuse_id), reason)
    print_receipt(session.principal, receipt, _("Reuse {id} is withdrawn.", id=receipt.id), as_json)


@reuse_command.command("update")
@click.argument("reuse_id", metavar="REUSE_ID")
@outcome_option
@click.option("--note", required=True, help="What became of it.")
@told_options(Emptying)
@click.option(
    "--version", type=int, help="The version of the reuse that you read: refused if it has another."
)
@entry_version_option
@json_option
@pass_invocation
def update(
    invocation: Invocation,
    reuse_id: str,
    outcome: Outcome,
    note: str,
    resulting_entry: str | None,
    evidence: str | None,
    version: int | None,
    entry_version: int | None,
    as_json: bool,
) -> None:
    """Tell what became of the reuse REUSE_ID; `kb show` lists the ids of an entry's reuses.

    The beginning of an id is enough. Resulting entry and evidence stay as they are unless given;
    an empty one, e.g. --evidence '', takes away what is there.
    """
    with invocation.session() as session:
        receipt = session.reuses.update_outcome(
            session.catalogue.resolve_reuse(reuse_id),
            outcome,
            note,
            resulting_entry=UNSET
            if resulting_entry is None
            else resulting_entry and session.catalogue.resolve(resulting_entry),
            evidence=UNSET if evidence is None else evidence,
            version=version,
            entry_version=entry_version,
        )
    print_receipt(
        session.principal, receipt, _("Reuse {id} is up to date.", id=receipt.id), as_json
    )

"""The command by which a member vouches for an entry."""

import click

from kb.cli.invocation import Invocation, pass_invocation
from kb.cli.names import Names
from kb.cli.once import Command
from kb.cli.output import entry_version_option, json_option, print_receipt, short
from kb.messages import _


@click.command("endorse", cls=Command)
@click.argument("entry_id", metavar="ID")
@click.option("--reason", help="Why you vouch for it.")
@click.option("--withdraw", is_flag=True, help="Take your endorsement back.")
@entry_version_option
@json_option
@pass_invocation
def endorse_command(
    invocation: Invocation,
    entry_id: str,
    reason: str | None,
    withdraw: bool,
    entry_version: int | None,
    as_json: bool,
) -> None:
    """Vouch for the entry ID, with a reason, or withdraw that."""
    if (reason is None) != withdraw:
        raise click.UsageError(_("Give either --reason or --withdraw."))
    if withdraw and entry_version is not None:
        raise click.UsageError("--entry-version is for a reason: withdrawing tells nobody any.")
    with invocation.session() as session:
        found = session.catalogue.resolve(entry_id)
        member = session.principal.member or ""
        name = Names(session, [member]).member(member)
        if reason is None:
            receipt = session.endorsements.withdraw(found)
        else:
            receipt = session.endorsements.endorse(found, reason, entry_version=entry_version)
    said = (
        _("Entry {id} is no longer endorsed by {name}.", id=short(found), name=name)
        if withdraw
        else _("Entry {id} is endorsed by {name}.", id=short(found), name=name)
    )
    print_receipt(session.principal, receipt, said, as_json)

"""Commands that erase a member or an entry for good; only the fact of it remains."""

from typing import Literal

import click

from kb import access
from kb.cli.invocation import Invocation, pass_invocation, tell
from kb.cli.names import Names
from kb.cli.once import Group
from kb.cli.output import json_option, print_receipt, short
from kb.entries.actions import ERASE_ENTRY
from kb.messages import _

RECORDED = _("The erasure is recorded, and nobody can undo it; now it is being finished.")


@click.group("erase", cls=Group)
def erase_command() -> None:
    """Destroy the keys of a member or an entry, and everything that was made with them.

    This cannot be undone. Copies of the vault, such as backups, still hold the keys.
    """


@erase_command.command("member")
@click.argument("member_id", metavar="ID")
@click.option(
    "--entries",
    type=click.Choice(["kept", "erased"]),
    default="kept",
    show_default=True,
    help="Whether what they contributed stays, as that of a former member, or goes too.",
)
@click.confirmation_option(prompt=_("Nobody can undo this. Erase the member?"))
@json_option
@pass_invocation
def erase_member(
    invocation: Invocation, member_id: str, entries: Literal["kept", "erased"], as_json: bool
) -> None:
    """Forget the member ID: profile, sign-in, and what they said of the entries of others.

    Asked again after it was stopped, it is finished.
    """
    with invocation.session() as session:
        member = session.directory.member(member_id)
        name = Names(session, [member.id]).member(member.id)
        session.people.refuse_erasing(member.id)
        receipt = session.erasure.member(
            member.id, entries=entries, recorded=lambda: tell(RECORDED)
        )
    print_receipt(
        session.principal,
        receipt,
        _("{name} is erased, and their entries are {entries}.", name=name, entries=entries),
        as_json,
    )


@erase_command.command("entry")
@click.argument("entry_id", metavar="ID")
@click.confirmation_option(prompt=_("Nobody can undo this. Erase the entry?"))
@json_option
@pass_invocation
def erase_entry(invocation: Invocation, entry_id: str, as_json: bool) -> None:
    """Forget the entry ID; what others said of it is shown no longer.

    Asked again after it was stopped, it is finished.
    """
    with invocation.session() as session:
        found = session.catalogue.resolve(entry_id, erased=True)
        if session.catalogue.summaries([found]):
            access.require(
                session.principal, ERASE_ENTRY, session.catalogue.get(found).contributed_by
            )
        receipt = session.erasure.entry(found, lambda: tell(RECORDED))
    print_receipt(
        session.principal, receipt, _("Entry {id} is erased.", id=short(receipt.id)), as_json
    )

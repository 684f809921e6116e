"""Commands on one's own drafts; KB_MEMBER says whose."""

from typing import TYPE_CHECKING

import click

from kb.cli.invocation import Invocation, echo, pass_invocation, say
from kb.cli.once import Group
from kb.cli.output import json_option, local_time, print_json, print_table
from kb.cli.pieces import piece, piece_options
from kb.messages import _

if TYPE_CHECKING:
    from kb.drafts.results import DraftSummary


@click.group("draft", cls=Group)
def draft_command() -> None:
    """See or discard what you have begun to write in the browser; KB_MEMBER says who you are."""


@draft_command.command("list")
@piece_options
@json_option
@pass_invocation
def list_drafts(invocation: Invocation, offset: int, limit: int, as_json: bool) -> None:
    """List your drafts, the last saved first."""
    with invocation.reading() as session:
        found = piece(session.drafts.list(), offset, limit)
    if as_json:
        print_json(found)
        return
    print_table(
        ("id", "title", "for", "saved"),
        [(each.id, each.title or "", _meant(each), local_time(each.saved_at)) for each in found],
    )


@draft_command.command("show")
@click.argument("draft_id", metavar="ID")
@json_option
@pass_invocation
def show(invocation: Invocation, draft_id: str, as_json: bool) -> None:
    """Print the draft ID with all fields of its form."""
    with invocation.reading() as session:
        found = session.drafts.get(draft_id)
    if as_json:
        print_json(found)
        return
    echo(f"{_meant(found)}, {local_time(found.saved_at)}")
    for name, text in found.fields.items():
        if text:
            echo(f"\n{name}:\n{text}")


@draft_command.command("discard")
@click.argument("draft_id", metavar="ID")
@json_option
@pass_invocation
def discard(invocation: Invocation, draft_id: str, as_json: bool) -> None:
    """Discard the draft ID; nobody can bring it back."""
    with invocation.session() as session:
        session.drafts.discard(draft_id)
    if as_json:
        print_json({"id": draft_id})
    else:
        say(_("The draft {draft_id} is discarded.", draft_id=draft_id))


def _meant(draft: "DraftSummary") -> str:
    return f"revision of {draft.entry_id}" if draft.entry_id else draft.kind

"""Commands of `kb member` for the member in KB_MEMBER themselves."""

from typing import TYPE_CHECKING

import click

from kb import access
from kb.cli.invocation import Invocation, pass_invocation
from kb.cli.once import Command
from kb.cli.output import json_option, print_receipt
from kb.errors import Forbidden
from kb.messages import _

if TYPE_CHECKING:
    from kb.session import Session


@click.command("language", cls=Command)
@click.argument("language", metavar="LANGUAGE")
@json_option
@pass_invocation
def language(invocation: Invocation, language: str, as_json: bool) -> None:
    """Be spoken to in LANGUAGE, such as de, in pages and in the shell; KB_MEMBER says who you are.

    With none it is the one that each browser asks for, and in the shell that of KB_LANG.
    """
    with invocation.session() as session:
        _refuse_operator(session, _("Only members have a language: set KB_MEMBER to your id."))
        receipt = session.people.choose_language(None if language == "none" else language)
    print_receipt(session.principal, receipt, _("Your language is saved."), as_json)


@click.command("data", cls=Command)
@click.option(
    "--format",
    "form",
    type=click.Choice(["json", "markdown"]),
    default="json",
    show_default=True,
    help="For programs, or for people.",
)
@pass_invocation
def data(invocation: Invocation, form: str) -> None:
    """Print everything that is your own; KB_MEMBER says who you are."""
    from kb.areas import OWN
    from kb.own_data.markdown import as_markdown
    from kb.own_data.read import as_json

    with invocation.reading() as session:
        _refuse_operator(
            session, _("Only members have data of their own: set KB_MEMBER to your id.")
        )
        own = session.own_data()
    click.echo(as_json(own) if form == "json" else as_markdown(own, OWN))


def _refuse_operator(session: "Session", why: str) -> None:
    if access.is_operator(session.principal):
        raise Forbidden(why)

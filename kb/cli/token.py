"""Commands on the tokens by which programs use the knowledge base for a member."""

from datetime import timedelta
from typing import get_args

import click

from kb.access import Scope
from kb.accounts.tokens import TokenGist, TokenInfo
from kb.cli.invocation import Invocation, echo, pass_invocation, say
from kb.cli.names import Names
from kb.cli.once import Group
from kb.cli.output import joined, json_option, local_day, print_json, print_table
from kb.cli.pieces import piece, piece_options
from kb.messages import _

LONGEST = 3650
"""Days; a token ends."""


@click.group("token", cls=Group)
def token_command() -> None:
    """Make, list and revoke tokens for programs. Stewards list and revoke those of others too."""


@token_command.command("make")
@click.argument("member_id", metavar="MEMBER")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice(get_args(Scope)),
    multiple=True,
    required=True,
    help="What it may be used for, as far as the member may; may be repeated.",
)
@click.option("--name", required=True, help="What it is for, so that lists can tell it.")
@click.option(
    "--days",
    type=click.IntRange(1, LONGEST),
    default=90,
    show_default=True,
    help="How long it can be used.",
)
@json_option
@pass_invocation
def make(
    invocation: Invocation,
    member_id: str,
    scopes: tuple[Scope, ...],
    name: str,
    days: int,
    as_json: bool,
) -> None:
    """Make a token for the member MEMBER and show its secret, this once.

    Members make their own; the operator makes one for anybody.
    """
    from events.clock import utc_now

    with invocation.session() as session:
        member = session.directory.member(member_id).id
        ends = utc_now() + timedelta(days=days)
        token, secret = session.credentials.make_token(member, scopes, name, ends)
        # Printed before anything else can fail, as nobody could see it later.
        if as_json:
            print_json({"id": token, "member": member, "secret": secret, "expires_at": ends})
            return
        click.echo(secret)
        echo(
            f"Keep it now, it is not shown again. It ends on {local_day(ends)}; to end it before: "
            f"kb token revoke {token}"
        )


@token_command.command("list")
@piece_options
@json_option
@pass_invocation
def list_tokens(invocation: Invocation, offset: int, limit: int, as_json: bool) -> None:
    """List tokens: what each may do and when it ends; never the secret.

    What a token is for and when it was used last is shown to its own member alone.
    """
    with invocation.reading() as session:
        found = piece(session.credentials.tokens(), offset, limit)
        names = Names(session, (token.member for token in found))
    if as_json:
        print_json(found)
        return
    print_table(
        ("id", "member", "scopes", "ends", "for", "used"),
        [
            (
                *(token.id, names.member(token.member), joined(sorted(token.scopes))),
                *(local_day(token.expires_at), *_for_its_member(token)),
            )
            for token in found
        ],
    )


def _for_its_member(token: TokenGist) -> tuple[object, ...]:
    return (token.name, token.used_on or "never") if isinstance(token, TokenInfo) else ("", "")


# An id may begin with a dash, which is no option then.
@token_command.command(
    "revoke", context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]}
)
@click.argument("token_id", metavar="ID")
@json_option
@pass_invocation
def revoke(invocation: Invocation, token_id: str, as_json: bool) -> None:
    """Make the token ID void, at once."""
    from kb.errors import NotFound

    with invocation.session() as session:
        if not session.credentials.revoke_token(token_id):
            raise NotFound(
                _("There is no token {token_id!r}: see kb token list.", token_id=token_id)
            )
    if as_json:
        print_json({"id": token_id})
    else:
        say(_("The token {token_id} is void.", token_id=token_id))

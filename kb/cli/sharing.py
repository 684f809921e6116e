"""Commands about who sees what: an entry, the whole to the world, and who changed any of it."""

from typing import TYPE_CHECKING

import click

from kb.cli.names import Names
from kb.cli.once import Command
from kb.cli.pieces import newest, newest_options
from kb.cli.session import Session, pass_session
from kb.cli.show import json_option, local_time, print_json, print_receipt, print_table, short
from kb.counting import counted

if TYPE_CHECKING:
    from kb.access import Visibility
    from kb.knowledge_base import KnowledgeBase
    from kb.people.directory import AccessChange

EVERYBODY = {"open": True, "closed": False}


def chosen_visibility(base: "KnowledgeBase", words: tuple[str, ...]) -> "Visibility":
    """What the words of an option or argument say. Raises `InvalidInput` or `NotFound`."""
    from kb.access import Visibility
    from kb.importers.visibility import visibility

    return visibility(words, lambda name: base.directory.group(name).id) if words else Visibility()


@click.command("visibility", cls=Command)
@click.argument("entry_id", metavar="ID")
@click.argument("words", metavar="WHO...", nargs=-1, required=True)
@click.option(
    "--entry-version",
    type=int,
    help="The version of the entry that you read: refused if it was changed since.",
)
@json_option
@pass_session
def visibility_command(
    session: Session,
    entry_id: str,
    words: tuple[str, ...],
    entry_version: int | None,
    as_json: bool,
) -> None:
    """Let exactly WHO see the entry ID from now on.

    WHO is world, members, author, draft (its author, who has not finished it) or group:NAME, this
    one several times if need be. The entry's author may do so, and curators.
    """
    with session.open() as base:
        shown = chosen_visibility(base, words)
        receipt = base.entries.show(
            base.catalogue.resolve(entry_id), shown, entry_version=entry_version
        )
        seen_by = Names(base).seen_by(shown)
    print_receipt(
        base.asker, receipt, f"Entry {short(receipt.id)} is shown to: {seen_by}.", as_json
    )


@click.command("world", cls=Command)
@click.argument(
    "wanted", metavar="[open|closed]", type=click.Choice(list(EVERYBODY)), required=False
)
@json_option
@pass_session
def world_command(session: Session, wanted: str | None, as_json: bool) -> None:
    """Tell whether people who are not signed in may see anything, or change that.

    While it is open, they see the entries that are shown to world, and no others.
    """
    with session.open() as base:
        if wanted is not None:
            base.people.open_to_world(EVERYBODY[wanted])
        is_open, shown = base.directory.open_to_world(), base.directory.shown_to_world()
    if as_json:
        print_json({"open": is_open, "shown": shown if is_open else 0})
    elif is_open:
        click.echo(
            f"The community is open to the world, which sees {counted(shown, 'entry', 'entries')}."
        )
    else:
        click.echo("The community is closed to the world.")


@click.command("audit", cls=Command)
@click.option("--about", metavar="WHO", help="Only of this member or group, by id or group name.")
@newest_options
@json_option
@pass_session
def audit_command(
    session: Session, about: str | None, offset: int, limit: int, as_json: bool
) -> None:
    """Show who changed roles, groups, settings, tokens, sign-in and who sees what, and when."""
    with session.open() as base:
        found = base.directory.changes(_subject(base, about) if about else "")
        changes = newest(found, offset, limit)
        people = {who for change in changes for who in (change.actor, change.subject) if who}
        names = Names(base, people)
    if as_json:
        print_json(changes)
        return
    print_table(
        ("when", "who", "about", "what"),
        [
            (
                local_time(change.at),
                names.member(change.actor),
                _about(change, names),
                change.detail,
            )
            for change in changes
        ],
    )


def _about(change: "AccessChange", names: Names) -> str:
    if change.entry_id:
        return f"entry {short(change.entry_id)}"
    if not change.subject or change.subject in names.groups:
        return names.groups.get(change.subject, "")
    return f"{names.member(change.subject)} ({short(change.subject)})"


def _subject(base: "KnowledgeBase", about: str) -> str:
    from kb.errors import NotFound

    try:
        return base.directory.member(about).id
    except NotFound:
        return base.directory.group(about).id

"""Commands about who sees what: entries, access for the world, and the audit."""

import sys
from typing import TYPE_CHECKING

import click

from kb.cli.invocation import Invocation, pass_invocation, say, tell
from kb.cli.names import Names
from kb.cli.once import Command
from kb.cli.output import json_option, local_time, print_json, print_receipt, print_table, short
from kb.cli.pieces import newest_options, oldest_first
from kb.counting import counted
from kb.messages import _

if TYPE_CHECKING:
    from kb.access import Visibility
    from kb.people.directory import AccessChange
    from kb.session import Session

EVERYBODY = {"open": True, "closed": False}


def chosen_visibility(session: "Session", words: tuple[str, ...]) -> "Visibility":
    """The visibility in words of an option or argument. Raises `InvalidInput` or `NotFound`."""
    from kb.access import Visibility
    from kb.visibility_words import visibility

    return (
        visibility(words, lambda name: session.directory.group(name).id) if words else Visibility()
    )


@click.command("visibility", cls=Command)
@click.argument("words", metavar="ID... WHO...", nargs=-1, required=True)
@click.option(
    "--entry-version",
    type=int,
    help="The version of the entry that you read: refused if it was changed since.",
)
@json_option
@pass_invocation
@click.pass_context
def visibility_command(
    context: click.Context,
    invocation: Invocation,
    words: tuple[str, ...],
    entry_version: int | None,
    as_json: bool,
) -> None:
    """Let exactly WHO see the entry ID, or each of several, from now on.

    WHO is world, members, author, draft (its author, who has not finished it) or group:NAME, this
    one several times if need be. The entry's author may do so, and curators. For "-" the ids are
    read from standard input, one a line. What is refused keeps no other back: all is told, and the
    exit code is 1.
    """
    names, who = _ids_and_words(context, words)
    several = names == ["-"] or len(names) > 1
    if several and entry_version is not None:
        raise click.UsageError("--entry-version is that of one entry: give one id.", context)
    names = _ids_read() if names == ["-"] else names
    if not several:
        _show_one(invocation, names[0], who, entry_version, as_json)
    elif not _show_each(invocation, names, who, as_json):
        context.exit(1)


def _ids_and_words(
    context: click.Context, words: tuple[str, ...]
) -> tuple[list[str], tuple[str, ...]]:
    """The ids, and from the first word about who sees an entry on, the rest."""
    from kb.access import SIGHTS
    from kb.visibility_words import GROUP, spelled

    if len(words) < 2:
        raise click.UsageError(_("Say whom the entry is to be shown to: WHO is missing."), context)
    said = enumerate(spelled(words))
    known = (at for at, word in said if at and (word in SIGHTS or word.startswith(GROUP)))
    first = next(known, 1)
    return list(words[:first]), words[first:]


def _ids_read() -> list[str]:
    return list(dict.fromkeys(filter(None, map(str.strip, sys.stdin))))


def _show_one(
    invocation: Invocation,
    name: str,
    who: tuple[str, ...],
    entry_version: int | None,
    as_json: bool,
) -> None:
    with invocation.session() as session:
        shown = chosen_visibility(session, who)
        seen_by = Names(session).seen_by(shown)
        receipt = session.entries.show(
            session.catalogue.resolve(name), shown, entry_version=entry_version
        )
    print_receipt(
        session.principal,
        receipt,
        _("Entry {id} is shown to: {seen_by}.", id=short(receipt.id), seen_by=seen_by),
        as_json,
    )


def _show_each(
    invocation: Invocation, names: list[str], who: tuple[str, ...], as_json: bool
) -> bool:
    """Show each entry, and report failures in order of their names; whether there were none."""
    from kb.errors import Forbidden, InvalidInput, NotFound, NotRecorded, Refused
    from kb.views.visible import deciding

    done: list[str] = []
    refused: list[dict[str, str]] = []
    with invocation.session() as session:
        shown = chosen_visibility(session, who)
        seen_by = Names(session).seen_by(shown)
        for name in names:
            try:
                with deciding():
                    found = session.catalogue.resolve(name)
                done.append(session.entries.show(found, shown).id)
            except (Forbidden, InvalidInput, NotFound, NotRecorded, Refused) as error:
                refused.append({"id": name, "reason": str(error)})
    if as_json:
        print_json({"shown": done, "refused": refused})
    else:
        if refused:
            print_table(("not changed", "why"), [(each["id"], each["reason"]) for each in refused])
            click.echo()
        count = counted(len(done), "entry is", "entries are")
        say(_("{count} shown to: {seen_by}.", count=count, seen_by=seen_by), capital=True)
    return not refused


@click.command("world", cls=Command)
@click.argument(
    "wanted", metavar="[open|closed]", type=click.Choice(list(EVERYBODY)), required=False
)
@json_option
@pass_invocation
def world_command(invocation: Invocation, wanted: str | None, as_json: bool) -> None:
    """Tell whether people who are not signed in may see anything, or change that.

    While it is open, they see the entries that are shown to world, and no others.
    """
    behind = ""
    with invocation.open() as base:
        session = base.session
        if wanted is None:
            is_open = session.directory.open_to_world()
        else:
            is_open = EVERYBODY[wanted]
            behind = session.people.open_to_world(is_open).behind
        shown = session.directory.shown_to_world() if is_open and not behind else 0
    if behind:
        tell(behind)
    if as_json:
        print_json({"open": is_open, "shown": None if is_open and behind else shown})
    elif is_open and behind:
        say(_("The community is open to the world from now on."))
    elif is_open:
        say(
            _(
                "The community is open to the world, which sees {counted}.",
                counted=counted(shown, "entry", "entries"),
            )
        )
    else:
        say(_("The community is closed to the world."))


@click.command("audit", cls=Command)
@click.option("--about", metavar="WHO", help="Only of this member or group, by id or group name.")
@newest_options
@json_option
@pass_invocation
def audit_command(
    invocation: Invocation, about: str | None, offset: int, limit: int, as_json: bool
) -> None:
    """Show who changed roles, groups, settings, tokens, sign-in and who sees what, and when."""
    with invocation.reading() as session:
        subject, directory = _subject(session, about) if about else "", session.directory
        found = directory.newest_changes(subject, offset=offset, limit=limit)
        listed = oldest_first(found, directory.count_changes(subject))
        changes = [each.change for each in listed]
        people = {who for change in changes for who in (change.actor, change.subject) if who}
        names = Names(session, people)
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


def _subject(session: "Session", about: str) -> str:
    from kb.errors import NotFound

    try:
        return session.directory.member(about).id
    except NotFound:
        return session.directory.group(about).id

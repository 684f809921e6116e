"""Commands about earlier texts of an entry: compare two of them, restore one."""

import os
import sys
from typing import TYPE_CHECKING

import click
from msgspec import structs

from kb.characters import escaped
from kb.cli.invocation import Invocation, echo, pass_invocation, say
from kb.cli.names import Names
from kb.cli.once import Command
from kb.cli.output import (
    heading,
    json_option,
    local_time,
    print_facts,
    print_json,
    print_receipt,
    print_table,
    short,
)
from kb.cli.pieces import oldest_first
from kb.counting import counted
from kb.entries.content import shown
from kb.messages import _, render, shell_language

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kb.entries.differences import Differences, Run, SectionDifference
    from kb.entries.results import Comparison, EntryPage, Revision, RevisionText
    from kb.session import Session

VERSION = click.IntRange(1, 2**53)

MARKS = {"removed": ("[-{}-]", "red"), "added": ("{{+{}+}}", "green")}
"""How what differs is written, as by wdiff, and its colour on a terminal beside that."""


@click.command("diff", cls=Command)
@click.argument("entry_id", metavar="ID")
@click.argument("earlier", metavar="[FROM]", type=VERSION, required=False)
@click.argument("later", metavar="[TO]", type=VERSION, required=False)
@json_option
@pass_invocation
def diff_command(
    invocation: Invocation, entry_id: str, earlier: int | None, later: int | None, as_json: bool
) -> None:
    """Show what differs between two texts of the entry ID, word by word.

    FROM and TO are versions, as kb history --revisions lists them; without TO the present text, and
    without both that and the one before it. What was removed is marked [-so-], what was added
    {+so+}, on a terminal in colour too, unless NO_COLOR is set.
    """
    with invocation.reading() as session:
        entry = session.catalogue.resolve(entry_id)
        found = session.catalogue.compared(entry, earlier, later)
        names = Names(session, (one.by for one in (found.earlier, found.later) if one.by))
    if as_json:
        print_json(found)
    else:
        _print_comparison(found, names)


@click.command("restore-revision", cls=Command)
@click.argument("entry_id", metavar="ID")
@click.argument("revision", metavar="REVISION", type=VERSION)
@click.option(
    "--version", type=int, help="The version of the entry that you read [the present one]."
)
@click.option("--note", help="Why, for the history.")
@json_option
@pass_invocation
def restore_revision_command(
    invocation: Invocation,
    entry_id: str,
    revision: int,
    version: int | None,
    note: str | None,
    as_json: bool,
) -> None:
    """Make the text that the entry ID had at version REVISION its text once more.

    With its title and group. That is a revision: the present text stays among the revisions, which
    kb history --revisions lists. All who see the entry read that text from then on. With --version,
    a text that another member revised since then is not overwritten.
    """
    with invocation.session() as session:
        page = session.catalogue.get(session.catalogue.resolve(entry_id), most=0, related=0)
        receipt = session.entries.restore_revision(
            page.id, revision, version=page.version if version is None else version, note=note
        )
    print_receipt(
        session.principal,
        receipt,
        _("Entry {id} is at version {version}.", id=short(receipt.id), version=receipt.version),
        as_json,
    )


def list_revisions(
    session: "Session", entry_id: str, offset: int, limit: int, *, as_json: bool
) -> None:
    """Print the revisions of an entry, with the version that names each; the newest last."""
    found = session.catalogue.revisions(entry_id, offset=offset, limit=limit)
    items = oldest_first(found, found[0].number + offset if found else 0)
    if as_json:
        print_json(items)
        return
    names = Names(session, (one.by for one in items if one.by))
    print_table(
        ("version", "when", "who", "title", "note"),
        [
            (
                one.version,
                local_time(one.at),
                names.member(one.by) if one.by else "",
                one.title,
                one.note or "",
            )
            for one in items
        ],
    )


def show_revision(
    session: "Session", entry_id: str, revision: int, *, markdown: bool, as_json: bool
) -> None:
    """Print one text as it was written."""
    catalogue = session.catalogue
    entry = catalogue.resolve(entry_id)
    text = catalogue.revision(entry, revision)
    names = Names(session, (text.by,) if text.by else ())
    if as_json:
        print_json(text)
    elif markdown:
        click.echo(_as_file(catalogue.get(entry, most=0), text, names), nl=False)
    else:
        _print_revision(text, names)


def _as_file(page: "EntryPage", text: "RevisionText", names: Names) -> str:
    """The entry as a file that has this text."""
    from kb.exporters.markdown import render as as_file

    content = text.content
    written = structs.replace(
        page,
        title=text.title,
        group=text.group,
        sections=content.sections,
        properties=content.properties,
    )
    return as_file(written, names.groups)


def _print_revision(text: "RevisionText", names: Names) -> None:
    click.echo(heading(text.title))
    say(_("This is the text that stands now.") if text.latest else _("This is an earlier text."))
    echo()
    facts = {"version": text.version, "written": _written(text, names)}
    print_facts({**facts, "group": text.group, "note": text.note})
    if text.content.properties:
        click.echo(f"\n{heading('## Properties')}\n")
        print_facts({name: shown(value) for name, value in text.content.properties.items()})
    for section in text.content.sections:
        click.echo(f"\n{heading('## ' + section.heading)}\n" if section.heading else "")
        echo(section.text)


def _written(one: "Revision", names: Names) -> str:
    return f"{local_time(one.at)} by {names.member(one.by)}" if one.by else local_time(one.at)


def _print_comparison(found: "Comparison", names: Names) -> None:
    click.echo(f"{heading(found.later.title)}\n")
    for name, one in (("from", found.earlier), ("to", found.later)):
        note = f": {one.note}" if one.note else ""
        print_facts({name: f"version {one.version}, {_written(one, names)}{note}"})
    if found.differences.none:
        echo()
        say(_("Both texts are the same."))
    else:
        _print_differences(found.differences)


def _print_differences(found: "Differences") -> None:
    for name, runs in (("title", found.title), ("group", found.group)):
        if runs:
            click.echo(f"\n{name}: {_marked(runs)}")
    for section in found.sections:
        _print_section(section)
    for each in found.properties:
        click.echo(f"\n{escaped(each.name)}: {_marked(each.runs)}")


def _print_section(section: "SectionDifference") -> None:
    if section.state == "same" and not section.moved:
        return
    said = [_STATES[section.state]] if section.state != "same" else []
    if section.was:
        said = [_("was called “{name}”", name=section.was)]
    if section.moved:
        said.append(_("stands in another place"))
    words = ", ".join(render(each, shell_language()) for each in said)
    title = section.heading or render(_("Text"), shell_language())
    click.echo(f"\n{heading(f'## {title}')} ({escaped(words)})")
    if section.coarse:
        say(_COARSE)
    if section.runs:
        click.echo(f"\n{_marked(section.runs)}")


_STATES = {"added": _("added"), "removed": _("removed"), "changed": _("changed")}
_COARSE = _("This text is so long and changed so much that not all of it is compared word by word.")


def _marked(runs: "Sequence[Run]") -> str:
    return "".join(map(_mark, runs))


def _mark(run: "Run") -> str:
    if run.state == "omitted":
        count = counted(run.length, "character", "characters")
        return "\n" + render(_("… {count} the same …", count=count), shell_language()) + "\n"
    if run.state == "same":
        return escaped(run.text)
    mark, colour = MARKS[run.state]
    text = mark.format(escaped(run.text))
    coloured = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    return click.style(text, fg=colour) if coloured else text

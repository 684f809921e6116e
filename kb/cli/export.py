"""The command that writes every entry to Markdown files."""

from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec import Struct

from kb.cli.invocation import Invocation, pass_invocation, say
from kb.cli.names import Names
from kb.cli.once import Command
from kb.cli.output import json_option, print_json, print_table, short
from kb.cli.progress import Progress
from kb.counting import counted
from kb.messages import _

if TYPE_CHECKING:
    from kb.entries.results import EntryPage


class LackingEntry(Struct, frozen=True):
    """An entry whose file is incomplete; `lacking` has a sentence for each missing part."""

    id: str
    title: str
    lacking: tuple[str, ...]


@click.command("export", cls=Command)
@click.argument("folder", type=click.Path(path_type=Path), metavar="FOLDER")
@json_option
@pass_invocation
def export_command(invocation: Invocation, folder: Path, as_json: bool) -> None:
    """Write every entry to a Markdown file in FOLDER, archived ones too.

    It holds what its user sees: the operator everything, a member no entry that is hidden
    from them. FOLDER must be new, empty, or from an earlier export, which is brought up to date.
    Endorsements, reuse and history are not part of it. Entries of which not all can be read are
    named at the end.
    """
    from kb.exporters.run import export

    with invocation.open() as base:
        session = base.session
        session.require_current()
        ids = list(session.catalogue.all_ids())
        lacking: list[LackingEntry] = []
        pages = (_noted(session.catalogue.get(each), lacking) for each in ids)
        count = 0
        with Progress(_("Exporting"), len(ids)) as progress:
            for count, _path in enumerate(export(pages, folder, Names(session).groups), 1):
                progress.reach(count)
    if as_json:
        print_json({"folder": str(folder.resolve()), "entries": count, "lacking": lacking})
        return
    if lacking:
        rows = [(short(each.id), each.title, " ".join(each.lacking)) for each in lacking]
        print_table(("id", "written, but", "what"), rows)
        click.echo()
    say(
        _(
            "Wrote {counted} to {folder}.",
            counted=counted(count, "entry", "entries"),
            folder=str(folder),
        )
    )
    say(_("Endorsements, reuse and history stay in the data directory: back that up as well."))


def _noted(page: "EntryPage", lacking: list[LackingEntry]) -> "EntryPage":
    """`page`, added to `lacking` if it is incomplete."""
    if page.lacking or page.withheld:
        sentences = page.lacking or (f"Withheld: seen by the {page.withheld} alone.",)
        lacking.append(LackingEntry(page.id, page.title, sentences))
    return page

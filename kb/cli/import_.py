"""The command that brings Markdown in."""

import time
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec import UNSET, Struct, UnsetType

from kb import access
from kb.cli.failures import tell_failure
from kb.cli.invocation import Invocation, pass_invocation, tell
from kb.cli.names import Names
from kb.cli.once import Command
from kb.cli.output import json_option, known_kind, print_json, print_table, visible_option
from kb.cli.progress import Progress, wait_for_index
from kb.cli.visibility import chosen_visibility
from kb.counting import counted

if TYPE_CHECKING:
    from kb.importers.gone import Gone
    from kb.importers.run import FileOutcome, FolderImport, ImportOptions
    from kb.session import Session


class Refusal(Struct, frozen=True):
    """A file that was not taken, and why."""

    path: str
    reason: str


class Remark(Struct, frozen=True):
    """What of a file that was taken is not in its entry, or not as it was written."""

    path: str
    remark: str


class ImportReport(Struct, frozen=True, kw_only=True):
    """What an import came to. `gone` are files of an earlier one that the folder no longer has.

    Of the entries that are new `author_alone` are those that their author alone sees.
    `position` is the log's last position that it needs in the index, for the operator alone.
    """

    source: str
    files: int
    contributed: int
    author_alone: int
    revised: int
    unchanged: int
    refused: tuple[Refusal, ...]
    remarks: tuple[Remark, ...]
    gone: "tuple[Gone, ...]"
    position: int | UnsetType
    seconds: float


@click.command("import", cls=Command)
@click.argument(
    "folder", type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="FOLDER"
)
@click.option("--source", help="What to call the folder, if another has its name [its own].")
@click.option(
    "--kind",
    metavar="KIND",
    callback=known_kind,
    default="practice",
    show_default=True,
    help="For files that name no kind.",
)
@click.option("--group", help="For files that name no group.")
@visible_option
@click.option("--wait/--no-wait", default=True, help="Return when all is searchable, or before.")
@json_option
@pass_invocation
@click.pass_context
def import_command(
    context: click.Context,
    invocation: Invocation,
    folder: Path,
    source: str | None,
    kind: str,
    group: str | None,
    visible_to: tuple[str, ...],
    wait: bool,
    as_json: bool,
) -> None:
    """Take in every Markdown file under FOLDER (.md, .markdown, .mdx, .qmd, .rmd).

    What of a file is not in its entry has a remark. Importing again changes nothing, takes what is
    missing and revises what changed, so an import that was stopped goes on where it was. Exit code
    1 if there are files and none could be taken, or if reading one failed as it never should.
    """
    from kb.importers.gone import gone
    from kb.importers.run import FolderImport

    began = time.monotonic()
    name = _source_name(source, folder)
    with invocation.open() as base, base.follow() if wait else nullcontext():
        session = base.session
        options = _options(session, name, kind, group, visible_to)
        run = FolderImport(session.entries, folder, options)
        outcomes = _take(run)
        position = max((o.position for o in outcomes), default=0)
        if wait:
            wait_for_index(base, position)
        status = base.status()
        catalogue = session.catalogue
        missing = gone(
            catalogue.imported(name),
            outcomes,
            options,
            partial(catalogue.get, most=0),
        )
    told = position if access.is_operator(session.principal) else UNSET
    report = _report(name, outcomes, missing, told, time.monotonic() - began)
    if as_json:
        print_json(report)
    else:
        _print_report(report)
    if late := sum(o.position > status.index_position for o in outcomes):
        tell(_told_late(late, served=status.follower == "another process"))
    if not report.files:
        tell("The folder holds no file whose name ends in .md or as other Markdown does.")
    if report.files and len(report.refused) == report.files:
        tell("None of the files could be taken.")
    faults = {outcome.path: outcome.fault for outcome in outcomes if outcome.fault}
    for path, fault in [*faults.items()][:1]:
        tell_failure(fault, f"{counted(len(faults), 'file')} could not be read ({path}): ")
    if faults or (report.files and len(report.refused) == report.files):
        context.exit(1)


def _options(
    session: "Session",
    source: str,
    kind: str,
    group: str | None,
    visible_to: tuple[str, ...],
) -> "ImportOptions":
    from kb.access import OPERATOR
    from kb.community import CLOSED
    from kb.errors import InvalidInput
    from kb.ids import group_id
    from kb.importers.run import ImportOptions

    visibility = chosen_visibility(session, visible_to) if visible_to else None
    if visibility and visibility.sight == "world" and not session.directory.open_to_world():
        raise InvalidInput(CLOSED, "visibility")
    member = session.principal.member
    names = Names(session).groups
    return ImportOptions(
        source=source,
        kind=kind,
        group=group,
        visibility=visibility,
        member=None if member == OPERATOR else member,
        groups={group_id(name): known for known, name in names.items()},
        group_names=names,
    )


def _source_name(given: str | None, folder: Path) -> str:
    # Checked here, since it would be refused once for each file.
    from kb.errors import InvalidInput
    from kb.fields import line

    name = folder.resolve().name if given is None else given
    if not name and given is None:
        raise InvalidInput(f"The folder {folder} has no name of its own; give it one by --source.")
    line("name of the source", name)
    return name


def _take(run: "FolderImport") -> list["FileOutcome"]:
    from kb.errors import Interrupted

    outcomes: list[FileOutcome] = []
    total = len(run.paths)
    try:
        with Progress("Importing", total) as progress:
            for outcome in run.run():
                outcomes.append(outcome)
                progress.reach(len(outcomes))
    except KeyboardInterrupt:
        raise Interrupted(
            f"Stopped after {len(outcomes):,} of {counted(total, 'file')}; what came in is safe: "
            "run the same command again to go on."
        ) from None
    return outcomes


def _report(
    source: str,
    outcomes: list["FileOutcome"],
    gone: "tuple[Gone, ...]",
    position: int | UnsetType,
    seconds: float,
) -> ImportReport:
    counts = {
        name: sum(o.outcome == name for o in outcomes)
        for name in ("contributed", "revised", "unchanged")
    }
    return ImportReport(
        source=source,
        files=len(outcomes),
        **counts,
        author_alone=sum(o.alone for o in outcomes if o.outcome == "contributed"),
        refused=tuple(Refusal(o.path, o.reason) for o in outcomes if o.reason is not None),
        remarks=tuple(Remark(o.path, remark) for o in outcomes for remark in o.remarks),
        gone=gone,
        position=position,
        seconds=round(seconds, 3),
    )


LONGEST_REMARK = 300
"""Characters of a remark that are printed; JSON has all of it."""


def _short(remark: str) -> str:
    if len(remark) <= LONGEST_REMARK:
        return remark
    return f"{remark[:LONGEST_REMARK]} … (whole with --json)"


def _told_late(late: int, *, served: bool) -> str:
    taker = "the running server" if served else "kb serve or the next search"
    files = counted(late, "file is", "files are")
    return f"{files} not found before {taker} has taken in what is new."


MOST_GONE = 20
"""Names of files that are gone which are printed; JSON has them all."""


def _told_gone(gone: "tuple[Gone, ...]") -> str:
    from kb.characters import visible
    from kb.importers.naming import is_markdown

    files = [g.path if is_markdown(g.path) else f"{g.path} (“{g.title}”)" for g in gone]
    names = [
        f"{name} (now {g.now}, with the same text)" if g.now else name
        for name, g in zip(files, gone, strict=True)
    ]
    more = len(names) - MOST_GONE
    said = visible(", ".join(names[:MOST_GONE])) + (
        f" and {more:,} more (all with --json)" * (more > 0)
    )
    return (
        f"No longer in the folder, though the entries stay: {said}. "
        "Archive what no longer holds: kb archive NAME --reason TEXT."
    )


def _remark_rows(remarks: tuple[Remark, ...]) -> list[tuple[str, str]]:
    """What is said of files; what is said of several in the same words stands once."""
    files: dict[str, list[str]] = {}
    for each in remarks:
        files.setdefault(each.remark, []).append(each.path)
    return [
        (paths[0] + f" and {len(paths) - 1:,} more" * (len(paths) > 1), _short(remark))
        for remark, paths in files.items()
    ]


def _print_report(report: ImportReport) -> None:
    if report.remarks:
        print_table(("taken, but", "what"), _remark_rows(report.remarks))
        click.echo()
    if report.refused:
        print_table(("not taken", "why"), [(r.path, r.reason) for r in report.refused])
        click.echo()
    if report.gone:
        click.echo(f"{_told_gone(report.gone)}\n")
    alone = f" ({report.author_alone} of them for their author alone)" * (report.author_alone > 0)
    click.echo(
        f"{counted(report.files, 'file').capitalize()} from {report.source}: "
        f"{report.contributed} new{alone}, {report.revised} revised, "
        f"{report.unchanged} unchanged, {len(report.refused)} not taken."
    )

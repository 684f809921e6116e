"""The command that imports Markdown."""

import time
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec import UNSET, Struct, UnsetType

from kb import access
from kb.cli.failures import tell_failure
from kb.cli.import_report import name_of, print_report, told_late
from kb.cli.invocation import Invocation, pass_invocation, tell
from kb.cli.names import Names
from kb.cli.once import Command
from kb.cli.output import json_option, known_kind, print_json, visible_option
from kb.cli.progress import Progress, wait_for_index
from kb.cli.visibility import chosen_visibility
from kb.counting import counted
from kb.messages import _

if TYPE_CHECKING:
    from kb.importers.gone import Gone
    from kb.importers.run import FileOutcome, FolderImport, ImportOptions
    from kb.session import Session


class Refusal(Struct, frozen=True):
    """A file that was refused, and why."""

    path: str
    reason: str


class Remark(Struct, frozen=True):
    """A part of an imported file that its entry lacks or has changed."""

    path: str
    remark: str


class ImportReport(Struct, frozen=True, kw_only=True):
    """The outcome of an import. `gone` are files of an earlier one that are no longer there.

    `author_alone` counts new entries that only their author sees. `position` is the log's position
    that the index has to reach, given to the operator only.
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
        print_report(report)
    if late := sum(o.position > status.index_position for o in outcomes):
        tell(told_late(late, served=status.follower == "another process"))
    if not report.files:
        tell(_("The folder holds no file whose name ends in .md or as other Markdown does."))
    if report.files and len(report.refused) == report.files:
        tell(_("None of the files could be taken."))
    faults = {outcome.path: outcome.fault for outcome in outcomes if outcome.fault}
    for path, fault in [*faults.items()][:1]:
        tell_failure(
            fault,
            _(
                "{counted} could not be read ({path}): ",
                counted=counted(len(faults), "file", "files"),
                path=name_of(path),
            ),
        )
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
        raise InvalidInput(
            _(
                "The folder {folder} has no name of its own; give it one by --source.",
                folder=str(folder),
            )
        )
    line("name of the source", name)
    return name


def _take(run: "FolderImport") -> list["FileOutcome"]:
    from kb.errors import Interrupted

    outcomes: list[FileOutcome] = []
    total = len(run.paths)
    try:
        with Progress(_("Importing"), total) as progress:
            for outcome in run.run():
                outcomes.append(outcome)
                progress.reach(len(outcomes))
    except KeyboardInterrupt:
        raise Interrupted(
            _(
                "Stopped after {count:,} of {counted}; what came in is safe: run the "
                "same command again to go on.",
                count=len(outcomes),
                counted=counted(total, "file", "files"),
            )
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

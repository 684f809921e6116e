"""Commands of operators: make a data directory, look after it, rebuild."""

import shlex
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kb import access
from kb.cli.invocation import Invocation, echo, pass_invocation, say, tell
from kb.cli.once import Command
from kb.cli.output import joined, json_option, print_facts, print_json, print_table, size
from kb.cli.pieces import USUAL, piece, piece_options
from kb.cli.progress import Progress
from kb.counting import counted
from kb.messages import _

if TYPE_CHECKING:
    from kb.status import Status


@click.command("init", cls=Command)
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--member", hidden=True)  # Old instructions have it: refused in a sentence.
@click.option("--community", help="The name that the pages show.")
@click.option("--fulltext", type=click.Choice(["tantivy", "whoosh"]), help="The full-text engine.")
@json_option
def init_command(
    directory: Path,
    member: str | None,
    community: str | None,
    fulltext: str | None,
    as_json: bool,
) -> None:
    """Make a new data directory DIR, which must be empty or absent."""
    from msgspec import structs

    from kb.knowledge_base import KnowledgeBase
    from kb.storage.settings import FILE_NAME, Settings

    given = {"member": member, "community": community, "fulltext": fulltext}
    chosen = {name: value for name, value in given.items() if value is not None}
    settings = structs.replace(Settings(data=directory), **chosen)
    KnowledgeBase.create(directory, settings=settings)
    if as_json:
        print_json({"data": str(directory.resolve())})
    else:
        say(
            _(
                "Made the data directory {directory}; name it with --data or KB_DATA.",
                directory=str(directory),
            )
        )
        say(
            _(
                "You are its operator, who may do all. For others to sign in,\n"
                "set sign_in and base_url in {path}.",
                path=str(directory / FILE_NAME),
            )
        )
        say(_("Then make a link for the first steward, who invites the others:"))
        echo(f"kb --data {shlex.quote(str(directory))} member first-steward")


@click.command("status", cls=Command)
@click.option(
    "--check",
    is_flag=True,
    help="Read the whole log to see that it is sound; exit code 1 if it is not.",
)
@click.option(
    "--without-lost-keys",
    is_flag=True,
    help="Say that a newer vault will not be put back, so that new things are written again.",
)
@piece_options
@json_option
@pass_invocation
def status_command(
    invocation: Invocation,
    check: bool,
    without_lost_keys: bool,
    offset: int,
    limit: int,
    as_json: bool,
) -> None:
    """Show positions, lag, parked events, sizes, model and engine. For the operator alone.

    --offset and --limit are for the parked events.
    """
    with invocation.open() as base:
        access.require_operator(base.session.principal, "see the state of the data directory")
        if without_lost_keys:
            base.go_on_without_lost_keys()
        if check:
            with Progress(_("Checking the log"), base.head()) as progress:
                count = base.check_log(progress.reach)
            tell(
                _(
                    "The log is sound: all of it can be read ({counted}).",
                    counted=counted(count, "event", "events"),
                )
            )
        status = _with_piece(base.status(), offset, limit)
    if as_json:
        print_json(status)
    else:
        _print_status(status)


@click.command("rebuild", cls=Command)
@click.argument("name", default="all", metavar="[NAME]")
@json_option
@pass_invocation
def rebuild_command(invocation: Invocation, name: str, as_json: bool) -> None:
    """Make a projection anew from the log, and swap it in when it has caught up.

    NAME is one that `kb status` lists, e.g. history; "views" for all views together, "index" for
    the search index, or "all", as without a name. Vectors that are stored already are not computed
    again. For the operator alone.
    """
    shown, bars = ExitStack(), dict[str, Progress]()

    def show(part: str, done: int, total: int) -> None:
        if part not in bars:
            shown.close()
            bars[part] = shown.enter_context(Progress(f"Rebuilding {part}", total))
        bars[part].reach(done)

    with invocation.open() as base:
        access.require_operator(base.session.principal, "rebuild views and index")
        with shown:
            base.rebuild(name, progress=show)
        status = _with_piece(base.status())
    if as_json:
        print_json(status)
    else:
        say(_("Rebuilt {what}.", what="views and index" if name == "all" else name))


def _with_piece(status: "Status", offset: int = 0, limit: int = USUAL) -> "Status":
    """The status with a page of the parked events."""
    from msgspec import structs

    return structs.replace(status, parked=tuple(piece(status.parked, offset, limit)))


def _print_status(status: "Status") -> None:
    print_facts(
        {
            "data directory": status.data,
            "entries": f"{status.entries:,}, {status.archived:,} archived",
            "reuses": status.reuses,
            "log": f"position {status.head}, format {status.format}",
            "lag": counted(status.lag, "event", "events"),
            "kept up by": status.follower,
            "documents": f"{status.documents:,}, {counted(status.passages, 'passage')}",
            "vectors": f"{status.vectors} stored",
            "model": status.model,
            "full text": status.engine,
            "sizes": joined(f"{name} {size(count)}" for name, count in status.sizes.items()),
        }
    )
    echo()
    print_table(
        ("projection", "position", "lag", "parked"),
        [(each.name, each.position, each.lag, each.parked) for each in status.projections],
    )
    for sentence in status.errors:
        echo(f"\n{sentence}")
    if status.parked:
        say(_("\nParked events (taken out of the way until a rebuild):"))
        print_table(
            ("where", "position", "type", "stream", "error"),
            [(p.projection, p.position, p.type, p.stream, p.error) for p in status.parked],
        )

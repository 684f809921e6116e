"""`python -m kb.demo`: builds the sample community, answers three questions, serves pages."""

import os
import socket
import sys
import tempfile
from pathlib import Path

import click

from events.clock import utc_now
from kb.cli import cli
from kb.cli.failures import exit_code
from kb.cli.invocation import Invocation, tell
from kb.cli.output import heading
from kb.cli.progress import Progress, wait_for_index
from kb.cli.search import print_answer
from kb.counting import counted
from kb.demo.build import CONTENT, build, member_id, questions
from kb.knowledge_base import KnowledgeBase
from kb.one_time_links import one_time_link
from kb.search.lazy_embedder import AnnouncedModel
from kb.storage.settings import Settings

SERVE = "KB_DEMO_SERVE"
PORT = 8321
PORTS_TO_TRY = 50

SHOWN = {"member": "m-03", "curator": "m-01", "steward": "m-00"}
"""A member of the sample for each role, for whom a sign-in link is printed."""


def main() -> None:
    """Run the demo; it removes everything it makes."""
    sys.exit(exit_code(demo))


def demo(invocation: Invocation | None = None, content: Path = CONTENT) -> None:
    """Build `content`, ask, serve (unless KB_DEMO_SERVE=0), in a temporary data directory."""
    model = None if invocation else AnnouncedModel(tell)
    invocation = invocation or Invocation(model)
    with tempfile.TemporaryDirectory(prefix="tributary-demo-") as folder:
        invocation.data = Path(folder) / "data"
        port = free_port(PORT)
        _build(invocation.data, port, content)
        _ask(invocation, questions(content))
        if os.environ.get(SERVE) == "0":
            return
        _introduce(invocation)
        # The same, so that the model is loaded once; named, so that KB_DATA does not win.
        arguments = ["--data", str(invocation.data), "serve", "--port", str(port)]
        cli.main(arguments, prog_name="kb", standalone_mode=False, obj=invocation)


def free_port(first: int) -> int:
    """`first`, or the next free port; 0 (any free one) if many are taken."""
    for port in range(first, first + PORTS_TO_TRY):
        with socket.socket() as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                tried.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    return 0


def _build(directory: Path, port: int, content: Path) -> None:
    click.echo(f"Building a sample community in {directory} ...")
    # By name, since passkeys and links belong to a name; without a port nobody knows the address.
    address = f"http://localhost:{port}" if port else ""
    settings = Settings(data=directory, sign_in="password", base_url=address)
    with Progress("Writing the log", 1) as progress:
        for done, total in build(directory, utc_now(), content, settings=settings):
            progress.reach(done, total)


def _ask(invocation: Invocation, asked: list[str]) -> None:
    # That views and index are made is no news of a base that was begun just now.
    with invocation.open(notice=lambda _: None) as base, base.follow():
        wait_for_index(base, base.head())
        _describe(base)
        for question in asked:
            click.echo(f"\n{heading(question)}\n")
            print_answer(base.session.search(question, limit=2))
    click.echo()


def _describe(base: KnowledgeBase) -> None:
    status = base.status()
    groups = base.session.catalogue.browse(limit=1).facets.groups
    click.echo(
        f"{counted(status.entries, 'entry', 'entries')} by {counted(len(groups), 'group')}, "
        f"{counted(status.reuses, 'reuse')}; "
        "three questions to them:"
    )


def _introduce(invocation: Invocation) -> None:
    with invocation.open() as base:
        known = {member.id: member for member in base.session.directory.members()}
        click.echo("Sign in as one of them; each link works once:")
        for role, name in SHOWN.items():
            if member := known.get(member_id(name)):
                link = one_time_link(base.session, base.settings, "sign-in", member.id).link
                click.echo(f"  {role:8} {member.name:14} {link}")
    click.echo("All of this is gone when you stop it. To keep the entries, meanwhile:")
    kb = os.path.relpath(Path(sys.executable).with_name("kb"))  # nothing else puts it on the path
    click.echo(f"  {kb} --data {invocation.data} export FOLDER")
    click.echo()


if __name__ == "__main__":
    main()

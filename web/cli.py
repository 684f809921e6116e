"""The command `kb serve`, registered in the entry-point group `kb.commands`."""

import gc
import sys
from collections.abc import Callable
from threading import Event, Thread
from typing import TYPE_CHECKING, Literal

import click

from kb.cli.invocation import Invocation, echo, pass_invocation
from kb.cli.once import Command

if TYPE_CHECKING:
    from kb.knowledge_base import KnowledgeBase
    from kb.session import Session

JOIN_SECONDS = 0.1
"""How often to check for a stop signal while model and index load."""

WARMING_QUESTION = "What are you trying to solve?"


@click.command(cls=Command)
@click.option("--host", metavar="ADDRESS", help="An address of this machine [127.0.0.1].")
@click.option("--port", type=click.IntRange(0, 65535), help="0 takes a free one [8321].")
@click.option(
    "--log-format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How each line of the log is written, on standard error.",
)
@click.option(
    "--without-signing-in",
    is_flag=True,
    help="Serve a base that has members though nobody signs in: all at this machine act as one.",
)
@pass_invocation
def serve(
    invocation: Invocation,
    host: str | None,
    port: int | None,
    log_format: Literal["text", "json"],
    without_signing_in: bool,
) -> None:
    """Serve the pages and the JSON interface, until Ctrl-C.

    An address that other machines reach is taken only if members sign in: see the settings sign_in
    and base_url.
    """
    from kb.storage.local_socket import socket_path
    from web import server
    from web.logs import logs_to

    with logs_to(sys.stderr, log_format), invocation.open(_say) as base:
        settings = base.settings
        ended = Event()

        def ready(url: str, told_to_end: Callable[[], bool]) -> None:
            base.start_following()
            warming = Thread(target=_warm, args=(base.session, ended), name="warming", daemon=True)
            warming.start()
            while warming.is_alive() and not told_to_end():
                warming.join(JOIN_SECONDS)
            if not told_to_end():
                _say(f"Serving on {url} (Ctrl-C ends it)")
                _welcome(base, url)

        server.serve(
            base,
            host=settings.host if host is None else host,
            port=settings.port if port is None else port,
            path=socket_path(settings.data),
            ready=ready,
            without_signing_in=without_signing_in,
        )
        ended.set()
    _say("Stopped.")


def _warm(session: "Session", ended: Event) -> None:
    """Load model and index by an uncounted question, so that the first real one need not wait.

    They are then frozen: each garbage collection over them would stop all threads for 0.2 s.
    """
    try:
        session.search(WARMING_QUESTION, settled=False)
        gc.collect()
        gc.freeze()
    except Exception as error:
        # An error because the directory is already closed at shutdown is not reported.
        if not ended.is_set():
            _say(str(error))


def _say(sentence: str) -> None:
    """Print on standard output; standard error is the log, for programs to read."""
    echo(" ".join(sentence.split()))


def _welcome(base: "KnowledgeBase", url: str) -> None:
    """If members sign in here and there is no steward yet, print the link for the first one."""
    from kb.access import operator
    from kb.one_time_links import one_time_link

    if not base.settings.ways or base.unwritable:
        return
    host = base.as_(operator())
    if host.directory.stewards():
        return
    waiting = [one.id for one in host.directory.members() if "steward" in one.roles]
    member = waiting[0] if waiting else host.people.invite(("member", "steward")).id
    link = one_time_link(host, base.settings, "first-steward", member, url)
    _say(f"Nobody looks after members yet. The first steward joins at {link.link}")

"""The command `kb serve`, registered in the entry-point group `kb.commands`."""

import logging
from threading import Event, Thread
from typing import TYPE_CHECKING

import click

from kb.cli.session import Session, pass_session, tell

if TYPE_CHECKING:
    from kb import KnowledgeBase

WARMING_QUESTION = "What are you trying to solve?"


@click.command()
@click.option(
    "--host", metavar="ADDRESS", help="A loopback address; no other is taken [127.0.0.1]."
)
@click.option("--port", type=click.IntRange(0, 65535), help="0 takes a free one [8321].")
@pass_session
def serve(session: Session, host: str | None, port: int | None) -> None:
    """Serve the pages and the JSON interface on this machine, until Ctrl-C."""
    from kb.local_socket import socket_path
    from web import server

    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    with session.open() as base:
        settings = base.settings
        ended = Event()

        def ready(url: str) -> None:
            _announce(url)
            base.start_following()
            Thread(target=_warm, args=(base, ended), name="warming", daemon=True).start()

        server.serve(
            base,
            host=settings.host if host is None else host,
            port=settings.port if port is None else port,
            path=socket_path(settings.data),
            ready=ready,
        )
        ended.set()
    tell("Stopped.")


def _warm(base: "KnowledgeBase", ended: Event) -> None:
    """Load the model, so that the first question does not wait for it; nobody waits for this."""
    try:
        base.search(WARMING_QUESTION)
    except Exception as error:
        # At the end the directory is closed meanwhile, which nobody needs to know.
        if not ended.is_set():
            tell(str(error))


def _announce(url: str) -> None:
    click.echo(f"Serving on {url} (Ctrl-C ends it)")

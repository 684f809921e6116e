"""What the tests of `kb serve` share: running it in this process, and visiting it."""

import http.client
import os
import re
import signal
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from indexer.embedding.testing import HashEmbedder
from kb.cli.invocation import Invocation
from tests import made
from tests.web.session_log import SessionLog
from web import cli

JSON = ("--log-format", "json")
SERVING = re.compile(r"Serving on (\S+) ")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return made.created(tmp_path / "data")


@pytest.fixture
def run(
    data: Path, monkeypatch: pytest.MonkeyPatch, session_log: SessionLog
) -> Callable[..., Result]:
    """Runs `kb serve`, calls `visit` with the address in a thread, and tells the server to end.

    Its log goes to that of the session.
    """
    echo = click.echo

    def make(
        *arguments: str,
        visit: Callable[[str], None] = lambda _: None,
        end: int = signal.SIGTERM,
        embedder: HashEmbedder | None = None,
    ) -> Result:
        def visited(url: str) -> None:
            try:
                visit(url)
            finally:
                os.kill(os.getpid(), end)

        def heard(said: str, *given: Any, **named: Any) -> None:
            echo(said, *given, **named)
            if found := SERVING.match(said):
                Thread(target=visited, args=(found[1],)).start()

        monkeypatch.setattr(click, "echo", heard)
        session = Invocation(embedder or HashEmbedder())
        session.data = data
        result = CliRunner().invoke(cli.serve, (*arguments, *JSON), obj=session)
        session_log.stream.write(result.stderr)
        return result

    return make


def get(url: str, path: str) -> int:
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=20)
    connection.request("GET", path)
    status = connection.getresponse().status
    connection.close()
    return status

"""What the browser tests share: an application served in a thread."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread

import uvicorn
from litestar import Litestar
from playwright.sync_api import Page

from web.server import configured

OpenPage = Callable[..., Page]
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync",
             "--no-first-run", "--disable-component-update"]  # fmt: skip


class _Server(uvicorn.Server):
    """Tells the address once it takes connections, and leaves signals alone."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def listening() -> socket.socket:
    """A socket that listens before the server runs: what connects too early waits."""
    return socket.create_server(("127.0.0.1", 0))


@contextmanager
def served(app: Litestar, listener: socket.socket | None = None, most: int = 100) -> Iterator[str]:
    """The address of `app`, served in a thread as `kb serve` does, to `most` at a time."""
    with listener or listening() as sock:
        config = configured(app, secure=False, most=most)
        config.timeout_graceful_shutdown = 1
        server = _Server(config)
        thread = Thread(target=server.run, args=([sock],))
        thread.start()
        try:
            yield f"http://127.0.0.1:{sock.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()

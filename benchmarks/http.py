"""What a page costs over a kept connection, beside a bare program that answers the same bytes."""

import argparse
import http.client
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import uvicorn

from indexer.embedding.testing import HashEmbedder
from kb import KnowledgeBase
from web.app import create_app
from web.server import configured, tcp_socket


def main() -> None:
    """Ask both in turns and print medians, 99th percentiles and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=500)
    parser.add_argument("--path", default="/about")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        KnowledgeBase.create(Path(folder) / "data")
        with (
            KnowledgeBase.open(Path(folder) / "data", embedder=HashEmbedder()) as base,
            served(create_app(base)) as ours,
            served(bare(get(ours, asked.path))) as theirs,
        ):
            measure({"Tributary": ours, "bare": theirs}, asked.path, asked.requests)


def measure(ports: dict[str, int], path: str, count: int) -> None:
    """Print what a request takes at each of `ports`."""
    connections = {name: http.client.HTTPConnection("127.0.0.1", ports[name]) for name in ports}
    taken: dict[str, list[float]] = {name: [] for name in ports}
    for _ in range(count):
        for name, connection in connections.items():
            begin = time.perf_counter()
            connection.request("GET", path)
            connection.getresponse().read()
            taken[name].append(1000 * (time.perf_counter() - begin))
    for connection in connections.values():
        connection.close()
    for name, each in taken.items():
        last = statistics.quantiles(each, n=100)[-1]
        print(f"{name:10} p50 {statistics.median(each):6.2f} ms, p99 {last:6.2f} ms")
    ours, theirs = (statistics.median(each) for each in taken.values())
    print(f"ratio {ours / theirs:.1f}")


def get(port: int, path: str) -> bytes:
    """The body at `path`."""
    with closing(http.client.HTTPConnection("127.0.0.1", port)) as connection:
        connection.request("GET", path)
        return connection.getresponse().read()


def bare(body: bytes) -> Any:
    """A program that answers every request with `body`."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": body})

    return app


@contextmanager
def served(app: Any) -> Iterator[int]:
    """The port of `app`, served as `kb serve` does."""
    with tcp_socket("127.0.0.1", 0) as listening:
        config = configured(app, secure=False, most=100)
        config.timeout_graceful_shutdown = 1
        server = uvicorn.Server(config)
        thread = Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join()


if __name__ == "__main__":
    main()

"""What all servers of the browser tests log, in one file, and what people told them meanwhile."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec
from playwright.sync_api import BrowserContext, Request

SHORTEST = 4
"""Characters; shorter words stand in numbers and times by chance."""


class SessionLog:
    """One for a run of the tests: the file of the servers' lines, and the words that were told.

    `told` has names, sign-in names, passwords, tokens, cookies, questions, titles and texts: what
    tests say that they wrote, and all that browsers sent.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.stream: TextIO = path.open("a", encoding="utf-8")
        self.told: set[str] = set()

    def tell(self, *words: str) -> None:
        """Take note of what a person or a browser told a server."""
        for word in words:
            self.told.update(line for line in word.splitlines() if len(line.strip()) >= SHORTEST)

    def listen(self, context: BrowserContext) -> None:
        """Take note of whatever a browser sends from now on."""
        context.on("request", self._sent)

    def leave(self, context: BrowserContext) -> None:
        """Take note of the cookies that a browser has at the end, sessions among them."""
        for cookie in context.cookies():
            self.tell(cookie.get("value", ""))

    def text(self) -> str:
        """All lines until now."""
        self.stream.flush()
        return self.path.read_text(encoding="utf-8")

    def _sent(self, request: Request) -> None:
        parts = urlsplit(request.url)
        self.tell(*(value for _, value in parse_qsl(parts.query)))
        # Of a path only what no route of ours has in its own words: ids, and secrets of links.
        self.tell(*(unquote(piece) for piece in parts.path.split("/") if len(piece) > 30))
        body = (request.post_data_buffer or b"").decode(errors="replace")
        if body.startswith("{"):
            self.tell(*_strings(msgspec.json.decode(body)))
        else:
            self.tell(*(value for _, value in parse_qsl(body)))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _strings(each)

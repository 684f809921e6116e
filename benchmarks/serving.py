"""A `kb serve` with the real model as a program of its own, and what a visitor of it waits for."""

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path

import numpy as np
from msgspec import Struct

from events.clock import utc_now
from kb.demo.build import build

QUESTIONS = (
    "how do we hand over work between shifts",
    "new people leave within weeks",
    "what to try when meetings run over",
    "a decision that nobody remembers taking",
    "who looks after a tool when its owner leaves",
    "feedback that arrives too late to matter",
    "sharing what one team learned with another",
    "notes of an incident that blame nobody",
)
"""Of no community in particular: what is found is no matter here, only when."""


class Times(Struct, frozen=True):
    """Milliseconds of answers at the middle and at the late end."""

    p50: float
    p99: float

    def __str__(self) -> str:
        return f"p50 {self.p50:8.1f} ms   p99 {self.p99:8.1f} ms"


def times(milliseconds: Sequence[float]) -> Times:
    """What they come to."""
    middle, late = np.percentile(milliseconds, [50, 99])
    return Times(float(middle), float(late))


def asked(number: int) -> str:
    """The address of a question, another one for each number, so that no answer is remembered."""
    words = QUESTIONS[number % len(QUESTIONS)].replace(" ", "+")
    return f"/api/search?q={words}+{number}"


@contextmanager
def served(data: Path) -> Iterator[str]:
    """Serve the data directory in another process; answers host and port."""
    options = ("serve", "--port", "0", "--without-signing-in")
    command = [sys.executable, "-m", "kb.cli", "--data", str(data), *options]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        try:
            assert server.stdout
            said = next(line for line in server.stdout if "http://" in line)
            yield said.split("http://")[1].split()[0]
        finally:
            server.terminate()


@contextmanager
def visiting(host: str, token: str = "") -> Iterator["Visitor"]:
    """One visitor, who keeps the connection; nobody known without the token of a member."""
    with closing(HTTPConnection(host, timeout=120)) as connection:
        yield Visitor(connection, token)


class Visitor:
    """Asks for one page after the other, each timed until its last byte is read."""

    def __init__(self, connection: HTTPConnection, token: str = "") -> None:
        self._connection = connection
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def get(self, path: str) -> tuple[float, bytes]:
        """Milliseconds and body. Raises `ValueError` for any answer but a good one."""
        began = time.perf_counter()
        self._connection.request("GET", path, headers=self._headers)
        answer = self._connection.getresponse()
        body = answer.read()
        taken = 1000 * (time.perf_counter() - began)
        if answer.status != HTTPStatus.OK:
            raise ValueError(f"{path} was answered with {answer.status}: {body[:300]!r}")
        return taken, body

    def post(self, path: str, body: bytes) -> bytes:
        """What is answered to JSON. Raises `ValueError` unless something was made."""
        self._connection.request("POST", path, body, {"Content-Type": "application/json"})
        answer = self._connection.getresponse()
        told = answer.read()
        if answer.status != HTTPStatus.CREATED:
            raise ValueError(f"{path} was answered with {answer.status}: {told[:300]!r}")
        return told


def sample(folder: Path) -> Path:
    """The sample community in a new data directory, without signing in."""
    data = folder / "data"
    for _ in build(data, utc_now()):
        pass
    return data

"""What comes over TCP and is no proper request costs little, ends soon and is answered plainly."""

import asyncio
import http.client
import socket
from collections.abc import Callable, Iterator
from threading import Event, Semaphore
from typing import Any

import msgspec
import pytest

from kb import KnowledgeBase
from tests.web.browsing import served
from tests.worlds.web import app_of
from web import protocol
from web.errors import ProblemDetails
from web.headers import HEADERS
from web.security import LONGEST_HEAD
from web.server import tcp_socket

HEAD = b"GET /about HTTP/1.1\r\nHost: 127.0.0.1\r\n"
POST = b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\n"
FORM = POST + b"Content-Type: application/x-www-form-urlencoded\r\n"

Connect = Callable[[], socket.socket]


@pytest.fixture
def door(base: KnowledgeBase) -> Iterator[Connect]:
    """Connects to a server of at most five connections at a time."""
    made: list[socket.socket] = []

    def connect() -> socket.socket:
        connection = socket.create_connection((host, int(port)), timeout=20)
        made.append(connection)
        return connection

    with served(app_of(base), most=5) as url:
        host, port = url.removeprefix("http://").split(":")
        yield connect
        for connection in made:
            connection.close()


def answer(connection: socket.socket, sent: bytes = b"") -> tuple[http.client.HTTPResponse, bytes]:
    connection.sendall(sent)
    response = http.client.HTTPResponse(connection)
    response.begin()
    return response, response.read()


def problem(connection: socket.socket, sent: bytes, status: int) -> str:
    """The sentence of a refusal, which carries what every answer does and ends the connection."""
    response, body = answer(connection, sent)
    assert response.status == status, body
    for name, value in HEADERS.items():
        assert response.headers[name] == value
    assert connection.recv(1) == b""
    return msgspec.json.decode(body, type=ProblemDetails).detail


def test_answers_over_tcp_are_sent_at_once() -> None:
    with tcp_socket("127.0.0.1", 0) as listening, socket.create_connection(listening.getsockname()):
        taken, _ = listening.accept()
        with taken:
            assert taken.proto == socket.IPPROTO_TCP  # what asyncio looks at for TCP_NODELAY


@pytest.mark.parametrize("size", [LONGEST_HEAD, 4 * LONGEST_HEAD, 3_000_000])
@pytest.mark.parametrize("where", [b"GET /about?x=%s HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nX: %s\r\n"])
def test_a_head_is_bounded_however_it_comes(door: Connect, size: int, where: bytes) -> None:
    head = where.replace(b"%s", b"x" * size) + b"Host: 127.0.0.1\r\n\r\n"
    with door() as connection:
        try:
            connection.sendall(head)
        except ConnectionError:
            return  # the answer was sent and the connection closed while this was on its way
        try:
            response, _ = answer(connection)
        except ConnectionError:
            return
        assert response.status == 431


def test_a_head_of_the_usual_length_is_taken(door: Connect) -> None:
    response, _ = answer(door(), HEAD + b"X: " + b"x" * (LONGEST_HEAD - 1_000) + b"\r\n\r\n")
    assert response.status == 200


@pytest.mark.parametrize(
    "host", [b"localhost:x", b"localhost:99999999", b"localhost:\xb2", b"[::1"]
)
def test_a_host_that_is_none_is_refused_as_any_other(door: Connect, host: bytes) -> None:
    response, _ = answer(door(), b"GET / HTTP/1.1\r\nHost: " + host + b"\r\n\r\n")
    assert response.status == 400
    for name, value in HEADERS.items():
        assert response.headers[name] == value


@pytest.mark.parametrize("target", [b":abc", b"@x", b"http://x:abc/", b"*"])
def test_a_target_that_is_no_path_is_nowhere(door: Connect, target: bytes) -> None:
    response, _ = answer(door(), b"GET " + target + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    assert response.status == 404
    assert response.headers["content-security-policy"]


def test_two_lengths_are_refused_and_the_connection_ends(door: Connect) -> None:
    connection = door()
    twice = FORM + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + HEAD
    response, _ = answer(connection, twice)
    assert response.status == 400
    assert response.headers["connection"] == "close"
    assert connection.recv(1) == b""


def test_a_malformed_chunk_is_no_fault_of_ours(
    door: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    chunked = FORM + b"Transfer-Encoding: chunked\r\n\r\n"
    detail = problem(door(), chunked + b"5\r\nhello\r\nnonsense\r\n", 400)
    assert detail.startswith("The request cannot be read")
    with door() as broken:
        broken.sendall(FORM + b"Content-Length: 500\r\n\r\nhalf of it")
    assert answer(door(), HEAD + b"\r\n")[0].status == 200
    assert "a fault of ours" not in caplog.text


def test_a_silent_connection_is_closed(door: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.05)
    assert door().recv(1) == b""


def test_a_head_that_never_ends_is_told_so(door: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.05)
    assert "in time" in problem(door(), HEAD, 408)


def test_a_head_that_never_ends_after_another_request_is_told_so(
    door: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = door()
    assert answer(connection, HEAD + b"\r\n")[0].status == 200
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.05)
    assert "in time" in problem(connection, HEAD, 408)


def test_a_body_that_never_ends_is_told_so(
    door: Connect, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(protocol, "BODY_SECONDS", 0.05)
    assert "in time" in problem(door(), FORM + b"Content-Length: 5\r\n\r\nhalf", 408)
    assert "a fault of ours" not in caplog.text


def test_silent_connections_keep_nobody_out(door: Connect) -> None:
    silent = [door() for _ in range(20)]
    response, _ = answer(door(), HEAD + b"\r\n")
    assert response.status == 200
    assert silent[0].recv(1) == b""


def test_what_is_still_done_for_those_who_have_gone_keeps_nobody_out() -> None:
    held: list[asyncio.Event] = []
    begun = Semaphore(0)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["method"] == "POST":
            held.append(asyncio.Event())
            begun.release()
            await held[-1].wait()
        elif scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b""})
            for each in held:
                each.set()

    with served(app, most=5) as url:  # type: ignore[arg-type]
        host, port = url.removeprefix("http://").split(":")
        for _ in range(5):
            with socket.create_connection((host, int(port)), timeout=20) as gone:
                gone.sendall(HEAD.replace(b"GET", b"POST", 1) + b"Content-Length: 9\r\n\r\n")
                assert begun.acquire(timeout=20)
        with socket.create_connection((host, int(port)), timeout=20) as new:
            assert answer(new, HEAD + b"\r\n")[0].status == 200


def test_connections_of_one_address_are_bounded(
    door: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "PER_ADDRESS", 2)
    monkeypatch.setattr(protocol, "is_loopback", lambda host: False)
    first, *_ = [door() for _ in range(3)]
    assert first.recv(1) == b""


def test_a_client_that_reads_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = Event()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            for _ in range(1_000):
                await send({"type": "http.response.body", "body": b"x" * 65_536, "more_body": True})
            ended.set()

    monkeypatch.setattr(protocol, "READ_SECONDS", 0.05)
    with served(app) as url:  # type: ignore[arg-type]
        host, port = url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as silent:
            silent.sendall(HEAD + b"\r\n")
            assert ended.wait(20)


def test_a_failure_to_make_the_answer_of_an_error_is_answered_as_every_fault(
    door: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("web.pages.shell.Pages.error", broken)
    detail = problem(door(), HEAD.replace(b"127.0.0.1", b"elsewhere") + b"\r\n", 500)
    assert "went wrong on our side" in detail

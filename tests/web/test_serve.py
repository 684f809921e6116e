"""`kb serve` listens on loopback and on the socket file only, and ends without a trace."""

import gc
import http.client
import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from threading import Event

import click
import msgspec
import pytest
from click.testing import CliRunner, Result

from indexer.embedding.testing import HashEmbedder
from kb import KnowledgeBase, Session
from kb.cli.invocation import Invocation
from kb.errors import SearchUnavailable
from kb.storage import local_socket
from tests.web.serving import SERVING, get
from tests.worlds.log import some_draft
from web import cli, server
from web.errors import ProblemDetails
from web.server import ServeError


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_it_answers_at_both_doors_and_ends_cleanly(
    run: Callable[..., Result], data: Path, end: int
) -> None:
    seen: list[object] = []

    def visit(url: str) -> None:
        seen.append(get(url, "/"))
        seen.append(local_socket.request(data, "GET", "/api/search", [("q", "anything")]))
        seen.append(local_socket.socket_path(data).stat().st_mode & 0o777)

    result = run("--port", "0", visit=visit, end=end)
    assert result.exit_code == 0, result.output
    assert "Serving on http://127.0.0.1:" in result.output
    assert seen[0] == 200
    assert isinstance(seen[1], dict)
    assert seen[1]["nothing_close"] is True
    assert seen[2] == 0o600
    assert not local_socket.socket_path(data).exists()


def test_the_longest_question_comes_through(run: Callable[..., Result], data: Path) -> None:
    question = "\U00020000" * 2_200
    seen: list[object] = []

    def visit(_: str) -> None:
        seen.append(local_socket.request(data, "GET", "/api/search", [("q", question)]))

    run("--port", "0", visit=visit)
    assert isinstance(seen[0], dict)
    assert seen[0]["question"] == question


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /api/search?q=a b HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: abc\r\n\r\n",
        b"\x16\x03\x01\r\n\r\n",
    ],
    ids=["space", "length", "TLS"],
)
def test_what_is_no_http_is_a_problem(run: Callable[..., Result], sent: bytes) -> None:
    seen: list[tuple[http.client.HTTPResponse, bytes]] = []

    def visit(url: str) -> None:
        host, port = url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=20) as connection:
            connection.sendall(sent)
            response = http.client.HTTPResponse(connection)
            response.begin()
            seen.append((response, response.read()))

    run("--port", "0", visit=visit)
    [(response, body)] = seen
    assert response.status == 400
    assert response.headers["content-type"] == "application/problem+json"
    assert "default-src 'self'" in response.headers["content-security-policy"]
    problem = msgspec.json.decode(body, type=ProblemDetails)
    assert (problem.type, problem.title, problem.status) == ("about:blank", "Bad Request", 400)
    assert problem.detail.startswith("The request cannot be read: ")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "localhost", "::1"])
def test_every_address_that_is_taken_is_answered(run: Callable[..., Result], host: str) -> None:
    seen: list[int] = []
    result = run("--host", host, "--port", "0", visit=lambda url: seen.append(get(url, "/about")))
    assert seen == [200], result.output


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org"])
def test_an_address_that_others_reach_is_refused(run: Callable[..., Result], host: str) -> None:
    result = run("--host", host)
    assert isinstance(result.exception, ServeError)
    assert "could be reached by other machines" in str(result.exception)


def test_the_setting_of_an_address_that_others_reach_is_refused(
    run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KB_HOST", "0.0.0.0")
    assert isinstance(run("--port", "0").exception, ServeError)


def test_a_port_in_use_is_one_sentence(run: Callable[..., Result]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = run("--port", str(taken.getsockname()[1]))
    assert isinstance(result.exception, ServeError)
    assert "choose another with --port" in str(result.exception)


def test_a_second_server_for_the_same_directory_is_refused(
    run: Callable[..., Result], data: Path
) -> None:
    with server.socket_file(local_socket.socket_path(data)):
        result = run("--port", "0")
    assert isinstance(result.exception, ServeError)
    assert "Another server runs" in str(result.exception)


def test_a_socket_that_a_killed_server_left_is_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "kb.sock"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    with server.socket_file(path):
        assert path.is_socket()
    assert not path.exists()


def test_a_second_server_is_refused_even_before_the_first_can_be_reached(tmp_path: Path) -> None:
    path = tmp_path / "kb.sock"
    with server.socket_file(path):
        path.unlink()
        with pytest.raises(ServeError, match="Another server runs"), server.socket_file(path):
            pass
    with server.socket_file(path):
        assert path.is_socket()


def test_a_socket_of_someone_else_is_not_removed_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "kb.sock"
    with socket.socket(socket.AF_UNIX) as other:
        with server.socket_file(path):
            path.rename(tmp_path / "moved.sock")
            other.bind(str(path))
        assert path.is_socket()


def test_the_socket_is_for_this_user_alone_and_other_files_are_made_as_usual(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: int) -> int:
        pytest.fail("The mask holds for every thread of the process.")

    monkeypatch.setattr(os, "umask", refuse)
    path = tmp_path / "kb.sock"
    with server.socket_file(path):
        assert path.stat().st_mode & 0o777 == 0o600


def test_a_folder_that_takes_no_socket_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "no").write_text("A file, not a folder.")
    with (
        pytest.raises(ServeError, match="cannot be made"),
        server.socket_file(tmp_path / "no" / "x"),
    ):
        pass


def test_version_6_addresses_are_written_in_brackets() -> None:
    with server.tcp_socket("::1", 0) as sock:
        assert server.address(sock).startswith("http://[::1]:")


def test_a_missing_model_is_said_and_the_pages_still_come(
    run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_: object, **__: object) -> None:
        raise SearchUnavailable("The model is missing; install it.")

    monkeypatch.setattr(Session, "search", missing)
    seen: list[int] = []
    result = run("--port", "0", visit=lambda url: seen.append(get(url, "/entries")))
    assert seen == [200]
    assert "The model is missing" in result.output


def test_the_address_is_told_when_searches_are_answered_and_nothing_is_counted(
    run: Callable[..., Result], data: Path
) -> None:
    with KnowledgeBase.open(data, embedder=HashEmbedder()) as base:
        base.session.entries.contribute(some_draft())
        base.catch_up()
    embedder = HashEmbedder()
    when_told: list[int] = []
    result = run(
        "--port", "0", embedder=embedder, visit=lambda _: when_told.append(embedder.embedded)
    )
    assert when_told == [1]
    assert result.exit_code == 0, result.output
    with KnowledgeBase.open(data, embedder=embedder) as base:
        assert base.parts.questions.days() == []


def test_nobody_waits_for_what_was_loaded_before_to_be_looked_through_for_garbage(
    run: Callable[..., Result],
) -> None:
    left_out: list[int] = []
    try:
        run("--port", "0", visit=lambda _: left_out.append(gc.get_freeze_count()))
    finally:
        gc.unfreeze()
    assert left_out[0] > 0


def test_the_end_does_not_wait_for_the_model(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    leave, left = Event(), Event()

    def slow(*_: object, **__: object) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        leave.wait(60)
        left.set()
        raise RuntimeError("The data directory is closed.")

    monkeypatch.setattr(Session, "search", slow)
    session = Invocation(HashEmbedder())
    session.data = data
    result = CliRunner().invoke(cli.serve, ["--port", "0"], obj=session)
    still_loading = not left.is_set()
    leave.set()
    assert left.wait(60)
    assert still_loading
    assert (result.exit_code, result.output) == (0, "Stopped.\n")


@pytest.mark.parametrize("host", ["0.0.0.0", "127.0.0.1"])
def test_nothing_is_loaded_for_an_address_that_cannot_be_had(
    run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    begun: list[object] = []
    monkeypatch.setattr(Session, "search", lambda *_: begun.append("model"))
    monkeypatch.setattr(KnowledgeBase, "start_following", lambda _: begun.append("follower"))
    monkeypatch.setenv("KB_HOST", host)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = run("--port", str(taken.getsockname()[1]))
    assert isinstance(result.exception, ServeError)
    assert begun == []


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_it_can_be_ended_as_soon_as_the_address_is_told(
    data: Path, monkeypatch: pytest.MonkeyPatch, end: int
) -> None:
    echo = click.echo

    def heard(said: str, *, err: bool = False, nl: bool = True) -> None:
        echo(said, err=err, nl=nl)
        if SERVING.match(said):
            os.kill(os.getpid(), end)

    monkeypatch.setattr(click, "echo", heard)
    session = Invocation(HashEmbedder())
    session.data = data
    result = CliRunner().invoke(cli.serve, ["--port", "0"], obj=session)
    told, *others = result.output.splitlines()
    assert SERVING.match(told)
    assert (result.exit_code, others) == (0, ["Stopped."])

"""Asking a running server over its Unix socket."""

import http.server
import json
import os
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kb.errors import InvalidInput, KnowledgeBaseError
from kb.storage.local_socket import LONGEST_PATH, LONGEST_TARGET, SOCKET, request, socket_path
from kb.storage.settings import FILE_NAME


class _Handler(http.server.BaseHTTPRequestHandler):
    answers: list[bytes]
    asked: list[tuple[str, str, bytes]]
    status = 200

    def address_string(self) -> str:
        return "local"

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        self.asked.append((self.command, self.path, self.rfile.read(length)))
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(self.answers.pop())

    do_POST = do_GET

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def serving(data: Path, answer: bytes, status: int = 200) -> Iterator[list[tuple[str, str, bytes]]]:
    (data / FILE_NAME).write_text("# no settings\n")
    asked: list[tuple[str, str, bytes]] = []
    handler = type("Handler", (_Handler,), {"answers": [answer], "asked": asked, "status": status})
    server = socketserver.UnixStreamServer(str(socket_path(data)), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_without_a_socket_nobody_answers(tmp_path: Path) -> None:
    assert request(tmp_path, "GET", "/") is None


def test_a_socket_that_a_killed_server_left_is_nobody(tmp_path: Path) -> None:
    with serving(tmp_path, b"{}"):
        pass

    assert socket_path(tmp_path).exists()
    assert request(tmp_path, "GET", "/") is None


def test_the_answer_is_json(tmp_path: Path) -> None:
    with serving(tmp_path, json.dumps({"a": "ü"}).encode()) as asked:
        answer = request(tmp_path, "GET", "/api/search", [("q", "a b"), ("tag", "ü")])

    assert answer == {"a": "ü"}
    assert asked == [("GET", "/api/search?q=a+b&tag=%C3%BC", b"")]


def test_a_body_is_sent_as_json(tmp_path: Path) -> None:
    with serving(tmp_path, b"{}") as asked:
        request(tmp_path, "POST", "/api/entries", body={"a": 1})

    assert asked == [("POST", "/api/entries", b'{"a": 1}')]


@pytest.mark.parametrize(
    ("answer", "said"), [(b'{"detail": "No words."}', "No words."), (b"{}", "answered 422")]
)
def test_a_refusal_is_told_in_the_words_of_the_server(
    tmp_path: Path, answer: bytes, said: str
) -> None:
    with serving(tmp_path, answer, status=422), pytest.raises(InvalidInput, match=said):
        request(tmp_path, "GET", "/")


def test_a_trouble_of_the_server_is_no_refusal(tmp_path: Path) -> None:
    answer = b'{"detail": "The model cannot be loaded."}'
    with (
        serving(tmp_path, answer, status=503),
        pytest.raises(KnowledgeBaseError, match="cannot be loaded") as caught,
    ):
        request(tmp_path, "GET", "/")

    assert not isinstance(caught.value, InvalidInput)


def test_a_question_too_long_for_the_server_is_not_sent(tmp_path: Path) -> None:
    question = "x" * LONGEST_TARGET
    with (
        serving(tmp_path, b"{}") as asked,
        pytest.raises(InvalidInput, match=r"The question is too long .*; leave something out\."),
    ):
        request(tmp_path, "GET", "/api/search", [("q", question)])

    assert asked == []


def test_without_a_server_no_question_is_too_long(tmp_path: Path) -> None:
    assert request(tmp_path, "GET", "/api/search", [("q", "x" * LONGEST_TARGET)]) is None


def test_an_answer_that_is_no_json_is_an_error(tmp_path: Path) -> None:
    with serving(tmp_path, b"<html>"), pytest.raises(KnowledgeBaseError, match="did not answer"):
        request(tmp_path, "GET", "/")


def test_the_socket_lies_in_the_data_directory(tmp_path: Path) -> None:
    assert socket_path(tmp_path) == tmp_path.resolve() / SOCKET


def test_a_long_path_has_its_socket_in_a_private_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    data = tmp_path / ("x" * LONGEST_PATH)

    path = socket_path(data)

    assert path == socket_path(data)
    assert path != socket_path(data / "other")
    assert path.parent.parent == tmp_path
    assert path.parent.stat().st_mode & 0o077 == 0


def test_a_folder_for_sockets_that_is_open_to_others_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    folder = tmp_path / f"tributary-{os.getuid()}"
    folder.mkdir()
    folder.chmod(0o777)

    with pytest.raises(KnowledgeBaseError, match="open to other users"):
        socket_path(tmp_path / ("x" * LONGEST_PATH))

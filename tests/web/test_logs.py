"""The log says what the server did, and nothing of what people wrote, asked or are called."""

import asyncio
import errno
import io
import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import anyio
import msgspec
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from kb import KnowledgeBase, Session
from kb.errors import DataDirectoryError
from tests.worlds.web import Browsers, Community, sign_in
from web.logs import Format, kind_of, logged, logs_to
from web.protocol import last_resort

Client = TestClient[Litestar]
Line = dict[str, Any]
SECRET = "quinces-of-aunt-Odile"
FORMATS: tuple[Format, ...] = ("text", "json")


@contextmanager
def written(form: Format = "json") -> Iterator[io.StringIO]:
    """What is logged within the block."""
    stream = io.StringIO()
    with logs_to(stream, form):
        yield stream


def lines(stream: io.StringIO) -> list[Line]:
    """The lines of a log in JSON."""
    return [msgspec.json.decode(line, type=Line) for line in stream.getvalue().splitlines()]


def failing(error: Exception) -> Callable[..., None]:
    """What fails deep within, with local variables that hold the secret too."""

    def fail(*_: object, **__: object) -> None:
        told = f"{SECRET} in a local variable"
        try:
            raise ValueError(told)
        except ValueError:
            raise error from None

    return fail


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", SECRET.upper()])
@pytest.mark.parametrize(
    "path",
    [
        f"/search?q={SECRET}",
        f"/api/search?q={SECRET}&tag={SECRET}",
        f"/entries/{SECRET}",
        f"/{SECRET}/of/nowhere",
        f"/static/{SECRET}.css",
    ],
)
def test_what_is_asked_for_is_not_in_the_log(
    client: Client, form: Format, method: str, path: str
) -> None:
    headers = {"X-Request-Id": SECRET, "User-Agent": SECRET, "Referer": f"/{SECRET}"}
    with written(form) as stream:
        client.request(method, path, headers=headers)
    assert "answered" in stream.getvalue()
    assert SECRET.casefold() not in stream.getvalue().casefold()


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    "error", [RuntimeError(SECRET), DataDirectoryError(f"{SECRET}."), OSError(5, SECRET, SECRET)]
)
def test_a_failing_handler_tells_nothing_of_what_it_handled(
    client: Client,
    base: KnowledgeBase,
    monkeypatch: pytest.MonkeyPatch,
    form: Format,
    error: Exception,
) -> None:
    monkeypatch.setattr(Session, "search", failing(error))
    with written(form) as stream:
        assert client.get("/api/search", params={"q": SECRET}).status_code >= 500
    assert type(error).__name__ in stream.getvalue()
    assert SECRET not in stream.getvalue()


@pytest.mark.parametrize("form", FORMATS)
def test_signing_in_leaves_neither_name_nor_password_nor_address_nor_cookie(
    community: Community, browser: Browsers, form: Format
) -> None:
    client = browser()
    with written(form) as stream:
        assert sign_in(client, SECRET, f"password {SECRET}").status_code == 401
        assert sign_in(client, "Mara").status_code == 303
        client.get("/account")
        client.get("/api/search?q=x", headers={"Authorization": f"Bearer {SECRET}"})
    text = stream.getvalue()
    assert text.count("answered") == 4
    cookie = client.cookies["__Host-tributary"]
    told = (SECRET, "password ", "Mara", "example.org", "testclient", cookie, community.ids["Mara"])
    assert [one for one in told if one in text] == []


def test_a_line_for_each_request_says_what_was_done(client: Client, contribute: Any) -> None:
    entry = contribute()
    with written() as stream:
        client.get(f"/entries/{entry}?from=elsewhere")
        client.head(f"/entries/{entry}")
        client.get("/nowhere")
        client.get("/static/style.css")
        client.get("/", headers={"Host": "elsewhere.example"})
    told = [(line["method"], line["route"], line["status"]) for line in lines(stream)]
    route = told[0][1]
    assert route.startswith("/entries/{")
    assert told == [
        ("GET", route, 200),
        ("HEAD", route, 200),
        ("GET", "-", 404),
        ("GET", "/static/{file_path}", 200),
        ("GET", "-", 400),
    ]
    names = {"event", "method", "route", "status", "milliseconds", "request", "level", "timestamp"}
    assert all(set(line) == names for line in lines(stream))
    assert all(line["milliseconds"] >= 0 for line in lines(stream))


def test_the_lines_of_a_request_share_a_number_that_no_other_has(
    client: Client, base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Session, "search", failing(DataDirectoryError("Full.")))
    with written() as stream:
        client.get("/api/search?q=x")
        client.get("/api/search?q=x")
    numbers = [line["request"] for line in lines(stream)]
    assert numbers[0] == numbers[1] != numbers[2] == numbers[3]
    assert [line["level"] for line in lines(stream)] == ["warning", "info"] * 2


def test_a_fault_says_its_type_and_where_it_passed(
    client: Client, base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Session, "search", failing(RuntimeError(SECRET)))
    with written() as stream:
        client.get("/api/search?q=x")
    [fault, answered] = lines(stream)
    assert (fault["event"], answered["status"]) == ("a fault of ours", 500)
    [error] = fault["errors"]
    assert error["type"] == "RuntimeError"
    assert error["at"][-1].startswith("tests/web/test_logs.py:")
    monkeypatch.setattr(
        Session, "search", failing(RuntimeError(SECRET))
    )  # which has passed nowhere
    with written("text") as stream:
        client.get("/api/search?q=x")
    assert f"RuntimeError\n  {error['at'][0]}\n" in stream.getvalue()


def test_an_error_names_its_code_and_what_led_to_it() -> None:
    full = DataDirectoryError(SECRET)
    full.__cause__ = OSError(errno.ENOSPC, SECRET)
    assert kind_of(full) == "DataDirectoryError from OSError ENOSPC"
    with closing(sqlite3.connect(":memory:")) as db, pytest.raises(sqlite3.Error) as raised:
        db.execute(f"SELECT '{SECRET}' FROM nowhere")
    assert kind_of(raised.value) == "OperationalError SQLITE_ERROR"


def test_of_a_group_and_of_a_circle_of_errors_the_first_few_are_told() -> None:
    assert kind_of(ExceptionGroup(SECRET, [KeyError(SECRET)])) == "ExceptionGroup from KeyError"
    first, second = ValueError(), KeyError()
    first.__context__, second.__context__ = second, first
    assert kind_of(first).count(" from ") == 4


@pytest.mark.parametrize("form", FORMATS)
def test_what_libraries_say_is_left_out_but_for_who_and_where(form: Format) -> None:
    with written(form) as stream:
        for name in ("asyncio", "uvicorn.error", "litestar", "", "tributary_of_others"):
            try:
                raise ValueError(SECRET)
            except ValueError:
                logging.getLogger(name).exception("Failed: %s", SECRET, extra={"error": SECRET})
            logging.getLogger(name).info(SECRET)
    assert stream.getvalue().count("a library reported something") == 5
    assert "asyncio" in stream.getvalue()
    assert stream.getvalue().count("ValueError") == 5
    assert SECRET not in stream.getvalue()


def test_what_a_library_repeats_is_one_line_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([0.0] * 100 + [61.0])
    monkeypatch.setattr("web.logs.monotonic", lambda: next(times))
    with written("json") as stream:
        for _ in range(101):
            logging.getLogger("asyncio").error("socket.accept() out of system resource")
    first, later = map(msgspec.json.decode, stream.getvalue().splitlines())
    assert "missed" not in first
    assert later["missed"] == 99


@pytest.mark.parametrize(
    "name", ["httpx", "httpx2", "httpcore.connection", "httpcore2", "uvicorn.access"]
)
def test_loggers_that_write_addresses_are_silent(name: str) -> None:
    with written() as stream:
        logging.getLogger(name).error("GET /search?q=%s", SECRET)
    assert stream.getvalue() == ""


def test_arguments_and_other_fields_of_our_own_lines_are_left_out() -> None:
    with written() as stream:
        logging.getLogger("tributary.web").warning(
            "about %s", SECRET, extra={"status": 503, "member": SECRET}
        )
    [line] = lines(stream)
    assert (line["event"], line["status"]) == ("about %s", 503)
    assert SECRET not in stream.getvalue()


@pytest.mark.parametrize("form", FORMATS)
def test_a_thread_that_fails_says_only_where(monkeypatch: pytest.MonkeyPatch, form: Format) -> None:
    monkeypatch.setattr(threading, "excepthook", threading.__excepthook__)
    with written(form) as stream:
        thread = threading.Thread(target=failing(RuntimeError(SECRET)), name=SECRET)
        thread.start()
        thread.join()
    assert "a thread failed" in stream.getvalue()
    assert "RuntimeError" in stream.getvalue()
    assert SECRET not in stream.getvalue()
    assert threading.excepthook is threading.__excepthook__


def test_a_line_that_cannot_be_written_is_not_printed_elsewhere(
    capsys: pytest.CaptureFixture[str],
) -> None:
    stream = io.StringIO()
    with logs_to(stream, "text"):
        stream.close()
        logging.getLogger("tributary.web").error("about %s", SECRET)
    assert capsys.readouterr() == ("", "")


def test_afterwards_everything_is_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    def somebodys(_: object) -> None:
        """Listens to threads already."""

    monkeypatch.setattr(threading, "excepthook", somebodys)
    root, ours = logging.getLogger(), logging.getLogger("tributary")
    before = (list(root.handlers), root.level, ours.level)
    with written():
        assert threading.excepthook is somebodys
        assert root.handlers != before[0]
    assert (list(root.handlers), root.level, ours.level) == before


def test_what_is_no_request_is_passed_on_without_a_line() -> None:
    seen: list[str] = []

    async def app(scope: Any, _: Any, __: Any) -> None:
        seen.append(scope["type"])

    scope: Any = {"type": "lifespan"}
    with written() as stream:
        anyio.run(logged(app), scope, scope, scope)
    assert (seen, stream.getvalue()) == (["lifespan"], "")


def test_a_line_of_text_has_the_number_of_the_status(client: Client) -> None:
    with written("text") as stream:
        client.get("/entries/x")
        client.get("/api/search?limit=x")
    assert "status=404" in stream.getvalue()
    assert "status=400" in stream.getvalue()


def test_what_the_end_of_the_server_breaks_off_is_no_fault_of_ours() -> None:
    """An upload that is not there whole: it is answered, and leaves no line of an error."""
    sent: list[Any] = []

    async def answering(message: Any) -> None:
        sent.append(message)

    async def reading(_: Any, receive: Any, __: Any) -> None:
        await receive()

    async def serve_and_stop() -> None:
        began = asyncio.Event()

        async def waits() -> Any:
            began.set()
            await asyncio.Event().wait()

        scope: Any = {"type": "http", "method": "POST", "path": "/entries/new"}
        app: Any = logged(last_resort(reading))
        upload = asyncio.create_task(app(scope, waits, answering))
        await began.wait()
        upload.cancel()
        await upload

    with written() as stream:
        asyncio.run(serve_and_stop())
        broken_off = asyncio.CancelledError()
        logging.getLogger("uvicorn.error").error("Exception", exc_info=broken_off)
    [line] = lines(stream)
    assert (line["level"], line["status"]) == ("info", 503)
    assert sent[0]["status"] == 503
    assert b"send it again" in sent[1]["body"]

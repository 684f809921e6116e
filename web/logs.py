"""Server logs without personal data: no names, no texts, no queries.

A line is made only of the program's own words and names. Messages of exceptions, URLs with ids,
and messages of libraries may quote people, so none of them is written.
"""

import errno
import logging
import threading
from asyncio import CancelledError
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPMethod
from itertools import islice
from pathlib import PurePath
from secrets import token_hex
from time import monotonic, perf_counter
from traceback import walk_tb
from typing import Literal, TextIO

import structlog
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars, merge_contextvars
from structlog.types import EventDict, Processor

Format = Literal["text", "json"]

OURS = "tributary"
FIELDS = ("method", "route", "status", "milliseconds", "error")
"""The fields that our own log records may have as `extra`; others are not written."""

SILENT = ("httpx", "httpx2", "httpcore", "httpcore2", "uvicorn.access")
"""Loggers whose lines are dropped, as they hold URLs with queries."""

METHODS = frozenset(HTTPMethod)
PERIOD = 60.0
"""Seconds in which a library's reports from one place make one line: any client can cause them."""

LONGEST_CHAIN = 5
MOST_FRAMES = 20

log = logging.getLogger(f"{OURS}.access")


def logged(app: ASGIApp) -> ASGIApp:
    """`app` with one log line for each request, whose number all lines meanwhile carry."""

    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        started, status = perf_counter(), 500

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                # In text lines an HTTPStatus would appear by its name.
                status = int(message["status"])
            await send(message)

        # Not a number from the request's headers, which would be the sender's text.
        with bound_contextvars(request=token_hex(8)):
            try:
                await app(scope, receive, sending)
            finally:
                milliseconds = round((perf_counter() - started) * 1000, 1)
                asked = {"method": _method(scope), "route": scope.get("path_template") or "-"}
                log.info("answered", extra=asked | {"status": status, "milliseconds": milliseconds})

    return handle


@contextmanager
def logs_to(stream: TextIO, form: Format) -> Iterator[None]:
    """Within the block, write the server's logs to `stream`, as text or as JSON lines."""
    handler = _Handler(stream)
    handler.setFormatter(_formatter(form))
    handler.addFilter(_is_wanted)
    handler.addFilter(_OnceAPeriod(monotonic))
    root, ours, hook = logging.getLogger(), logging.getLogger(OURS), threading.excepthook
    level = ours.level
    root.addHandler(handler)
    ours.setLevel(logging.INFO)
    if hook is threading.__excepthook__:
        threading.excepthook = _thread_failed
    try:
        yield
    finally:
        threading.excepthook = hook
        ours.setLevel(level)
        root.removeHandler(handler)


def kind_of(error: BaseException) -> str:
    """The types of `error` and its causes: `DataDirectoryError from OSError ENOSPC`."""
    return " from ".join(_kind(one) for one in _chain(error))


class _Handler(logging.StreamHandler[TextIO]):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name of logging
        """Drop the line: logging would print it unformatted, with all its arguments."""


class _OnceAPeriod:
    """Filter that passes a library's report once a `PERIOD` for each place and type of error.

    The next one has the number of dropped reports as `missed`.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._places: dict[tuple[object, ...], tuple[float, int]] = {}

    def __call__(self, record: logging.LogRecord) -> bool:
        if _is_of(record.name, OURS):
            return True
        error = record.exc_info and record.exc_info[0]
        place = (record.name, record.pathname, record.lineno, error)
        now = self._clock()
        until, missed = self._places.get(place, (now, 0))
        if now < until:
            self._places[place] = (until, missed + 1)
            return False
        self._places[place] = (now + PERIOD, 0)
        record.missed = missed
        return True


def _formatter(form: Format) -> logging.Formatter:
    ends: list[Processor] = (
        [structlog.processors.JSONRenderer()]
        if form == "json"
        else [_errors_as_text, structlog.dev.ConsoleRenderer(colors=False)]
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            _only_what_is_ours,
            merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
        ],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *ends],
    )


def _is_wanted(record: logging.LogRecord) -> bool:
    if record.exc_info and record.exc_info[0] is CancelledError:
        # The server is stopping and cancels unfinished requests.
        return False
    return not any(_is_of(record.name, name) for name in SILENT)


def _is_of(name: str, parent: str) -> bool:
    return name == parent or name.startswith(f"{parent}.")


def _only_what_is_ours(_: object, __: str, event: EventDict) -> EventDict:
    """A new line with only the fields of the record that are named here."""
    record: logging.LogRecord = event["_record"]
    line: EventDict = {"_record": record, "_from_structlog": False}
    if _is_of(record.name, OURS):
        # The format string of our source, without its arguments.
        line["event"] = record.msg
        line.update((name, record.__dict__[name]) for name in FIELDS if name in record.__dict__)
    else:
        line["event"] = "a library reported something"
        line.update(logger=record.name, at=_place(record.pathname, record.lineno))
        if missed := getattr(record, "missed", 0):
            line["missed"] = missed
    error = record.exc_info and record.exc_info[1]
    if error:
        line["errors"] = [{"type": _kind(one), "at": _places(one)} for one in _chain(error)]
    return line


def _errors_as_text(_: object, __: str, event: EventDict) -> EventDict:
    if errors := event.pop("errors", None):
        event["exception"] = "\n".join("\n  ".join((one["type"], *one["at"])) for one in errors)
    return event


def _chain(error: BaseException) -> list[BaseException]:
    """The error, the members of an error group, and the causes."""
    return list(islice(_led_to(error), LONGEST_CHAIN))


def _led_to(error: BaseException) -> Iterator[BaseException]:
    yield error
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions:
            yield from _led_to(one)
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from _led_to(before)


def _kind(error: BaseException) -> str:
    """The name of its type, and of its errno or SQLite error code."""
    code = getattr(error, "sqlite_errorname", None)
    if isinstance(error, OSError) and error.errno is not None:
        code = errno.errorcode.get(error.errno)
    return f"{type(error).__name__} {code}" if code else type(error).__name__


def _places(error: BaseException) -> list[str]:
    """The places in its traceback, outermost first; of a very deep one, the innermost."""
    passed = [(frame.f_code.co_filename, line) for frame, line in walk_tb(error.__traceback__)]
    return [_place(file, line) for file, line in passed[-MOST_FRAMES:]]


def _place(file: str, line: int) -> str:
    """The end of a file's path, and the line; folders further up may be named after a person."""
    return f"{'/'.join(PurePath(file).parts[-3:])}:{line}"


def _method(scope: Scope) -> str:
    method = str(scope.get("method"))
    return method if method in METHODS else "-"


def _thread_failed(arguments: threading.ExceptHookArgs) -> None:
    """Log that a thread failed; Python's own hook would print the error's text."""
    logging.getLogger(f"{OURS}.threads").error("a thread failed", exc_info=arguments.exc_value)

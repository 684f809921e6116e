"""Logs of the server that hold nothing of what people write, ask for or are called.

A line says what the program did, in words and names of the program alone. The text of exceptions,
addresses with their ids, and what libraries have to say may quote people, so none of it is written.
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
"""What our own lines may say beside their event, as `extra`; nothing else is written."""

SILENT = ("httpx", "httpx2", "httpcore", "httpcore2", "uvicorn.access")
"""Loggers of which no line is written: theirs are addresses with their queries."""

METHODS = frozenset(HTTPMethod)
PERIOD = 60.0
"""Seconds in which what a library reports from one place is one line: who connects can cause it."""

LONGEST_CHAIN = 5
MOST_FRAMES = 20

log = logging.getLogger(f"{OURS}.access")


def logged(app: ASGIApp) -> ASGIApp:
    """`app`, which leaves one line for each request; lines written meanwhile carry its number."""

    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        started, status = perf_counter(), 500

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                # An HTTPStatus shows itself by its name in lines of text.
                status = int(message["status"])
            await send(message)

        # A number that comes with the request would be text of its sender.
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
    """Within the block, write what the server logs to `stream`: lines of text, or JSON on each."""
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
    """What kind of error it is and which led to it: `DataDirectoryError from OSError ENOSPC`."""
    return " from ".join(_kind(one) for one in _chain(error))


class _Handler(logging.StreamHandler[TextIO]):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name of logging
        """Lose the line: logging would print it as it came, with all its arguments."""


class _OnceAPeriod:
    """Passes a library's report on once a `PERIOD` for each place and kind of error.

    The next one tells how many were left out, as `missed`.
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
        # The end of the server, which cancels what is not finished.
        return False
    return not any(_is_of(record.name, name) for name in SILENT)


def _is_of(name: str, parent: str) -> bool:
    return name == parent or name.startswith(f"{parent}.")


def _only_what_is_ours(_: object, __: str, event: EventDict) -> EventDict:
    """A line made anew of the record, so that nothing comes in that is not named here."""
    record: logging.LogRecord = event["_record"]
    line: EventDict = {"_record": record, "_from_structlog": False}
    if _is_of(record.name, OURS):
        # As it stands in our source, without arguments.
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
    """The error, those in it if it is a group, and those that led to it."""
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
    """The name of its type, and of the code that the system or SQLite gave it."""
    code = getattr(error, "sqlite_errorname", None)
    if isinstance(error, OSError) and error.errno is not None:
        code = errno.errorcode.get(error.errno)
    return f"{type(error).__name__} {code}" if code else type(error).__name__


def _places(error: BaseException) -> list[str]:
    """Where it passed, from the outside in; of a very deep one, the innermost places."""
    passed = [(frame.f_code.co_filename, line) for frame, line in walk_tb(error.__traceback__)]
    return [_place(file, line) for file, line in passed[-MOST_FRAMES:]]


def _place(file: str, line: int) -> str:
    """A file's last names and the line; the folders above may be called after a person."""
    return f"{'/'.join(PurePath(file).parts[-3:])}:{line}"


def _method(scope: Scope) -> str:
    method = str(scope.get("method"))
    return method if method in METHODS else "-"


def _thread_failed(arguments: threading.ExceptHookArgs) -> None:
    """Write that a thread ended by an error; as it comes, Python prints the error's text."""
    logging.getLogger(f"{OURS}.threads").error("a thread failed", exc_info=arguments.exc_value)

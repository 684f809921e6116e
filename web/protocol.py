"""HTTP as uvicorn has it, and what uvicorn lacks: errors in our words, patience that ends.

uvicorn bounds the length of a head and how long a kept connection may rest. It waits for ever for
a first byte, for the rest of a head or a body and for a client that reads nothing, answers what is
no HTTP without our headers, and keeps everybody out once there are too many connections.
"""

import asyncio
import logging
import socket
import sys
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

import h11
import msgspec
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from kb.messages import _
from kb.storage.settings import is_loopback
from web.errors import CODES_OF_STATUS, PROBLEM_JSON, SENTENCES, ProblemDetails
from web.headers import HEADERS

LOCAL = "tributary.local"
"""In the scope of a request that came through the socket file, which its owner alone may use."""

HEAD_SECONDS = 10.0
"""How long a connection has to send a whole head, the first byte included."""

BODY_SECONDS, BODY_RATE = 20.0, 5_000
"""How long a body has, beside a second for so many of its bytes as have come."""

READ_SECONDS = 60.0
"""How long a client may read nothing of an answer that is ready."""

PER_ADDRESS = 100
"""Connections of one address; of this machine's, where a proxy stands, the limit of all."""

UNREADABLE = _(
    "The request cannot be read: it breaks the rules of HTTP; mend it and send it again."
)
LONG_HEAD = _(
    "The address and headers of the request are longer than 32 kB; shorten them and send it again."
)
log = logging.getLogger("tributary.web")

STOPPING = _("The server stopped before the request was there whole; send it again in a while.")
LATE = _("The request did not come to its end in time; send it again.")


class Protocol(H11Protocol):
    """HTTP/1.1 as uvicorn has it, with `LOCAL`, deadlines, and room for newcomers."""

    _deadline: asyncio.TimerHandle | None = None
    _waits = ""  # for the rest of a "head" or a "body"
    _since = 0.0
    _bytes = 0
    _unread: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Mark what comes through the socket file; close a silent connection if there are many."""
        super().connection_made(transport)
        # `_make_room` sees to it; uvicorn would count what it still does for those who have gone.
        self.limit_concurrency = None
        sock: socket.socket | None = transport.get_extra_info("socket")
        if sock is not None and sock.family == socket.AF_UNIX:
            app = self.app

            async def local(scope: Any, receive: Any, send: Any) -> None:
                await app({**scope, LOCAL: True}, receive, send)

            self.app = local
        self._wait("head")
        self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        self._wait("")
        self.resume_writing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take in `data` and see what is to come yet."""
        self._bytes += len(data)
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self.conn.their_state is h11.SEND_BODY:
            self._wait("body")
        elif self.conn.their_state is h11.IDLE and self.conn.trailing_data[0]:
            self._wait("head")
        else:
            self._wait("")

    def pause_writing(self) -> None:
        """Wait for the client to read, but not for ever."""
        super().pause_writing()
        self._unread = self.loop.call_later(READ_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on writing."""
        super().resume_writing()
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def send_400_response(self, msg: str) -> None:
        """Say what is wrong, as a problem, and close the connection.

        uvicorn calls it while it handles what h11 raised, and does not hand that on.
        """
        error = sys.exception()
        hint = error.error_status_hint if isinstance(error, h11.RemoteProtocolError) else 400
        if hint == HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE:
            self._end(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, LONG_HEAD)
        else:
            self._end(HTTPStatus.BAD_REQUEST, UNREADABLE)

    @property
    def busy(self) -> bool:
        """Whether a request is there whole and being answered."""
        if self.cycle is None:
            return False
        return not (self.cycle.more_body or self.cycle.response_complete)

    @property
    def idle_since(self) -> float:
        """When it last became what it is, waiting or resting."""
        return self._since

    def _wait(self, what: str) -> None:
        """Wait for `what`, or nothing; what is waited for already keeps its time."""
        if what and what == self._waits:
            return
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        self._waits, self._since, self._bytes = what, self.loop.time(), 0
        if what:
            patience = HEAD_SECONDS if what == "head" else BODY_SECONDS
            self._deadline = self.loop.call_later(patience, self._late)

    def _late(self) -> None:
        """End what has not come in time; a body that keeps coming fast enough has more."""
        left = self._since + BODY_SECONDS + self._bytes / BODY_RATE - self.loop.time()
        if self._waits == "body" and (left > 0 or self.flow.read_paused):
            self._deadline = self.loop.call_later(max(left, 1.0), self._late)
        elif self._waits == "head" and not self.conn.trailing_data[0]:
            self.transport.close()
        else:
            self._end(HTTPStatus.REQUEST_TIMEOUT, LATE)

    def _make_room(self) -> None:
        """Close the connection that rests longest, perhaps this one, where there are too many."""
        most = self.config.limit_concurrency
        everybody: Iterable[Any] = self.connections
        if most is not None and len(self.connections) >= most:
            _close_one(everybody, self)
        host = self.client[0] if self.client else ""
        if host and not is_loopback(host):
            theirs = [one for one in everybody if one.client and one.client[0] == host]
            if len(theirs) > PER_ADDRESS:
                _close_one(theirs, self)

    def _end(self, status: HTTPStatus, detail: str) -> None:
        """Answer `status` where no answer has begun, and close the connection."""
        if self.cycle is not None:
            # Whatever handles the request learns that nobody is there, and sends no second answer.
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            headers, body = problem(status, detail)
            start = h11.Response(
                status_code=status, headers=headers, reason=status.phrase.encode("ascii")
            )
            for event in (start, h11.Data(data=body), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event))
        self.transport.close()


def _close_one(connections: Iterable[Any], new: Protocol) -> None:
    """Of `connections` end the one that rests longest, or `new` where each is being answered."""
    resting = [one for one in connections if one is not new and not one.busy]
    found = min(resting, key=lambda one: one.idle_since, default=new)
    new.connections.discard(found)
    # Not `close`, which waits for what a client does not read.
    found.transport.abort()


def last_resort(app: ASGIApp) -> ASGIApp:
    """`app`, whose own failures to make the answer of an error are answered as every fault is.

    What is not finished when the server stops is no fault, and is told to be sent again.
    """

    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def sending(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await app(scope, receive, sending)
        except asyncio.CancelledError:
            # Nothing else cancels a request than the end of the server, whose patience is over.
            if begun:
                raise
            await _tell(send, HTTPStatus.SERVICE_UNAVAILABLE, STOPPING)
        except Exception as error:
            log.error("a fault of ours", exc_info=error)
            if begun:
                raise
            status = HTTPStatus.INTERNAL_SERVER_ERROR
            await _tell(send, status, SENTENCES[status])

    return handle


async def _tell(send: Send, status: HTTPStatus, detail: str) -> None:
    headers, body = problem(status, detail)
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body, "more_body": False})


def problem(status: HTTPStatus, detail: str) -> tuple[list[tuple[str, str]], bytes]:
    """Headers and body of an answer that no handler makes; the connection ends with it."""
    body = msgspec.json.encode(
        # Relative to the address asked for, which may be what could not be read.
        ProblemDetails(
            type="about:blank",
            title=status.phrase,
            status=status,
            detail=str(detail),
            instance="",
            code=CODES_OF_STATUS.get(status, "invalid-request"),
        )
    )
    headers = {
        "content-type": PROBLEM_JSON,
        "content-length": str(len(body)),
        "connection": "close",
        **HEADERS,
    }
    return list(headers.items()), body

"""uvicorn's HTTP protocol with time limits, our own error responses, and room for newcomers.

uvicorn limits the length of a head and the idle time of a kept connection. But it waits for ever
for a first byte, for the rest of a head or body and for a client that does not read, answers bad
HTTP without our headers, and refuses everybody once there are too many connections.
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
"""Scope key of requests through the socket file, which only its owner can use."""

HEAD_SECONDS = 10.0
"""Time limit for a whole head, from the connection or the previous response on."""

BODY_SECONDS, BODY_RATE = 20.0, 5_000
"""Time limit for a body: this many seconds, and one more for each `BODY_RATE` bytes received."""

READ_SECONDS = 60.0
"""How long a client may leave a response unread."""

PER_ADDRESS = 100
"""Connections of one address, except loopback addresses, which a proxy may use."""

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
    """uvicorn's HTTP/1.1 with `LOCAL`, deadlines, and room for newcomers."""

    _deadline: asyncio.TimerHandle | None = None
    _waits = ""  # for the rest of a "head" or a "body"
    _since = 0.0
    _bytes = 0
    _unread: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Mark requests from the socket file; close an idle connection if there are too many."""
        super().connection_made(transport)
        # `_make_room` does this; uvicorn would also count work for clients that have gone.
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
        """Cancel all deadlines."""
        self._wait("")
        self.resume_writing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Process `data` and set the deadline for what is still to come."""
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
        """Start the deadline for the client to read."""
        super().pause_writing()
        self._unread = self.loop.call_later(READ_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """Cancel the deadline for the client to read."""
        super().resume_writing()
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def send_400_response(self, msg: str) -> None:
        """Answer with problem details and close the connection.

        uvicorn calls this while it handles h11's exception, but does not pass that on.
        """
        error = sys.exception()
        hint = error.error_status_hint if isinstance(error, h11.RemoteProtocolError) else 400
        if hint == HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE:
            self._end(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, LONG_HEAD)
        else:
            self._end(HTTPStatus.BAD_REQUEST, UNREADABLE)

    @property
    def busy(self) -> bool:
        """Whether a complete request is being answered."""
        if self.cycle is None:
            return False
        return not (self.cycle.more_body or self.cycle.response_complete)

    @property
    def idle_since(self) -> float:
        """The time of the last change between waiting and resting."""
        return self._since

    def _wait(self, what: str) -> None:
        """Set the deadline for `what`, "" for none; a deadline already set for it stays."""
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
        """End a request that is late; a body that arrives fast enough gets more time."""
        left = self._since + BODY_SECONDS + self._bytes / BODY_RATE - self.loop.time()
        if self._waits == "body" and (left > 0 or self.flow.read_paused):
            self._deadline = self.loop.call_later(max(left, 1.0), self._late)
        elif self._waits == "head" and not self.conn.trailing_data[0]:
            self.transport.close()
        else:
            self._end(HTTPStatus.REQUEST_TIMEOUT, LATE)

    def _make_room(self) -> None:
        """If there are too many connections, close the one that rests longest, or this one."""
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
        """Answer with `status` unless a response has begun, and close the connection."""
        if self.cycle is not None:
            # The handler learns that the client has gone, and sends no second response.
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
    """Close the connection that rests longest, or `new` if all others are being answered."""
    resting = [one for one in connections if one is not new and not one.busy]
    found = min(resting, key=lambda one: one.idle_since, default=new)
    new.connections.discard(found)
    # Not `close`, which waits until the client has read everything.
    found.transport.abort()


def last_resort(app: ASGIApp) -> ASGIApp:
    """`app` with an answer of last resort, for when it fails to make an error response.

    A request that is unfinished when the server stops is answered with 503.
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
            # Only the server cancels requests, when it stops and its grace period is over.
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
    """Headers and body of a response made without a handler; it closes the connection."""
    body = msgspec.json.encode(
        # No `instance`: the address may be what could not be read.
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

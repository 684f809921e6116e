"""Answers what the server cannot read as HTTP, and so no handler sees, as all other errors."""

import asyncio
import socket
from http import HTTPStatus
from typing import Any

import h11
import msgspec
from uvicorn.protocols.http.h11_impl import H11Protocol

from web.errors import PROBLEM_JSON, ProblemDetails
from web.headers import HEADERS

LOCAL = "tributary.local"
"""In the scope of a request that came through the socket file, which its owner alone may use."""

UNREADABLE = ProblemDetails(
    type="about:blank",
    title=HTTPStatus.BAD_REQUEST.phrase,
    status=HTTPStatus.BAD_REQUEST,
    detail="The request cannot be read: its address and headers break the rules of HTTP "
    "or are longer than 4 MB; mend or shorten them and send it again.",
    # Relative to the address asked for, which may be what could not be read.
    instance="",
)


class Protocol(H11Protocol):
    """HTTP/1.1 as uvicorn has it, but for the answer to what is not HTTP, and `LOCAL`."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Mark what comes through the socket file."""
        super().connection_made(transport)
        sock: socket.socket | None = transport.get_extra_info("socket")
        if sock is not None and sock.family == socket.AF_UNIX:
            app = self.app

            async def local(scope: Any, receive: Any, send: Any) -> None:
                await app({**scope, LOCAL: True}, receive, send)

            self.app = local

    def send_400_response(self, msg: str) -> None:
        """Say what is wrong, as a problem, and close the connection."""
        body = msgspec.json.encode(UNREADABLE)
        headers = {
            "content-type": PROBLEM_JSON,
            "content-length": str(len(body)),
            "connection": "close",
            **HEADERS,
        }
        start = h11.Response(
            status_code=UNREADABLE.status,
            headers=list(headers.items()),
            reason=UNREADABLE.title.encode(),
        )
        for event in (start, h11.Data(data=body), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event))
        self.transport.close()

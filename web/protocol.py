"""Answers what the server cannot read as HTTP, and so no handler sees, as all other errors."""

from http import HTTPStatus

import h11
import msgspec
from uvicorn.protocols.http.h11_impl import H11Protocol

from web.errors import PROBLEM_JSON, ProblemDetails
from web.security import HEADERS

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
    """HTTP/1.1 as uvicorn has it, but for the answer to what is not HTTP."""

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

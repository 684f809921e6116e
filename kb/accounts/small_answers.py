"""An HTTP transport that limits the size of answers and unpacks none."""

import httpx2

LARGEST = 1_000_000
"""Bytes of an answer; keys and tokens have a few thousand."""


class SmallAnswers(httpx2.BaseTransport):
    """Passes requests on and raises `httpx2.HTTPError` for an answer that is packed or too large.

    A million packed bytes can become a thousand million, so plain ones are asked for.
    """

    def __init__(self, inner: httpx2.BaseTransport | None = None) -> None:
        self._inner = inner or httpx2.HTTPTransport(trust_env=False)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send `request`; the answer is read to its end."""
        request.headers["accept-encoding"] = "identity"
        answer = self._inner.handle_request(request)
        try:
            if answer.headers.get("content-encoding", "identity") != "identity":
                raise httpx2.DecodingError("The answer is packed.", request=request)
            content = _read(answer, request)
        finally:
            answer.close()
        return httpx2.Response(answer.status_code, headers=answer.headers, content=content)

    def close(self) -> None:
        """End what is open."""
        self._inner.close()


def _read(answer: httpx2.Response, request: httpx2.Request) -> bytes:
    content = bytearray()
    # Of `Response` itself only one that was not read yet could be asked.
    for piece in answer.stream:  # type: ignore[union-attr]
        content += piece
        if len(content) > LARGEST:
            raise httpx2.ReadError("The answer is too large.", request=request)
    return bytes(content)

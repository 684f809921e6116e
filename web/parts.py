"""Parser of multipart/form-data (RFC 7578), which programs may send though our pages do not."""

from collections.abc import Iterator
from typing import Any

from litestar.exceptions import ClientException
from multipart import MultipartSegment, PushMultipartParser

from kb.messages import _

PIECE = 65_536
"""Bytes parsed in one step."""

TEXTS = frozenset({"", "utf-8", "utf8", "us-ascii", "ascii"})
"""Accepted charsets; some of Python's other codecs do not decode to text, or take very long."""

_MALFORMED = _("The form cannot be read: its parts are not as RFC 7578 has them.")


def fields_in_parts(body: bytes, boundary: str, most: int) -> dict[str, Any]:
    """The fields by name, each a text or a list of texts.

    Raises `ClientException` if the body is malformed, holds a file or has more than `most` fields.
    """
    found: dict[str, Any] = {}
    count = 0
    try:
        for name, text in _parts(body, boundary):
            count += 1
            if count > most:
                raise ClientException(
                    _("A form has at most {most} fields here; leave some out.", most=most)
                )
            found.setdefault(name, []).append(text)
    except ValueError as error:
        raise ClientException(_MALFORMED) from error
    return {name: texts if len(texts) > 1 else texts[0] for name, texts in found.items()}


def _parts(body: bytes, boundary: str) -> Iterator[tuple[str, str]]:
    text = bytearray()
    name = ""
    with PushMultipartParser(boundary) as parser:
        for begin in range(0, len(body), PIECE):
            for event in parser.parse(body[begin : begin + PIECE]):
                if isinstance(event, MultipartSegment):
                    name, text = _checked(event), bytearray()
                elif event:
                    text += event
                else:
                    yield name, text.decode()


def _checked(part: MultipartSegment) -> str:
    """The name of a field. Raises `ClientException`."""
    if part.filename is not None:
        raise ClientException(_("No form here takes a file: send what is in it as a text."))
    if (part.charset or "").strip().lower() not in TEXTS:
        raise ClientException(_("The form cannot be read: send its texts in UTF-8."))
    if part.disposition != "form-data" or not part.name:
        raise ClientException(_MALFORMED)
    name: str = part.name
    return name

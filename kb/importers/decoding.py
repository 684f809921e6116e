"""Bytes of a file as text; what is no text in them stands as a sign, with a remark."""

import codecs
import re

from kb.counting import counted
from kb.errors import NotTaken
from kb.importers.remarks import Remarks, Why
from kb.importers.values import LOST
from kb.messages import _
from kb.plain import NOT_TEXT

LARGEST_FILE = 12_000_000
"""Bytes; a larger file is refused before it is read. The pages take texts of up to 10 MB."""

_LINE_ENDS = re.compile("\r\n|[\r\v\f]")  # old printers' page feeds are line ends as well
# Typographic signs of Windows-1252 that a program once took for control characters of Unicode.
_WINDOWS = {
    code: bytes([code]).decode("cp1252")
    for code in range(0x80, 0xA0)
    if code not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}
_FEW, _SHARE, _LINES = 10, 10, 10


def decoded(data: bytes, remarks: Remarks | None = None) -> str:
    """UTF-8 with or without a byte order mark, or UTF-16 with one, as Windows' shell writes it.

    Line ends are made plain. Bytes that are neither, and control characters, become `LOST`, and
    the remarks name their lines. Raises `NotTaken`, also where more than a tenth is no text.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = _from_utf_16(data)
        size = len(text.encode("utf-8", "replace"))
    else:
        text, size = data.decode("utf-8-sig", "surrogateescape"), len(data)
    if size > LARGEST_FILE:
        raise NotTaken(
            _("The file has more than {what} MB; split it up.", what=LARGEST_FILE // 1000000)
        )
    if not text.strip():
        raise NotTaken(_("The file is empty."))
    text = _LINE_ENDS.sub("\n", text).translate(_WINDOWS)
    return _with_signs(text, remarks) if NOT_TEXT.search(text) else text


def _from_utf_16(data: bytes) -> str:
    try:
        return data.decode("utf-16")
    except UnicodeDecodeError:
        return data.decode("utf-16", "replace").replace(LOST, "\0")


def _with_signs(text: str, remarks: Remarks | None) -> str:
    lost = sum(1 for _ in NOT_TEXT.finditer(text))
    if lost > _FEW and lost * _SHARE > len(text):
        raise NotTaken(_("The file is no text in UTF-8: save it as UTF-8, if it is text."))
    if remarks:
        lines = [n for n, line in enumerate(text.split("\n"), 1) if NOT_TEXT.search(line)]
        more = f" and {len(lines) - _LINES:,} more" * (len(lines) > _LINES)
        remarks.add(
            Why.CHANGED,
            f"{counted(lost, 'byte or sign')} that {'is' if lost == 1 else 'are'} no text in UTF-8 "
            f"became {LOST}, in line {', '.join(map(str, lines[:_LINES]))}{more}",
        )
    return NOT_TEXT.sub(LOST, text)

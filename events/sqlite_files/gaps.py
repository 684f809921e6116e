"""Overwrites what SQLite leaves in the gaps of its pages.

With `secure_delete` SQLite overwrites what it takes out of a page and pages that it frees. But when
it moves rows to another page, it leaves copies in the gap of the old one: the unused bytes between
the pointers to its cells and the cells. These rows may be erased later, where they are by then.

Nothing reads a gap, so it can be overwritten in the file while others read. A writer that has the
page in its cache would write the copies back: see `PRAGMA shrink_memory`.
"""

import os
import struct

_HEADER = struct.Struct(">BHHH")
_HEADER_SIZES = {2: 12, 5: 12, 10: 8, 13: 8}
"""By the type of a page of a tree. In any other page the first byte is 0: it is the highest of the
number of the next page, in a file below 64 GB.
"""
_OF_FILE = 100
"""The size of the header of the file, on its first page."""


def filled(page: bytes, number: int) -> tuple[int, int] | None:
    """Where the gap of page `number`, the first being 1, begins and ends; None if it is empty."""
    offset = _OF_FILE if number == 1 else 0
    kind, _, cells, content = _HEADER.unpack_from(page, offset)
    if kind not in _HEADER_SIZES:
        return None
    begin, end = offset + _HEADER_SIZES[kind] + 2 * cells, content or 65_536
    gap = page[begin:end]
    return (begin, end) if gap.count(0) != len(gap) else None


def emptied(file: int, page: bytes, number: int) -> bytes:
    """Overwrite the gap of a page in the open `file` with zeros; returns the page as it is then."""
    found = filled(page, number)
    if not found:
        return page
    begin, end = found
    zeros = bytes(end - begin)
    os.pwrite(file, zeros, (number - 1) * len(page) + begin)
    return b"".join((page[:begin], zeros, page[end:]))

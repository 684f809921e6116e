"""Blocks of Logseq's pages, to which others refer by an id: ((id)) is a link with their words.

As for other labels, the words of a block stand for its id once it is known who sees its page.
"""

import re
from collections.abc import Collection

from kb.importers.body import plain
from kb.importers.code import in_prose, lines_of
from kb.importers.crossrefs import PageOf
from kb.importers.remarks import Remarks, Why

_ID = r"[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}"
_WHOLE_ID = re.compile(_ID)
_GIVEN = re.compile(rf"[ \t]*(- )?id::[ \t]{{0,9}}({_ID})[ \t]*$")
_REFERENCE = re.compile(
    rf"\[([^\[\]\n]{{1,500}})\]\(\(\(({_ID})\)\)\)"
    rf"|\{{\{{embed[ \t]{{1,9}}\(\(({_ID})\)\)[ \t]{{0,9}}\}}\}}|\(\(({_ID})\)\)"
)
_BULLET = re.compile(r"[ \t]*(?:[-*+][ \t]+)?(?:(?:TODO|DOING|DONE|NOW|LATER|WAITING)[ \t]+)?")
_PROPERTY = re.compile(r"[ \t]*[\w.-]{1,60}::")


def is_block(label: str) -> bool:
    """Whether a label is the id of a block."""
    return _WHOLE_ID.fullmatch(label) is not None


def blocks_of(text: str) -> dict[str, str]:
    """The blocks of a page that have an id, each with its words."""
    if "id::" not in text:
        return {}
    found, last = dict[str, str](), ""
    for line, is_code in lines_of(text):
        if given := None if is_code else _GIVEN.match(line):
            found.setdefault(given[2], "" if given[1] else plain(last))
        elif line.strip() and not is_code and not _PROPERTY.match(line):
            last = _BULLET.sub("", line, count=1)
    return found


def with_blocks(
    body: str, own: Collection[str], page_of: PageOf, made: set[str], remarks: Remarks
) -> str:
    """`body` with references to blocks of its `own` and of other pages as links.

    Those without words have the id for these, which is added to `made`; one to a block of no page
    is its words alone.
    """

    def led(found: re.Match[str]) -> str:
        words, label = found[1], found[2] or found[3] or found[4]
        page = "" if label in own else page_of(label)
        if not page and label not in own:
            if words:
                remarks.add(Why.MARKS, f"(({label}))")
            return words or found[0]
        if not words:
            made.add(label)
        return f"[{words or label}]({page}#{label})"

    return in_prose(body, lambda text: _REFERENCE.sub(led, text), "((")

"""References of MkDocs' autorefs, as [words][id]: links to the page where that id or heading is.

One of which the text itself has a definition, as CommonMark knows it, stays.
"""

import re
from collections.abc import Callable, Iterator

from kb.entries.headings import slug
from kb.importers.body import plain
from kb.importers.code import in_prose, lines_of
from kb.importers.divisions import HEADING
from kb.importers.remarks import Remarks, Why

SETTINGS = ("mkdocs.yml", "mkdocs.yaml")
_ID = re.compile(r"\{[^{}#\n]{0,200}#([\w:.-]{1,200})(?=[^{}\n]{0,200}\})")
_BRACES = re.compile(r"\{[^{}\n]{0,300}\}")
_ANCHOR = re.compile(r"\[\]\(\)(?=\{[^{}\n]{0,300}\})")
_REFERENCE = re.compile(r"(?<![\w\]!\\])\[([^\[\]\n]{1,300})\]\[([^\[\]\n^]{0,200})\]")
_DEFINITION = re.compile(r"^[ \t>]{0,20}\[([^\[\]\n]{1,300})\]:", re.MULTILINE)

IdOf = Callable[[str], str | None]
"""Gives the page of an id, seen from the one that is read; None if there should be one, "" if not.
"""


def ids_of(text: str, *, headings: bool) -> Iterator[str]:
    """The ids that a text gives, and if asked for those of its `headings`, as MkDocs makes them."""
    for line, is_code in lines_of(text):
        if not is_code and "#" in line:
            yield from _ID.findall(line)
            if headings and (found := HEADING.match(line)):
                yield slug(plain(_BRACES.sub("", found[1])))


def with_autorefs(body: str, id_of: IdOf | None, made: set[str], remarks: Remarks) -> str:
    """`body` with such references as links, and anchors that are no words without their signs.

    The ids of links, of which nobody wrote the page, are added to `made`.
    """
    body = in_prose(body, lambda text: _ANCHOR.sub("", text), "[](){")
    if id_of is None or "][" not in body:
        return body
    defined = {name.casefold() for name in _DEFINITION.findall(body)}

    def led(found: re.Match[str]) -> str:
        words = found[1]
        name = found[2] or words.strip("`")
        if (found[2] or words).casefold() in defined:
            return found[0]
        page = id_of(name)
        if page is None:
            remarks.add(Why.CHANGED, f"{found[0]} leads to no heading here")
        if not page:
            return found[0]
        made.add(name)
        return f"[{words}]({page}#{name})"

    return in_prose(body, lambda text: _REFERENCE.sub(led, text), "][")

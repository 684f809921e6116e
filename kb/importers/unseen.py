"""Takes out the elements of HTML that readers of a website do not see."""

import re
from collections.abc import Iterator, Sequence
from html import unescape

from kb.importers.branches import holds, is_withheld, without
from kb.importers.code import Range, beyond
from kb.importers.html import TAG
from kb.importers.html_attributes import attributes_of
from kb.importers.remarks import Remarks
from kb.importers.seen_names import marked

_HIDES = re.compile(
    r"hidden|display|visibility|d-none|[-:\s](?:if|show|when|condition)=", re.IGNORECASE
)
_STYLE = re.compile(
    r"(?<![\w-])(?:display[\"'\]]{0,2}\s{0,99}:\s{0,99}[\"'`]?none"
    r"|visibility[\"'\]]{0,2}\s{0,99}:\s{0,99}[\"'`]?(?:hidden|collapse))\b",
    re.IGNORECASE,
)
"""A style of CSS, or an object as MDX writes it."""

_STYLES = ("style", ":style", "sx", "css")
_CLASSES = {"hidden", "content-hidden", "d-none"}
_CONDITIONS = ("v-if", "v-show", "x-if", "x-show", ":if", "if", "when", "condition")
_VOID = {"area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}

_COMPONENTS = re.compile(r"</([A-Z]\w{1,40})")
_TABLE = re.compile(r"<table\b(?:(?!<table\b)[\s\S])*?</table\s{0,9}>", re.IGNORECASE)
_ROW = re.compile(r"<tr\b(?:(?!<tr\b)[\s\S])*?</tr\s{0,9}>", re.IGNORECASE)
_CELL = re.compile(r"<(t[hd])\b([^<>]{0,500})>(?:(?!<t[hd]\b)[\s\S])*?</\1\s{0,9}>", re.IGNORECASE)


def hides(text: str) -> bool:
    """Whether `text` may have an element that is not seen."""
    return "<" in text and (
        _HIDES.search(text) is not None or any(map(marked, {*_COMPONENTS.findall(text)}))
    )


def without_unseen(text: str, code: Sequence[Range], remarks: Remarks) -> str:
    """`text` without what elements hide; none begins in the ranges of `code`.

    One that never ends hides all that follows, as it does in a browser.
    """
    tags = (found for found in beyond(TAG.finditer(text), sorted(code)) if found[2])
    hidden = (
        (each.start(), each.end() if _is_single(each) else _end_of(each[2], tags, len(text)))
        for each in tags
        if not each[1] and (is_unseen(each[3]) or _is_withheld(each))
    )
    return without(text, hidden, remarks)


def without_columns(text: str, code: Sequence[Range], remarks: Remarks) -> str:
    """`text` without columns of tables that GitBook hides; where a card leads is seen on it."""
    if "data-hidden" not in text:
        return text
    tables = beyond(_TABLE.finditer(text), sorted(code))
    cells = (cell for table in tables for cell in _hidden_cells(text, *table.span()))
    return without(text, cells, remarks)


def _hidden_cells(text: str, begin: int, end: int) -> Iterator[Range]:
    """The cells of a table in columns of which the head is hidden."""
    hidden: set[int] = set()
    for row in _ROW.finditer(text, begin, end):
        for at, cell in enumerate(_CELL.finditer(text, *row.span())):
            if "data-hidden" in cell[2] and "card-target" not in cell[2]:
                hidden.add(at)
            if at in hidden:
                yield cell.span()


def _end_of(name: str, tags: Iterator[re.Match[str]], last: int) -> int:
    """Where the element ends that has just begun; `last` if it never does."""
    depth = 1
    for found in tags:
        if found[2].lower() == name.lower() and not _is_single(found):
            depth += -1 if found[1] else 1
        if not depth:
            return found.end()
    return last


def _is_withheld(found: re.Match[str]) -> bool:
    """Whether a component is called by what is kept from readers: <Internal>...</Internal>."""
    return found[2][0].isupper() and not _is_single(found) and marked(found[2]) is not None


def _is_single(found: re.Match[str]) -> bool:
    return found[2].lower() in _VOID or found[3].endswith("/")


def is_unseen(rest: str) -> bool:
    """Whether an element with these attributes is shown on no screen, wide or narrow."""
    has = {name.lower(): value for name, value in attributes_of(rest).items()}
    names = {*has.get("class", "").split(), *has.get("classname", "").split()}
    elsewhere = any(":" in name or name.startswith("d-") for name in names - _CLASSES)
    return (
        any(_is_unmet(has[name]) for name in _CONDITIONS if name in has)
        or has.get("hidden", "false") not in ("false", "{false}")
        or any(_STYLE.search(unescape(has.get(name, ""))) for name in _STYLES)
        or (not elsewhere and not names.isdisjoint(_CLASSES))
    )


def _is_unmet(condition: str) -> bool:
    said = condition.strip("{}")
    return holds(said) is False or is_withheld(said)

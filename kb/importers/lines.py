"""Says in plain words what a line without markup holds: a title, a property."""

import html
import re

from kb.importers.code import outside_code
from kb.importers.formulas import with_formulas
from kb.importers.html import Html
from kb.importers.marks import without_marks
from kb.importers.remarks import Remarks, Why

_SUSPICIOUS = re.compile(r"[<{&]|\[\[")
_ENTITY = re.compile(r"&(?:[A-Za-z]\w{1,30}|#\d{1,7}|#[xX][\da-fA-F]{1,6});")
WIKI_LINK = re.compile(r"!?\[\[([^\[\]|\n]{1,300})(?:\|([^\[\]\n]{1,300}))?\]\]")
_OF_FILE = re.compile(r"[a-z][\w-]{0,100}(?:[./][a-z][\w-]{0,100}){2,20}(?:#\S{1,300})?")
_LINK = re.compile(
    r"!?\[([^\[\]\n]{1,300})\]\([ \t]{0,9}<?((?:[^\s()<>]|\([^\s()<>]{0,200}\)){1,1000})>?"
    r"(?:[ \t]{1,9}\"[^\"\n]{0,300}\")?[ \t]{0,9}\)"
)


def link_words(link: re.Match[str]) -> str:
    """What readers see of a wiki link: its text, which in some tools stands before the page."""
    before, after = link[1], link[2] or ""
    turned = _OF_FILE.fullmatch(after) and not _OF_FILE.fullmatch(before)
    return before if turned else after or before


def plain_line(text: str, remarks: Remarks) -> str:
    """`text` without marks, elements, entities and the signs around a wiki link's words."""
    return with_formulas(text, lambda words: _plain(words, remarks))


def with_addresses(text: str) -> str:
    """`text` with its links as words, each with the address behind it in brackets."""
    return outside_code(text, lambda words: _LINK.sub(_said, words)) if "](" in text else text


def _said(link: re.Match[str]) -> str:
    return link[2] if link[1].strip() == link[2] else f"{link[1]} ({link[2]})"


def _plain(text: str, remarks: Remarks) -> str:
    if not _SUSPICIOUS.search(text):
        return text

    words = WIKI_LINK.sub(link_words, without_marks(text, remarks))
    words = _ENTITY.sub(lambda found: html.unescape(found[0]), Html(words, remarks).words(words))
    words = " ".join(words.split())
    if any(link[2] for link in WIKI_LINK.finditer(text)):
        remarks.add(Why.CHANGED, f"{text} became “{words}”")
    return words

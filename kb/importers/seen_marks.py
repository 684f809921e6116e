"""Marks that hold a page back among the short values of a field, as tags do, whatever its name."""

import re
from collections.abc import Iterable

from kb.importers.seen_rule import shuts
from kb.importers.seen_values import AUTHOR, DRAFT, UNFINISHED, is_tlp, said, word_set

SECRET = frozenset({"private", "confidential", "secret"})

_NO_MARKS = word_set(
    "title titles subtitle name names heading headline label slug permalink url urls uri link "
    "links path paths href src source sources id ids uid ref refs target targets written "
    "alias aliases aka synonym synonyms term terms reason successor definition meaning "
    "description summary abstract excerpt context problem solution text body content quote "
    "example examples group icon icons image images cover picture photo color colour class "
    "classes cssclass cssclasses style lang language author authors parent up down related "
    "perspectives seealso next previous prev children toc nav menu"
)
"""The last words of names whose values are names, addresses or prose, and no marks."""

_BETWEEN_MARKS = re.compile(r"[,;|]+")
_LINK = re.compile(r"\A\[\[([^\[\]\n|]{1,60})\]\]\Z")
_LONGEST = 60
_SEVERAL = 2


def of_tag(text: str) -> str | None:
    """To whom a tag shows the page, if it holds it back: one of several words by what they say."""
    mark = said(text)
    if mark in UNFINISHED:
        return DRAFT
    return AUTHOR if mark in SECRET or is_tlp(text) else shuts(text)


def among(name: tuple[str, ...], items: Iterable[str]) -> str | None:
    """The same for short items, or one, of a field with any words in its name."""
    if not name or name[-1] in _NO_MARKS:
        return None
    texts = [_LINK.sub(r"\1", text.strip()) for text in items]
    # One value alone may be when something takes place; of several each becomes a tag.
    other = frozenset({"scheduled"}) if len(texts) < _SEVERAL else frozenset()
    found = (
        of_tag(mark)
        for text in texts
        if len(text) <= _LONGEST and "[[" not in text and not text.endswith((".", "!", "?"))
        for mark in _BETWEEN_MARKS.split(text)
        if said(mark) not in other
    )
    return next(filter(None, found), None)

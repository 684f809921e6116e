"""The first words of an entry as plain text, for lists."""

import re
from collections.abc import Sequence

from kb.entries.content import Section

LENGTH = 200
_LOOK_AT = 5 * LENGTH  # enough raw Markdown for LENGTH characters of text, and a bound on the work

_ADDRESS = r"\((?:[^()]|\([^()]*\))*\)"
_NOT_TEXT = re.compile(rf"```.*?(?:```|\Z)|!\[[^\]]*\]{_ADDRESS}|^\s*[-=|:#*>]+\s*$", re.S | re.M)
_LINK = re.compile(
    rf"\[([^\]]*)\]{_ADDRESS}|\[\[(?:[^\]|]*\|)?([^\]]*)\]\]|<((?:https?|mailto):[^\s<>]*)>"
)
_MARKUP = re.compile(r"^\s*(?:#+|>+|[-*+]|\d+\.)\s+|[*_`~]{1,3}(?=\S)|(?<=\S)[*_`~]{1,3}", re.M)


def summary(sections: Sequence[Section]) -> str:
    """About the first 200 characters of the first section that says something, ending at a word."""
    for section in sections:
        text = " ".join(_plain(section.text[:_LOOK_AT]).split())
        if text:
            return _cut(text)
    return ""


def _plain(markdown: str) -> str:
    text = _NOT_TEXT.sub(" ", markdown)
    text = _LINK.sub(lambda found: found[1] or found[2] or found[3] or "", text)
    return _MARKUP.sub("", text)


def _cut(text: str) -> str:
    if len(text) <= LENGTH:
        return text
    head, space, _ = text[:LENGTH].rpartition(" ")
    return f"{head if space else text[:LENGTH]} …"

"""The first words of an entry as plain text, for lists."""

import re
from collections.abc import Sequence

from kb.entries.content import Section

LENGTH = 200
_LOOK_AT = 5 * LENGTH  # enough raw Markdown for LENGTH characters of text, and a bound on the work

_ADDRESS = r"\((?:[^()]|\([^()]*\))*\)"
# Each begins with signs that are quickly looked for, or at a line: in one expression, all of it
# would be tried at every character.
_DRAWN = re.compile(r"^\s*[-=|:#*>]+\s*$", re.M)
_NOT_TEXT = re.compile(rf"```.*?(?:```|\Z)|!\[[^\]]*\]{_ADDRESS}", re.S)
_LINK = re.compile(
    rf"\[([^\]]*)\]{_ADDRESS}|\[\[(?:[^\]|]*\|)?([^\]]*)\]\]|<((?:https?|mailto):[^\s<>]*)>"
)
_BAR = re.compile(r"(?<!\\)\|")
_RULE = frozenset("|:- \t")
"""What the line of a table is made of that stands below the names of its columns."""

_BEGINS_LINE = re.compile(r"^\s*(?:#+|>+|[-*+]|\d+\.)\s+", re.M)
_MARKUP = re.compile(r"[*_`~](?:[*_`~]{0,2}(?=\S)|(?<=\S[*_`~])[*_`~]{0,2})")


def summary(sections: Sequence[Section]) -> str:
    """About the first 200 characters of the first section that says something, ending at a word."""
    for section in sections:
        text = " ".join(_plain(section.text[:_LOOK_AT]).split())
        if text:
            return _cut(text)
    return ""


def _plain(markdown: str) -> str:
    text = _NOT_TEXT.sub(" ", _DRAWN.sub(" ", _rows_as_text(markdown)))
    if "[" in text or "<" in text:
        text = _LINK.sub(lambda found: found[1] or found[2] or found[3] or "", text)
    return _MARKUP.sub("", _BEGINS_LINE.sub("", text))


def _rows_as_text(markdown: str) -> str:
    """`markdown` with rows of tables as sentences, their cells with commas between."""
    lines = markdown.split("\n")
    in_table = False
    for at, line in enumerate(lines):
        rule = _RULE.issuperset(line) and "|" in line and "-" in line
        if rule and not in_table and at and "|" in lines[at - 1]:
            lines[at - 1] = _row(lines[at - 1])
            in_table = True
        in_table = in_table and "|" in line
        if in_table:
            lines[at] = "" if rule else _row(line)
    return "\n".join(lines)


def _row(line: str) -> str:
    text = ", ".join(cell.strip() for cell in _BAR.split(line) if cell.strip()).replace("\\|", "|")
    return f"{text}." if text and text[-1].isalnum() else text


def _cut(text: str) -> str:
    if len(text) <= LENGTH:
        return text
    head, space, _ = text[:LENGTH].rpartition(" ")
    return f"{head if space else text[:LENGTH]} …"

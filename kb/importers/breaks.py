"""Breaks of lines: Markdown has one only where a paragraph goes on, HTML wherever it likes."""

import re

BREAK = "\ufdd0"
"""Stands for a break while a text is made; no letter has this code."""

_SEVERAL = re.compile(f"{BREAK}(?:[ \t>]*\n?[ \t>]*{BREAK})+")
_LINE = re.compile(f"([ \t>]*)({BREAK}?)[ \t]*([^\n]*?)[ \t]*({BREAK}?)[ \t]*")
_BLOCK = re.compile(r"[ \t>]*(?:[-*+][ \t]|\d{1,9}[.)][ \t]|#{1,6}[ \t]|```|~~~|:::|\||\Z)")

_BLANKS = re.compile(r"(?<![ \t])[ \t]*\n[ \t]*(\n[ \t]*)+")
_ITEM = re.compile(r"(?:-|\d{1,9}\.) ")


def with_blank_lines(text: str) -> str:
    """`text` with one blank line for several; an item of a list below stays as far in as it is."""

    def one(blanks: re.Match[str]) -> str:
        is_item = _ITEM.match(text, blanks.end())
        return "\n\n" + (blanks[0].rpartition("\n")[2] if is_item else "")

    return _BLANKS.sub(one, text)


def with_breaks(text: str) -> str:
    """`text` with a backslash for each break after which its paragraph goes on, others left out."""
    if BREAK not in text:
        return text
    made: list[str] = []
    waiting = False
    for line in _SEVERAL.sub(BREAK, text).split("\n"):
        found = _LINE.fullmatch(line) if BREAK in line else None
        indent, first, said, last = found.groups() if found else ("", "", line, "")
        waiting = waiting or bool(first)
        if found and not said:
            continue
        if waiting and made and made[-1].strip(" \t>") and not _BLOCK.match(indent + said):
            made[-1] += "\\"
        made.append(indent + said.replace(BREAK, "\\\n"))
        waiting = bool(last)
    return "\n".join(made)

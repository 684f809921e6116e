"""Takes out the comments of all tools: what readers there do not see is not for readers here."""

import re
from collections.abc import Iterable

from kb.importers.remarks import Remarks, Why

_INDENT, _LONGEST_LINE = 20, 200
_ELEMENT_BEFORE = re.compile(r">[ \t]*\n[ \t]*\Z")
_ELEMENT_AFTER = re.compile(r"[ \t]*\n[ \t]*(?=<)")
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_KINDS = {
    "html": (r"<!--", r"--!?>"),
    "mdx": (r"\{\s{0,9}/\*", r"\*/\s{0,9}\}"),
    "obsidian": (r"(?<!%)%%(?!%)", r"(?<!%)%%(?!%)"),
    "liquid": (r"\{%-?\s{0,9}comment\b[^{}%]{0,200}%\}", r"\{%-?\s{0,9}endcomment\s{0,9}-?%\}"),
    "jinja": (r"\{#(?=[\s-])", r"#\}"),
    "go": (r"\{\{-?\s{0,9}/\*", r"\*/\s{0,9}-?\}\}"),
    "hugo": (
        r"\{\{[<%]\s{0,9}comment\s{0,9}[%>]\}\}",
        r"\{\{[<%]\s{0,9}/\s{0,9}comment\s{0,9}[%>]\}\}",
    ),
    "mustache": (r"\{\{!--", r"--\}\}"),
    "kramdown": (r"\{::comment\}", r"\{:/(?:comment)?\}"),
    "org": (r"^[ \t]*#\+BEGIN_COMMENT\b", r"^[ \t]*#\+END_COMMENT\b"),
    "erb": (r"<%#", r"%>"),
    "definition": (r"^ {0,3}\[(?://|comment)\]:[ \t]*(?:#|<>)[ \t]*[(\"']", r"[)\"'][ \t]*$"),
}
"""How the comments of each tool begin and end."""

_FLAGS = re.MULTILINE | re.IGNORECASE
_BEGIN = re.compile("|".join(f"(?P<{kind}>{begin})" for kind, (begin, _) in _KINDS.items()), _FLAGS)
_END = {kind: re.compile(end, _FLAGS) for kind, (_, end) in _KINDS.items()}


def has_comments(text: str) -> bool:
    """Whether something in `text` looks like the beginning of a comment."""
    return _BEGIN.search(text) is not None


def without_comments(text: str, code: Iterable[tuple[int, int]], remarks: Remarks) -> str:
    """`text` without its comments, however long; none begins in the ranges of `code`."""
    ranges = iter(sorted(code))
    begin, end = next(ranges, (len(text), len(text)))
    kept, at, looked = [], 0, 0
    unended: set[str] = set()
    while found := _BEGIN.search(text, looked):
        while end <= found.start() or begin < at:  # a range that begins in a comment is none
            begin, end = next(ranges, (len(text), len(text)))
        if begin <= found.start():
            looked = end
            continue
        looked = found.end()
        if after := _after(text, found, unended):
            kept.append(text[at : found.start()])
            remarks.add(Why.COMMENTS, comment := text[found.start() : after])
            remarks.comments.append(comment)
            at = looked = _after_line(text, found.start(), after)
    return "".join([*kept, text[at:]])


def _after_line(text: str, start: int, after: int) -> int:
    """Where the text goes on after a comment; alone between elements, it leaves no blank line.

    That would end the block of HTML around it.
    """
    before = _ELEMENT_BEFORE.search(text[max(0, start - _LONGEST_LINE) : start])
    line = _ELEMENT_AFTER.match(text, after) if before else None
    return line.end() if line else after


def _after(text: str, begun: re.Match[str], unended: set[str]) -> int:
    """Where the text goes on after a comment, 0 if it is none; `unended` are kinds with no end."""
    kind, start = str(begun.lastgroup), begun.start()
    before = text[max(0, start - _INDENT) : start]
    alone = not before.rpartition("\n")[2].strip() and ("\n" in before or start <= _INDENT)
    # "<!-->" is a comment that ends where it begins.
    first = start + 2 if kind == "html" else begun.end()
    ended = None if kind in unended else _END[kind].search(text, first)
    if not ended:
        unended.add(kind)
        return len(text) if kind == "html" and alone else 0
    if kind == "obsidian" and not alone and _BLANK_LINE.search(text, first, ended.start()):
        return 0  # two signs in prose
    return ended.end()

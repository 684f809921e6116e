"""Code in a line of HTML, as spans of Markdown, in which neither links nor emphasis can stand."""

import re
from html import unescape

from kb.importers.code import as_code, within_code
from kb.importers.emphasis import BREAK, without_codes

BEGIN, END = "\ufdda", "\ufddb"
"""Stand where an element of code begins and ends; no letter has these codes."""

LINK = "\ufddc"
"""Stands before the link of an element."""

_NAME = "\ufdeb"
_NAMED = re.compile(
    rf"({LINK}\[)[\s\ufdd0-\ufdef]{{0,1000}}?{_NAME}([^{_NAME}]*){_NAME}|{_NAME}[^{_NAME}]*{_NAME}"
)
_CODE = re.compile(f"{BEGIN}([^{BEGIN}{END}]*){END}")
_ALONE = re.compile(f"[{BEGIN}{END}{LINK}]")
_LINKED = re.compile(
    rf"({LINK}?)\[([^\[\]\n{LINK}]{{0,1000}})\]\((<[^<>\n]{{0,2000}}>|[^()\s]{{0,2000}})\)"
)
_PARTED = re.compile(rf"(\s*(?:\n[ \t]*\n|{BREAK})\s*)")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


def named(name: str) -> str:
    """What names a link, for the end of its words: it counts where there are none."""
    said = re.sub(r"([\[\]*_`])", r"\\\1", " ".join(name.split()))
    return f"{_NAME}{said}{_NAME}"


def with_names(text: str) -> str:
    """`text` with names for the links of elements that hold no words, such as an icon alone."""
    return _NAMED.sub(lambda found: f"{found[1]}{found[2]}" if found[1] else "", text)


def with_signs(text: str) -> str:
    """`text`, its code with `<` for `&lt;`: in Markdown code has no entities."""
    return within_code(text, _unescaped) if "`" in text and "&" in text else text


def coded(text: str, *, markdown: bool) -> str:
    """`text` with elements of code as code; a link within one has its code for itself.

    In `markdown` signs have strokes before them, and links may be written as such.
    """
    if BEGIN in text:
        text = text.replace(END + BEGIN, "")
        text = _CODE.sub(lambda found: _spans(found[1], markdown=markdown), text)
    return _ALONE.sub("", text)


def _spans(code: str, *, markdown: bool) -> str:
    made, at = [], 0
    code = without_codes(code)
    for link in _LINKED.finditer(code):
        if markdown or link[1]:
            made.append(_pieces(code[at : link.start()], markdown=markdown))
            made.append(f"[{_pieces(link[2], markdown=markdown)}]({link[3]})")
            at = link.end()
    return "".join([*made, _pieces(code[at:], markdown=markdown)])


def _pieces(code: str, *, markdown: bool) -> str:
    pieces = _PARTED.split(_ALONE.sub("", code))
    return "".join(p if n % 2 else _span(p, markdown=markdown) for n, p in enumerate(pieces))


def _span(code: str, *, markdown: bool) -> str:
    as_is = _ESCAPED.sub(r"\1", code) if markdown else code
    said = _unescaped(as_is, "|")
    return as_code(said) if said.strip() else said


def _unescaped(as_is: str, kept: str = "`|") -> str:
    """Code with signs for entities, but for those that are `kept`: they part cells and spans."""
    code = unescape(as_is)
    return as_is if any(code.count(sign) > as_is.count(sign) for sign in kept) else code

"""Formulas of TeX in a text: what stands in one is left as it is, like code.

While a file is read a formula is one sign and its number, as long as it is itself, so that nothing
takes a part of it for a mark, a tag, a link or emphasis.
"""

import re
from collections.abc import Callable, Iterable, Iterator

from kb.importers.code import spliced
from kb.importers.pieces import code

_FORMULA = "\ufddf"
"""Stands for a formula, with its number behind it in `_DIGITS`; no letter has these codes."""
_DIGITS = "\ufde0\ufde1\ufde2\ufde3\ufde4\ufde5\ufde6\ufde7\ufde8\ufde9"
_FILL = "\ufdea"
_NUMBER = re.compile(rf"{_FORMULA}([{_DIGITS}]+){_FILL}*")
_VALUES = str.maketrans(_DIGITS, "0123456789")
_SIGNS = str.maketrans("0123456789", _DIGITS)

_EDGE = re.compile(r"\\[\s\S]|\$\$?|\n[ \t>]*\n")
_ENDS = {"\\(": "\\)", "\\[": "\\]"}
_SPECIAL = re.compile(r"[\\{}\[\]#%*_<>=~@:^&`!|]")
_TEX = re.compile(r"\\[A-Za-z]|(?<!\[)\^|_\{")
_INDEX = re.compile(r"_\w")
_NO_TEX = re.compile(
    r"<!-|</?[A-Za-z][^<>\s]{0,200}\s[^<>]{0,2000}>|<(?:script|style|template)\b|<%"
    r"|\{/\*|\{\{[<%!]|\{\{-?\s{0,9}/\*|\{%[-\s\w]|\{#[-\s]|\{::|:::|\]\{[.#:]|\[//\]:|#\+BEGIN"
    r"|\n[ \t]*%(?!%)|\n[ \t>-]{0,40}[A-Za-z][\w.-]{0,60}::[ \t]|&(?:#\w{1,8}|[A-Za-z]{2,10});",
    re.IGNORECASE,
)
"""What may begin something that readers do not see; so no formula hides it."""
_LINK = re.compile(r"\]\(|\[\[[^\[\],\n]{3}|\[\^|[\w/]\]\[")
_OTHER_BLOCK = re.compile(
    r"\n[ \t>]*(?:(?:[-*+]|\d{1,9}[.)]|#{1,6})[ \t]|(?:={1,500}|-{1,500})[ \t]*(?:\n|\Z))"
)
_HEADING = re.compile(r"[ \t>]*#{1,6}[ \t]")
_LONGEST, _LONGEST_IN_LINE = 10_000, 1_000


class Formulas:
    """Those of one text. `text` has a sign for each that anything in it could be taken for."""

    def __init__(self, body: str) -> None:
        self._found: list[str] = []
        may = "$" in body or "\\(" in body or "\\[" in body
        self.text = self._taken_out(body) if may else body

    def put_back(self, text: str) -> str:
        """`text` with the formulas where their signs are."""
        return _NUMBER.sub(self._formula, text) if _FORMULA in text else text

    def _formula(self, found: re.Match[str]) -> str:
        number = int(found[1].translate(_VALUES)[:9])
        return self._found[number] if number < len(self._found) else found[0]

    def _taken_out(self, body: str) -> str:
        found = [*_formulas(body, [*code(body)])] if _FORMULA not in body else []
        if any("%%" in body[begin:end] for begin, end in found) and _has_comment(body, found):
            found = [(begin, end) for begin, end in found if "%%" not in body[begin:end]]
        special = (each for each in found if _SPECIAL.search(body[slice(*each)][1:-1]))
        return spliced(body, ((*each, self._sign(body[slice(*each)])) for each in special))

    def _sign(self, formula: str) -> str:
        sign = _FORMULA + str(len(self._found)).translate(_SIGNS)
        self._found.append(formula)
        return sign.ljust(len(formula) if "\n" not in formula else 0, _FILL)


def with_formulas(text: str, change: Callable[[str], str]) -> str:
    """`text` with `change` made to all of it but its formulas."""
    formulas = Formulas(text)
    return formulas.put_back(change(formulas.text))


def _has_comment(body: str, found: Iterable[tuple[int, int]]) -> bool:
    """Whether %% stands outside of formulas too, so that one in them may begin a comment."""
    return body.count("%%") > sum(body.count("%%", begin, end) for begin, end in found)


def _formulas(body: str, ranges: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Where formulas begin and end; none of them has code or a blank line within it."""
    opened: dict[str, int] = {}  # where each sign stands that may begin one, by what ends it
    at = 0
    for sign, start in _edges(body, ranges):
        if not sign:
            opened.clear()
        elif start >= at:
            first = opened.pop(sign, None)
            if first is not None and _is_formula(body, first, start + len(sign), sign):
                at = start + len(sign)
                yield first, at
                opened.clear()
            elif sign in _ENDS:
                opened[_ENDS[sign]] = start
            elif sign == "$$" or (sign == "$" and "$$" not in opened and _may_begin(body, start)):
                opened[sign] = start


def _edges(body: str, ranges: Iterable[tuple[int, int]]) -> Iterator[tuple[str, int]]:
    """The signs of formulas, each with where it stands, and "" for what no formula goes beyond."""
    rest = iter([*ranges, (len(body) + 1, len(body) + 1)])
    begin, end = next(rest)
    for found in _EDGE.finditer(body):
        start = found.start()
        if end <= start:
            yield "", start
        while end <= start:
            begin, end = next(rest)
        yield "" if begin <= start or found[0].startswith("\n") else found[0], start


def _may_begin(body: str, start: int) -> bool:
    before, behind = body[max(0, start - 1) : start], body[start + 1 : start + 2]
    # Chinese and Japanese set no words apart.
    return not (before.isascii() and before.isalnum()) and not behind.isspace()


def _is_formula(body: str, first: int, after: int, sign: str) -> bool:
    """Whether what stands between two signs is one, as Pandoc and GitHub read them."""
    within = body[first + len(sign) : after - len(sign)]
    longest = _LONGEST_IN_LINE if sign == "$" else _LONGEST
    if not within.strip() or len(within) > longest or _NO_TEX.search(within):
        return False
    line = body.rfind("\n", 0, first) + 1
    if "\n" in within and _HEADING.match(body, line):
        return False
    if not within.lstrip(" \t").startswith("\n") and _OTHER_BLOCK.search(within):
        return False
    if sign == "$" and (within[-1:].isspace() or body[after : after + 1].isdigit()):
        return False
    if _TEX.search(within):
        return True
    # "${a}$" is of a program, as "$ {{ a }} $" is.
    is_code = sign == "$" and ("{{" in within or within.startswith("{"))
    has_link = is_code or _LINK.search(within) is not None
    # \\[ and \\( may be signs of a text.
    return not has_link and (sign.startswith("$") or _INDEX.search(within) is not None)

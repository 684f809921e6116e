"""Attributes in braces, as Pandoc and Quarto have them: what they say, and what they hide."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import islice

from kb.importers import unseen
from kb.importers.branches import without
from kb.importers.code import Range, beyond
from kb.importers.remarks import Remarks, Why

_CLASS = re.compile(r"(?<=[\s{:])\.([\w:-]{1,100})")
_SAID_OF_BLOCK = re.compile(
    r"(?:[\w-]{0,60}(?:\[[^\[\]\n]{0,500}\])?(\{[^\n]{0,3000}\})|([\w-]{1,100}))[: \t]*"
)
"""Attributes in braces, behind the name of a block if it has one, or a class alone."""

_RAW = re.compile(r"\{=(\w{1,60})\}")
"""The format for which something stands as it is, of which a website has only its own."""

_QUOTED = re.compile(r"\"[^\"\n]{0,2000}\"|'[^'\n]{0,2000}'")
_CONDITION = re.compile(
    r"\b(when|unless)-(format|profile|meta)=(\"[^\"\n]{0,200}\"|'[^'\n]{0,200}'|[^\s\"'}]{1,200})"
)
_SAID = re.compile(r"(?<![\w-])(?:fig-cap|caption|fig-alt|alt)=(\"[^\"\n]+\"|'[^'\n]+')")
ATTRIBUTED = re.compile(
    r"(!?)\[((?:[^\[\]\n]|\[[^\[\]\n]{0,300}\]){0,1000})\](\([^()\n]{0,1000}\))?"
    r"(\{[^{}\n]{1,2000}\})"
)
"""A picture (with its sign), link or span: its words, target and attributes."""

_MAY_HIDE = re.compile(r"\{[^{}\n]{0,2000}(?:hidden|d-none|style=|=[a-z])", re.IGNORECASE)
_IN_LINE = re.compile(
    r"(?:(?<=`)|(?P<sign>[*_]{1,3})(?=[^\s*_])[^*_\n]{1,500}(?P=sign))(?P<said>\{[^{}\n]{1,2000}\})"
)
_LINE = re.compile(
    r"^(?P<around>[ \t>]{0,40})(?:(?P<heading>#{1,6})[ \t][^\n{}]{1,500})?"
    r"(?P<said>\{[^{}\n]{1,2000}\})[ \t]*$",
    re.MULTILINE,
)
"""A heading and its attributes, or a line with those of the block above it, if there is one."""

_HEADING = re.compile(r"^[ \t>]{0,40}(#{1,6})[ \t]", re.MULTILINE)
_BLANK = re.compile(r"^[ \t>]*\n", re.MULTILINE)


def is_unseen(attributes: str) -> bool:
    """Whether readers of the website do not see what has these attributes, or some may not."""
    if raw := _RAW.fullmatch(attributes):
        return not raw[1].startswith(("html", "markdown", "mdx"))
    if not (found := _SAID_OF_BLOCK.fullmatch(attributes)):
        return False
    said = found[1] or f"{{.{found[2]}}}"
    names = _CLASS.findall(_QUOTED.sub("", said))
    met = [_is_met(*condition) for condition in _CONDITION.findall(said)]
    if "content-visible" in names:
        return not all(met)
    if "content-hidden" in names:
        return False not in met
    return unseen.is_unseen(f'class="{" ".join(names)}" {_CLASS.sub("", said).strip("{:}")}')


def without_attributed(text: str, code: Sequence[Range], remarks: Remarks) -> str:
    """`text` without code, emphasis, blocks and sections that their attributes hide.

    A heading that the text begins with stays, as it is the title and not of a section.
    """
    if not _MAY_HIDE.search(text):
        return text
    marks = sorted([*_IN_LINE.finditer(text), *_LINE.finditer(text)], key=re.Match.start)
    around = _Around(text, sorted(code))
    hidden = list[Range]()
    for found in beyond((mark for mark in marks if is_unseen(mark["said"])), around.code):
        begin, end = found.span()
        if hidden and begin < hidden[-1][1]:
            continue
        if found.re is _IN_LINE:
            begin = begin if found["sign"] else around.begins.get(begin, begin)
        elif not found["heading"]:
            begin, end = around.block(begin, end)
        elif text[:begin].strip():
            end = around.end_of_section(end, len(found["heading"]))
        else:
            continue
        hidden.append((begin, end))
    return without(text, hidden, remarks)


class _Around:
    """Where the code, blocks and sections of a text begin and end."""

    def __init__(self, text: str, code: Sequence[Range]) -> None:
        self._text = text
        self.code = code
        self.begins = {end: begin for begin, end in code}
        self._blanks = [0, *(each.end() for each in _BLANK.finditer(text)), len(text)]
        self._headings = [*beyond(_HEADING.finditer(text), code)]

    def block(self, begin: int, end: int) -> Range:
        """A line of attributes with the block right above it, or else with that below it."""
        at = bisect_right(self._blanks, begin) - 1
        above = self.begins.get(begin, self._blanks[at])
        if self._text[above:begin].strip():
            return above, end
        return begin, self._blanks[min(at + 1, len(self._blanks) - 1)]

    def end_of_section(self, at: int, level: int) -> int:
        """Where the section ends whose heading of this level ends at `at`."""
        first = bisect_right(self._headings, at, key=re.Match.start)
        rest = islice(self._headings, first, None)
        return next((each.start() for each in rest if len(each[1]) <= level), len(self._text))


def _is_met(word: str, kind: str, value: str) -> bool | None:
    """Whether a condition holds on a website; nobody knows it of profiles and other settings."""
    is_page = value.strip("\"'").startswith("html")
    return is_page == (word == "when") if kind == "format" else None


def said_in(attributes: str) -> list[str]:
    """What attributes say of a picture to its readers: its caption, what it shows."""
    return [" ".join(value.strip("\"'").split()) for value in _SAID.findall(attributes)]


def with_alt_texts(text: str, remarks: Remarks) -> str:
    """`text` (no code) with what attributes say of pictures, and without words that they hide."""
    if "]{" not in text and "){" not in text:
        return text

    def put(found: re.Match[str]) -> str:
        picture, words, target, attributes = found.groups()
        if is_unseen(attributes):
            remarks.add(Why.UNSEEN, found[0])
            return ""
        if not picture or not target or not (said := said_in(attributes)):
            return found[0]
        remarks.add(Why.MARKS, attributes)
        return (
            f"![{' – '.join(dict.fromkeys(filter(None, (words, *map(_escaped, said)))))}]{target}"
        )

    return ATTRIBUTED.sub(put, text)


def _escaped(words: str) -> str:
    return re.sub(r"([\[\]])", r"\\\1", words)

"""Cuts a Markdown body into sections at its headings, as a Markdown parser sees them."""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from kb.entries.validation import HEADING_LENGTH
from kb.importers.lines import WIKI_LINK, link_words

if TYPE_CHECKING:  # commands that only show an entry start sooner without a parser
    from markdown_it.token import Token

SECTION_LEVEL = 2
_MAYBE_HEADING = re.compile(r"^ {0,3}(#|=+[ \t]*$|-+[ \t]*$)", re.MULTILINE)
_MAYBE_DEFINITION = re.compile(
    r"^[ \t>*+\d.)-]{0,40}\[(?!\^)(?:[^\[\]\\]|\\.){1,999}\]:", re.MULTILINE
)
_AROUND = re.compile(r"^[ \t]*(?:(?:>|(?:[-*+]|\d{1,9}[.)])(?=[ \t]+\[))[ \t]*){1,99}")
"""The signs of quotations and lists in which a definition may stand."""

_LONGEST_DECORATED = 1000  # characters: beyond, a heading is no heading
_LONGEST_RULE = 5  # signs of a line that may part what is above it from what is below
_SENTENCE_ENDS = (".", "!", "?", ":", ";", ",")
_IN_HEADING = {
    "<sup>": "^",
    **dict.fromkeys(("</sup>", "<sub>", "</sub>", "<mark>", "</mark>"), ""),
    **{f"<{end}{name}>": "" for name in ("ruby", "rt", "rp") for end in ("", "/")},
}
"""What the elements that a text may have are in a heading, which has none."""


class Part(Struct, frozen=True):
    """A heading, its level (0 for the text before the first), and the text under it.

    `written` is the heading as it stands in the file where it has more than words: a link, a
    picture. `is_line` says that a line of --- made it one.
    """

    level: int
    heading: str
    text: str
    written: str = ""
    is_line: bool = False


Parse = Callable[[str], Sequence["Token"]]


def _blocks(body: str) -> Sequence["Token"]:
    from kb.markdown import source_parser

    return source_parser().parse(body)


def _outline(body: str, env: dict[str, Any] | None = None) -> Sequence["Token"]:
    from kb.markdown import outline_parser

    try:
        return outline_parser(body).parse(body, env)
    except MemoryError:
        raise
    except Exception:  # whatever a rule fails at, the file is taken
        return _blocks(body)


class _Heading(Struct, frozen=True):
    level: int
    text: str
    first_line: int
    line_after: int
    is_line: bool


def cut(body: str, *, exact: bool = False) -> tuple[Part, ...]:
    """The parts of `body`: the text before the first heading, then one for each section heading.

    An export (`exact`) has its headings by CommonMark alone, so that it is read as it was written.
    Headings of level 1 and 2 begin a section; where there are none, those of the highest level that
    there is. Deeper ones stay in the text, and so do headings inside code, lists and quotations.
    """
    headings = _headings(body, _blocks if exact else _outline)
    level = max(SECTION_LEVEL, min((h.level for h in headings), default=0))
    chosen = [h for h in headings if h.level <= level]
    lines = body.split("\n")
    ends = [h.first_line for h in chosen[1:]] + [len(lines)]
    first = chosen[0].first_line if chosen else len(lines)
    parts = [Part(0, "", _joined(lines[:first]))]
    for heading, end in zip(chosen, ends, strict=False):
        text = _joined(lines[heading.line_after : end])
        words, written = spoken(heading.text)
        parts.append(Part(heading.level, words, text, written, heading.is_line))
    return tuple(parts)


def settled(parts: Sequence[Part]) -> tuple[Part, ...]:
    """`parts` in which every heading has text of its own.

    One that is a sentence, made a heading by the line below it, or too long for one, is text again.
    One without text stands before those below it ("Linux: Packages"), or stays as a heading within
    the part before it.
    """
    made = [parts[0]]
    for part in parts[1:]:
        if _is_sentence(part) or len(part.heading) > HEADING_LENGTH:
            text = f"{part.written or part.heading}\n\n---" if part.is_line else part.heading
            made[-1] = _with_more(made[-1], f"{text}\n\n{part.text}")
        else:
            made.append(part)
    return tuple(_with_heads(made))


def _with_heads(parts: list[Part]) -> list[Part]:
    made = [parts[0]]
    above: list[Part] = []
    unsaid: list[Part] = []
    for part, following in pairwise([*parts[1:], Part(0, "", "")]):
        above = [head for head in above if head.level < part.level]
        if has_words(part.text) or part.written:
            made.append(_headed(_line([*above, part]), part))
            unsaid = []
        elif following.level > part.level:
            above.append(part)
            unsaid.append(part)
        elif part.heading:
            made[-1] = _with_more(made[-1], f"### {_line([*unsaid, part])}")
            unsaid = []
    return made


def _line(heads: list[Part]) -> str:
    return ": ".join(head.heading for head in heads)


def _headed(heads: str, part: Part) -> Part:
    """`part` under `heads`, which stand in its text where they are too long for a heading."""
    if len(heads) <= HEADING_LENGTH:
        return Part(part.level, heads, part.text, part.written)
    return Part(part.level, part.heading, f"{heads}\n\n{part.text}", part.written)


def _is_sentence(part: Part) -> bool:
    if not part.is_line:
        return False
    return part.heading.endswith(_SENTENCE_ENDS) or not has_words(part.text)


def _with_more(part: Part, text: str) -> Part:
    joined = "\n\n".join(piece for piece in (part.text, text.strip("\n")) if piece.strip())
    return Part(part.level, part.heading, joined, part.written, part.is_line)


def headings(text: str) -> list[str]:
    """The headings in a text, in plain words."""
    return [plain(heading.text) for heading in _headings(text)]


def plain(heading: str) -> str:
    """A heading in one line without tags, images, links and emphasis; a very long one has them."""
    return spoken(heading)[0]


def spoken(heading: str) -> tuple[str, str]:
    """The words of a heading, and the heading as written if it holds a link or a picture too."""
    from kb.markdown import line_parser

    written = " ".join(heading.split())
    if len(heading) > _LONGEST_DECORATED:
        return written, ""
    children = line_parser().parseInline(heading)[0].children or []
    seen = [token for token in children if token.type != "image"]
    words = _words(seen) or _words(children)  # a badge is no part of a title
    beyond = any(_has_address(token) for token in children)
    return words, written if beyond else ""


def _words(tokens: Sequence["Token"]) -> str:
    return " ".join("".join(map(_said, tokens)).split())


def _said(token: "Token") -> str:
    if token.type == "text":
        return WIKI_LINK.sub(link_words, token.content)
    if token.type == "html_inline":
        return _IN_HEADING.get(token.content, token.content)
    return " " if token.type in ("softbreak", "hardbreak") else token.content


def _has_address(token: "Token") -> bool:
    if token.type == "text":
        return WIKI_LINK.search(token.content) is not None
    if token.type == "link_open":
        return token.info != "auto" and not str(token.attrs.get("href", "")).startswith("#")
    return token.type == "image"


def has_words(text: str) -> bool:
    """Whether anything but comments and blanks is there to be read."""
    at = 0
    while (begin := text.find("<!--", at)) >= 0 and (end := text.find("-->", begin + 4)) >= 0:
        if text[at:begin].strip():
            return True
        at = end + 3
    return bool(text[at:].strip())


def _headings(body: str, parse: Parse = _outline) -> list[_Heading]:
    if not _MAYBE_HEADING.search(body):
        return []
    found = []
    lines = body.split("\n")
    for token, inline in pairwise(parse(body)):
        if token.type == "heading_open" and token.level == 0 and token.map:
            first, after = token.map
            level = int(token.tag[1])
            is_line = token.markup == "-" and not _underlines(lines[after - 1], inline.content)
            found.append(_Heading(level, inline.content, first, after, is_line))
    return found


def _underlines(line: str, text: str) -> bool:
    """Whether a line of signs is about as long as the text above it: so people draw headings."""
    return len(line.strip()) > _LONGEST_RULE and abs(len(line.strip()) - len(text)) <= 2


def code_lines(body: str) -> dict[int, int]:
    """The line after the last of each block of code in `body`, by the first of it."""
    kinds = ("fence", "code_block")
    found = (token.map for token in _blocks(body) if token.type in kinds and token.map)
    return {each[0]: each[1] for each in found}


def lines_in_code(body: str) -> set[int]:
    """The lines of all blocks of code in `body`."""
    return {at for each in code_lines(body).items() for at in range(*each)}


def definitions(body: str) -> dict[str, dict[str, Any]]:
    """What the parser says of the definitions of links in `body`, by their names."""
    env: dict[str, Any] = {}
    if _MAYBE_DEFINITION.search(body):
        _outline(body, env)
    found: dict[str, dict[str, Any]] = env.get("references", {})
    return found


def references(body: str) -> dict[str, str]:
    """The definitions of links in `body`, by their names as links are compared by them."""
    lines = body.split("\n")
    found = {name: lines[slice(*each["map"])] for name, each in definitions(body).items()}
    return {name: "\n".join(_AROUND.sub("", line) for line in said) for name, said in found.items()}


def footnotes(body: str) -> Iterator[tuple[int, int, str]]:
    """The footnotes in `body`: the first line, the one after its last, and what each is called."""
    lines = body.split("\n")
    for token in _outline(body):
        first, after = token.map or (0, 0)
        if token.type == "footnote_reference_open" and _begins(lines[first]):
            while not lines[after - 1].strip():
                after -= 1
            yield first, after, str(token.meta["label"])


def _begins(line: str) -> bool:
    """Whether a footnote has a line of its own, without the sign of a list."""
    return line.lstrip().startswith("[")


def _joined(lines: list[str]) -> str:
    return "\n".join(lines).strip("\n")

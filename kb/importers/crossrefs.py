"""Cross references of Quarto and bookdown, as @sec-x and \\@ref(x): links with words of their own.

A heading, picture, table, formula or theorem has a label. A reference to it becomes a link with
that label for its words, in the place of which its heading or caption is put once it is known who
sees the page that has it.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from kb.entries.content import Content
from kb.entries.headings import letters
from kb.importers.attributes import ATTRIBUTED
from kb.importers.autorefs import ids_of
from kb.importers.body import headings, plain
from kb.importers.cells import CAPTIONS, cells
from kb.importers.code import in_prose, lines_of, outside
from kb.importers.divisions import HEADING

_KINDS = (
    "sec|fig|tbl|tab|lst|eq|thm|lem|cor|prp|cnj|def|exm|exr|sol|rem|alg|nte|tip|wrn|imp|cau|app"
)
_LABEL = rf"(?:{_KINDS})[-:][\w.:-]{{0,150}}(?<=\w)"
_MAYBE = re.compile(
    rf"\{{[^{{}}\n]{{0,300}}#\w|\(\\#|[|][ \t]*label:|\{{r[ \t]+\w|@ref\(|@(?:{_KINDS})[-:]", re.I
)
_REFERENCE = re.compile(
    rf"(?<![\w@/.\\])-?@({_LABEL})|\\?@ref\(([\w.:-]{{1,200}})\)", re.IGNORECASE
)
_IN_BRACKETS = re.compile(r"\[([^\[\]\n@]{0,100}-?@[^\[\]\n]{1,500})\](?![(\[{:])")
_WITHIN = re.compile(r"!?\[(?:[^\[\]\n]|\[[^\[\]\n]{0,300}\]){0,1000}\](?:\([^()\n]{0,1000}\)|\[)")
"""Links and pictures, in whose words no link can stand."""
_ID = re.compile(r"\{(?:[^{}\n]{0,500}[ \t:])?#([\w.:-]{1,200})(?=[ \t}])([^{}\n]{0,1000})\}")
_OF_BOOKDOWN = re.compile(r"\(\\#([\w.:-]{1,200})\)[ \t]*([^\n]{0,1000})")
_CAPTION = re.compile(r"[ \t]*(?:[Tt]able)?:[ \t]+([^\n]{1,1000}?)[ \t]*\{[^{}\n]{0,1500}\}[ \t]*$")
_DIVISION = re.compile(r"[ \t]{0,20}:{3,}[ \t]*([^\n]*)$")
_SAID = re.compile(
    r"(?<![\w-])(?:fig-cap|tbl-cap|lst-cap|name|title|caption)=(\"[^\"\n]+\"|'[^'\n]+')"
)
_TOLD = re.compile(r"\[([^\[\]\n]{1,300})\]\(<?(?:([^()<>#\s]{0,1000})#)?\1>?\)")
"""A link with a label for its words, or with the address of its page."""

_TO_PART = re.compile(r"(\]\(<?)#([^\s()<>]{1,200})")
_SIGNS = re.compile(r"([\\`*_\[\]<>|])")
_STROKE = r"\\\1"
_LONGEST = 200  # characters of a caption that stand for it elsewhere
_KNITR = ("fig:", "tab:")

PageOf = Callable[[str], str]
"""Gives the page of a label, seen from the one that is read; "" if nobody knows it."""


def labels_of(text: str) -> dict[str, str]:
    """The labels that a text gives, each with the words of its heading or caption, if it has any.

    Some of them may stand in comments or in what readers do not see.
    """
    if not _MAYBE.search(text):
        return {}
    found: dict[str, str] = {}
    lines = [*lines_of(text)]
    for label, words in (
        *_of_cells(text.split("\n")),
        *_of_lines(lines),
        *_of_divisions(lines),
    ):
        found[label] = found.get(label) or _words(words)
    return {label: words for label, words in found.items() if label}


def _of_cells(lines: list[str]) -> Iterator[tuple[str, str]]:
    for name, options in cells(lines):
        caption = next((options[each] for each in CAPTIONS if options.get(each)), "")
        if label := options.get("label") or name:
            yield from ((each, caption) for each in (label, *(kind + label for kind in _KNITR)))


def _of_divisions(lines: list[tuple[str, bool]]) -> Iterator[tuple[str, str]]:
    """Those between lines of :::, with a heading of their own or what stands last in them."""
    begun: list[tuple[str, str]] = []
    heading = last = ""
    for line, is_code in lines:
        division = None if is_code else _DIVISION.match(line)
        if division and division[1].strip():
            begun.append(_said(line))
            heading = last = ""
        elif division and begun:
            label, caption = begun.pop()
            yield label, caption or heading or last
        elif line.strip() and not is_code:
            head = HEADING.match(line)
            heading, last = heading or (head[1] if head else ""), line


def _of_lines(lines: list[tuple[str, bool]]) -> Iterator[tuple[str, str]]:
    for line, is_code in lines:
        label, caption = _said(line)
        if is_code:
            if line.lstrip().startswith(("`", "~")):
                yield label, caption
        elif head := HEADING.match(line):
            yield label, _ID.sub("", head[1])
        else:
            yield from _of_line(line)
            yield label, caption


def _said(line: str) -> tuple[str, str]:
    """The label that stands in braces, and the words beside it; "" where there are none."""
    found = _ID.search(line)
    said = _SAID.search(found[0]) if found else None
    return found[1] if found else "", said[1][1:-1] if said else ""


def _of_line(line: str) -> Iterator[tuple[str, str]]:
    for label, words in _OF_BOOKDOWN.findall(line):
        yield label, "" if label.startswith("eq:") else words
    if table := _CAPTION.match(line):
        yield _said(line)[0], table[1]
    for _, words, target, attributes in ATTRIBUTED.findall(line) if "]" in line else ():
        label, caption = _said(attributes)
        yield label, caption or (words if target else "")


def _words(caption: str) -> str:
    return plain(caption).strip().rstrip(".") if caption.strip() else ""


def standing(labels: Mapping[str, str], content: Content) -> dict[str, str]:
    """`labels` with words that the page shows; what stands in its hidden parts is told nowhere."""
    if not labels:
        return {}
    texts = [text for section in content.sections for text in (section.heading, section.text)]
    shown = "".join(map(letters, [content.title, *texts]))
    read = ""
    found = {}
    for label, words in labels.items():
        said = letters(words)
        if said and said not in shown:
            read = read or "".join(map(letters, _spoken(texts)))
        found[label] = words if said and (said in shown or said in read) else ""
    return found


def _spoken(texts: Sequence[str]) -> Iterator[str]:
    """The words of `texts` without their markup, which may part those of a caption."""
    for text in texts:
        yield from headings(text)
        yield from map(plain, text.split("\n"))


def with_references(body: str, own: Collection[str], page_of: PageOf, made: set[str]) -> str:
    """`body` with references to labels of its `own` and of other pages as links.

    Their words are the labels, which are added to `made`, until `with_words` puts others; what no
    page has stays as it is.
    """
    names = {label.lower(): label for label in own}

    def led(found: re.Match[str]) -> str:
        said = found[1] or found[2]
        label = said if said in own else names.get(said.lower(), said)
        # At the beginning of a sentence it has a capital.
        label = label if label in own or page_of(label) else said[:1].lower() + said[1:]
        page = "" if label in own else page_of(label)
        if not page and label not in own:
            return found[0]
        made.add(label)
        return f"[{label}]({page}#{label})"

    def in_brackets(found: re.Match[str]) -> str:
        said = _REFERENCE.sub(led, found[1])
        # With a citation among them the brackets are that of the citation.
        return found[0] if said == found[1] or "@" in _TOLD.sub("", said) else said

    def changed(text: str) -> str:
        return _REFERENCE.sub(led, _IN_BRACKETS.sub(in_brackets, text)) if "@" in text else text

    def outside_links(text: str) -> str:
        return outside(text, (link.span() for link in _WITHIN.finditer(text)), changed)

    return in_prose(body, outside_links, "@")


def with_chapters(body: str, own: Collection[str], page_of: PageOf) -> str:
    """`body` with links to parts (`#ovens`) that other pages of its book have leading there."""
    if "](#" not in body:
        return body
    own = {*own, *ids_of(body, headings=True)}

    def led(found: re.Match[str]) -> str:
        before, part = found.groups()
        return f"{before}{'' if part in own else page_of(part)}#{part}"

    return in_prose(body, lambda text: _TO_PART.sub(led, text), "](#")


def with_words(
    content: Content, made: Collection[str], words_of: Callable[[str, str], str]
) -> Content:
    """`content`, in each link with a label or a page that is `made` the words for these.

    `words_of` gives them by the target of the link and the label, which is "" for a page; "" leaves
    what stands there.
    """
    if not made:
        return content

    def worded(found: re.Match[str]) -> str:
        label, target = found.groups()
        to = (label, "") if target is None else (target, label)
        words = words_of(*to) if label in made else ""
        behind = found[0][len(label) + 1 :]
        return f"[{_SIGNS.sub(_STROKE, _cut(words))}{behind}" if words else found[0]

    return content.with_texts(
        lambda text: in_prose(text, lambda piece: _TOLD.sub(worded, piece), "](")
    )


def _cut(words: str) -> str:
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST].rsplit(' ', 1)[0]}…"

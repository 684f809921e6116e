"""Turns HTML within Markdown into Markdown: its text, and what structure Markdown has as well."""

import re
from collections.abc import Mapping
from html import unescape

from kb.importers import html_attributes as said_by
from kb.importers.anchors import without_elements
from kb.importers.code import before
from kb.importers.emphasis import BREAK, emphasised, with_blank_lines, with_breaks, without_gone
from kb.importers.html_attributes import IN_TAG, attributes_of, target_of, written
from kb.importers.html_code import BEGIN as CODE
from kb.importers.html_code import LINK, coded, named, with_names, with_signs
from kb.importers.html_names import (
    AROUND,
    CELLS,
    IN_CELL,
    IN_ROW,
    IN_TEXT,
    KNOWN,
    LEFT_OPEN,
    ONE_LINE,
    PARTS,
    STRUCTURE,
    VERBATIM,
    WRAPPED,
    in_bold,
    is_html,
)
from kb.importers.naming import readable_name
from kb.importers.remarks import Remarks, Why

TAG = re.compile(
    r"\]\(\s{0,9}<[^<>\n]{0,2000}>|\]:[ \t]{0,9}<[^<>\n]{0,2000}>"
    rf"|(?<!\\)<(/?)([A-Za-z][\w.-]{{0,60}})((?=[\s/>])(?:{IN_TAG}(?=>)"
    r"|(?:\"[^\"<]{0,2000}\"|[^<>\"]){0,2000}))>"
)
"""An element's beginning or end: its slash, its name, and its attributes as written.

Without a name it is the target of a link."""

_OPENING = re.compile(r"<([A-Za-z][\w.-]{0,60})")
_CLOSING = re.compile(r"</([A-Za-z][\w.-]{0,60})\s{0,9}>")
_IMPORTED = re.compile(r"^import\s([^\n'\"]{1,500})\sfrom\b", re.MULTILINE)
_PAGE = re.compile(  # another page, which stands in this one as a component
    r"^import\s{1,9}(\w{1,60})\s{1,9}from\s{1,9}[\"']([^\"'\n]{1,500}\.mdx?)[\"']", re.MULTILINE
)
_NAME = re.compile(r"[A-Za-z][\w.-]{0,60}")
_PARTED = re.compile(f"[ \t]*{PARTS}+[ \t]*")
_PARTED_AT_START = re.compile(f"^([ \t]*){PARTS}+[ \t]*", re.MULTILINE)
_DEEPEST = 40  # blanks before a component that stands within a list
_LISTS = 20  # lists around an item that it is indented for; pages show no more within each other
_BAR = re.compile(r"(?<!\\)\|")
_INDENT = re.compile(r"\n[ \t]+")


class Html:
    """What one file's HTML becomes; `remarks` learn what of it is neither text nor structure.

    `text` is all of the file that is no code: an element ends there, is imported there, or has
    attributes. What else looks like one, as in "ssh <HOST>", is text. `made` learns of pages whose
    addresses stand for words.
    """

    def __init__(self, text: str, remarks: Remarks, made: set[str] | None = None) -> None:
        self._remarks = remarks
        self._made = set[str]() if made is None else made
        self._ended = {*_CLOSING.findall(text)}
        self._ended |= {name.lower() for name in self._ended if name.lower() in KNOWN}
        self._ended |= {around for within in self._ended for around in AROUND.get(within, ())}
        self._imported = {*_NAME.findall(" ".join(_IMPORTED.findall(text)))}
        self._pages = {name: path.removeprefix("@site") for name, path in _PAGE.findall(text)}
        self._targets: list[tuple[str, str]] = []  # each with what names the link
        self._opened: list[str] = []
        self._in_lines: set[str] = set()
        self._lists: list[int | None] = []
        self._cells = self._rows = 0
        self._in_line = ""
        self._in_table = False

    def begin(self, paragraph: str) -> None:
        """Read `paragraph` next: elements that end in the line in which they begin may be links."""
        lines = paragraph.split("\n") if "</" in paragraph else ()
        self._in_lines = {
            name for line in lines for name in {*_CLOSING.findall(line)} & {*_OPENING.findall(line)}
        }

    def block(self, html: str) -> str:
        """A block of HTML as Markdown, code between `pre` as it is, programs left out."""
        self._in_line = ""
        self.begin(html)
        made, within = [], ""
        for at, piece in enumerate(VERBATIM.split(html)):
            if not at % 2:
                made.append(self._piece(piece, within))
            elif piece.startswith("</"):
                within = ""
            else:
                within = within or piece.strip("<>").split()[0].lower()
                self._remarks.add(Why.MARKS, piece if " " in piece else "")
        return with_breaks(with_blank_lines("".join(made)).strip("\n"))

    def inline(self, text: str, *, in_table: bool = False) -> str:
        """Text with single elements in it, and `BREAK` for breaks, but a blank in a table."""
        line_break, structure = (" ", IN_ROW) if in_table else (BREAK, IN_TEXT)
        text = without_elements(text, self._remarks)
        made = with_names(TAG.sub(lambda found: self._tag(found, line_break, structure), text))
        return _PARTED.sub(" ", _PARTED_AT_START.sub(r"\1", made)) if PARTS in made else made

    def words(self, text: str) -> str:
        """Text for a line that has no elements; powers have their sign."""

        def word(found: re.Match[str]) -> str:
            if not found[2] or not self._is_element(*found.groups()):
                return found[0]
            name = found[1] + found[2].lower()
            return self._left_out(found, found[3]) or {"sup": "^", "br": " "}.get(name, "")

        return TAG.sub(word, text)

    def _flow(self, html: str) -> str:
        lines = _INDENT.sub("\n", f"\n{without_elements(html, self._remarks)}")[1:].lstrip(" \t")
        made, at = [], 0
        for found in TAG.finditer(lines):
            made.append(self._plain(lines[at : found.start()]))
            made.append(self._tag(found, BREAK, IN_CELL if self._in_cell else STRUCTURE))
            at = found.end()
        said = with_signs(with_names("".join([*made, self._plain(lines[at:])])))
        return without_gone(emphasised(coded(said, markdown=False)))

    @property
    def _in_cell(self) -> bool:
        return self._in_line in CELLS

    def _plain(self, text: str) -> str:
        """Text between elements; in a cell of a table it stays in its row and column."""
        if self._in_cell:
            return _BAR.sub(r"\\|", text.replace("\n", " "))
        return text if text.strip() or not self._in_table else ""  # no blank line parts rows

    def _piece(self, html: str, within: str) -> str:
        if within == "pre":
            text = unescape(TAG.sub(self._in_code, html))
            if self._in_cell:
                return f"`{' '.join(self._plain(text).split())}`" if text.strip() else ""
            return f"\n\n```\n{text.strip(chr(10))}\n```\n\n" if text.strip() else ""
        if within:
            self._remarks.add(Why.CODE, html)
            return ""
        return self._flow(html)

    def _in_code(self, found: re.Match[str]) -> str:
        if not found[2] or not self._is_element(*found.groups()):
            return found[0]
        return self._left_out(found, found[3]) or "\n" * (found[2].lower() == "br")

    def _tag(self, found: re.Match[str], line_break: str, structure: Mapping[str, str]) -> str:
        if not found[2] or not self._is_element(*found.groups()):
            return found[0]
        name = found[2].lower()
        if name not in KNOWN or not is_html(found[2]):
            return self._component(found)
        if name in ONE_LINE:
            self._in_line = "" if found[1] else name
        if name == "a":
            return self._link(found)
        if name == "img":
            return self._image(found[3])
        self._left_out(found, found[3])
        if name == "br":
            return " " if self._in_line else line_break
        return self._structured(found, name, structure)

    def _structured(self, found: re.Match[str], name: str, structure: Mapping[str, str]) -> str:
        slash = found[1]
        if name in WRAPPED:
            return WRAPPED.get(slash + name, WRAPPED[name])
        if name in ("ul", "ol"):
            return self._list(name, structure, closing=bool(slash))
        if name == "li" and structure is STRUCTURE and not slash:
            return f"\n{self._item()}"
        if name == "li" and structure is IN_TEXT and self._lists and said_by.begins_line(found):
            return "" if slash else self._item()
        if name in ("tr", *CELLS):
            return " " if structure in (IN_TEXT, IN_ROW) else self._cell(name, closing=bool(slash))
        return structure.get(slash + name, structure.get(name, ""))

    def _is_element(self, slash: str, name: str, rest: str) -> bool:
        """Whether something in angle brackets is an element, and no placeholder or type."""
        known = name.lower() in KNOWN and is_html(name)
        own = "-" in name and rest.endswith("/")
        if not known and not own and name.islower() and "." not in name and name not in self._ended:
            return False
        if slash or rest.endswith("/"):
            return True
        if rest and not rest[0].isspace():
            return False
        ends = name.lower() in LEFT_OPEN | self._ended if known else name in self._ended
        return ends or name in self._imported or "=" in rest or "{" in rest

    def _link(self, found: re.Match[str]) -> str:
        if found[1]:
            target, name = self._targets.pop() if self._targets else ("", "")
            return f"{named(name)}]({target})" if target else ""
        attributes = attributes_of(found[3])
        target = attributes.pop("href", "")
        name = attributes.get("aria-label") or attributes.get("title") or target
        self._left_out(found, written(attributes))
        if found[3].rstrip().endswith("/"):
            return ""
        self._targets.append((target_of(target), name))
        return f"{LINK}[" if target else ""

    def _image(self, rest: str) -> str:
        attributes = attributes_of(rest)
        made = attributes.get("src", "").startswith("{")  # by a program, so that nobody finds it
        source, text = "" if made else attributes.pop("src", ""), attributes.pop("alt", "")
        if attributes:
            self._remarks.add(Why.MARKS, f"<img {written(attributes)}>")
        words = " ".join(text.split())
        return words if made else f"![{words}]({target_of(source)})"

    def _component(self, found: re.Match[str]) -> str:
        """An element that a program of the site makes: readers see what its attributes say."""
        slash, name, rest = found.groups()
        attributes = attributes_of(rest)
        said, target = said_by.spoken_in(found, attributes)
        said = [self.inline(one) if "<" in one and CODE not in one else one for one in said]
        if name in self._pages and not slash:
            target, said = self._pages[name], [readable_name(self._pages[name])]
        begins = said_by.begins_line(found)
        in_line = rest.endswith("/") and (not begins or said_by.is_in_sentence(found))
        apart = " " if not slash and said_by.follows_component(found) else ""
        self._remarks.add(Why.MARKS, f"<{slash}{name} {written(attributes)}".strip() + ">")
        if slash and self._opened[-1:] == [name]:
            self._opened.pop()
            return f"]({self._targets.pop()[0]})"
        if target and not said and name in self._in_lines:
            self._opened.append(name)
            self._targets.append((target, ""))
            return "["
        if target:
            self._made |= set() if said else {target}
            said = [f"[{(said or [target])[0]}]({target})", *said[1:]]
        if in_line:
            return apart + " ".join(said)
        if self._in_table:
            return self._component_in_table(said)
        indent = before(found, _DEEPEST)
        indent = indent if indent.isspace() else ""
        return "".join(f"\n\n{indent}{in_bold(text)}\n\n" for text in said) or apart * (not begins)

    def _component_in_table(self, said: list[str]) -> str:
        """What a component says as words of a cell, or as a row where it stands for one."""
        cells = [_BAR.sub(r"\\|", text) for text in said]
        if self._in_cell or not cells:
            return " ".join(cells)
        self._rows += 1
        row = f"\n| {' | '.join(cells)} |"
        return row + ("\n|" + "---|" * len(cells) if self._rows == 1 else "")

    def _list(self, name: str, structure: Mapping[str, str], *, closing: bool) -> str:
        if not closing:
            self._lists.append(0 if name == "ol" else None)
        elif self._lists:
            self._lists.pop()
        within = len(self._lists) > (0 if closing else 1)
        return "" if within and structure is STRUCTURE else structure.get(name, "")

    def _item(self) -> str:
        """The beginning of an item, as far in as the list that it is of stands within others."""
        number = self._lists[-1] if self._lists else None
        around = self._lists[: min(_LISTS, len(self._lists) - 1)]
        indent = "".join("  " if each is None else "   " for each in around)
        if number is None:
            return f"{indent}- "
        self._lists[-1] = number + 1
        return f"{indent}{number + 1}. "

    def _cell(self, name: str, *, closing: bool) -> str:
        if name != "tr":
            self._cells += closing
            return " | " if closing else ""
        cells, self._cells = self._cells, 0
        if not closing:
            return "\n| "
        self._rows += 1  # a table of Markdown has a line below its first row
        return "\n|" + "---|" * cells if self._rows == 1 and cells else ""

    def _left_out(self, found: re.Match[str], rest: str) -> str:
        name = found[2]
        if name.lower() == "table":
            self._rows, self._in_table = 0, not found[1]
        if rest.strip(" /\n\t"):
            self._remarks.add(Why.MARKS, f"<{name} {rest.strip(' /')}>")
        return ""

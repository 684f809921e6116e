"""Turns HTML within Markdown into Markdown: its text, and what structure Markdown has as well."""

import re
from collections.abc import Mapping

from kb.importers.remarks import Remarks, Why

TAG = re.compile(r"<(/?)([A-Za-z][\w.-]{0,60})((?=[\s/>])(?:\"[^\"<]{0,2000}\"|[^<>\"]){0,2000})>")
"""An element's beginning or end: its slash, its name, and its attributes as written."""

_ATTRIBUTE = re.compile(
    r"([\w:@.-]{1,60})(?:\s{0,9}=\s{0,9}(\"[^\"]*\"|'[^']*'|\{[^{}]*\}|[^\s\"'>{}]+))?"
)
_SPOKEN = ("title", "label", "summary", "caption", "header", "heading", "description", "alt")
"""Attributes of components that readers see."""

_WRAPPED = {
    **dict.fromkeys(("b", "strong"), "**"),
    **dict.fromkeys(("i", "em", "cite", "dfn", "var"), "*"),
    **dict.fromkeys(("code", "kbd", "samp", "tt"), "`"),
    **dict.fromkeys(("s", "del", "strike"), "~~"),
}
_BLOCK_NAMES = (
    "p div section article aside header footer main center figure figcaption caption blockquote "
    "details table thead tbody tfoot ul ol dl dd hgroup nav form fieldset address picture "
    "video audio iframe object"
)
_INLINE_NAMES = (
    "span font small big u ins mark sub sup abbr acronym q time data label bdi bdo wbr nobr source "
    "input button select option textarea meta link base col colgroup html body head img a br hr "
    "embed param track map area ruby rt rp svg path g"
)
_BLOCKS = frozenset(_BLOCK_NAMES.split())
_UNSEEN = ("script", "style", "template", "noscript")
_OTHER = frozenset(
    ("h1", "h2", "h3", "h4", "h5", "h6", *("li", "tr", "td", "th", "pre"), "summary", "dt")
)
_KNOWN = (
    _BLOCKS | frozenset(_INLINE_NAMES.split()) | _OTHER | frozenset(_WRAPPED) | frozenset(_UNSEEN)
)
_BLANKS = re.compile(r"[ \t]*\n[ \t]*(\n[ \t]*)+")
_INDENT = re.compile(r"\n[ \t]+")
_VERBATIM = re.compile(
    r"(<pre\b[^<>]{0,500}>|<(?:script|style|template)\b[^<>]{0,500}>"
    r"|</(?:pre|script|style|template)\s{0,9}>)",
    re.IGNORECASE,
)


class Html:
    """What one file's HTML becomes; `remarks` learn what of it is neither text nor structure."""

    def __init__(self, remarks: Remarks) -> None:
        self._remarks = remarks
        self._targets: list[str] = []
        self._cells = 0
        self._rows = 0

    def block(self, html: str) -> str:
        """A block of HTML as Markdown, code between `pre` as it is, programs left out."""
        made, within = [], ""
        for at, piece in enumerate(_VERBATIM.split(html)):
            if not at % 2:
                made.append(self._piece(piece, within))
            elif piece.startswith("</"):
                within = ""
            else:
                within = within or piece.strip("<>").split()[0].lower()
                self._remarks.add(Why.MARKS, piece if " " in piece else "")
        return _BLANKS.sub("\n\n", "".join(made)).strip("\n")

    def inline(self, text: str, *, in_table: bool = False) -> str:
        """Text with single elements in it: breaks stay in a cell where it is one of a table."""
        return TAG.sub(lambda found: self._tag(found, " " if in_table else "\\\n", {}), text)

    def _flow(self, html: str) -> str:
        lines = _INDENT.sub("\n", f"\n{html}")[1:].lstrip(" \t")
        return TAG.sub(lambda found: self._tag(found, "\\\n", _STRUCTURE), lines)

    def _piece(self, html: str, within: str) -> str:
        if within == "pre":
            text = TAG.sub(lambda found: self._left_out(found, found[3]), html)
            return f"\n\n```\n{text.strip(chr(10))}\n```\n\n" if text.strip() else ""
        if within:
            self._remarks.add(Why.CODE, html)
            return ""
        return self._flow(html)

    def _tag(self, found: re.Match[str], line_break: str, structure: Mapping[str, str]) -> str:
        name, rest = found[2], found[3]
        if name[0].isupper() or "." in name:
            return self._component(found)
        name = name.lower()
        if name not in _KNOWN:
            return found[0]
        if name == "br":
            return line_break
        if name == "a":
            return self._link(found)
        if name == "img":
            return self._image(rest)
        self._left_out(found, rest)
        if name in _WRAPPED:
            return _WRAPPED[name]
        if name in ("tr", "td", "th"):
            return self._cell(name, closing=bool(found[1])) if structure else " "
        return structure.get(found[1] + name, structure.get(name, ""))

    def _link(self, found: re.Match[str]) -> str:
        if found[1]:
            target = self._targets.pop() if self._targets else ""
            return f"]({target})" if target else ""
        attributes = self._attributes(found[3])
        target = attributes.pop("href", "")
        self._left_out(found, _written(attributes))
        if found[3].rstrip().endswith("/"):
            return ""
        target = f"<{target}>" if re.search(r"[\s()]", target) else target
        self._targets.append(target)
        return "[" if target else ""

    def _image(self, rest: str) -> str:
        attributes = self._attributes(rest)
        source, text = attributes.pop("src", ""), attributes.pop("alt", "")
        if attributes:
            self._remarks.add(Why.MARKS, f"<img {_written(attributes)}>")
        source = f"<{source}>" if re.search(r"[\s()]", source) else source
        return f"![{' '.join(text.split())}]({source})"

    def _component(self, found: re.Match[str]) -> str:
        """An element that a program of the site makes: readers see what its attributes say."""
        attributes = self._attributes(found[3])
        said = [attributes.pop(name) for name in _SPOKEN if attributes.get(name)]
        self._left_out(found, _written(attributes))
        return "".join(f"\n\n**{' '.join(text.split())}**\n\n" for text in said)

    def _cell(self, name: str, *, closing: bool) -> str:
        if name != "tr":
            self._cells += closing
            return " | " if closing else ""
        cells, self._cells = self._cells, 0
        if not closing:
            return "\n| "
        # A table of Markdown has a line below its first row.
        self._rows += 1
        return "\n|" + "---|" * cells + "\n" if self._rows == 1 and cells else "\n"

    def _attributes(self, rest: str) -> dict[str, str]:
        found = _ATTRIBUTE.findall(rest)
        return {
            name.lower() if name.isupper() else name: value.strip("\"'") for name, value in found
        }

    def _left_out(self, found: re.Match[str], rest: str) -> str:
        name = found[2]
        if name.lower() in ("table", "tr") or not found[1]:
            self._rows = 0 if name.lower() == "table" else self._rows
        if rest.strip(" /\n\t"):
            self._remarks.add(Why.MARKS, f"<{name} {rest.strip(' /')}>")
        return ""


def _written(attributes: Mapping[str, str]) -> str:
    return " ".join(f'{name}="{value}"' if value else name for name, value in attributes.items())


_STRUCTURE: Mapping[str, str] = {
    **dict.fromkeys(_BLOCKS, "\n\n"),
    "hr": "\n\n---\n\n",
    "li": "\n- ",
    "/li": "",
    **{f"h{level}": f"\n\n{'#' * level} " for level in range(1, 7)},
    **{f"/h{level}": "\n\n" for level in range(1, 7)},
    **dict.fromkeys(("summary", "dt"), "\n\n**"),
    **dict.fromkeys(("/summary", "/dt"), "**\n\n"),
}
"""What elements are in a block of HTML; those that are in none are text alone."""

"""Names of elements of HTML, and what each becomes in Markdown."""

import re
from collections.abc import Mapping

from kb.importers import html_code
from kb.importers.emphasis import BEGIN, END

LEFT_OPEN = {"br", "hr", "wbr", "p", "li", "td", "th", "tr", "dt", "dd"}
"""Elements that need no end."""

AROUND = {"tr": ("table",), "td": ("table",), "li": ("ul", "ol")}
"""Elements that are ones even without an end where these stand within them."""

SPOKEN = ("title", "label", "summary", "caption", "header", "heading", "description", "alt")
"""Attributes of components that readers see."""

LEADS = ("href", "to", "link", "url")
"""Attributes of components in which the address of a page may stand."""

_KEPT = ("sub", "sup", "mark", "ruby", "rt", "rp")
_CODE = ("code", "kbd", "samp", "tt")


def _emphasis(sign: str, *names: str) -> dict[str, str]:
    ends = {f"/{name}": END[sign] for name in names}
    return {**dict.fromkeys(names, BEGIN[sign]), **ends}


WRAPPED = {
    **_emphasis("**", "b", "strong"),
    **_emphasis("*", "i", "em", "cite", "dfn", "var"),
    **_emphasis("~~", "s", "del", "strike"),
    **dict.fromkeys(_CODE, html_code.BEGIN),
    **dict.fromkeys((f"/{name}" for name in _CODE), html_code.END),
    **{name: f"<{name}>" for name in _KEPT},
    **{f"/{name}": f"</{name}>" for name in _KEPT},
}
_BLOCK_NAMES = (
    "p div section article aside header footer main center figure figcaption caption blockquote "
    "details table ul ol dl dd hgroup nav form fieldset address picture "
    "video audio iframe object"
)
_INLINE_NAMES = (
    "span font small big u ins abbr acronym q time data label bdi bdo wbr nobr source thead tbody "
    "input meta link base col colgroup html body head img a br hr "
    "tfoot embed param track map area rb rtc path g"
)
_BOXES = frozenset(["button", "select", "option", "optgroup", "textarea", "svg", "title"])
"""Elements in a line whose words are never read as one with those before and after them."""

BLOCKS = frozenset(_BLOCK_NAMES.split())
_UNSEEN = ("script", "style", "template", "noscript")
_OTHER = frozenset(
    ("h1", "h2", "h3", "h4", "h5", "h6", *("li", "tr", "td", "th", "pre"), "summary", "dt")
)
CELLS = ("td", "th")
ONE_LINE = ("h1", "h2", "h3", "h4", "h5", "h6", *CELLS, "summary", "dt")
KNOWN = (
    BLOCKS
    | frozenset(_INLINE_NAMES.split())
    | _BOXES
    | _OTHER
    | frozenset(WRAPPED)
    | frozenset(_UNSEEN)
)

_PARTED = dict.fromkeys([each for name in _BOXES for each in (name, f"/{name}")], " ")

STRUCTURE: Mapping[str, str] = {
    **_PARTED,
    **dict.fromkeys(BLOCKS, "\n\n"),
    "hr": "\n\n---\n\n",
    "/li": "",
    **{f"h{level}": f"\n\n{'#' * level} " for level in range(1, 7)},
    **{f"/h{level}": "\n\n" for level in range(1, 7)},
    **dict.fromkeys(("summary", "dt"), f"\n\n{BEGIN['**']}"),
    **dict.fromkeys(("/summary", "/dt"), f"{END['**']}\n\n"),
}
"""What elements are in a block of HTML; those that are in none are text alone."""

IN_CELL: Mapping[str, str] = {
    **dict.fromkeys(BLOCKS, " "),
    **_PARTED,
    "hr": " ",
    "li": " - ",
    "/li": " ",
}
"""The same within a cell of a table, which is one line."""

IN_ROW: Mapping[str, str] = {
    **IN_CELL,
    **{slash + name: " " for name in ("tr", *CELLS) for slash in ("", "/")},
}
"""The same in a row of a table of Markdown, which has its cells: those of HTML are text in one."""

PARTS = "\ufdd1"
"""Stands for a blank, which is none at the beginning of a line; no letter has this code."""

IN_TEXT: Mapping[str, str] = dict.fromkeys(
    [
        each
        for name in (*BLOCKS, *_BOXES, *ONE_LINE, "li", "hr", "tr")
        for each in (name, f"/{name}")
    ],
    PARTS,
)
"""The same in a line of text, where nothing but a blank parts words."""

VERBATIM = re.compile(
    r"(<pre\b[^<>]{0,500}>|<(?:script|style|template)\b[^<>]{0,500}>"
    r"|</(?:pre|script|style|template)\s{0,9}>)",
    re.IGNORECASE,
)
"""Where what stands as it is, or is a program, begins and ends."""


def in_bold(words: str) -> str:
    """`words` in bold, those among them that are so already once."""
    return f"{BEGIN['**']}{words}{END['**']}"


def is_html(name: str) -> bool:
    """Whether a name is written as those of HTML are; components have a capital or a dot."""
    return name.islower() or name.isupper()

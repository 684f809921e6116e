"""Takes out links without words by which a heading or paragraph leads to itself.

Their ids name what they stand in: see `parts`.
"""

import re

from kb.importers.code import HEADING_LINE
from kb.importers.html_attributes import IN_TAG, attributes_of
from kb.importers.remarks import Remarks, Why

_SIGNS = r"\s#¶§🔗\u200b"
_ELEMENT = re.compile(
    rf"<a((?=\s){IN_TAG})>(?:[{_SIGNS}]|<(?!img\b|/a\b)[^<>\n]{{0,300}}>){{0,20}}</a\s{{0,9}}>",
    re.IGNORECASE,
)
_HEADING = re.compile(HEADING_LINE, re.MULTILINE)
_LINK = re.compile(rf"[ \t]*\[[{_SIGNS}]{{0,9}}\]\([^()\s]{{0,500}}#[^()\n]{{0,500}}\)[ \t#]*$")
"""One at the end of a heading, as pages have it that were saved from a website."""


def without_elements(text: str, remarks: Remarks) -> str:
    """`text` (no code) without those that are elements."""

    def left_out(found: re.Match[str]) -> str:
        has = attributes_of(found[1])
        steers = {"id", "name"} & has.keys() or "anchor" in has.get("class", "")
        named = has.get("aria-label") or has.get("title")
        if not has.get("href", "").startswith("#") or (named and not steers):
            return found[0]
        remarks.add(Why.MARKS, found[0])
        return ""

    return _ELEMENT.sub(left_out, text) if "</a" in text.lower() else text


def without_links(text: str, remarks: Remarks) -> str:
    """`text` without those that are links of Markdown at the ends of its headings."""

    def left_out(heading: re.Match[str]) -> str:
        link = _LINK.search(heading[0])
        remarks.add(Why.MARKS, link[0] if link else "")
        return heading[0][: link.start()] if link else heading[0]

    return _HEADING.sub(left_out, text) if "](" in text else text

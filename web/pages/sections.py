"""The sections of an entry as HTML, each heading with a place that links lead to."""

import re
from collections.abc import Mapping, Sequence
from functools import partial
from urllib.parse import quote, unquote

from markupsafe import Markup
from msgspec import Struct, structs

from kb.entries.content import Section
from kb.entries.relation import written_name
from web.anchors import anchor, place_anchor
from web.laid_out import Layouts
from web.markdown import linked
from web.pages.links import entry_url

_HEADING = re.compile(r'(<h[3-6] id=")(s-[^"<>]{0,2000})"')
_LINK = re.compile(r'href="#(s-[^"<>]{0,2000})"')


class ShownSection(Struct, frozen=True):
    """A section as HTML; `anchor` and `place` are unique on the page.

    `note` says why the text is shown as it was written, where it is.
    """

    anchor: str
    place: str
    heading: str
    html: Markup
    note: str = ""


def shown_sections(
    sections: Sequence[Section],
    layouts: Layouts,
    erased: int = -1,
    links: Mapping[str, str] | None = None,
) -> tuple[ShownSection, ...]:
    """The sections with their Markdown made HTML, links within the page leading where they say.

    `erased` is the last erasure; `links` are entries by how the text writes a link to them.
    """
    made = layouts.of([section.text for section in sections], erased)
    shown: dict[str, ShownSection] = {}
    within: dict[str, str] = {}
    for number, (section, text) in enumerate(zip(sections, made, strict=True), 1):
        name = anchor(section.heading)
        while name in shown:
            name += "-"
        html = linked(_placed(text.html, number, within), partial(_address, links or {}))
        place = place_anchor(number)
        shown[name] = ShownSection(name, place, section.heading, html, text.note)
    inner = {name: place for name, place in within.items() if name not in shown}
    return tuple(structs.replace(one, html=_leading(one.html, inner)) for one in shown.values())


def _address(links: Mapping[str, str], link: str) -> str | None:
    """The place on the page of the entry that a link means."""
    entry_id = links.get(written_name(link))
    part = unquote(link.partition("#")[2]).replace("-", " ")
    place = f"#{quote(anchor(part))}" if part else ""
    return f"{entry_url(entry_id)}{place}" if entry_id else None


def _placed(html: Markup, number: int, within: dict[str, str]) -> Markup:
    """`html` with its headings named by their section too; `within` keeps the first of each name.

    Of headings alike in one section the first alone is named.
    """
    here: set[str] = set()

    def placed(found: re.Match[str]) -> str:
        place = f"at-{number}{found[2][1:]}"
        within.setdefault(found[2], place)
        if place in here:
            return found[1].removesuffix(' id="')
        here.add(place)
        return f'{found[1]}{place}"'

    return Markup(_HEADING.sub(placed, html))  # nosec B704  # noqa: S704 - cleaned before


def _leading(html: Markup, inner: Mapping[str, str]) -> Markup:
    def lead(found: re.Match[str]) -> str:
        return f'href="#{inner.get(found[1], found[1])}"'

    return Markup(_LINK.sub(lead, html))  # nosec B704  # noqa: S704 - cleaned before

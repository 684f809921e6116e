"""The sections of an entry as HTML, with ids on headings for links to them."""

import html as entities
import re
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from functools import partial
from itertools import count
from urllib.parse import quote

from markupsafe import Markup, escape
from msgspec import Struct, structs

from kb.entries.content import Section
from kb.entries.headings import Slugs
from kb.entries.relation import written_name
from web.anchors import anchor, part_anchor, place_anchor
from web.laid_out import Layouts
from web.markdown import linked
from web.pages.links import entry_url

_HEADING = re.compile(r'(<h[3-6] id=")(s-[^"<>]{0,2000})">(?:([^\n]{0,2000}?)(?=</h[3-6]>))?')
_TAG = re.compile(r"<[^<>]*>")
_LINK = re.compile(r'href="#(s-[^"<>]{0,2000})"')


class ShownSection(Struct, frozen=True):
    """A section as HTML; `anchor` and `place` are unique on the page.

    `note` says why the text is shown as written, if it is; `soon` is done once it is laid out, if
    that was begun.
    """

    anchor: str
    place: str
    heading: str
    html: Markup
    note: str = ""
    soon: Future[None] | None = None


def shown_sections(
    sections: Sequence[Section],
    layouts: Layouts,
    erased: int = -1,
    links: Mapping[str, str] | None = None,
    title: str = "",
) -> tuple[ShownSection, ...]:
    """The sections with their Markdown as HTML, and links within the page resolved.

    `erased` is the last erasure; `links` are entry ids by the text's way to write the link. Links
    to the `title` lead to the top of the page, unless a heading has that name.
    """
    made = layouts.of([section.text for section in sections], erased)
    names: dict[str, str] = {}
    for number, section in enumerate(sections, 1):
        name = anchor(section.heading)
        while name in names:
            name += "-"
        names[name] = place_anchor(number)
    further = _Further(names)
    shown = []
    for (name, place), section, text in zip(list(names.items()), sections, made, strict=True):
        html = further.named(
            linked(text.html, partial(_address, links or {})), section.heading, place
        )
        shown.append(ShownSection(name, place, section.heading, html, text.note, text.soon))
    further.name_top(title)
    return tuple(structs.replace(one, html=further.leading(one.html)) for one in shown)


def _address(links: Mapping[str, str], link: str) -> str | None:
    """The URL that a link in a text means; None if it means no entry."""
    entry_id = links.get(written_name(link))
    part = link.partition("#")[2]
    place = f"#{quote(part_anchor(part))}" if part else ""
    return f"{entry_url(entry_id)}{place}" if entry_id else None


class _Further:
    """Further ids of headings, as other tools spell them, beside those of sections."""

    def __init__(self, sections: Mapping[str, str]) -> None:
        """`sections` are ids of sections, which no other heading gets."""
        self._sections = sections
        self._places: dict[str, str] = {}
        self._slugs = Slugs()

    def named(self, html: Markup, heading: str, place: str) -> Markup:
        """The section's `html` with ids added to each heading.

        One is its number in the section, which search hits link to; the others come from its
        words, and only the first of equal headings gets those.
        """
        here: set[str] = set()
        numbers = count(1)
        before = self._names(heading, place)

        def placed(found: re.Match[str]) -> str:
            inner = f"{place}{found[2][1:]}"
            words = entities.unescape(_TAG.sub("", found[3] or ""))
            names = self._names(words, "" if inner in here else inner)
            begin = found[1].removesuffix(' id="') if inner in here else f'{found[1]}{inner}"'
            here.add(inner)
            number = f'<span id="{place}.{next(numbers)}"></span>'
            return f"{begin}>{number}{names}{found[3] or ''}"

        return Markup(before + _HEADING.sub(placed, html))  # nosec B704  # noqa: S704 - cleaned

    def _names(self, heading: str, place: str) -> str:
        """Elements with those ids of a heading that are still free."""
        names = [f"s-{each}" for each in self._slugs.of(heading)]
        new = [name for name in names if name not in self._sections and name not in self._places]
        self._places |= {name: place or name for name in new}
        return "".join(f'<span id="{escape(name)}"></span>' for name in new)

    def name_top(self, title: str) -> None:
        """Make links to the title lead to the top of the page, unless a heading has that name."""
        for name in (f"s-{each}" for each in Slugs().of(title)):
            if name not in self._sections:
                self._places.setdefault(name, "top")

    def leading(self, html: Markup) -> Markup:
        """`html` with links to headings within texts pointed at their ids."""

        def lead(found: re.Match[str]) -> str:
            name = entities.unescape(found[1])
            return f'href="#{escape(self._places.get(name, name))}"'

        return Markup(_LINK.sub(lead, html))  # nosec B704  # noqa: S704 - cleaned before

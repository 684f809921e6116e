"""How the pages look in a real Chromium: on a phone, in the dark, to a screen reader."""

import re
from typing import Literal
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from kb import KnowledgeBase
from kb.entries.content import Content, Section
from tests.web.browsing import OpenPage
from tests.web.visits import Contribute

pytestmark = pytest.mark.browser

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


# What reads text must reach 4.5 to 1 against what is behind it (WCAG 2.2, 1.4.3).
CONTRAST = """
() => {
  const number = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => {
    const part = (v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  };
  const behind = (element) => {
    for (; element; element = element.parentElement) {
      const colour = number(getComputedStyle(element).backgroundColor);
      if (colour.length < 4 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const low = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!own || !element.checkVisibility()) continue;
    const [a, b] = [number(getComputedStyle(element).color), behind(element)].map(light);
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) low.push(`${element.tagName}.${element.className} ${ratio.toFixed(2)}`);
  }
  return low;
}
"""


def revise(base: KnowledgeBase, entry_id: str, title: str) -> None:
    """Give the entry another title and add to its text, so that there is something to compare."""
    page = base.session.catalogue.get(entry_id)
    sections = (*page.sections, Section("What it costs", "Next to nothing."))
    text = Content(title=title, sections=sections)
    base.session.entries.revise(entry_id, text, version=page.version, note="As we do it now")


def revision_pages(entry_id: str) -> tuple[str, ...]:
    at = f"/entries/{entry_id}"
    return f"{at}/revisions", f"{at}/revisions/1", f"{at}/compare"


def test_no_page_is_wider_than_the_window(
    open_page: OpenPage, base: KnowledgeBase, contribute: Contribute
) -> None:
    entry_id = contribute("A" * 190, problem="x" * 300 + "\n\n| a | b |\n|---|---|\n| 1 | 2 |")
    base.session.drafts.save(str(uuid4()), {"title": "A" * 190}, number=0, kind="practice")
    revise(base, entry_id, "B" * 190)
    page = open_page()
    for path in (
        "/",
        "/search?q=" + "A" * 190,
        "/entries",
        f"/entries/{entry_id}",
        "/entries/new",
        f"/entries/{entry_id}/revise",
        *revision_pages(entry_id),
        "/entries/new?kind=practice",
        "/drafts",
        "/reuse",
        "/about",
        "/api/docs",
    ):
        page.goto(path)
        for width in (320, 390, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, path


def test_what_stands_side_by_side_in_a_form_is_equally_tall(open_page: OpenPage) -> None:
    page = open_page("/search?q=bed&kind=practice")
    fields = page.locator(".filter-row select, .filter-row input:not([type=checkbox])")
    heights = fields.evaluate_all("found => found.map((one) => one.offsetHeight)")
    assert len(heights) == 3
    assert len({*heights}) == 1


def test_times_are_shown_in_the_time_zone_of_the_reader(
    open_page: OpenPage, contribute: Contribute
) -> None:
    entry_id = contribute()
    page = open_page(f"/entries/{entry_id}", timezone_id="Pacific/Kiritimati")
    page.locator("summary", has_text="History").click()
    shown = page.locator("time[data-local=minute]").first
    expect(shown).not_to_contain_text("UTC")


def test_all_text_stands_out_from_what_is_behind_it(
    open_page: OpenPage, base: KnowledgeBase, contribute: Contribute
) -> None:
    entry_id, old = contribute("Two bins"), contribute("Old bins")
    base.session.endorsements.endorse(entry_id, "It holds.")
    base.session.reuses.record(
        entry_id, group="Line 4", context="Nights", outcome="tried-and-stopped"
    )
    base.session.entries.archive(old, "We stopped.", entry_id)
    base.session.drafts.save(str(uuid4()), {"title": "Begun"}, number=0, kind="practice")
    revise(base, entry_id, "Three bins")
    page = open_page()
    for path in (
        "/",
        "/search?q=Two+bins",
        "/search?q=zzz",
        "/entries?archived=all",
        f"/entries/{old}",
        f"/entries/{entry_id}?done=revised",
        *revision_pages(entry_id),
        "/entries/new?kind=practice",
        "/drafts",
        "/reuse",
        "/reuse?since=x",
        "/api/docs",
    ):
        page.goto(path)
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            assert page.evaluate(CONTRAST) == [], (path, scheme)


def test_every_control_has_a_name_and_every_page_one_heading(
    open_page: OpenPage, base: KnowledgeBase, contribute: Contribute
) -> None:
    entry_id = contribute()
    revise(base, entry_id, "Another title")
    page = open_page()
    nameless = """() => [...document.querySelectorAll("input:not([type=hidden]), textarea, select")]
        .filter((control) => !control.labels.length).map((control) => control.name)"""
    for path in (
        "/",
        "/search?q=x",
        "/entries",
        f"/entries/{entry_id}",
        "/entries/new?kind=practice",
        f"/entries/{entry_id}/revise",
        *revision_pages(entry_id),
        "/reuse",
        "/about",
        "/api/docs",
        "/nothing",
    ):
        page.goto(path)
        assert page.evaluate(nameless) == [], path
        assert page.locator("h1").count() == 1, path
        ids = page.evaluate("() => [...document.querySelectorAll('[id]')].map((e) => e.id)")
        assert len(ids) == len(set(ids)), path


def test_filters_are_beside_the_list_and_folded_on_a_phone(
    open_page: OpenPage, contribute: Contribute
) -> None:
    contribute(tags=("ward",))
    wide = open_page("/entries", viewport={"width": 1280, "height": 800})
    wide.get_by_role("link", name="ward 1").click()
    wide.get_by_role("link", name="Take away ward").click()
    expect(wide).to_have_url(re.compile("/entries$"))
    phone = open_page("/entries", viewport={"width": 390, "height": 800})
    expect(phone.get_by_role("link", name="ward 1")).to_be_hidden()
    phone.locator("summary", has_text="Filters").click()
    expect(phone.get_by_role("link", name="ward 1")).to_be_visible()


def test_no_count_of_reuse_is_cut_off(
    open_page: OpenPage, base: KnowledgeBase, contribute: Contribute
) -> None:
    group = "Krankenhausverwaltungsgesellschaft " + "W" * 40
    base.session.reuses.record(contribute(), group=group, context="Nights", outcome="adopted")
    page = open_page("/reuse?by=group")
    table = page.get_by_role("region", name="Counts")
    for width in (320, 375, 600, 800):
        page.set_viewport_size({"width": width, "height": 800})
        for name in ("Recorded", "Adopted", "Adapted", "Tried and stopped", "Entries"):
            said = table.locator(f'tfoot td[data-label="{name}"]')
            beside = (
                said.evaluate("(cell) => getComputedStyle(cell, '::before').content") == f'"{name}"'
            )
            above = table.locator("thead").get_by_text(name, exact=True).is_visible()
            assert beside != above, name
        if width < 640:
            assert table.evaluate("(all) => all.scrollWidth - all.clientWidth") == 0
        else:
            expect(table.locator("thead")).to_be_visible()

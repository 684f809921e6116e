"""Each heading on an entry's page has a place of its own, to which hits and links lead."""

import html
import re

import pytest

from indexer.document import Document
from indexer.document import Section as Found
from indexer.embedding.testing import HashEmbedder
from indexer.text.passages import split
from kb import KnowledgeBase
from kb.entries.content import Content, Draft, Section
from tests.worlds.web import Client
from web.laid_out import Layouts
from web.pages.links import section_url
from web.pages.sections import ShownSection, shown_sections


def ids(html: str) -> list[str]:
    return re.findall(r'<h[2-6] id="([^"]*)"', html)


def shown(sections: list[Section]) -> tuple[ShownSection, ...]:
    return shown_sections(sections, Layouts())


def test_headings_alike_are_told_apart_by_their_section() -> None:
    first, second = shown(
        [
            Section("Linux", "## Packages\n\napt\n\n## Packages\n\nmore"),
            Section("Windows", "### Packages *and* `tools`\n\nmsi"),
        ]
    )
    assert (first.place, second.place) == ("at-1", "at-2")
    assert ids(first.html) == ["at-1-packages"]
    assert ids(second.html) == ["at-2-packages-and-tools"]


def test_a_link_within_the_page_leads_to_a_section_or_to_the_first_heading_of_that_name() -> None:
    first, _ = shown(
        [
            Section("Linux", "[a](#linux) [b](#the-tools) [c](#nowhere)"),
            Section("More", "## The tools\n\napt"),
        ]
    )
    led = re.findall(r'href="([^"]*)"', first.html)
    assert led == ["#s-linux", "#at-2-the-tools", "#s-nowhere"]


def test_a_link_to_the_title_leads_to_the_top_unless_a_heading_is_called_so() -> None:
    text = "[a](#the-pump) [[#The pump]] [b](#use)\n\n### Use\n\nPress."
    (alone,) = shown_sections([Section("", text)], Layouts(), title="The pump")
    assert re.findall(r'href="([^"]*)"', alone.html) == ["#top", "#top", "#at-1-use"]

    (named,) = shown_sections([Section("The pump", text)], Layouts(), title="The pump")
    assert re.findall(r'href="([^"]*)"', named.html)[0] == "#s-the-pump"
    (within,) = shown_sections([Section("", text)], Layouts(), title="Use")
    assert re.findall(r'href="([^"]*)"', within.html)[2] == "#at-1-use"


def test_headings_answer_to_the_links_of_other_tools() -> None:
    first, second = shown(
        [
            Section("Let's go: f(x)", "[a](#lets-go-fx) [b](#tools--tips) [c](#tools--tips-1)"),
            Section("More", "## Tools & tips\n\napt\n\n> ## Tools & tips\n>\n> more"),
        ]
    )
    assert '<span id="s-lets-go-fx"></span>' in first.html
    assert re.findall(r'href="([^"]*)"', first.html) == [
        "#at-1",
        "#at-2-tools-tips",
        "#s-tools-tips-1",
    ]
    assert (
        '<h4 id="at-2-tools-tips"><span id="at-2.1"></span><span id="s-tools-tips"></span>Tools'
        in second.html
    )
    assert '<h4><span id="at-2.2"></span><span id="s-tools-tips-1"></span>Tools' in second.html


def test_the_names_of_sections_stay_theirs() -> None:
    first, second = shown([Section("A", "## B\n\n## A\n\nx"), Section("B", "y")])
    assert (first.anchor, second.anchor) == ("s-a", "s-b")
    assert 'id="s-b"' not in first.html
    assert 'id="s-a"' not in first.html


def test_no_text_makes_an_id_of_its_own() -> None:
    (only,) = shown([Section("A", '<h3 id="s-x">x</h3>\n\n`<h3 id="s-y">`')])
    assert ids(only.html) == []


def test_a_hit_leads_to_the_heading_that_its_text_stands_under(
    base: KnowledgeBase, client: Client
) -> None:
    sections = (
        Section("The problem", "Short."),
        Section(
            "What we do", "Walk.\n\n### At night\n\nUse the red torches.\n\n### By day\n\nNone."
        ),
    )
    content = Content(title="Rounds", sections=sections)
    receipt = base.session.entries.contribute(Draft(kind="practice", content=content))
    base.wait(receipt.position, index=True)
    html = client.get("/search?q=torches").text
    url = f"/entries/{receipt.id}#at-2.1"
    assert f'<a href="{url}">At night</a>' in html
    assert re.search(r'<p class="passage">Use the red <mark>torches</mark>.</p>', html)
    assert "at-2-at-night" in ids(client.get(f"/entries/{receipt.id}").text)
    (found,) = client.get("/api/search?q=torches").json()["results"]
    assert (found["heading"], found["place"]) == ("At night", "2.1")
    assert found["passage"] == "Use the red torches."


@pytest.mark.parametrize(
    "text",
    [
        "One\n===\n\nx\n\nTwo lines\nof it\n---\n\ny",
        "- a\n\n  ## In a list\n\n  x\n\n> ## In a quotation\n>\n> y",
        "> [!note] Title\n> ## In a box\n>\n> x\n\n:::tip\n### In another\n\ny\n:::",
        "## A [link](x.md), `code` & \U0001f389\n\nx\n\n## [[Jars|The *jars*]], <b>\n\ny",
        "## H<sub>2</sub>O<br>and $a_1$\n\nx\n\n## Of[^1] &amp; https://a.example\n\ny\n\n[^1]: z",
        "## Alike\n\nx\n\n## Alike\n\ny",
        "##\n\nx\n\n## ![A picture](a.png)\n\ny",
    ],
)
def test_the_place_of_a_hit_is_its_heading_on_the_page(text: str) -> None:
    document = Document(id="d", title="T", sections=(Found("S", text),), audience=frozenset("a"))
    (found, *_) = split([document], HashEmbedder())[0]
    (section,) = shown([Section("S", text)])
    for part in found.passage.parts:
        url = section_url("d", part.heading, part.place)
        _, _, name = url.partition("#")
        if "." not in name:
            assert (name, part.heading) == (section.place, "S")
            continue
        _, _, behind = section.html.partition(f'<span id="{name}"></span>')
        heading, _, after = behind.partition("</h")
        said = html.unescape(re.sub(r"<sup>.*?</sup>|<[^>]*>", "", heading))
        assert "".join(said.split()) == "".join(part.heading.split())
        assert found.passage.text[part.start : part.end].split("\n")[0] in after

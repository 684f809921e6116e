"""Fields of other tools that only look like pictures, pages or text, and the reverse."""

import pytest

from kb.importers.links import Names
from kb.importers.markdown import ParsedFile, parse_markdown


def parsed(fields: str) -> ParsedFile:
    return parse_markdown(f"---\ntitle: X\n{fields}\n---\nText".encode(), "guide/a.md")


@pytest.mark.parametrize(
    ("fields", "heading", "text"),
    [
        (
            'banner:\n  content: Closed, see <a href="/x/">why</a>',
            "Banner content",
            "Closed, see [why](/x/)",
        ),
        (
            "banner: Closed in week twelve, ask [us](b.md)",
            "Banner",
            "Closed in week twelve, ask [us](b.md)",
        ),
    ],
)
def test_a_banner_that_is_a_sentence_is_for_readers(fields: str, heading: str, text: str) -> None:
    found = parsed(fields)

    assert (found.content.sections[0].heading, found.content.sections[0].text) == (heading, text)
    assert found.links
    assert not found.remarks


@pytest.mark.parametrize("fields", ["banner: kiln.png", "banner: {src: kiln.png}", "banner: [a]"])
def test_any_other_banner_is_a_picture(fields: str) -> None:
    assert parsed(fields).remarks[0].startswith("Pictures: banner")


@pytest.mark.parametrize("name", ["next", "prev", "previous", "parent", "up"])
def test_a_switch_of_what_stands_beside_a_page_names_no_page(name: str) -> None:
    found = parsed(f"{name}: false")

    assert found.named == ()
    assert found.remarks == (f"What steers a website: {name}: false",)


def test_what_stands_in_the_head_of_a_website_is_no_text() -> None:
    found = parsed("head:\n  - tag: title\n    content: Ovens")

    assert [section.heading for section in found.content.sections] == [""]
    assert found.remarks == ("What steers a website: head: tag: title, content: Ovens",)


def test_how_a_button_looks_is_no_text() -> None:
    action = "{text: Start, link: /start/, variant: primary, theme: alt}"
    found = parsed(f"hero:\n  actions:\n    - {action}")

    assert found.content.sections[0].text == "- [Start](/start/)"
    assert "hero actions variant: primary; hero actions theme: alt" in found.remarks[0]


@pytest.mark.parametrize(
    "fields", ["path: about/us", "url: /about/us", "permalink: about/us/", "aliases: [about/us]"]
)
def test_an_address_from_the_root_of_a_website_leads_to_its_page(fields: str) -> None:
    names = Names("site")
    names.add("guide/a.md", "a", parsed(fields).aliases)

    assert names.find("/about/us/", "b.md") == "a"


def test_words_and_an_address_are_a_link_and_name_nobody() -> None:
    pages = "- Oven Editor: https://a.example/x\n- All of it: /three\n- author: https://b.example"
    found = parsed(f"relates:\n{pages}")

    assert found.content.sections[0].text == (
        "- [Oven Editor](https://a.example/x)\n- [All of it](/three)"
    )
    assert "/three" in found.links
    assert found.remarks == ("Names of persons: relates author: https://b.example",)


@pytest.mark.parametrize(
    ("tags", "read"),
    [
        ("paper [[Oven]] [[big oven]]", ("paper", "Oven", "big oven")),
        ("[[Oven]] #hot", ("Oven", "hot")),
        ("big oven", ("big oven",)),
    ],
)
def test_tags_beside_pages_are_tags_of_their_own(tags: str, read: tuple[str, ...]) -> None:
    assert parsed(f"tags: {tags}").tags == read


def test_pages_under_relates_are_pages_beside_this_one() -> None:
    assert parsed("relates:\n- guide/two\n- three").named == (
        ("relates", "guide/two"),
        ("relates", "three"),
    )

"""What an element hides from readers of a website is not shown here, and stands in the row."""

import pytest

from kb.importers.markdown import parse_markdown


def read(body: str) -> tuple[str, str]:
    """The text of the entry, and what its row tells."""
    parsed = parse_markdown(f"# A page\n\nBefore.\n\n{body}\n\nBehind.".encode(), "a.md")
    text = "\n".join(section.text for section in parsed.content.sections)
    return text, " ".join(parsed.remarks)


@pytest.mark.parametrize(
    "html",
    [
        "<div hidden>secret</div>",
        "<DIV HIDDEN>secret</DIV>",
        '<div hidden="">\n\nsecret\n\n<div>more</div>\n\nsecret\n\n</div>',
        'A word <span style="color:red; display: none">secret</span> here.',
        "<p style='visibility:hidden'>secret</p>",
        '<section class="content-hidden">\n\n## Inner\n\nsecret\n\n</section>',
        '<div className="hidden">secret</div>',
        "<div style={{display: 'none'}}>secret</div>",
        '<p style={{"display":"none"}}>secret</p>',
        "<p style={{ display: `none` }}>secret</p>",
        '<p style={{\n  color: "red",\n  "visibility" : "hidden",\n}}>secret</p>',
        '<Box sx={{display: "none"}}>secret</Box>',
        '<div style="DISPLAY:NONE">secret</div>',
        '<div style="display&colon;none">secret</div>',
        '<p style={{["display"]: "none"}}>secret</p>',
        '::: {style="display:none"}\nsecret\n:::',
        "::: {.d-none}\nsecret\n:::",
        ":::note[Title]{.hidden}\nsecret\n:::",
        'A word [secret]{style="display: none"} here.',
        "A word [secret](b.md){:.d-none} here.",
        "A word `secret`{.hidden} and **secret**{: .hidden} here.",
        "secret\n{: .hidden}",
        "```\nsecret\n\nsecret\n```\n{: .d-none}",
        "{: .hidden}\nsecret",
        "> secret\n> {: .hidden}",
        "<ul><li>a</li><li hidden>secret</li></ul>",
    ],
)
def test_what_a_browser_shows_nobody_stands_in_the_row_alone(html: str) -> None:
    text, row = read(html)
    assert "secret" not in text
    assert "secret" in row
    assert text.startswith("Before.")
    assert text.endswith("Behind.")


@pytest.mark.parametrize(
    "html",
    [
        '<div class="hidden md:block">told</div>',
        '<div class="d-none d-md-block">told</div>',
        '<div aria-hidden="true">told</div>',
        "<div hidden={false}>told</div>",
        '<div class="hidden-gems">told</div>',
        '<div data-hidden="x" title="display:none">told</div>',
        '<span class="sr-only">told</span>',
        "`<div hidden>` told",
        "```html\n<div hidden>\ntold\n</div>\n```",
        '<input type="hidden" hidden> told',
        "<Chart hidden /> told",
        '<p style={{display: a ? "none" : "block"}}>told</p>',
        "::: {.d-none .d-md-block}\ntold\n:::",
        ":::note The hidden costs\ntold\n:::",
        "told\n{: .hide-away}",
        "```\ntold\n## told {.hidden}\n```",
    ],
)
def test_what_somewhere_is_shown_is_text(html: str) -> None:
    text, _ = read(html)
    assert "told" in text
    assert text.endswith("Behind.")


def test_what_never_ends_hides_all_that_follows() -> None:
    text, row = read("<div hidden>secret")
    assert text == "Before."
    assert "Behind." in row


def test_attributes_of_a_heading_hide_its_section() -> None:
    text, row = read("## secret {.hidden}\n\nsecret\n\n### secret\n\n## Open\n\ntold")
    assert "secret" not in text
    assert "told" in text
    assert row.count("secret") == len(("heading", "text", "heading below"))


def test_a_hidden_title_hides_no_page() -> None:
    parsed = parse_markdown(b"# The title {.hidden}\n\nTold.", "a.md")
    assert [section.text for section in parsed.content.sections] == ["Told."]

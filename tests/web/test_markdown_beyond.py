"""What people write beyond CommonMark is shown as it is meant, and links lead to pages that are."""

import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.text.markdown_grammar import parser_of
from indexer.text.markdown_text import Block, blocks
from kb.errors import NotTaken
from kb.importers.markdown import parse_markdown
from tests.examples import cheap
from web.laid_out import UNREAD, laid_out
from web.markdown import TooDeep, linked, to_html


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("- [ ] open\n- [x] done", "<li>☐ open</li>\n<li>☑ done</li>"),
        ("Salt\n: Makes it taste", "<dt>Salt</dt>\n<dd>Makes it taste</dd>"),
        ("see www.example.org now", '<a href="http://www.example.org"'),
        ("ask ada@example.org now", '<a href="mailto:ada@example.org"'),
        ("the sum $a_1 * b_1 * c$", "<code>a_1 * b_1 * c</code>"),
        ("from $5 to $6 a day", "from $5 to $6 a day"),
        ("press <kbd>Enter</kbd>", "<kbd>Enter</kbd>"),
        ("<ruby>漢<rt>かん</rt></ruby>字", "<ruby>漢<rt>かん</rt></ruby>字"),
        ("<ruby onclick=x()>漢<rp>(</rp></ruby>", "<ruby>漢<rp>(</rp></ruby>"),
        ("set <rt> to <ruby>", "set &lt;rt&gt; to &lt;ruby&gt;"),
        ("a <b onclick=x()>b</b>", "a &lt;b onclick=x()&gt;b&lt;/b&gt;"),
        ("[part](#who-starts)", '<a href="#s-who-starts"'),
    ],
)
def test_what_is_beyond_commonmark_is_shown_as_it_is_meant(text: str, shown: str) -> None:
    assert shown in to_html(text)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("> [!WARNING]\n> Mind the step", "Warning"),
        ("> [!info]- Under the lid\n> Mind the step", "Under the lid"),
        ("> [!tip] Only *this*\n>\n> Mind the step", "Only <em>this</em>"),
        ('!!! note "By the door"\n    Mind the step', "By the door"),
        ("??? danger\n    Mind the step", "Danger"),
        (":::tip\nMind the step\n:::", "Tip"),
        (":::note[By the door]\nMind the step\n:::", "By the door"),
        (":::note By the door\nMind the step\n:::", "By the door"),
        ('::: {.callout-tip title="By the door"}\nMind the step\n:::', "By the door"),
        ("::: {.callout-note}\nMind the step\n:::", "Note"),
    ],
)
def test_a_note_of_any_dialect_is_a_box_with_a_title(text: str, title: str) -> None:
    html = to_html(text)
    assert '<div class="admonition">' in html
    assert f'<p class="admonition-title">{title}</p>' in html
    assert "<p>Mind the step</p>" in html


def test_a_division_without_a_meaning_is_its_text() -> None:
    assert to_html("::: {.column}\nText\n:::") == "<div>\n<p>Text</p>\n</div>\n"


def test_a_quotation_of_boxes_stays_a_quotation() -> None:
    html = to_html("> Said\n>\n> > [!note]\n> > Inside")
    assert html.startswith("<blockquote>\n<p>Said</p>\n<div")
    assert html.rstrip().endswith("</div>\n</blockquote>")


def test_a_part_that_folds_is_one() -> None:
    html = to_html("<details><summary>More</summary>\n\nHidden **text**.\n\n</details>\n\nAfter")
    assert html == (
        "<details><summary>More</summary>\n<p>Hidden <strong>text</strong>.</p>\n</details>\n"
        "<p>After</p>\n"
    )


def test_a_footnote_is_shown_and_one_without_a_mark_as_well() -> None:
    marked = to_html("A note[^1].\n\n[^1]: Said below.")
    assert re.search(r'href="#(fn-\w+-1)".*<li id="\1"', marked, re.DOTALL)
    for html in (marked, to_html("Text\n\n[^x]: Said below.")):
        assert "Said below." in html


LINKS = [
    ("[the pump](pump.md#start)", "pump.md#start", "the pump"),
    ("[[pump]]", "wiki:pump", "pump"),
    ("[[pump#Start|the *pump*]]", "wiki:pump#Start", "the *pump*"),
    ("![[plan]]", "wiki:plan", "plan"),
    ("![plan](img/plan.png)", "img/plan.png", "plan"),
    ("| a |\n|---|\n| [[pump\\|it]] |", "wiki:pump", "it"),
    ("[up](../index)", "../index", "up"),
    ("[site](/practice/pump/)", "/practice/pump/", "site"),
]


@pytest.mark.parametrize(("text", "target", "name"), LINKS)
def test_a_link_to_a_file_leads_nowhere_unless_it_is_known(
    text: str, target: str, name: str
) -> None:
    html = to_html(text)
    assert "href" not in html
    assert f">{name}</a>" in html

    led = linked(html, {target: '/entries/1#"'}.get)
    assert f'<a href="/entries/1#&#34;" rel="nofollow noopener noreferrer">{name}</a>' in led


@pytest.mark.parametrize("text", ["[[]]", "[[ | a]]", "[[a", "`[[a]]`", "[[a\nb]]"])
def test_what_only_looks_like_a_wiki_link_stays_as_it_is(text: str) -> None:
    html = to_html(text)
    assert "[[" in html or "<code>" in html


def test_an_address_of_a_link_changes_no_other() -> None:
    html = to_html('[x](https://a.example "data-to=\\"pump.md\\"") and `<a data-to="pump.md">`')
    assert linked(html, lambda _: "/entries/1") == html


SIGNS = (
    *("> ", ">", ">> ", "- ", "1. ", "  ", "    ", "\n", "\n", "\n", "| a | b |", "| - | - |"),
    *("|", "!!! note", "??? a", ":::note[T]", ":::", "::::", "```", "~~~", "# h", "---", "==="),
    *("[^1]: x", "[^1]", "Term", ": d", "~ d", "- [ ] x", "$$", "$a$", "\\", "<ruby>", "<rt>"),
    *(
        "> [!note]",
        "[[a]]",
        "![[",
        "[a]: b",
        "[a]",
        "![a](b)",
        "***",
        "~~",
        "www.a.b",
        "\t",
        "\x00",
    ),
)


@pytest.mark.parametrize("text", ["> | a |\n> | - |\n>", ">::: note\n>", "> x\n>", ">!!! a\n>"])
def test_a_quotation_that_ends_with_an_empty_line_is_one(text: str) -> None:
    assert "<blockquote>" in to_html(text)
    assert blocks(text)


@given(st.lists(st.sampled_from(SIGNS), max_size=12).map("".join))
@cheap(10)
def test_no_signs_of_markdown_make_a_page_its_excerpt_or_its_file_fail(text: str) -> None:
    with suppress(TooDeep):
        to_html(text)
    parser_of(store_labels=True).parse(text)
    with suppress(NotTaken):
        parse_markdown(text.encode(), "x.md")


def test_where_a_rule_fails_all_the_same_the_text_is_shown_and_found_as_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("web.laid_out.to_html", _fail)
    monkeypatch.setattr("indexer.text.markdown_parsers.rules_for", _fail)
    shown = laid_out("a < b\n\n> c")
    assert (shown.html, shown.note) == (
        '<pre class="as-written">a &lt; b\n\n&gt; c</pre>',
        UNREAD,
    )
    assert blocks("a < b\n\n> c") == [Block("a < b", False), Block("> c", False)]
    parsed = parse_markdown(b"Lead\n\n## Part\n\nText", "x.md")
    assert [each.heading for each in parsed.content.sections] == ["", "Part"]


def _fail(*_: object, **__: object) -> None:
    raise IndexError

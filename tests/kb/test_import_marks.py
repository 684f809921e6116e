"""Marks of Liquid, Hugo and kramdown are no text; what they keep as it is, is."""

import pytest

from kb.importers.markdown import ParsedFile, parse_markdown


def parsed(text: str) -> ParsedFile:
    return parse_markdown(text.encode(), "a.md")


def made(text: str) -> str:
    return "\n".join(section.text for section in parsed(text).content.sections)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("""{% include x.html a="50%" b='}' title="Half" %} so""", "Half so"),
        ("a {...} {.b}", "a {...} "),
        ("{% if a % 2 == '}' %}so{% endif %}", "so"),
        ('{{% note "a}" %}}so{{% /note %}}', "so"),
        ('{{< x a="}}" >}}so', "so"),
        ("{{ it's }}so{{ it's }}", "so"),
        ("{{ '{% so %}' }}", "{% so %}"),
        ("{::nomarkdown}<b>so</b>{:/} or{:/nomarkdown}", "**so** or"),
        ("![Plan](plan.svg =100x50) so", "![Plan](plan.svg) so"),
        ('![Plan](plan.svg "Of it" =50%x)', '![Plan](plan.svg "Of it")'),
        ("so :material-home: and `:simple-x:`", "so  and `:simple-x:`"),
        ("https://a.example/a:material-b:c/d", "https://a.example/a:material-b:c/d"),
    ],
)
def test_a_mark_ends_where_the_other_tool_ends_it(written: str, read: str) -> None:
    assert made(written) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("a {% raw %}{{ x }} {% y %}{% endraw %} b", "a {{ x }} {% y %} b"),
        ("`{% raw %}{{ x }}{% endraw %}` {{ y }}b", "`{{ x }}` b"),
        ("```\n{%- raw -%}\n{{ x }}\n{% endraw %}\n```", "```\n{{ x }}\n```"),
        ("{% raw %}\n```\n{% y %}\n```\n{% endraw %}", "```\n{% y %}\n```"),
        ("Write `{% raw %}` and `{% endraw %}`.", "Write `{% raw %}` and `{% endraw %}`."),
        ("a {% raw %}{{ b }}c", "a c"),
    ],
)
def test_what_liquid_leaves_as_it_is_stays_so(written: str, read: str) -> None:
    assert made(written) == read


@pytest.mark.parametrize(
    "heading", ["### {{ x }}", "#### <!-- x -->", "<h3><i class='x'></i></h3>"]
)
def test_a_heading_of_which_nothing_is_seen_is_none(heading: str) -> None:
    assert made(f"a\n\n{heading}\n\nb").split() == ["a", "b"]


@pytest.mark.parametrize(
    "comment", ["<!-- hidden: yes -->", "{# hidden: yes #}", "{/* hidden: yes */}"]
)
def test_a_remark_on_a_comment_ends_before_its_signs(comment: str) -> None:
    found = parsed(f"## {comment}\n\nText")

    assert "Who sees it: hidden: yes shows it to its author alone" in found.remarks


def test_the_end_of_a_mark_that_stands_further_in_is_no_code() -> None:
    text = " 1. Light:\n\n    {{% note %}}\nHot.\n\n```sh\nlit\n```\n    {{% /note %}}\n\n 2. Bake."
    code = "Code:\n\n    {{% note %}}\n    Hot.\n    {{% /note %}}\n\nEnd."

    (section,) = parse_markdown(text.encode(), "a.md").content.sections
    (shown,) = parse_markdown(code.encode(), "a.md").content.sections
    assert "{{" not in section.text
    assert shown.text == code


@pytest.mark.parametrize(
    ("mark", "read"),
    [
        ("{* ../../src/pump.py hl[4,7] *}", ""),
        ("{* ../src/pump.py ln[1:9] *}", ""),
        ("{!> ../src/pump.py!}", ""),
        ("{!../parts/pump.md!}", "[Pump](../parts/pump.md)"),
        ("<<< @/src/pump.js{2}", ""),
    ],
)
def test_a_file_that_a_line_of_another_tool_inserts_is_told(mark: str, read: str) -> None:
    found = parsed(f"Before.\n\n{mark}\n\nAfter.")

    assert "\n".join(each.text for each in found.content.sections).split() == [
        "Before.", *read.split(), "After."
    ]  # fmt: skip
    assert found.remarks == (f"Marks of other tools: {mark}",)


@pytest.mark.parametrize("text", ["{*a*}", "{! no !}", "Set {* a.py *} so", "<<< HEAD"])
def test_what_only_begins_like_a_mark_that_inserts_is_text(text: str) -> None:
    assert made(text) == text


@pytest.mark.parametrize("listed", ["1. TOC", "- anything", "* one\n* two"])
@pytest.mark.parametrize("mark", ["{:toc}", "{: toc .wide }"])
def test_the_list_whose_place_the_table_of_contents_takes_goes_with_its_mark(
    listed: str, mark: str
) -> None:
    found = parsed(f"- kept\n\nBefore.\n\n{listed}\n{mark}\n\nAfter.")

    assert [each.text.split() for each in found.content.sections] == [
        ["-", "kept", "Before.", "After."]
    ]
    assert "{:" in "".join(found.remarks)


@pytest.mark.parametrize("around", ["So %s.", "<p>So %s.</p>"])
@pytest.mark.parametrize(
    "link",
    ['<a href={{ it.url }} target="_blank">the one</a>', "<a class=x href={{it}} id=y>the one</a>"],
)
def test_a_link_whose_address_is_a_mark_without_quotes_is_its_words(around: str, link: str) -> None:
    assert made(around % link).strip() == "So the one."


def test_moments_of_logseq_are_told_and_words_stay() -> None:
    lines = [f"  {name}:: 1618886552143" for name in ("todo", "done", "doing", "later", "now")]
    text = "\n".join(["- Press", *lines, "  background_color:: red", "  todo:: press twice"])
    parsed = parse_markdown(text.encode(), "a.md")

    assert parsed.content.sections[0].text == "- Press\n  todo:: press twice"
    assert "todo:: 1618886552143; done::" in parsed.remarks[0]


@pytest.mark.parametrize(
    "call",
    [
        '{{ example({ group: "a" }) }}',
        '{{ table({\n  rows: [[{ text: "a {b}" }]],\n\n    deep: { a: { b: { c: `d` } } }\n}) }}',
        '{% call panel("Set `x`") %}',
    ],
)
def test_a_call_of_a_program_is_told_and_no_text(call: str) -> None:
    found = parsed(f"Before.\n\n{call}\n\nBehind.")

    assert [section.text.split() for section in found.content.sections] == [["Before.", "Behind."]]
    assert found.remarks == (f"Marks of other tools: {' '.join(call.split())}",)


@pytest.mark.parametrize("text", ["`{{ a({ b: 1 }) }}`", "```\n{{ a({ b: 1 }) }}\n```"])
def test_a_call_in_code_stays(text: str) -> None:
    assert made(text) == text

"""What readers of other tools do not see, as it is a comment, is not shown here, and is told."""

import pytest

from kb.importers.markdown import parse_markdown

LONG = "secret " * 1000


def read(text: str) -> tuple[str, str]:
    """The text of a file, and the remark on comments."""
    parsed = parse_markdown(text.encode(), "a.md")
    told = [r for r in parsed.remarks if r.startswith("Comments: ")]
    return "\n".join(section.text for section in parsed.content.sections), "\n".join(told)


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        ("<!--", "-->"),
        ("{/*", "*/}"),
        ("{% comment %}", "{% endcomment %}"),
        ('{%- comment "for us" -%}', "{%- endcomment -%}"),
        ("{#", "#}"),
        ("{{/*", "*/}}"),
        ("{{- /*", "*/ -}}"),
        ("{{% comment %}}", "{{% /comment %}}"),
        ("{{< comment >}}", "{{< /comment >}}"),
        ("{{!--", "--}}"),
        ("{::comment}", "{:/comment}"),
        ("<%#", "%>"),
    ],
)
@pytest.mark.parametrize(
    "within",
    ["secret", LONG, "50% of `secret` it", "# A\n\nsecret", "a\n\n```\nsecret\n```\n\n- b"],
)
def test_a_comment_of_any_tool_length_and_content_is_not_text(
    begin: str, end: str, within: str
) -> None:
    text, told = read(f"Before {begin} {within} {end} after.")

    assert text.split() == ["Before", "after."]
    assert "secret" in told
    assert read(f"Before\n\n{begin}\n{within}\n{end}\n\nafter.")[0].split() == text.split()


def test_a_comment_within_html_does_not_end_it() -> None:
    a, b = ("    <tr>\n      <td>a</td>\n    </tr>", "    <tr><td>b</td></tr>")
    rows = f"    <!-- secret -->\n{a}\n    <!-- more\nsecret -->\n{b}"
    text, told = read(f"<table>\n  <tbody>\n{rows}\n  </tbody>\n</table>")

    assert text.split("\n") == ["| a | ", "|---|", "| b |"]
    assert told.count("secret") == 2


@pytest.mark.parametrize(
    ("comment", "text"),
    [
        ("%%\n50% secret\n\nof it\n%%\n\nText", "Text"),
        ("Text %% 50% secret %%", "Text"),
        ("#+BEGIN_COMMENT\nsecret\n\nof us\n#+END_COMMENT\n\nText", "Text"),
        ("[//]: # (secret)\n[comment]: <> 'secret'\n\nText", "Text"),
        ("Text\n\n<!-- secret\n\nthat goes on", "Text"),
        ("<div>\n<!-- secret\n\nof us -->\n</div>\n\nText", "Text"),
        ("<!-- ``` secret -->\n\nText <!-- secret -->", "Text"),
    ],
)
def test_a_comment_of_other_shapes_is_not_text(comment: str, text: str) -> None:
    seen, told = read(comment)

    assert (seen.strip(), "secret" in told) == (text, True)


@pytest.mark.parametrize(
    "text",
    [
        "`<!-- a -->` and ``%% ` %%``",
        "```\n{% comment %}\n```\n\nText\n\n```\n{% endcomment %}\n```",
        "    <!-- a -->\n\nText",
        "100%% of it\n\n200%% of that",
        "The mark <!-- begins one",
        "Text {# that ends nowhere",
    ],
)
def test_what_is_no_comment_is_text(text: str) -> None:
    assert read(text) == (text, "")

"""A summary shows the words that the page shows, without their Markdown."""

import pytest

from kb.entries.content import Section
from kb.entries.summary import summary


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("use `a` and <placeholder name> here", "use a and <placeholder name> here"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("see [x](javascript:alert(1)) end", "see x end"),
        ("![x](a(b).png) z [y](c)", "z y"),
        ("at <https://example.org> now", "at https://example.org now"),
        (
            "| Who | Does |\n| --- | :-: |\n| Ada | on \\| off |\n\nEnd.",
            "Who, Does. Ada, on | off. End.",
        ),
        ("Who | Does\n----|-----\nAda | all.\nEnd", "Who, Does. Ada, all. End"),
        ("# Steps\n\n1. Take *one*\n- or __two__\n\n---\n> last", "Steps Take one or two last"),
        ("2 * 3 and a_b, ~~not~~ ** this", "2 * 3 and ab, not this"),
        ("before\n```\n---\ncode\n```\nafter ![\n|\n](x) end", "before after end"),
        ("a | b\n\nis no table", "a | b is no table"),
    ],
)
def test_a_summary_keeps_what_looks_like_html_and_drops_addresses(
    markdown: str, expected: str
) -> None:
    assert summary([Section("A", markdown)]) == expected

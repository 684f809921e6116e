"""A summary shows the words that the page shows, without their Markdown."""

import pytest

from kb.entries.content import Section
from kb.entries.summary import summary


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("use `a` and <placeholder name> here", "use a and <placeholder name> here"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("see [x](javascript:alert(1)) end", "see [x](javascript:alert(1)) end"),
        ("![x](a(b).png) z [y](c)", "z y"),
        ("at <https://example.org> now", "at https://example.org now"),
        (
            "| Who | Does |\n| --- | :-: |\n| Ada | on \\| off |\n\nEnd.",
            "Who · Does. Ada · on | off. End.",
        ),
        ("Who | Does\n----|-----\nAda | all.\nEnd", "Who · Does. Ada · all. End"),
        ("# Steps\n\n1. Take *one*\n- or __two__\n\n---\n> last", "Steps Take one or two last"),
        ("2 * 3 and a_b, ~~not~~ ** this", "2 * 3 and a_b, not ** this"),
        ("before\n```\n---\ncode\n```\nafter ![\n|\n](x) end", "before after end"),
        ("set order_line_id, __init__ and `2*3*4`", "set order_line_id, init and 2*3*4"),
        ("`a_b_c`, `x * y * z` and `__init__`", "a_b_c, x * y * z and __init__"),
        (r"a \*sign\* and \_one\_, *in* __it__", "a *sign* and _one_, in it"),
        (":::note\nMind it.\n:::\n\nGo.", "Note: Mind it. Go."),
        (":::tip[Read this]\nMind it.\n:::", "Read this: Mind it."),
        ("> [!warning] Hot\n> Mind it.", "Hot: Mind it."),
        (
            "~~~\na_b\n~~~\n\nIt is x<sub>2</sub>, [[a_b|the one]] or [y]\n\n[y]: z.md",
            "It is x2, the one or y",
        ),
        ("a | b\n\nis no table", "a | b is no table"),
    ],
)
def test_a_summary_has_the_words_of_the_page_without_code_and_pictures(
    markdown: str, expected: str
) -> None:
    assert summary([Section("A", markdown)]) == expected

"""Tables drawn as grids become tables, with every word of their cells."""

import pytest

from kb.importers.markdown import parse_markdown

GRID = r"""+--------------+---------------------------+
| Shell        | Command                   |
+==============+:=========================:+
| Dash\        | ```{.bash filename="Now"} |
| (Ash)        | oil | pump                |
|              |   it                      |
|              | ```                       |
+--------------+---------------------------+
| `bash`       | Do *both* of              |
|              | these:                    |
|              |                           |
|              | - one                     |
|              | - [two](b.md)             |
+--------------+---------------------------+
| Over two | with a line                   |
+--------------+---------------------------+
"""
TABLE = r"""| Shell | Command |
| --- | --- |
| Dash<br>(Ash) | **Now**<br>`oil \| pump`<br>`  it` |
| `bash` | Do *both* of these:<br>- one<br>- [two](b.md) |
| Over two \| with a line |  |"""


def made(text: str) -> str:
    return parse_markdown(f"# T\n\nText\n\n{text}".encode(), "a.qmd").content.sections[0].text


def test_a_grid_is_a_table_with_every_word_of_its_cells() -> None:
    parsed = parse_markdown(f"# T\n\n{GRID}\nAfter".encode(), "a.qmd")

    assert parsed.content.sections[0].text == f"{TABLE}\n\nAfter"
    assert parsed.links == ("b.md",)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (
            "- item\n\n  +--+--+\n  |a |b |\n  +--+--+\n  |c |d |\n  +--+--+",
            "- item\n\n  |  |  |\n  | --- | --- |\n  | a | b |\n  | c | d |",
        ),
        ("> +--+\n> |a |\n> +--+", "> |  |\n> | --- |\n> | a |"),
        ("+----+--+\n|油泵|b |\n+----+--+", "|  |  |\n| --- | --- |\n| 油泵 | b |"),
        ("+--+--+\n|油|b |\n+--+--+", "|  |  |\n| --- | --- |\n| 油 | b |"),
        ("+--+--+\n|油b|c |\n+--+--+", "|  |  |\n| --- | --- |\n| 油b | c |"),
        ("+--+--+\n|a |b and|\n+--+--+", "|  |  |\n| --- | --- |\n| a | b and |"),
        (
            "+--+--+\n|a |b |\n|  +--+\n|c |d |\n+--+--+",
            "|  |  |\n| --- | --- |\n| a | b |\n| c | d |",
        ),
        (
            "+--+\n|a |\n+--+\n|b |\n+==+\n|c |\n+--+",
            "| a<br>b |\n| --- |\n| c |",
        ),
        ("+--+\n|a |\n+--+\n|b |", "|  |\n| --- |\n| a |\n\n|b |"),
    ],
)
def test_a_grid_may_stand_anywhere_and_have_no_head(written: str, read: str) -> None:
    assert made(written).removeprefix("Text\n\n") == read


@pytest.mark.parametrize(
    "text",
    [
        "```\n+--+\n|a |\n+--+\n```",
        "+--+--+\n|a |\n+--+--+",
        "+--+--+\n| abc|\n+--+--+\nText",
        "+--+\n+--+",
        "a\n\n+--- a line\n\n+ item",
    ],
)
def test_what_is_no_whole_grid_stays_as_it_is(text: str) -> None:
    assert made(text) == f"Text\n\n{text}"

"""What an abbreviation stands for is told where a reader meets it."""

import pytest

from kb.importers.abbreviations import MOST
from kb.importers.markdown import parse_markdown

OIL = "*[OPS]: oil pump station"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Each OPS and OPS.", "Each OPS (oil pump station) and OPS."),
        ("OPS-2 and `OPS` and [OPS](ops.md), then **OPS**", "then **OPS (oil pump station)**"),
        ("An oil pump station (OPS) runs.", "An oil pump station (OPS) runs."),
        ("Pumps run.", "Pumps run.\n\n- **OPS**: oil pump station"),
        ("Every SLOPS pump.", "Every SLOPS pump.\n\n- **OPS**: oil pump station"),
        ("```\nOPS\n```\n\n| OPS |\n|---|", "| OPS (oil pump station) |"),
    ],
)
def test_its_meaning_stands_behind_the_first_place_that_has_it(text: str, read: str) -> None:
    (section,) = parse_markdown(f"{text}\n\n{OIL}".encode(), "a.md").content.sections

    assert read in section.text
    assert section.text.count("oil pump station") == 1
    assert "*[" not in section.text


def test_a_heading_stays_as_it_is() -> None:
    text = f"## OPS\n\nThe OPS runs.\n\nOPS\n---\n\nIt runs.\n\n{OIL}"
    first, second = parse_markdown(text.encode(), "a.md").content.sections

    assert (first.heading, first.text) == ("OPS", "The OPS (oil pump station) runs.")
    assert (second.heading, second.text) == ("OPS", "It runs.")


def test_one_that_is_explained_twice_keeps_both() -> None:
    text = f"{OIL}\n*[OPS]: orderly people\n\nThe OPS runs.\n\n```\n*[A]: b\n```"
    (section,) = parse_markdown(text.encode(), "a.md").content.sections

    assert section.text.split("\n") == [
        "- **OPS**: oil pump station",
        "",
        "",
        "The OPS (orderly people) runs.",
        *("", "```", "*[A]: b", "```"),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Each OPS.", "Marks of other tools: *[OPS]"),
        ("An oil pump station (OPS) runs.", f"Said twice: {OIL}"),
        ("Every SLOPS pump.", None),
        (f"Each OPS.\n\n{OIL}", f"Marks of other tools: *[OPS]\nSaid twice: {OIL}"),
    ],
)
def test_what_stood_there_is_told_where_it_does_not_stay(text: str, said: str | None) -> None:
    remarks = parse_markdown(f"{text}\n\n{OIL}".encode(), "a.md").remarks

    assert "\n".join(remarks) == (said or "")


def test_one_that_the_text_has_only_in_full_or_within_a_word_is_listed() -> None:
    text = "An oil pump station runs; soil.\n\n*[OPS]: oil pump station\n*[runs]: oi"
    (section,) = parse_markdown(text.encode(), "a.md").content.sections

    assert "- **OPS**: oil pump station" in section.text
    assert "runs (oi); soil" in section.text


def test_of_very_many_abbreviations_the_rest_stand_in_a_list() -> None:
    names = [f"OP{n}" for n in range(MOST + 2)]
    meanings = "\n".join(f"*[{name}]: oil pump {name[2:]}" for name in names)
    text = f"{' '.join(names)}.\n\n{meanings}"
    (section,) = parse_markdown(text.encode(), "a.md").content.sections

    assert [name for name in names if f"- **{name}**: oil pump" in section.text] == names[MOST:]
    assert f"{names[0]} (oil pump 0)" in section.text

"""Sections on persons, which are not taken in: what only looks like one stays."""

import pytest

from kb.importers.markdown import parse_markdown


def read(text: str) -> tuple[str, str]:
    """The text of a file, and its remarks."""
    parsed = parse_markdown(text.encode(), "a.md")
    return "\n".join(s.text for s in parsed.content.sections), "\n".join(parsed.remarks)


@pytest.mark.parametrize(
    "text",
    [
        "- `badge`: the number that an Oven Keeper wears\n- `name`: the name",
        "```{list-table}\n* - `badge`\n  - what an Oven Keeper wears\n```",
        "The `authors` field is a list:\n\n```yaml\n- name: a Keeper\n```",
    ],
)
def test_a_section_that_explains_the_fields_of_persons_stays(text: str) -> None:
    said, told = read(f"# Heads\n\nOn heads.\n\n## Authors\n\n{text}")

    assert text in said
    assert not told


@pytest.mark.parametrize(
    "text",
    [
        "- Ada Lovelace\n- `@ada-l`: Ovens",
        "Thanks to Ada Lovelace for `oven`.",
        "Built by Ada Lovelace:\n\n```\nsee Grace\n```",
    ],
)
def test_names_beside_code_are_left_out(text: str) -> None:
    said, told = read(f"# Heads\n\nOn heads.\n\n## Authors\n\n{text}")

    assert said == "On heads."
    assert told.startswith("Names of persons: section “Authors”: ")


@pytest.mark.parametrize("heading", ["Credits", "Acknowledgements", "Danksagung"])
@pytest.mark.parametrize(
    ("text", "stays"),
    [
        (
            "- Starter: see the [oven page](oven.md)\n- Ovens by Ada Lovelace",
            "- Starter: see the [oven page](oven.md)",
        ),
        (
            "Many thanks:\n\n1. Ada Low\n   - rye and salt\n2. all others",
            "Many thanks:\n\n2. all others",
        ),
        ("- [Ada](https://github.com/ada)\n- built with care", "- built with care"),
        ("We thank the whole team,\nAda most of all.\n\nAnd the town.", "And the town."),
        ("Ask @ada.\n\nand all", "and all"),
    ],
)
def test_of_thanks_what_names_nobody_stays(heading: str, text: str, stays: str) -> None:
    said, told = read(f"# Heads\n\nOn heads.\n\n## {heading}\n\n{text}")

    assert said == f"On heads.\n{stays}"
    assert told.startswith(f"Names of persons: section “{heading}”: ")


def test_thanks_in_a_language_without_capitals_are_left_out_whole() -> None:
    said, told = read(
        "# Heads\n\nOn heads.\n\n## 鸣谢\n\n- 由 ada-l 负责。\n\n感谢 Ada。\n\nby Ada"
    )

    assert said == "On heads."
    assert "ada-l" in told


def test_thanks_to_projects_stay_whole() -> None:
    text = (
        "Oven contains code of other projects. They were adapted to Oven's\nlanguage.\n\n"
        "- [Kiln](https://github.com/kiln/kiln/)\n"
        "  - [LICENSE](https://github.com/baker/oven/blob/main/LICENSE)"
    )

    assert read(f"# Heads\n\nOn heads.\n\n## Credits\n\n{text}") == (f"On heads.\n{text}", "")


def test_text_before_headings_that_a_field_says_has_no_empty_name() -> None:
    _, told = read("---\ndescription: How hot ovens are.\n---\nHow hot ovens are.\n\n## B\n\nC")

    assert told == "Said twice: text, which a field says as well: How hot ovens are."


@pytest.mark.parametrize("heading", ["Authors", "Autoría", "Contributors"])
@pytest.mark.parametrize(
    ("text", "stays"),
    [
        (text := "The file should list persons, see the Policy of CRAN.", text),
        (text := 'See ["Writing R Extensions" (a manual of R)](a.md).\n\n```\nAda Low\n```', text),
        ("Files list persons.\n\nWritten by Ada de la Cruz.", "Files list persons."),
        ("The following people:\n\n- Ada\n- Grace Low", ""),
        ("Ask @ada.", ""),
    ],
)
def test_of_a_section_on_authors_what_names_nobody_stays(
    heading: str, text: str, stays: str
) -> None:
    said, _ = read(f"# Heads\n\nOn heads.\n\n## {heading}\n\n{text}")

    assert said.removeprefix("On heads.").strip() == stays

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


def test_text_before_headings_that_a_field_says_has_no_empty_name() -> None:
    _, told = read("---\ndescription: How hot ovens are.\n---\nHow hot ovens are.\n\n## B\n\nC")

    assert told == "Said twice: text, which a field says as well: How hot ovens are."

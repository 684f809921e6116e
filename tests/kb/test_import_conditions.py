"""Parts of a page that depend on a field of it are shown as Quarto shows them, or hidden."""

from pathlib import Path

import pytest

from kb.errors import NotTaken
from kb.importers.cascades import Cascades
from kb.importers.markdown import parse_markdown
from kb.importers.values import Plain, Value

NO_SETTINGS: dict[str, Value] = {}


def shown(attributes: str, head: str = "", settings: dict[str, Value] | None = NO_SETTINGS) -> bool:
    text = f"---\ntitle: T\n{head}\n---\nOpen.\n\n::: {{.{attributes}}}\nSecret.\n:::\n"
    parsed = parse_markdown(text.encode(), "x.qmd", settings=settings)
    return "Secret." in parsed.content.sections[0].text


TRUE, FALSE, OTHER = "a: {b: true}", "a: {b: false}", "c: 1"


@pytest.mark.parametrize(
    ("attributes", "seen"),
    [
        ('content-visible when-meta="a.b"', {TRUE}),
        ("content-visible unless-meta='a.b'", {FALSE, OTHER}),
        ("content-hidden when-meta=a.b", {FALSE, OTHER}),
        ('content-hidden unless-meta="a.b"', {TRUE}),
        ('content-visible when-meta="a.b" when-format="pdf"', set()),
        ('content-visible unless-meta="a.b" when-profile="board"', set()),
    ],
)
def test_a_condition_on_a_field_holds_as_the_page_says(attributes: str, seen: set[str]) -> None:
    assert {head for head in (TRUE, FALSE, OTHER) if shown(attributes, head)} == seen


@pytest.mark.parametrize("attributes", ["visible", "hidden"])
@pytest.mark.parametrize("word", ["when", "unless"])
def test_what_settings_may_say_of_a_condition_hides(attributes: str, word: str) -> None:
    set_there: dict[str, Value] = {"a": Plain("b", "b")}
    for settings in (None, set_there):
        assert not shown(f'content-{attributes} {word}-meta="a.b"', "", settings)


def test_conditions_in_code_stay_as_they_are() -> None:
    text = '`when-meta="a"`\n\n```\n{.content-visible unless-meta="a"}\n```'

    made = parse_markdown(text.encode(), "x.qmd", settings={}).content.sections[0].text

    assert made == text


@pytest.mark.parametrize(
    ("file", "written", "seen"),
    [
        ("_quarto.yml", "project: {type: website}", True),
        ("_quarto.yml", "open: true", False),
        ("_quarto-board.yml", "open: true", False),
        ("below/_metadata.yml", "open: true", False),
        ("_quarto.yml", "open: [", False),
    ],
)
def test_settings_of_all_folders_are_read(
    tmp_path: Path, file: str, written: str, seen: bool
) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / file).write_text(written)
    text = b"Open.\n\n::: {.content-visible unless-meta=open}\nSecret.\n:::\n"
    cascades = Cascades()
    cascades.read_settings(tmp_path, ["below/x.qmd"])

    parsed = cascades.parse(lambda: text, "below/x.qmd")

    assert ("Secret." in repr(parsed.content)) is seen


def test_a_page_of_which_all_is_hidden_is_not_called_empty() -> None:
    text = b"::: {.content-visible when-meta=a}\nSecret.\n:::\n"

    with pytest.raises(NotTaken, match="is hidden from readers"):
        parse_markdown(text, "_x.qmd")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("{% set later %}secret{% endset %}\n\nText", "Text"),
        ("{% macro row(a, b) -%}\n\nsecret\n\n{%- endmacro %}\n\nText", "Text"),
        ("{% set a = 1 %}\n\nText\n\n{% set later %}secret{% endset %}", "Text"),
        ("{% set said %}Told{% endset %}\n\n{{ panel(said) }}", "Told"),
    ],
)
def test_what_a_page_gives_a_name_and_names_nowhere_is_told(text: str, read: str) -> None:
    parsed = parse_markdown(text.encode(), "a.md")

    assert parsed.content.sections[0].text == read
    assert ("secret" in text) == ("secret" in " ".join(parsed.remarks))

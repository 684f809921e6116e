"""References of Quarto and bookdown are links that say what they lead to, also on other pages."""

from pathlib import Path

import pytest

from kb.importers.markdown import parse_markdown
from tests.kb.test_import_tells import shown
from tests.worlds.log import World


def made(text: str) -> str:
    sections = parse_markdown(text.encode(), "a.qmd").content.sections
    return "\n".join(section.text for section in sections)


HEAT = "\n\n## Heat of *ovens* {#sec-heat}\n\nHot."
LINK = "[Heat of ovens](#heat-of-ovens)"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("See @sec-heat.", f"See {LINK}."),
        ("@Sec-heat says so", f"{LINK} says so"),
        ("See [@sec-heat].", f"See {LINK}."),
        ("See [-@sec-heat], [Part @sec-heat].", f"See {LINK}, Part {LINK}."),
        ("See [@sec-heat; @sec-heat]", f"See {LINK}; {LINK}"),
        (r"See \@ref(sec-heat).", f"See {LINK}."),
        (
            "[@knuth; @sec-heat] @sec-cold",
            "[@knuth; @sec-heat] @sec-cold".replace("@sec-heat", LINK),
        ),
        ("`@sec-heat` a@sec-heat.org", "`@sec-heat` a@sec-heat.org"),
        ("[as @sec-heat](https://x.org)", "[as @sec-heat](https://x.org)"),
    ],
)
def test_a_reference_is_a_link_with_the_heading_for_its_words(written: str, read: str) -> None:
    assert made(written + HEAT).partition("\n")[0] == read


@pytest.mark.parametrize(
    ("label", "body", "words"),
    [
        ("fig-a", "![Oven *open*](a.png){#fig-a}", "Oven open"),
        ("fig-a", '![](a.png){#fig-a fig-cap="Oven shut."}', "Oven shut"),
        ("fig-a", "::: {#fig-a}\n![One](a.png)\n\nAll ovens\n:::", "All ovens"),
        (
            "fig-a",
            "```{r}\n#| label: fig-a\n#| fig-cap: |\n#|   Oven\n#|   two\nx\n```",
            "Oven two",
        ),
        ("tbl-a", "|a|\n|-|\n|1|\n\n: Sizes {#tbl-a}", "Sizes"),
        ("thm-a", "::: {#thm-a}\n## Of heat\n\nIt rises.\n:::", "Of heat"),
        ("lst-a", '```{#lst-a .sh lst-cap="Start"}\nx\n```', "Start"),
        ("eq-a", "$$\nx\n$$ {#eq-a}", "eq-a"),
    ],
)
def test_what_has_a_caption_is_called_by_it(label: str, body: str, words: str) -> None:
    text = made(f"See @{label} here.\n\n## Ovens\n\n{body}")

    assert text.startswith(f"See [{words}](#ovens) here.")


def test_pictures_of_r_markdown_are_known_by_the_name_of_their_cell() -> None:
    text = 'As \\@ref(fig:oven).\n\n## Ovens\n\n```{r oven, fig.cap="Oven open"}\nplot()\n```'

    assert made(text).startswith("As [Oven open](#ovens).")


def test_words_of_authors_stay_as_they_are() -> None:
    assert made(f"See [sec-heat](#sec-heat).{HEAT}").startswith("See [sec-heat](#heat-of-ovens).")


def test_references_lead_to_other_pages_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "part").mkdir()
    (tmp_path / "part/big ovens.qmd").write_text("# Big [ovens]\n\n## How_ hot {#sec-hot}\n\nA")
    (tmp_path / "cold.Rmd").write_text("# Cold {#cold}\n\nA")
    (tmp_path / "_bookdown.yml").write_text("title: Ovens")
    text = "# All\n\nSee @sec-hot and \\@ref(cold)."
    (tmp_path / "all.md").write_text(text)

    said = shown(World(), tmp_path)["all.md"].strip()

    assert said == "See [How\\_ hot](part/big%20ovens.qmd#how_-hot) and [Cold](cold.Rmd)."


def test_labels_of_a_book_in_myst_are_shown_by_their_headings(tmp_path: Path) -> None:
    (tmp_path / "_toc.yml").write_text("root: a")
    (tmp_path / "a.md").write_text("# A\n\nOf {ref}`hot` and [it](#hot).")
    (tmp_path / "b.md").write_text("# B\n\n(hot)=\n## How hot\n\nText")

    said = shown(World(), tmp_path)["a.md"].strip()

    assert said == "Of [How hot](b.md#how-hot) and [it](b.md#how-hot)."


def test_links_between_chapters_lead_to_the_page_that_has_their_heading(tmp_path: Path) -> None:
    (tmp_path / "_bookdown.yml").write_text("title: Ovens")
    for language in ("", ".es"):
        text = "# One\n\n[a](#ovens) [b](#dry-air) [c](#one) [d](#gone)"
        (tmp_path / f"01{language}.Rmd").write_text(text)
        text = "# Two\n\n## Ovens {#ovens}\n\nHot.\n\n## Dry air\n\nDry."
        (tmp_path / f"02{language}.Rmd").write_text(text)

    said = shown(World(), tmp_path)

    assert said["01.Rmd"].strip() == "[a](02.Rmd#ovens) [b](02.Rmd#dry-air) [c](#one) [d](#gone)"
    assert "[a](02.es.Rmd#ovens)" in said["01.es.Rmd"]


def test_a_link_of_a_chapter_to_no_heading_is_told() -> None:
    text = b"# One\n\n[a](#one) [b](#two) [c](#gone)\n\n## Two\n\nA"
    parsed = parse_markdown(text, "01.Rmd", in_chapters=True)
    assert parsed.remarks == ("Taken otherwise: a link to #gone leads to no heading here",)

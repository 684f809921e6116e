"""Cells of code of Quarto and R Markdown: what readers of their pages see is what is taken."""

from pathlib import Path

import pytest

from kb.importers.cascades import Cascades
from kb.importers.markdown import ParsedFile, parse_markdown


def parsed(text: str) -> ParsedFile:
    return parse_markdown(text.encode(), "a.qmd")


def made(text: str) -> str:
    return "\n".join(section.text for section in parsed(text).content.sections)


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ("```{python}\n#| label: x\noil = 1\n```", "```python\noil = 1\n```"),
        ("~~~{r, eval=FALSE}\noil\n~~~", "~~~r\noil\n~~~"),
        ("```{ojs}\n//| echo: true\noil\n```", "```ojs\noil\n```"),
        ("````{r}\n#| echo: fenced\n```\n# no | option\n````", "````r\n```\n# no | option\n````"),
        ("```{figure} a\n#| include: false\n```", "```{figure} a\n#| include: false\n```"),
        ("```\n```{r, include=FALSE}\n```", "```\n```{r, include=FALSE}\n```"),
        ("```{r}\nit never ends", "```r\nit never ends\n```"),
        ("```{=html}\n<b>oil</b>\n```", "**oil**"),
    ],
)
def test_a_cell_is_code_in_its_language_without_its_options(cell: str, read: str) -> None:
    assert made(cell) == read


@pytest.mark.parametrize(
    "cell",
    [
        "```{python}\n#| include: false\noil = 1\n```",
        "```{r setup, include = FALSE}\noil\n```",
        "```{r echo=F}\noil\n```",
        '```{python}\n#| label: "a"\n#| echo: false\noil\n```',
    ],
)
def test_code_that_readers_do_not_see_is_told_in_a_remark(cell: str) -> None:
    found = parsed(f"{cell}\n\nText")

    assert [section.text for section in found.content.sections] == ["Text"]
    assert found.remarks == (f"Hidden from readers: {' '.join(cell.removesuffix('```').split())}",)


def test_a_page_may_hide_the_code_of_all_its_cells() -> None:
    cells = "```{r}\noil\n```\n\n```{r, echo=TRUE}\npump\n```"

    assert made(f"---\nexecute:\n  echo: false\n---\n{cells}").split() == ["```r", "pump", "```"]
    of_knitr = "knitr:\n  opts_chunk:\n    echo: false"
    assert made(f"---\n{of_knitr}\n---\n{cells}").split() == ["```r", "pump", "```"]
    setup = "```{r, include=FALSE}\nknitr::opts_chunk$set(echo = FALSE, warning = FALSE)\n```"
    assert made(f"{setup}\n\n{cells}").split() == ["```r", "pump", "```"]


def test_what_a_caption_says_is_text() -> None:
    hidden = "```{r, echo=FALSE, fig.cap='Oil at noon'}\nplot\n```"
    shown = '```{python}\n#| fig-cap: "Oil at night"\nplot\n```'

    text = made(f"{hidden}\n\n{shown}")
    assert text.split("\n\n") == ["Oil at noon", "\n```python\nplot\n```", "Oil at night"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("fig-alt: |\n  Oil rises\n  at noon.", ["Oil rises at noon."]),
        ("fig-cap: >-\n  Oil,\n\n  folded", ["Oil, folded"]),
        ('tbl-cap:\n  - "Oil"\n  - Water', ["Oil", "Water"]),
        ("fig-subcap: [Oil, Water]\nfig-cap: Both", ["Both", "Oil", "Water"]),
        ("fig-cap: Oil: at noon", ["Oil: at noon"]),
        ("fig.cap = 'Oil of old'", ["Oil of old"]),
        ("fig-cap:", []),
    ],
)
def test_options_of_cells_are_read_as_yaml(options: str, said: list[str]) -> None:
    cell = "\n".join(["```{r}", *(f"#| {line}" for line in options.split("\n")), "plot", "```"])

    assert [line for line in made(cell).split("\n") if line] == ["```r", "plot", "```", *said]


def test_a_caption_over_lines_in_a_cell_of_myst_is_text() -> None:
    cell = "```{code-cell}\n---\ncaption: |\n  Oil\n  at noon\n---\nplot\n```"

    assert made(cell) == "```\nplot\n```\n\nOil at noon"


@pytest.mark.parametrize(
    "cell",
    [
        "```{asis, echo=FALSE}\nsecret\n```",
        "```{asis, eval=FALSE}\nsecret\n```",
        "```{block2, include=FALSE}\nsecret\n```",
        "```{comment}\nsecret\n```",
        "```{tikz, echo=FALSE}\nsecret\n```",
        "```{webr-r}\n#| include: false\nsecret\n```",
        "```{python3}\n#| echo: false\nsecret\n```",
        '```{r fig.cap="{x} of `y`", include=FALSE}\nsecret\n```',
        "```{r, echo=c(1, 2)}\nsecret\n```",
        "```{r, include=!is_public}\nsecret\n```",
        "> ```{r, include=FALSE}\n> secret\n> ```",
        "> a\n>\n> ```{r}\n> #| echo: false\n> secret\n> ```",
        "```{r}\n#| echo: true\nopts_chunk$set(fig.path = paste0('a'), echo = FALSE)\n```\n\n"
        "```{r}\nsecret\n```",
        "```{ r, include=FALSE }\nsecret\n```",
        "```{.r .hidden}\nsecret\n```",
        "```{=latex}\nsecret\n```",
        "`secret`{=latex} and",
        '``` {.python style="display: none"}\nsecret\n```',
    ],
)
def test_options_hide_a_cell_of_any_engine_wherever_it_stands(cell: str) -> None:
    found = parsed(f"{cell}\n\nText")

    assert "secret" not in "\n".join(section.text for section in found.content.sections)
    assert found.content.sections[-1].text.endswith("Text")
    assert "secret" in " ".join(found.remarks)


@pytest.mark.parametrize("engine", ["asis", 'block, type="rmdnote"', "block2 a, echo=TRUE"])
def test_a_cell_of_text_is_text(engine: str) -> None:
    assert made(f"```{{{engine}}}\nSee **[it](b.md)**.\n```") == "See **[it](b.md)**."


def test_a_cell_in_a_quotation_stays_in_it() -> None:
    cell = "> A\n>\n> ```{r}\n> #| echo: true\n> oil\n> ```\n>\n> B"

    assert made(cell) == "> A\n>\n> ```r\n> oil\n> ```\n>\n> B"


@pytest.mark.parametrize(
    ("settings", "hidden"),
    [
        ({"_quarto.yml": "execute: {echo: false}"}, True),
        (
            {"_quarto.yml": "execute: {echo: false}", "in/_metadata.yml": "execute: {eval: no}"},
            True,
        ),
        (
            {"_quarto.yml": "execute: {echo: false}", "in/_metadata.yml": "execute: {echo: yes}"},
            False,
        ),
        ({"other/_metadata.yml": "execute: {include: false}"}, False),
        ({"_quarto.yml": "knitr: {opts_chunk: {echo: false}}"}, True),
    ],
)
def test_settings_of_folders_hide_the_code_of_their_pages(
    settings: dict[str, str], hidden: bool, tmp_path: Path
) -> None:
    for name, text in settings.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    cascades = Cascades()
    cascades.read_settings(tmp_path, ["in/a.qmd", "other/b.qmd"])

    found = cascades.parse(lambda: b"Text.\n\n```{r}\nsecret\n```", "in/a.qmd")

    assert ("secret" not in found.content.sections[0].text) == hidden


def test_a_hidden_cell_that_never_ends_hides_all_that_follows() -> None:
    found = parsed("Text.\n\n```{r, include=FALSE}\nsecret\n\nsecret")

    assert [section.text for section in found.content.sections] == ["Text."]
    assert found.remarks[0].count("secret") == len(("in the cell", "behind it"))

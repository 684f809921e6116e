"""Pages in MyST, as Jupyter Book has them: what its readers see is what is taken."""

import re
from pathlib import Path

import pytest

from kb.importers.cascades import Cascades
from kb.importers.markdown import ParsedFile, parse_markdown


def parsed(text: str, *, in_book: bool = False) -> ParsedFile:
    return parse_markdown(text.encode(), "a.md", in_book=in_book)


def made(found: ParsedFile) -> str:
    return "\n".join(section.text for section in found.content.sections)


@pytest.mark.parametrize(
    "mark",
    [
        "```{note}\nHot.\n```",
        ":::{warning} Hot\nYes.\n:::",
        "(ovens)=\n## Ovens",
        "See {ref}`ovens`.",
    ],
)
def test_a_line_that_begins_with_a_percent_sign_is_a_comment_where_marks_say_it_is_myst(
    mark: str,
) -> None:
    found = parsed(f"Warm.\n% secret\n%   and `more`\nCold.\n\n{mark}")

    assert made(found).startswith("Warm.\n\nCold.")
    assert "secret" not in made(found)
    assert "Comments: % secret % and `more`" in found.remarks


def test_a_head_of_jupytext_says_that_a_page_is_in_myst() -> None:
    found = parsed("---\njupytext: {text_representation: {format_name: myst}}\n---\nA\n% b\n")

    assert made(found) == "A"


def test_all_pages_of_a_book_are_in_myst(tmp_path: Path) -> None:
    (tmp_path / "book" / "part").mkdir(parents=True)
    (tmp_path / "book" / "_toc.yml").write_text("format: jb-book")
    cascades = Cascades()
    paths = ["book/part/a.md", "b.md"]
    cascades.read_settings(tmp_path, paths)
    said = [made(cascades.parse(lambda: b"A\n% b\n", path)) for path in paths]

    assert said == ["A", "A\n% b"]


@pytest.mark.parametrize(
    "text",
    [
        "A\n\n```\n% b\n```\n\n```{r}\n% c\n```",
        "50\n% of it\n\n````md\n```{note}\nHot.\n```\n````",
    ],
)
def test_elsewhere_and_in_code_percent_signs_stay(text: str) -> None:
    assert "%" in made(parsed(text))
    assert "% b" in made(parsed("A\n\n```\n% b\n```\n", in_book=True))


def test_a_comment_that_says_it_is_a_draft_keeps_the_page_for_its_author() -> None:
    assert parsed("A\n% status: draft\n", in_book=True).visible_to == ("draft",)


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ("```{code-cell} ipython3\nheat()\n```", "```python\nheat()\n```"),
        ("```{code-cell}\n:label: a\n\nheat()\n```", "```\nheat()\n```"),
        ("```{code-cell}\n---\ntags: [hide-output]\n---\nheat()\n```", "```\nheat()\n```"),
        ("  ~~~{code} sh\n  heat\n  ~~~", "  ~~~sh\n  heat\n  ~~~"),
        (
            "```{code-block} yaml\n:linenos:\n:filename: oven.yml\nheat: 1\n```",
            "```yaml\nheat: 1\n```\n\noven.yml",
        ),
        ("```{code} yaml\na: b\n---\nc: d\n```", "```yaml\na: b\n---\nc: d\n```"),
        ("```md\n```{code-cell}\n:label: a\n```", "```md\n```{code-cell}\n:label: a\n```"),
    ],
)
def test_a_cell_is_code_in_its_language_and_what_its_options_say_to_readers(
    cell: str, read: str
) -> None:
    assert made(parsed(cell)) == read


@pytest.mark.parametrize(
    "cell",
    [
        "```{code-cell}\n:tags: [remove-cell]\nsecret\n```",
        "```{code-cell} ipython3\n---\ntags: [a, remove-input]\n---\nsecret\n```",
        "```{code-cell}\n---\ntags:\n  - hide-input\n---\nsecret\n```",
        "```{code-cell}\n:tags: hide_cell\n:caption: Said\nsecret\n```",
    ],
)
def test_code_that_the_tags_of_a_cell_hide_is_told_in_a_remark(cell: str) -> None:
    found = parsed(f"{cell}\n\nText")

    assert made(found) == "Text"
    assert found.remarks == (f"Hidden from readers: {' '.join(cell[:-3].split())}",)


def test_what_a_cell_whose_code_alone_is_hidden_says_of_what_it_shows_stays() -> None:
    assert made(parsed("```{code-cell}\n:tags: remove-input\n:caption: Heat\nx\n```")) == "Heat"


@pytest.mark.parametrize(
    ("block", "read"),
    [
        ("```{note}\nSo **hot**.\n```", ":::note\nSo **hot**.\n:::"),
        (":::{warning} Mind\n:class: dropdown\nHot.\n:::", ":::warning[Mind]\nHot.\n:::"),
        ("```{admonition} Mind\n---\nclass: tip\n---\nHot.\n```", ":::tip[Mind]\nHot.\n:::"),
        ("~~~{seealso}\nB\n~~~", ":::note[See also]\nB\n:::"),
        ("```{margin} *A*\nB\n```", ":::note\n***A***\n\nB\n:::"),
        (
            "````{note}\nA\n```{tip} T\nB\n```\n````",
            "::::note\nA\n\n:::tip[T]\nB\n:::\n\n::::",
        ),
        (
            ":::{note}\nA\n:::{tip}\nB\n:::\nC\n:::",
            "::::note\nA\n\n:::tip\nB\n:::\n\nC\n::::",
        ),
        (
            "::::{tab-set} 2\n:::{tab-item} Linux\n:sync: a\nHot.\n:::\n::::",
            "**Linux**\n\nHot.",
        ),
        ("```{card} Ovens\n:link: b.md\nHot.\n```", "**[Ovens](b.md)**\n\nHot."),
        ("- A\n\n  ```{note}\n  B\n  ```", "- A\n\n  :::note\n  B\n  :::"),
        ("```{note}\n```sh\nA", "```{note}\n```sh\nA"),
        ("```md\n:::{note} A\nB\n:::\n```", "```md\n:::{note} A\nB\n:::\n```"),
        ('A\n\n+++ {"part": "abstract"}\n\nB', "A\n\nB"),
    ],
)
def test_blocks_are_notes_and_text_under_their_titles(block: str, read: str) -> None:
    assert re.sub(r"\n{3,}", "\n\n", made(parsed(block, in_book=True))) == read


def test_code_and_comments_in_a_block_are_code_and_comments() -> None:
    text = "````{note}\n```{code-cell}\n:tags: [remove-cell]\nsecret\n```\n% secret\nA\n````"

    assert "secret" not in made(parsed(text))


@pytest.mark.parametrize(
    ("role", "read"),
    [
        ("{ref}`the heat <heat>`", "[the heat](#heat)"),
        ("{numref}`oven %s <heat>`", "[oven](#heat)"),
        ("{doc}`ovens <parts/ovens>`", "[ovens](parts/ovens)"),
        ("{doc}`parts/big-ovens`", "[parts/big-ovens](parts/big-ovens)"),
        ("{term}`heat`", "heat"),
        ("{term}`hot <heat>`", "hot"),
        ("H{sub}`2`O", "H<sub>2</sub>O"),
        ("{math}`x^2`", "$x^2$"),
        ("{py:func}`heat`", "`heat`"),
        ("`` {ref}`heat` ``", "`` {ref}`heat` ``"),
    ],
)
def test_roles_are_links_and_words(role: str, read: str) -> None:
    assert made(parsed(f"Of {role} now", in_book=True)) == f"Of {read} now"


def test_a_label_before_a_heading_is_what_links_call_it() -> None:
    links = "[](#heat), [](heat), {ref}`heat`, [it](#heat), [](#cold), [it](heat), [it](cold)"
    found = parsed(f"See {links}.\n\n(heat)=\n## Hot *ovens*\n\nA")
    link = "[Hot ovens](#hot-ovens)"

    it = "[it](#hot-ovens)"
    assert made(found) == f"See {link}, {link}, {link}, {it}, [cold](#cold), {it}, [it](cold).\nA"
    assert "Marks of other tools: (heat)=" in "\n".join(found.remarks)


def test_a_list_of_pages_is_one_of_links_to_them() -> None:
    pages = "ovens\nThe bread <parts/white bread.md>\n\nself\ngl*b\nhttps://a.example"
    found = parsed(f"A\n\n```{{toctree}}\n:caption: All\n:hidden:\n\n{pages}\n```\n")

    assert re.sub(r"\n{3,}", "\n\n", made(found)).strip() == (
        "A\n\n**All**\n\n- [ovens](ovens)\n- [The bread](<parts/white bread.md>)\n"
        "- [https://a.example](https://a.example)"
    )
    assert "self; gl*b" in found.remarks[0]
    assert made(parsed("A\n\n```{tableofcontents}\n```")) == "A"


@pytest.mark.parametrize("option", [":name: hot-one", ":label: hot-one"])
def test_the_name_of_a_block_is_what_links_call_it(option: str) -> None:
    found = parsed(
        f"(a)=\n## Pots\n\n:::{{note}}\n{option}\n\nHot.\n:::\n\n## End\n\n{{ref}}`it <hot-one>`"
    )

    assert made(found).endswith("[it](#pots)")


def test_links_to_the_labels_of_other_pages_of_a_book_lead_there(tmp_path: Path) -> None:
    files = {
        "_toc.yml": "root: a",
        "part/a.md": "See [it](#heat), [](#heat), {ref}`heat`, [b](#both).\n\n(both)=\n## Both",
        "b.md": "# B\n\n(heat)=\n## Hot\n\nA\n\n(both)=\n## Both",
        "c.md": "[](#both)",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    cascades = Cascades()
    cascades.read_settings(tmp_path, [*files][1:])

    def said(name: str) -> str:
        return made(cascades.parse(files[name].encode, name))

    link = "(../b.md#heat)"
    assert said("part/a.md").startswith(f"See [it]{link}, [heat]{link}, [heat]{link}, [b](#both)")
    assert said("c.md") == "[both](#both)"

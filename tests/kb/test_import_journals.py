"""Links to pages of Logseq's journal by their day lead to these."""

from pathlib import Path

import pytest

from kb.importers.journals import Journals
from kb.importers.markdown import parse_markdown
from tests.kb.test_import_blocks import texts

DAY = "journals/2023_05_11.md"


@pytest.mark.parametrize("name", ["May 11th, 2023", "2023-05-11", "2023_05_11", "11.05.2023 (Thu)"])
def test_a_link_to_a_day_leads_to_its_page(tmp_path: Path, name: str) -> None:
    (tmp_path / "logseq").mkdir()
    (tmp_path / "logseq/config.edn").write_text(
        '{;; :journal/page-title-format "yy"\n :journal/page-title-format "dd.MM.yyyy (EEE)"}'
    )
    found = texts(tmp_path, {DAY: "- Walked.", "pages/Ovens.md": f"- Follow up of [[{name}]]"})

    assert found["pages/Ovens.md"][1] == [DAY]


@pytest.mark.parametrize(
    ("path", "names"),
    [
        (DAY, {"May 11th, 2023", "2023-05-11"}),
        ("notes/journals/2023-06-02.md", {"Jun 2nd, 2023", "2023-06-02"}),
        ("journals/2023_06_23.org.md", set()),
        ("journals/2023_02_30.md", set()),
        ("pages/2023_05_11.md", set()),
    ],
)
def test_the_names_of_a_page_are_those_of_its_day(
    tmp_path: Path, path: str, names: set[str]
) -> None:
    assert {*Journals(tmp_path, [path]).of(path)} == names


@pytest.mark.parametrize(
    ("said", "tags"),
    [
        ("#[[Direct current]]", ("Direct current",)),
        ("#[[Direct current]], #oven", ("Direct current", "oven")),
        ("#oven #[[Direct current]] #[[Old ovens]]", ("oven", "Direct current", "Old ovens")),
        ("[[Direct current]]", ("Direct current",)),
    ],
)
def test_tags_of_several_words_have_no_signs(said: str, tags: tuple[str, ...]) -> None:
    assert parse_markdown(f"tags:: {said}\n\nText".encode(), "a.md").tags == tags

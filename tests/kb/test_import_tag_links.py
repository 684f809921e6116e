"""Tags in the text of Logseq's pages lead to the pages that are called so."""

from pathlib import Path

import pytest

from tests.kb.test_import_blocks import texts

OVENS = "alias:: Kilns\n\n- Brick."


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("See #Ovens.", "See [[Ovens|#Ovens]]."),
        ("(#kilns)", "([[kilns|#kilns]])"),
        ("[[#Ovens]]", "[[Ovens|#Ovens]]"),
        ("| #Ovens |\n| - |", "| [[Ovens\\|#Ovens]] |\n| - |"),
        ("`#Ovens` #Other x#Ovens", None),
        ("[see #Ovens](https://a.example) #nothing", None),
    ],
)
def test_a_tag_leads_to_the_page_that_is_called_so(
    tmp_path: Path, written: str, shown: str | None
) -> None:
    files = {"journals/2023_05_11.md": "Walked.", "pages/Ovens.md": OVENS, "pages/a.md": written}
    text, related, _ = texts(tmp_path, files)["pages/a.md"]

    assert text == (shown or written)
    assert related == (["pages/Ovens.md"] if shown else [])


def test_elsewhere_a_tag_stays_one(tmp_path: Path) -> None:
    found = texts(tmp_path, {"Ovens.md": OVENS, "a.md": "See #Ovens"})

    assert found["a.md"] == ("See #Ovens", [], "")


def test_a_tag_tells_nothing_of_a_page_that_not_all_see(tmp_path: Path) -> None:
    files = {"journals/2023_05_11.md": "See #Ovens", "pages/Ovens.md": f"private:: true\n{OVENS}"}

    assert texts(tmp_path, files)["journals/2023_05_11.md"][0] == "See #Ovens"

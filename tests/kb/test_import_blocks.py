"""References to blocks of Logseq's lead to the pages of these, with words."""

from pathlib import Path

from tests.kb.test_import_visibility import run
from tests.worlds.log import World

WHITE, HIDDEN, OWN, LOST = (f"602f149c-8acd-4c88-ba97-c4e189bd8f1{number}" for number in range(4))


def texts(folder: Path, files: dict[str, str]) -> dict[str, tuple[str, list[str], str]]:
    """The text of each page, the files that it is related to, and its remarks."""
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    world = World()
    rows = run(world, folder, None)
    paths = {row.id or "": path for path, row in rows.items()}
    found = {path: (world.entry(row.id or ""), row) for path, row in rows.items()}
    return {
        path: (
            "\n".join(each.text for each in (entry.content.sections if entry.content else ())),
            [paths[relation.target] for relation in entry.relations],
            " ".join(row.remarks),
        )
        for path, (entry, row) in found.items()
    }


def test_a_reference_has_the_words_of_the_block_or_its_own(tmp_path: Path) -> None:
    page = f"title:: Flour page\n\n- intro\n- TODO white **flour**\n  id:: {WHITE}\n"
    asks = (
        f"- see (({WHITE})), [this one]((({WHITE}))), {{{{embed (({WHITE}))}}}} and `(({WHITE}))`"
    )

    found = texts(tmp_path, {"pages/flour.md": page, "journals/x.md": asks})

    to = "../pages/flour.md"
    assert found["journals/x.md"] == (
        f"- see [white flour]({to}), [this one]({to}), [white flour]({to}) and `(({WHITE}))`",
        ["pages/flour.md"],
        "",
    )


def test_one_to_a_block_without_words_has_the_title_of_its_page(tmp_path: Path) -> None:
    files = {"flour.md": f"title:: Flour page\n\n- white\n- id:: {WHITE}", "x.md": f"(({WHITE}))"}

    assert texts(tmp_path, files)["x.md"][0] == "[Flour page](flour.md)"


def test_one_to_a_block_that_not_all_see_says_nothing_of_it(tmp_path: Path) -> None:
    page = f"private:: true\n\n- secret words\n  id:: {HIDDEN}"
    text, _, _ = texts(tmp_path, {"hidden.md": page, "x.md": f"- see (({HIDDEN}))"})["x.md"]

    assert "secret" not in text
    assert "hidden" not in text


def test_words_of_a_reference_that_leads_nowhere_stay(tmp_path: Path) -> None:
    text, _, told = texts(tmp_path, {"x.md": f"- see [the flour]((({LOST}))) today"})["x.md"]

    assert text == "- see the flour today"
    assert told == f"Marks of other tools: (({LOST}))"


def test_one_within_its_own_page_has_words_as_well(tmp_path: Path) -> None:
    text = f"- block one\n  id:: {OWN}\n- see (({OWN}))"

    assert "see [block one](#" in texts(tmp_path, {"x.md": text})["x.md"][0]

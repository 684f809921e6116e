"""References of MkDocs' by an id lead to its page, wherever that is in the folder."""

from pathlib import Path

import pytest

from kb.importers.markdown import parse_markdown
from tests.kb.test_import_blocks import texts

PUMP = "# Pump\n\nIt pumps.\n\n## Seals {#seal-ring}\n\nOf rubber.\n\n## Old valves\n\nOf brass."


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("[the seals][seal-ring]", "[the seals](../parts/pump.md#seals)"),
        ("| [seals][seal-ring] |\n| - |", "| [seals](../parts/pump.md#seals) |\n| - |"),
        ("[valves][old-valves]", "[valves](../parts/pump.md#old-valves)"),
        ("`[a][seal-ring]` and a[i][old-valves]", "`[a][seal-ring]` and a[i][old-valves]"),
        ("[a][seal-ring]\n\n[seal-ring]: https://a.example", "[a][seal-ring]"),
    ],
)
def test_a_reference_leads_to_the_heading_of_its_id(
    tmp_path: Path, written: str, shown: str
) -> None:
    (tmp_path / "mkdocs.yml").write_text("site_name: Shed")
    found = texts(tmp_path, {"docs/parts/pump.md": PUMP, "docs/use/a.md": written})["docs/use/a.md"]

    assert found[0].startswith(shown)
    assert found[1] == (["docs/parts/pump.md"] if "pump.md" in shown else [])


def test_without_settings_ids_are_found_but_no_headings(tmp_path: Path) -> None:
    asks = "[seals][seal-ring], [valves][old-valves]"
    found = texts(tmp_path, {"pump.md": PUMP, "a.md": asks})["a.md"]
    told = "Taken otherwise: a link to #seal-ring leads to #seals"

    assert found == ("[seals](pump.md#seals), [valves][old-valves]", ["pump.md"], told)


def test_one_that_leads_nowhere_is_told(tmp_path: Path) -> None:
    (tmp_path / "mkdocs.yml").write_text("site_name: Shed")
    found = texts(tmp_path, {"pump.md": PUMP, "a.md": "see [this][gone]"})["a.md"]

    assert found == (
        "see [this][gone]",
        [],
        "Taken otherwise: [this][gone] leads to no heading here",
    )


def test_an_anchor_leaves_no_signs() -> None:
    parsed = parse_markdown(b"Before\n\n[](){#a}\n\nAfter [](){ #b }it", "a.md")

    assert parsed.content.sections[0].text.split() == ["Before", "After", "it"]


def test_one_to_a_page_that_not_all_see_names_it_nowhere(tmp_path: Path) -> None:
    hidden = f"---\nprivate: true\n---\n{PUMP}"
    text, _, _ = texts(tmp_path, {"pump.md": hidden, "a.md": "see [seals][seal-ring]"})["a.md"]

    assert "pump" not in text
    assert text.startswith("see [seals]")

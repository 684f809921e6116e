"""Links for which their page writes no words have the titles of the pages that they lead to."""

from pathlib import Path

import pytest

from tests.kb.test_import_blocks import texts

OVENS = "# Brick [ovens]\n\nHot."


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ('Read <Go link="guide/ovens" /> first.', "Read [{0}](/guide/ovens) first."),
        ('<Go to="guide/ovens#hot" /> is first.', "[{0}](/guide/ovens#hot) is first."),
        ('- <Go href="/guide/ovens.md" />', "- [{0}](/guide/ovens.md)"),
        ('<Card link="guide/ovens" />', "**[{0}](/guide/ovens)**"),
        ('Read <Go link="guide/ovens">this</Go>.', "Read [this](/guide/ovens)."),
        ('Read <Go link="guide/gone" />.', "Read [/guide/gone](/guide/gone)."),
        ("Read [guide/ovens.md](guide/ovens.md).", "Read [guide/ovens.md](guide/ovens.md)."),
    ],
)
def test_a_component_that_leads_to_a_page_is_a_link_with_its_title(
    tmp_path: Path, written: str, read: str
) -> None:
    text, related, _ = texts(tmp_path, {"guide/ovens.md": OVENS, "a.md": written})["a.md"]

    assert text.strip() == read.format("Brick \\[ovens\\]")
    assert related == ([] if "gone" in written else ["guide/ovens.md"])


def test_a_title_is_told_to_nobody_who_does_not_see_the_page(tmp_path: Path) -> None:
    files = {"guide/ovens.md": f"---\ndraft: true\n---\n{OVENS}", "a.md": '<Go to="guide/ovens" />'}

    assert texts(tmp_path, files)["a.md"][0].strip() == "**[/guide/ovens](/guide/ovens)**"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("{doc}`guide/ovens`", "[{0}](guide/ovens)"),
        ("{doc}`these <guide/ovens>`", "[these](guide/ovens)"),
        ("```{toctree}\nguide/ovens\n```", "- [{0}](guide/ovens)"),
        (
            "{doc}`x`, [](guide/ovens.md), ![](guide/ovens.md)",
            "[x](x), [{0}](guide/ovens.md), ![](guide/ovens.md)",
        ),
    ],
)
def test_a_page_that_myst_names_alone_has_its_title(
    tmp_path: Path, written: str, read: str
) -> None:
    text, related, _ = texts(tmp_path, {"guide/ovens.md": OVENS, "a.md": written})["a.md"]

    assert text.strip() == read.format("Brick \\[ovens\\]")
    assert related == ["guide/ovens.md"]


@pytest.mark.parametrize(
    ("written", "settings"),
    [
        ("{ref}`heat`", {}),
        ("[](#heat)", {"conf.py": "extensions = ['myst_parser']"}),
        ("[](heat)", {"conf.py": "extensions = ['myst_parser']"}),
    ],
)
def test_a_label_of_another_page_leads_there_wherever_myst_is_known(
    tmp_path: Path, written: str, settings: dict[str, str]
) -> None:
    for name, said in settings.items():
        (tmp_path / name).write_text(said)
    found = texts(tmp_path, {"ovens.md": "# Ovens\n\n(heat)=\n## Hot part\n\nA", "a.md": written})

    assert found["a.md"][:2] == ("[Hot part](ovens.md#hot-part)", ["ovens.md"])


def test_settings_of_sphinx_that_name_no_myst_say_nothing_of_pages(tmp_path: Path) -> None:
    (tmp_path / "conf.py").write_text("extensions = []")
    found = texts(tmp_path, {"ovens.md": "(heat)=\n## Hot", "a.md": "[it](#heat)\n% B"})

    assert found["a.md"][0] == "[it](#heat)\n% B"

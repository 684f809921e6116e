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

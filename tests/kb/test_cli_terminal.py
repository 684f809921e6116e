"""What others named commands no terminal on which it is told."""

from pathlib import Path

from tests.worlds.shell import CommandLine

HOSTILE, TOLD = "\x1b]0;evil\x07\x9b2J", r"\x1b]0;evil\x07\x9b2J"


def test_the_name_of_a_file_commands_no_terminal(kb: CommandLine, tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    notes.mkdir()
    for name in (HOSTILE, f"{HOSTILE}\n9 files from elsewhere"):
        (notes / f"{name}.md").write_text("# Handover", encoding="utf-8")
    taken, missing = kb.run("import", str(notes)), kb.run("import", str(notes / HOSTILE))
    assert f"\n{TOLD}.md  " in taken.out
    assert rf"{TOLD}\n9 files from elsewhere.md" in taken.out
    assert TOLD in missing.err
    for ran in (taken, missing):
        assert not {*ran.out, *ran.err} & {*"\x1b\x07\x9b"}

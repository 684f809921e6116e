"""`kb import` and `kb export`: progress, refusals, going on after a stop, the round trip."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kb.cli import progress
from kb.errors import NotYetSearchable
from kb.importers.markdown import ParsedFile, parse_markdown
from kb.importers.run import FileOutcome, FolderImport
from kb.knowledge_base import KnowledgeBase
from tests.worlds.shell import CommandLine


@pytest.fixture
def notes(kb: CommandLine) -> Path:
    for number in range(3):
        kb.file(f"Practice {number}", name=f"notes/{number}.md")
    return kb.folder / "notes"


def test_an_import_counts_what_it_took_and_shows_what_it_could_not(
    kb: CommandLine, notes: Path
) -> None:
    (notes / "empty.md").write_text("")

    first = kb.ok("import", str(notes))
    again = kb.ok("import", str(notes), "--no-wait", "--json").json

    assert "empty.md     The file is empty." in first.out
    assert first.out.endswith("4 files from notes: 3 new, 0 revised, 0 unchanged, 1 not taken.\n")
    assert (again["unchanged"], again["refused"]) == (
        3,
        [{"path": "empty.md", "reason": "The file is empty."}],
    )
    assert "Practice 1" in kb.ok("search", "practice 1", "--limit", "1").out


def test_an_import_tells_files_that_are_gone_or_have_another_name(
    kb: CommandLine, notes: Path
) -> None:
    for name in ("0", "1", "2"):
        (notes / f"{name}.md").write_text(f"# Practice {name}\n\nStep {name}.")
    assert kb.ok("import", str(notes), "--json").json["gone"] == []
    ids = {item["title"]: item["id"] for item in kb.ok("list", "--json").json["items"]}
    (notes / "0.md").unlink()
    (notes / "1.md").rename(notes / "one.md")
    (notes / "2.md").write_text("")

    first = kb.ok("import", str(notes), "--json", "--no-wait").json
    (notes / "one.md").rename(notes / "uno.md")
    again = kb.ok("import", str(notes))
    (notes / "uno.md").rename(notes / "one.md")
    kb.ok("archive", "1.md", "--reason", "Renamed.", "--successor", "one.md")
    later = kb.ok("import", str(notes))

    assert first["gone"] == [
        {"path": "0.md", "id": ids["Practice 0"], "title": "Practice 0", "now": None},
        {"path": "1.md", "id": ids["Practice 1"], "title": "Practice 1", "now": "one.md"},
    ]
    assert (
        "No longer in the folder, though the entries stay: 0.md, 1.md (now uno.md, with "
        in again.out
    )
    assert "the entries stay: 0.md, uno.md. Archive" in later.out
    assert kb.ok("show", "0.md", "--json").json["archived"] is False


def test_a_file_that_said_the_same_all_along_is_no_new_name_of_one_that_is_gone(
    kb: CommandLine, notes: Path
) -> None:
    for name in ("0", "1"):
        (notes / f"{name}.md").write_text(f"# Practice {name}\n\nThe same step.")
    kb.ok("import", str(notes), "--no-wait")
    (notes / "0.md").unlink()

    (row,) = kb.ok("import", str(notes), "--json", "--no-wait").json["gone"]

    assert (row["path"], row["now"]) == ("0.md", None)


def test_files_that_someone_else_imported_are_not_gone(
    kb: CommandLine, notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kb.ok("import", str(notes))
    (notes / "0.md").unlink()

    other = kb.ok("import", str(notes), "--source", "others", "--json")
    member = kb.ok("member", "invite", "--json").json["id"]
    kb.ok("member", "join", member, "--name", "Ada")
    monkeypatch.setenv("KB_MEMBER", member)
    by_member = kb.ok("import", str(notes), "--json")

    assert (other.json["gone"], by_member.json["gone"]) == ([], [])


def test_an_entry_by_an_id_is_not_gone_while_a_file_cannot_be_read(
    kb: CommandLine, notes: Path
) -> None:
    (notes / "0.md").write_text("---\nid: zero\ntitle: Step 0\n---\nStep")
    kb.ok("import", str(notes))
    (notes / "0.md").write_text("+++\nid: zero\n+++\nStep")

    assert kb.ok("import", str(notes), "--json").json["gone"] == []
    (notes / "0.md").unlink()
    assert "the entries stay: 0.md, zero (“Step 0”). Archive" in kb.ok("import", str(notes)).out


def test_a_file_at_which_the_program_fails_keeps_no_other_out_and_is_told_as_its_fault(
    kb: CommandLine, notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (notes / "odd.md").write_text("An odd text")

    def failing(data: bytes, *others: str, **named: Any) -> ParsedFile:
        if b"odd" in data:
            raise ValueError("odd")
        return parse_markdown(data, *others, **named)

    monkeypatch.setattr("kb.importers.cascades.parse_markdown", failing)

    ran = kb.run("import", str(notes), "--json")

    assert (ran.code, ran.json["files"] - ran.json["contributed"]) == (1, 1)
    assert ran.json["refused"] == [
        {"path": "odd.md", "reason": "It could not be read: ValueError."}
    ]
    assert "1 file could not be read (odd.md): Something went wrong that should not" in ran.err


def test_an_import_of_which_nothing_can_be_taken_fails(kb: CommandLine, tmp_path: Path) -> None:
    folder = tmp_path / "bad"
    folder.mkdir()
    assert "holds no file whose name ends in .md" in kb.ok("import", str(folder)).err
    (folder / "x.md").write_text("")

    ran = kb.run("import", str(folder))

    assert (ran.code, ran.err) == (1, "None of the files could be taken.\n")
    assert kb.run("import", str(tmp_path / "absent")).code == 2


@pytest.mark.parametrize("source", ["", " "])
def test_a_source_without_a_name_is_refused_once(kb: CommandLine, notes: Path, source: str) -> None:
    ran = kb.run("import", str(notes), "--source", source)

    assert (ran.code, ran.out) == (2, "")
    assert "--source is given as nothing: give it a value, or leave it out." in ran.err


def test_a_folder_without_a_name_needs_a_source(
    kb: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kb.importers.run.find_files", lambda _: [])
    monkeypatch.setattr("kb.importers.run.hidden_pages", lambda _: [])

    ran = kb.run("import", "/")

    assert (ran.code, ran.out) == (1, "")
    assert ran.err == "The folder / has no name of its own; give it one by --source.\n"
    assert "No files from all" in kb.ok("import", "/", "--source", "all").out


def test_a_kind_that_there_is_none_of_is_refused_once(kb: CommandLine, notes: Path) -> None:
    ran = kb.run("import", str(notes), "--kind", "song")

    assert (ran.code, ran.out) == (2, "")
    assert ran.err.count("There is no kind 'song'; there are") == 1


def test_an_import_that_is_stopped_says_how_far_it_came_and_goes_on(
    kb: CommandLine, notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = FolderImport.run

    def stopped(self: FolderImport) -> Iterator[FileOutcome]:
        outcomes = run(self)
        yield next(outcomes)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(FolderImport, "run", stopped)
        ran = kb.run("import", str(notes))

    assert (ran.code, ran.out) == (1, "")
    assert "Stopped after 1 of 3 files" in ran.err
    report = kb.ok("import", str(notes), "--json").json
    assert (report["contributed"], report["unchanged"]) == (2, 1)


def test_a_stop_while_indexing_leaves_everything_safe(
    kb: CommandLine, notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(KnowledgeBase, "wait", stopped)
        ran = kb.run("import", str(notes))

    assert (ran.code, "Stopped: all files are in the log" in ran.err) == (1, True)


def test_waiting_for_the_index_goes_on_until_it_is_there(
    kb: CommandLine, notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wait = KnowledgeBase.wait
    tries = iter([True, True, False])

    def late(self: KnowledgeBase, position: int, *, index: bool, timeout: float) -> None:
        if next(tries):
            raise NotYetSearchable("Not yet.")
        wait(self, position, index=index)

    monkeypatch.setattr(KnowledgeBase, "wait", late)

    assert kb.run("import", str(notes)).code == 0
    assert list(tries) == []


def test_an_export_into_an_empty_base_gives_the_same_entries(
    kb: CommandLine, notes: Path, tmp_path: Path
) -> None:
    kb.ok("import", str(notes))
    ids = {item["title"]: item["id"] for item in kb.ok("list", "--json").json["items"]}
    kb.ok("archive", ids["Practice 0"], "--reason", "Old.", "--successor", ids["Practice 1"])
    kb.ok("relate", ids["Practice 2"], "IsDerivedFrom", ids["Practice 0"])
    out = tmp_path / "out"

    written = kb.ok("export", str(out))
    other = CommandLine(tmp_path / "other")
    other.run("init", str(other.data))
    other.ok("import", str(out), "--no-wait")

    assert "Wrote 3 entries" in written.out
    assert "Endorsements, reuse and history stay" in written.out
    for entry_id in ids.values():
        ours, theirs = (k.ok("show", entry_id, "--markdown").out for k in (kb, other))
        assert ours == theirs
    assert kb.ok("export", str(out), "--json").json == {
        "folder": str(out.resolve()),
        "entries": 3,
        "lacking": [],
    }
    assert "not from an export" in kb.run("export", str(notes)).err


def test_progress_is_a_line_now_and_then_where_there_is_no_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    times = iter([0.0, 11.0, 11.0, 12.0, 13.0, 14.0])
    monkeypatch.setattr("time.monotonic", lambda: next(times))

    with progress.Progress("Importing", 3) as shown:
        for done in (0, 2, 2, 2, 3):
            shown.reach(done)

    assert capsys.readouterr().err == "Importing: 2 of 3\nImporting: 3 of 3\n"


def test_progress_of_what_is_soon_done_is_silent_where_there_is_no_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with progress.Progress("Importing", 3) as shown:
        shown.reach(3)
    assert capsys.readouterr().err == ""


def test_an_import_that_does_not_wait_says_how_much_searches_do_not_find_yet(
    kb: CommandLine,
) -> None:
    notes = kb.folder / "notes"
    notes.mkdir()
    for name in ("a", "b"):
        (notes / f"{name}.md").write_text(f"# {name}\n\nWords.\n")
    told = "2 files are not found before kb serve or the next search has taken in what is new.\n"
    assert kb.ok("import", str(notes), "--no-wait").err == told
    assert "not found before" not in kb.ok("import", str(notes)).err


def test_progress_is_a_bar_on_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)

    with progress.Progress("Importing", 1) as shown:
        shown.reach(1, 2)
        shown.reach(2)

    assert "Importing" in capsys.readouterr().err


def test_an_import_counts_what_its_author_alone_sees_and_says_once_what_holds_for_many(
    kb: CommandLine, notes: Path
) -> None:
    for number in range(3):
        (notes / f"held{number}.md").write_text(f"---\ndraft: true\nempty:\n---\nText {number}")

    said = kb.ok("import", str(notes)).out
    again = kb.ok("import", str(notes), "--json").json

    assert "(3 of them for their author alone)" in said.splitlines()[-1]
    assert said.count("Fields without a value: empty") == 1
    assert "held0.md and 2 more" in said
    assert again["author_alone"] == 0

"""An import of a folder: every file becomes an entry or a row that says why not."""

import os
from pathlib import Path

import pytest

from kb.entries.content import Relation, Source
from kb.ids import entry_id_for
from kb.importers.files import find_files
from kb.importers.run import FileOutcome, FolderImport, ImportOptions
from tests.worlds.log import World

OPTIONS = ImportOptions(source="notes")
GIVEN_ID = "11111111-1111-4111-8111-111111111111"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def commands() -> World:
    return World()


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/')}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def run(commands: World, folder: Path, options: ImportOptions = OPTIONS) -> dict[str, FileOutcome]:
    return {o.path: o for o in FolderImport(commands.entries, folder, options).run()}


def test_every_file_becomes_an_entry_with_its_source(commands: World, folder: Path) -> None:
    write(folder, one="# One\n\nText", sub__two="# Two\n\nText")

    outcomes = run(commands, folder)

    assert {path: o.outcome for path, o in outcomes.items()} == {
        "one.md": "contributed",
        "sub/two.md": "contributed",
    }
    entry = commands.entry(entry_id_for("notes", "sub/two.md"))
    assert entry.source == Source("notes", "sub/two.md")
    assert entry.kind == "practice"


def test_importing_again_changes_nothing(commands: World, folder: Path) -> None:
    write(folder, one="# One\n\n[two](two.md)", two="# Two\n\nText")
    run(commands, folder)
    before = len(commands.recorded())

    outcomes = run(commands, folder)

    assert {o.outcome for o in outcomes.values()} == {"unchanged"}
    assert len(commands.recorded()) == before


def test_a_changed_file_revises_its_entry_alone(commands: World, folder: Path) -> None:
    write(folder, one="# One\n\nText", two="# Two\n\nText")
    run(commands, folder)
    write(folder, one="# One\n\nBetter text")

    outcomes = run(commands, folder)

    assert {p: o.outcome for p, o in outcomes.items()} == {
        "one.md": "revised",
        "two.md": "unchanged",
    }


def test_links_to_imported_files_become_relations_in_any_order(
    commands: World, folder: Path
) -> None:
    write(
        folder,
        a="# A\n\n[z](z.md), [a](a.md), [no](missing.md), [[Z title]]",
        z="---\ntitle: Z title\n---\n[[a]]",
    )

    run(commands, folder)

    a, z = entry_id_for("notes", "a.md"), entry_id_for("notes", "z.md")
    assert commands.entry(a).relations == {Relation("References", z)}
    assert commands.entry(z).relations == {Relation("References", a)}


def test_a_link_to_a_file_that_is_not_taken_becomes_nothing(commands: World, folder: Path) -> None:
    write(folder, a="# A\n\n[b](b.md)", b="")

    run(commands, folder)

    assert commands.entry(entry_id_for("notes", "a.md")).relations == frozenset()


def test_a_stated_relation_names_an_id_or_a_file(commands: World, folder: Path) -> None:
    write(
        folder,
        a="---\nid: first\nrelations: [{type: IsDerivedFrom, target: b}]\n---\n[b](b.md)",
        b=f"---\nrelations:\n  - {{type: Cites, target: {GIVEN_ID}}}\n---\nText",
        c="---\nrelations: [{type: Cites, target: nobody}]\n---\nText",
    )

    outcomes = run(commands, folder)

    a, b = entry_id_for("notes", "first"), entry_id_for("notes", "b.md")
    assert commands.entry(a).relations == {Relation("IsDerivedFrom", b)}
    assert commands.entry(b).relations == {Relation("Cites", GIVEN_ID)}
    assert outcomes["c.md"].remarks == (
        "Taken otherwise: Cites points to “nobody”, which is no id and no file here",
    )


def test_an_archived_entry_is_brought_as_one(commands: World, folder: Path) -> None:
    write(
        folder,
        a="---\narchived: {reason: Old., successor: b}\n---\nText",
        b="---\narchived: {reason: Older.}\n---\nText",
    )

    run(commands, folder)

    a = commands.entry(entry_id_for("notes", "a.md")).archived
    assert a is not None
    assert a.successor == entry_id_for("notes", "b.md")
    assert commands.entry(entry_id_for("notes", "b.md")).archived is not None


def test_an_export_keeps_the_id_of_its_entry_and_its_own_source(
    commands: World, folder: Path
) -> None:
    about = f"tributary: 1\nid: {GIVEN_ID.upper()}\nsource: {{name: s, external_id: e}}"
    write(folder, a=f"---\n{about}\n---\nText")

    run(commands, folder)

    assert commands.entry(GIVEN_ID).source == Source("s", "e")


@pytest.mark.parametrize("given", [GIVEN_ID, GIVEN_ID.replace("-", "")])
def test_an_id_that_looks_like_an_entrys_is_one_of_its_source(
    commands: World, folder: Path, given: str
) -> None:
    write(
        folder,
        a=f'---\nid: "{given}"\nsource: {{name: s, external_id: e}}\n---\nText',
        b=f'---\nrelations: [{{type: Cites, target: "{given}"}}]\n---\nText',
    )

    run(commands, folder)

    a, b = entry_id_for("notes", given), entry_id_for("notes", "b.md")
    assert commands.entry(a).source == Source("notes", given)
    assert commands.entry(b).relations == {Relation("Cites", a)}


def test_files_with_one_id_become_entries_of_their_own(commands: World, folder: Path) -> None:
    about = "---\nid: same\n---\n"
    write(folder, a__x=f"{about}Text", b__x=f"{about}Other", b__y=f"{about}[x](x.md) [[same]]")

    outcomes = run(commands, folder)
    again = run(commands, folder)

    assert {o.outcome for o in outcomes.values()} == {"contributed"}
    assert {o.outcome for o in again.values()} == {"unchanged"}
    ids = [entry_id_for("notes", name) for name in ("same", "b/same", "b/y.md")]
    assert [outcomes[path].id for path in ("a/x.md", "b/x.md", "b/y.md")] == ids
    assert commands.entry(ids[2]).relations == {Relation("References", ids[1])}
    assert outcomes["b/x.md"].remarks == (
        "Taken otherwise: another file has its id same, so it goes by b/same",
    )


def test_files_of_which_the_names_read_alike_are_told_apart(commands: World, folder: Path) -> None:
    write(folder, **dict.fromkeys(("café", "café"), "Text"))

    rows = run(commands, folder)

    assert {o.outcome for o in rows.values()} == {"contributed", "refused"}
    assert "only its accents are stored otherwise" in repr(rows)


def test_a_title_alone_is_taken_and_told(commands: World, folder: Path) -> None:
    write(folder, a="# Only a heading", b="[a](a.md)", c="# <!-- nothing -->")

    rows = run(commands, folder)

    assert {path: o.outcome for path, o in rows.items()} == {
        "a.md": "contributed",
        "b.md": "contributed",
        "c.md": "refused",
    }
    assert rows["a.md"].remarks == ("Taken otherwise: it holds no more than its title",)
    b = commands.entry(entry_id_for("notes", "b.md"))
    assert b.relations == {Relation("References", entry_id_for("notes", "a.md"))}


def test_group_and_kind_are_taken_from_the_options_where_a_file_names_none(
    commands: World, folder: Path
) -> None:
    write(folder, a="Text", b="---\nkind: practice\ngroup: Own\n---\nText")

    run(commands, folder, ImportOptions(source="notes", kind="experiment", group="Ward 3"))

    a, b = (commands.entry(entry_id_for("notes", name)) for name in ("a.md", "b.md"))
    assert (a.kind, a.group) == ("experiment", "Ward 3")
    assert (b.kind, b.group) == ("practice", "Own")


def test_each_file_that_cannot_be_taken_has_a_reason(commands: World, folder: Path) -> None:
    write(folder, empty="", broken="---\na: [\n---\nText", nothing="<!-- nothing -->")
    write(folder, control="---\ntitle: T\n---\nText\x00", good="Text")
    (folder / "bytes.md").write_bytes(b"\xff\xfe")
    with (folder / "large.md").open("wb") as file:
        file.truncate(50_000_000)
    (folder / "folder.md").mkdir()
    (folder / "dangling.md").symlink_to("nowhere.md")
    os.mkfifo(folder / "pipe.md")

    reasons = {path: o.reason for path, o in run(commands, folder).items()}

    assert {name for name, reason in reasons.items() if reason is None} == {
        "good.md",
        "broken.md",
        "control.md",
    }
    reasons = {name: reason for name, reason in reasons.items() if reason is not None}
    assert set(reasons) == {
        f"{name}.md"
        for name in [
            "empty",
            "nothing",
            "bytes",
            "large",
            "folder",
            "dangling",
            "pipe",
        ]
    }
    assert all(reason and reason.endswith(".") for reason in reasons.values())
    assert "50 MB" in (reasons["large.md"] or "")


def test_a_file_name_that_is_not_utf_8_is_shown_escaped(commands: World, folder: Path) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff.md")).write_text("Text")

    outcomes = run(commands, folder)

    assert outcomes == {
        "\\udcff.md": FileOutcome(
            path="\\udcff.md", outcome="refused", reason="The file's name is not UTF-8; rename it."
        )
    }


def test_markdown_files_are_found_however_their_suffix_is_written(folder: Path) -> None:
    write(folder, a="Text", sub__b="Text", **{".hidden": "Text", ".git__c": "Text"})
    for name in (
        "README.MD",
        "c.markdown",
        "D.Markdown",
        "e.mdx",
        "f.Rmd",
        "g.qmd",
        "README",
        ".e.markdown",
    ):
        (folder / name).write_text("Text")

    assert find_files(folder) == [
        *("D.Markdown", "README", "README.MD", "a.md", "c.markdown", "e.mdx", "f.Rmd", "g.qmd"),
        "sub/b.md",
    ]


def test_a_page_that_is_no_markdown_has_a_row(commands: World, folder: Path) -> None:
    write(folder, a="Text")
    for name in ("b.rst", "c.txt", "d.HTML", "handover", "e.png", "f.zip"):
        (folder / name).write_text("Text")

    reasons = {path: o.reason for path, o in run(commands, folder).items()}

    why = "This is no Markdown file; if it holds Markdown, let its name end in .md."
    assert reasons == {"a.md": None, **dict.fromkeys(("b.rst", "c.txt", "d.HTML", "handover"), why)}


def test_a_linked_folder_has_a_row_that_says_why_it_is_not_entered(
    commands: World, folder: Path
) -> None:
    write(folder, a="Text")
    (folder / "sub").mkdir()
    (folder / "sub" / "loop").symlink_to(folder)
    (folder / "named.md").symlink_to("sub")
    (folder / "itself").symlink_to("itself")
    (folder / "nowhere").symlink_to("gone")

    reasons = {path: o.reason for path, o in run(commands, folder).items()}

    assert reasons == {
        "a.md": None,
        "named.md": "Folders behind links are not entered: import it by its own path.",
        "sub/loop": "Folders behind links are not entered: import it by its own path.",
    }


def test_links_lead_to_files_of_either_suffix(commands: World, folder: Path) -> None:
    write(folder, a="[b](sub/b.markdown) [[c]] [d](/sub/d/) [e](e)", z="Text")
    (folder / "sub").mkdir()
    for name in ("sub/b.markdown", "c.Markdown", "sub/d.markdown", "e.markdown"):
        (folder / name).write_text("Text")

    run(commands, folder)

    entry = commands.entry(entry_id_for("notes", "a.md"))
    names = ("sub/b.markdown", "c.Markdown", "sub/d.markdown", "e.markdown")
    assert {relation.target for relation in entry.relations} == {
        entry_id_for("notes", name) for name in names
    }


def test_a_link_is_followed_within_the_folder_only(commands: World, folder: Path) -> None:
    write(folder, secret="Not for everybody", notes__real="Text")
    notes = folder / "notes"
    (notes / "inside.md").symlink_to("real.md")
    (notes / "outside.md").symlink_to(folder / "secret.md")
    (notes / "chain.md").symlink_to("outside.md")
    (folder / "linked").symlink_to(notes)

    for given in (notes, folder / "linked"):
        reasons = {path: o.reason for path, o in run(commands, given).items()}

        assert reasons == {
            "chain.md": "The link leads out of the folder.",
            "inside.md": None,
            "outside.md": "The link leads out of the folder.",
            "real.md": None,
        }


def test_a_file_that_cannot_be_read_has_a_row(
    commands: World, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, a="Text", sub__b="Text")
    scan = os.scandir

    def refused(path: Path | int) -> object:  # a number where pytest clears the folder up
        if Path(str(path)).name == "sub":
            raise PermissionError(13, "Permission denied")
        return scan(path)

    def unreadable(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("kb.importers.files.os.scandir", refused)
    monkeypatch.setattr(Path, "read_bytes", unreadable)

    reasons = {path: o.reason for path, o in run(commands, folder).items()}

    assert reasons == {
        "a.md": "The file cannot be read: Permission denied.",
        "sub": "The folder cannot be read.",
    }


def test_hidden_pages_are_counted_in_one_row(commands: World, folder: Path) -> None:
    write(folder, a="Text", **{".h": "Text", ".git__c": "Text", "sub__.deep__er__d": "Text"})
    (folder / ".git" / "config").write_text("no page")

    rows = run(commands, folder)

    assert {path: row.outcome for path, row in rows.items()} == {
        "a.md": "contributed",
        ".git/c.md": "refused",
    }
    assert rows[".git/c.md"].reason == (
        "Hidden files and folders are passed over (3 pages: .git/c.md, .h.md, sub/.deep/er/d.md)."
    )


def test_a_path_that_the_system_does_not_take_is_a_row_with_a_sentence(
    commands: World, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, a="Text")
    monkeypatch.chdir(folder)
    while len(str(Path.cwd())) < 3900:  # by steps, as a path of 4,096 bytes cannot be made at once
        Path("d" * 100).mkdir()
        monkeypatch.chdir("d" * 100)
    Path("p" * 200 + ".md").write_text("Text")
    monkeypatch.chdir(folder)

    rows = run(commands, folder)

    assert rows.pop("a.md").outcome == "contributed"
    assert [row.reason for row in rows.values()] == ["The file cannot be read: File name too long."]
    assert [row.fault for row in rows.values()] == [None]


def test_a_field_that_names_no_page_is_told_by_its_name(commands: World, folder: Path) -> None:
    write(folder, one="---\nup: '[[Nowhere]]'\n---\n# One\n\nText")

    (outcome,) = run(commands, folder).values()

    assert any("the field up points to “Nowhere”" in remark for remark in outcome.remarks)

"""An export is complete or can be done again, and never destroys what is not its own."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from msgspec import structs

from kb.entries.content import Relation
from kb.entries.results import EntryPage
from kb.errors import InvalidInput
from kb.exporters.run import MANIFEST, export
from kb.importers.markdown import parse_markdown
from kb.importers.run import FileOutcome, FolderImport, ImportOptions
from kb.knowledge_base import KnowledgeBase
from tests import made
from tests.kb.conftest import OpenBase
from tests.kb.exported_page import ID, NOW, page
from tests.worlds.base import opened
from tests.worlds.log import some_content, some_draft


def written(pages: Iterable[EntryPage], folder: Path) -> list[str]:
    return list(export(pages, folder))


def test_an_export_writes_a_file_for_each_entry(tmp_path: Path) -> None:
    paths = written([page(some_content())], tmp_path / "new" / "out")

    assert [p for p in paths if (tmp_path / "new" / "out" / p).is_file()] == paths
    assert sorted(p.name for p in (tmp_path / "new").iterdir()) == ["out"]


def test_an_export_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def pages() -> Iterable[EntryPage]:
        yield page(some_content())
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        written(pages(), tmp_path / "out")

    assert list(tmp_path.iterdir()) == []


def test_exporting_again_replaces_its_own_files_and_no_others(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    written([page(some_content("Old title"))], out)
    (out / ".git").mkdir()
    (out / "README").write_text("mine")

    paths = written([page(some_content("New title"))], out)

    assert [p.relative_to(out).as_posix() for p in out.rglob("*.md")] == paths
    assert (out / ".git").is_dir()
    assert (out / "README").read_text() == "mine"


def test_what_an_export_makes_is_for_its_owner_alone(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir(0o755)
    for name in ("new", "there"):
        folder = tmp_path / name
        for _ in range(2):
            written([page(some_content())], folder)
            inside = [*folder.rglob("*")]
            assert len(inside) == 3
            assert {each.stat().st_mode & 0o077 for each in inside} == {0}
    assert (tmp_path / "new").stat().st_mode & 0o077 == 0
    assert (tmp_path / "there").stat().st_mode & 0o777 == 0o755


def test_an_export_that_was_opened_to_others_can_be_made_again(tmp_path: Path) -> None:
    [path] = written([page(some_content())], tmp_path)
    (tmp_path / path).parent.chmod(0o755)
    (tmp_path / path).chmod(0o644)
    written([page(some_content())], tmp_path)
    assert (tmp_path / path).stat().st_mode & 0o777 == 0o600


def test_entries_of_one_title_and_like_ids_have_a_file_each(tmp_path: Path) -> None:
    other = ID[:8] + ID[8:][::-1]
    pages = [page(some_content()), page(some_content(), id=other)]

    paths = written(pages, tmp_path / "out")

    assert [parse_markdown((tmp_path / "out" / p).read_bytes(), p).id for p in paths] == [ID, other]
    assert written(pages, tmp_path / "out") == paths


def test_the_present_folder_is_exported_to_as_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    [path] = written([page(some_content())], Path())

    assert Path(path).is_file()
    assert Path().stat().st_ino == tmp_path.stat().st_ino


def test_a_link_to_a_folder_stands_for_the_folder(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "link").symlink_to("out")

    [path] = written([page(some_content())], tmp_path / "link")

    assert (tmp_path / "out" / path).is_file()
    assert (tmp_path / "link").is_symlink()


def test_an_export_that_failed_in_an_empty_folder_can_be_done_again(tmp_path: Path) -> None:
    def pages() -> Iterable[EntryPage]:
        yield page(some_content())
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        written(pages(), tmp_path)

    [path] = written([page(some_content())], tmp_path)
    assert (tmp_path / path).is_file()


@pytest.mark.parametrize("there", [False, True])
def test_an_export_that_the_system_refuses_names_the_folder_that_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    if there:
        (tmp_path / "out").mkdir()

    def refused(self: Path, target: Path) -> None:
        raise PermissionError(13, "Permission denied", str(self), None, str(target))

    monkeypatch.setattr(Path, "replace", refused)

    with pytest.raises(PermissionError) as caught:
        written([page(some_content())], Path("out"))

    assert str(caught.value) == "[Errno 13] Permission denied: 'out'"


def test_a_folder_that_cannot_be_made_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*, prefix: str, dir: Path) -> str:
        raise FileNotFoundError(2, "No such file or directory", f"{dir}/{prefix}x.qis")

    monkeypatch.setattr("tempfile.mkdtemp", refused)

    with pytest.raises(FileNotFoundError) as caught:
        written([], tmp_path / "out")

    assert caught.value.filename == str(tmp_path / "out")


def test_another_file_that_the_system_refuses_keeps_its_name(tmp_path: Path) -> None:
    def pages() -> Iterable[EntryPage]:
        yield page(some_content())
        raise PermissionError(13, "Permission denied", str(tmp_path / "data" / "views.sqlite"))

    with pytest.raises(PermissionError, match=r"views\.sqlite"):
        written(pages(), tmp_path / "out")


def test_a_new_export_is_on_the_disk_before_it_appears(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there: list[tuple[bool, bool]] = []

    def sync() -> None:
        files = list(tmp_path.rglob("*.md"))
        there.append((bool(files), (tmp_path / "out").exists()))

    monkeypatch.setattr("os.sync", sync)
    written([page(some_content())], tmp_path / "out")

    assert there == [(True, False), (True, True)]


def test_a_manifest_cannot_remove_files_elsewhere(tmp_path: Path) -> None:
    out = tmp_path / "out"
    written([], out)
    (tmp_path / "mine.md").write_text("mine")
    (out / MANIFEST).write_text('{"files": ["../mine.md"]}')

    written([], out)

    assert (tmp_path / "mine.md").exists()


def test_a_folder_with_other_things_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.md").write_text("mine")

    with pytest.raises(InvalidInput, match="not from an export"):
        written([page(some_content())], tmp_path)
    with pytest.raises(InvalidInput, match="is a file"):
        written([page(some_content())], tmp_path / "mine.md")


def test_export_then_import_gives_the_same_entries(open_base: OpenBase, tmp_path: Path) -> None:
    base = open_base()
    first = base.session.entries.contribute(
        some_draft(some_content("One"), tags=("Night shift, ward",))
    ).id
    nasty = some_content("Two: “—”", problem="## Not a heading\n\n---\nno: front matter\n---  ")
    second = base.session.entries.contribute(some_draft(nasty)).id
    base.session.entries.relate(second, Relation("IsDerivedFrom", first))
    base.session.entries.archive(first, "Old.", second)
    written(
        (base.session.catalogue.get(i) for i in base.session.catalogue.all_ids()), tmp_path / "out"
    )

    with opened(made.created(tmp_path / "other")) as other:
        run = FolderImport(other.session.entries, tmp_path / "out", ImportOptions(source="out"))
        outcomes = list(run.run())
        other.wait(max(o.position for o in outcomes))

        assert [o.reason for o in outcomes] == [None, None]
        assert base.session.catalogue.get(first).tags == ("Night shift", "ward")
        for entry_id in (first, second):
            assert said(other, entry_id) == said(base, entry_id)


def test_links_of_imported_texts_survive_an_export(open_base: OpenBase, tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    notes.mkdir()
    (notes / "a note.md").write_text(
        "# One\n\nSee [two](two.md#part), [[two]] and [it](a%20note.md)."
    )
    (notes / "two.md").write_text("# Two\n\nBack to [one](<a note.md>), not to [three](three.md).")
    base = open_base()
    wait(base, FolderImport(base.session.entries, notes, ImportOptions(source="notes")))
    ids = list(base.session.catalogue.all_ids())
    written(map(base.session.catalogue.get, ids), tmp_path / "out")
    run = FolderImport(base.session.entries, tmp_path / "out", ImportOptions(source="out"))
    assert [each.outcome for each in wait(base, run)] == ["unchanged"] * 2

    with opened(made.created(tmp_path / "other")) as other:
        wait(
            other,
            FolderImport(other.session.entries, tmp_path / "out", ImportOptions(source="out")),
        )
        assert [other.session.catalogue.links(each) for each in ids] == [
            base.session.catalogue.links(each) for each in ids
        ]
        assert any(base.session.catalogue.links(each) for each in ids)
        paths = written(map(other.session.catalogue.get, ids), tmp_path / "again")
    for path in paths:
        assert (tmp_path / "again" / path).read_text() == (tmp_path / "out" / path).read_text()


def wait(base: KnowledgeBase, run: FolderImport) -> list[FileOutcome]:
    """What became of each file, once the views have them."""
    outcomes = list(run.run())
    base.wait(max(each.position for each in outcomes))
    return outcomes


def said(base: KnowledgeBase, entry_id: str) -> EntryPage:
    """All of an entry that an export carries."""
    return structs.replace(
        base.session.catalogue.get(entry_id),
        version=0,
        revision_version=0,
        contributed_by="",
        contributed_at=NOW,
        revised_at=NOW,
    )

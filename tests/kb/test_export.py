"""What is exported reads back the same, and an export never destroys what is not its own."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from indexer.testing import HashEmbedder
from kb.entries import validation
from kb.entries.content import Content, Relation, Section, Source
from kb.entries.results import EntryPage, RelatedEntry
from kb.errors import InvalidInput, KnowledgeBaseError
from kb.exporters.markdown import file_path, quoted, render
from kb.exporters.run import MANIFEST, export
from kb.importers.front_matter import Plain, load
from kb.importers.markdown import LARGEST_FILE, NamedArchive, NamedRelation, parse_markdown
from kb.importers.run import FolderImport, ImportOptions
from kb.knowledge_base import KnowledgeBase
from kb.settings import Settings
from tests.kb.conftest import OpenBase
from tests.kb.domain_world import some_content, some_draft

ID = "0123456789ab4def8123456789abcdef"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
LINES = [
    "---", "## x", "# y", "##", "===", "```", "~~~", "text", "  ", "", " # a", "> # q", "- # l",
    "\t", "<!--", "-->", "<!-- section -->", "[a]: b", "[x](other.md)", "Authors", "é", "\u2028",
]  # fmt: skip
TEXT = st.one_of(st.text(max_size=60), st.lists(st.sampled_from(LINES), max_size=8).map("\n".join))
HEADING = st.one_of(
    TEXT,
    st.sampled_from(["Authors", "Title", "#", "a #", "**b**", "<a>", "[x](y)", "\\#", "&amp;"]),
)
SCALAR = st.one_of(
    st.booleans(),
    st.integers(-validation.LARGEST_INTEGER, validation.LARGEST_INTEGER),
    st.floats(allow_nan=False, allow_infinity=False),
    TEXT,
)


def taken(content: Content) -> bool:
    """Whether the knowledge base keeps it."""
    try:
        validation.content(content)
    except KnowledgeBaseError:
        return False
    return True


def with_only(section: Section) -> Content:
    return Content(title="T", sections=(section,))


SECTION = st.builds(Section, HEADING, TEXT).filter(lambda s: taken(with_only(s)))
TITLE = TEXT.filter(lambda text: taken(Content(title=text, sections=())))
PROPERTIES = st.dictionaries(TITLE, SCALAR, max_size=3).filter(
    lambda values: taken(Content(title="T", sections=(), properties=values))
)
CONTENT = st.builds(
    Content,
    title=TITLE,
    sections=st.lists(SECTION, max_size=4).map(tuple),
    properties=PROPERTIES,
).map(validation.content)
"""Content as it is stored: whatever a member may have written, cleaned by validation."""


def page(content: Content, **more: object) -> EntryPage:
    plain = EntryPage(
        id=ID,
        title=content.title,
        kind="practice",
        group=None,
        tags=(),
        archived=False,
        summary="",
        endorsements=0,
        reuses=0,
        contributed_at=NOW,
        revised_at=NOW,
        version=1,
        revision_version=1,
        sections=content.sections,
        properties=content.properties,
        relations=(),
        archived_reason=None,
        successor=None,
        source=None,
        contributed_by="ada",
        endorsed=(),
        reuse=(),
    )
    return structs.replace(plain, **more)


@settings(deadline=None)
@given(CONTENT)
def test_any_text_reads_back_word_by_word(content: Content) -> None:
    parsed = parse_markdown(render(page(content)).encode(), "x.md")

    assert validation.content(parsed.content) == content
    assert parsed.links == ()


@given(TEXT)
def test_any_text_survives_as_a_yaml_scalar(text: str) -> None:
    if not validation.NOT_TEXT.search(text):
        assert load(f"a: {quoted(text)}\n") == {"a": Plain(text, text)}


def test_all_that_belongs_to_an_entry_is_in_its_file() -> None:
    relations = (
        RelatedEntry(type="Cites", direction="out", id="b", title="B", archived=False),
        RelatedEntry(type="Cites", direction="in", id="c", title="C", archived=False),
    )
    written = page(
        some_content(),
        group="Ward 3",
        tags=("night", "größe"),
        relations=relations,
        archived=True,
        archived_reason="Old: replaced.\nReally.",
        successor="d",
        source=Source("notes", "a: b.md"),
    )

    parsed = parse_markdown(render(written).encode(), "x.md")

    assert (parsed.id, parsed.kind, parsed.group) == (ID, "practice", "Ward 3")
    assert parsed.tags == ("night", "größe")
    assert parsed.relations == (NamedRelation("Cites", "b"),)
    assert parsed.archived == NamedArchive("Old: replaced.\nReally.", "d")
    assert parsed.source == Source("notes", "a: b.md")


def test_a_simple_entry_looks_as_a_person_would_write_it() -> None:
    content = Content(
        title="Bedside handover",
        sections=(Section("", "Lead"), Section("What we do", "We hand over.")),
    )

    assert render(page(content)).split("---\n")[2] == "\nLead\n\n## What we do\n\nWe hand over.\n"


def test_an_entry_too_large_to_read_back_is_written_all_the_same() -> None:
    large = Content(title="T", sections=(Section("", "x" * LARGEST_FILE),))

    assert len(render(page(large))) > LARGEST_FILE


@pytest.mark.parametrize(
    ("title", "path"),
    [
        ("Bedside handover, in 2 minutes!", f"practice/bedside-handover-in-2-minutes-{ID[:8]}.md"),
        ("../../etc", f"practice/etc-{ID[:8]}.md"),
        ("…", f"practice/entry-{ID[:8]}.md"),
        ("Größe", f"practice/grösse-{ID[:8]}.md"),
        ("x" * 200, f"practice/{'x' * 60}-{ID[:8]}.md"),
    ],
)
def test_a_file_has_a_readable_name(title: str, path: str) -> None:
    assert file_path(page(some_content(title))) == path


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
    first = base.entries.contribute(some_draft(some_content("One"), tags=("night",))).id
    nasty = some_content("Two: “—”", problem="## Not a heading\n\n---\nno: front matter\n---  ")
    second = base.entries.contribute(some_draft(nasty)).id
    base.entries.relate(second, Relation("IsDerivedFrom", first))
    base.entries.archive(first, "Old.", second)
    written((base.catalogue.get(i) for i in base.catalogue.all_ids()), tmp_path / "out")

    KnowledgeBase.create(tmp_path / "other")
    with KnowledgeBase.open(
        tmp_path / "other", settings=Settings(data=tmp_path / "other"), embedder=HashEmbedder()
    ) as other:
        run = FolderImport(other.entries, tmp_path / "out", ImportOptions(source="out"))
        outcomes = list(run.run())
        other.wait(max(o.position for o in outcomes))

        assert [o.reason for o in outcomes] == [None, None]
        for entry_id in (first, second):
            assert said(other, entry_id) == said(base, entry_id)


def said(base: KnowledgeBase, entry_id: str) -> EntryPage:
    """All of an entry that an export carries."""
    return structs.replace(
        base.catalogue.get(entry_id),
        version=0,
        revision_version=0,
        contributed_by="",
        contributed_at=NOW,
        revised_at=NOW,
    )

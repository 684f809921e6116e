"""The words that say who sees an entry mean the same in files, options and exports."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from kb.access import SIGHTS, Visibility, of_member
from kb.errors import InvalidInput
from kb.exporters.markdown import render
from kb.ids import entry_id_for, group_id
from kb.importers.cascades import parse_alone
from kb.importers.markdown import parse_markdown
from kb.importers.run import FileOutcome, FolderImport, ImportOptions
from kb.visibility_words import GROUP, visibility, words
from tests.kb.exported_page import page
from tests.worlds.log import World, some_content

ADA, BEA = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
NAMES = st.text(
    st.characters(exclude_categories=["C", "Z"], include_characters=' ,:#"[]'), min_size=1
).filter(lambda name: name == name.strip())


@given(st.lists(NAMES, min_size=1, max_size=3, unique_by=group_id), st.data())
def test_who_sees_an_entry_reads_back_from_its_file(names: list[str], data: st.DataObject) -> None:
    known = {group_id(name): name for name in names}
    groups = data.draw(st.lists(st.sampled_from(sorted(known)), unique=True))
    sight = data.draw(st.sampled_from([sight for sight in SIGHTS if sight != "groups"]))
    shown = Visibility("groups", tuple(sorted(groups))) if groups else Visibility(sight)
    written = render(page(some_content(), visibility=shown), known)

    said = parse_markdown(written.encode(), "x.md").visible_to

    assert visibility(said, group_id) == shown


def test_a_group_without_a_name_goes_by_its_id() -> None:
    assert words(Visibility("groups", (ADA,)), {}) == (f"{GROUP}{ADA}",)


@pytest.mark.parametrize(
    "said", [(), ("",), ("groups",), ("draft", "author"), ("draft", "group:a")]
)
def test_other_words_are_refused(said: tuple[str, ...]) -> None:
    with pytest.raises(InvalidInput) as refused:
        visibility(said, group_id)

    assert refused.value.field == "visibility"


def run(world: World, folder: Path, member: str | None, **more: object) -> dict[str, FileOutcome]:
    options = structs.replace(ImportOptions(source="notes", member=member), **more)
    return {o.path: o for o in FolderImport(world.entries, folder, options).run()}


def of(member: str, log: World) -> World:
    """The commands of a member who sees what is theirs and what is for all."""
    world = World(log.log, of_member(member, ["member"], []))
    world.vault = log.vault
    return world


def test_two_members_import_one_folder_each_for_themselves(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("---\nvisibility: author\n---\nText")
    world = World()
    outcomes = [run(of(who, world), tmp_path, who)["a.md"] for who in (ADA, BEA, ADA)]

    assert [o.outcome for o in outcomes] == ["contributed", "contributed", "unchanged"]
    assert [o.id for o in outcomes] == [
        entry_id_for("notes", "a.md", who) for who in (ADA, BEA, ADA)
    ]


def test_an_id_in_a_file_means_an_entry_for_the_operator_alone(tmp_path: Path) -> None:
    world = World()
    hidden = world.practice("Hidden")
    (tmp_path / "a.md").write_text(
        f"---\ntributary: 1\nid: {hidden}\nkind: practice\ntitle: Mine\n---\n## The problem\n\nX\n"
    )

    mine = run(of(ADA, world), tmp_path, ADA)["a.md"]
    theirs = run(world, tmp_path, None)["a.md"]

    assert (mine.outcome, mine.id) == ("contributed", entry_id_for("notes", hidden, ADA))
    assert (theirs.outcome, theirs.id) == ("revised", hidden)


def test_importing_again_leaves_who_sees_an_entry_as_it_was_made(tmp_path: Path) -> None:
    world = World()
    (tmp_path / "a.md").write_text("Text")
    entry_id = run(world, tmp_path, None, visibility=Visibility("author"))["a.md"].id or ""
    (tmp_path / "a.md").write_text("---\nvisibility: world\n---\nBetter text")

    assert run(world, tmp_path, None)["a.md"].outcome == "revised"
    assert world.entry(entry_id).visibility == Visibility("author")


@pytest.mark.parametrize("after", ["", "draft: false\n"])
def test_a_draft_that_is_none_any_more_stays_one_and_is_told(tmp_path: Path, after: str) -> None:
    world = World()
    (tmp_path / "a.md").write_text("---\ntitle: A\ndraft: true\n---\nText")
    entry_id = run(world, tmp_path, None)["a.md"].id or ""
    (tmp_path / "a.md").write_text(f"---\ntitle: A\n{after}---\nText")

    told = " ".join(run(world, tmp_path, None)["a.md"].remarks)

    assert world.entry(entry_id).visibility.sight == "draft"
    assert "it stays shown to draft, though the file does not say so: kb visibility" in told


A, B, AB = (Visibility("groups", groups) for groups in ((ADA,), (BEA,), (ADA, BEA)))
MEMBERS, WORLD = Visibility(), Visibility("world")
AUTHOR, WIP = Visibility("author"), Visibility("draft")


@pytest.mark.parametrize(
    ("now", "says", "then", "told"),
    [
        (MEMBERS, "draft: true", WIP, "it was shown to members, and is shown to draft"),
        (WORLD, "Visibility: Members", MEMBERS, "it was shown to world"),
        (WORLD, "PRIVATE: true", AUTHOR, "it was shown to world"),
        (MEMBERS, "visibility: group:Ward", A, "and is shown to group:Ward from now on"),
        (AB, "visibility: group:Ward", A, "and is shown to group:Ward from now on"),
        (B, "visibility: group:Ward", AUTHOR, "and is shown to author from now on"),
        (A, "visibility: members", A, "it stays shown to group:Ward, and not to members"),
        (AUTHOR, "visibility: world", AUTHOR, "kb visibility shows it to more people"),
        (AUTHOR, "draft: true", AUTHOR, "draft: true shows it to its author alone"),
        (WIP, "status: private", WIP, "status: private shows it to its author alone"),
        (WORLD, "place: here", WORLD, ""),
    ],
)
def test_importing_again_narrows_before_the_new_text_and_never_widens(
    tmp_path: Path, now: Visibility, says: str, then: Visibility, told: str
) -> None:
    world = World()
    world.open_to_world()
    known = {"groups": {group_id("Ward"): ADA}, "group_names": {ADA: "Ward"}}
    (tmp_path / "a.md").write_text("Text")
    entry_id = run(world, tmp_path, None, visibility=now)["a.md"].id or ""
    (tmp_path / "a.md").write_text(f"---\n{says}\n---\nBetter text")

    again = run(world, tmp_path, None, **known)["a.md"]

    events = [type(each).__name__ for each in world.happened()[1:]]
    assert events == [
        "EntryContributed",
        *(["EntryVisibilityChanged"] if now != then else []),
        "EntryRevised",
    ]
    assert (again.outcome, world.entry(entry_id).visibility) == ("revised", then)
    assert told in " ".join(again.remarks)
    assert run(world, tmp_path, None, **known)["a.md"].outcome == "unchanged"


def test_an_option_narrows_an_entry_that_is_imported_again(tmp_path: Path) -> None:
    world = World()
    (tmp_path / "a.md").write_text("Text")
    entry_id = run(world, tmp_path, None)["a.md"].id or ""

    (told,) = run(world, tmp_path, None, visibility=AUTHOR)["a.md"].remarks

    assert world.entry(entry_id).visibility == AUTHOR
    assert "it was shown to members, and is shown to author from now on" in told


@pytest.mark.parametrize(
    ("option", "says", "then"),
    [
        (AUTHOR, "world", AUTHOR),
        (MEMBERS, "world", MEMBERS),
        (WORLD, "members", MEMBERS),
        (WORLD, "draft", WIP),
        (A, "members", A),
        (None, "world", WORLD),
    ],
)
def test_of_what_file_and_option_say_the_narrower_counts(
    tmp_path: Path, option: Visibility | None, says: str, then: Visibility
) -> None:
    world = World()
    world.open_to_world()
    (tmp_path / "a.md").write_text(f"---\nvisibility: {says}\n---\nText")

    outcome = run(world, tmp_path, None, visibility=option)["a.md"]

    assert world.entry(outcome.id or "").visibility == then
    assert ("the file says" in " ".join(outcome.remarks)) == (option is not None)


@pytest.mark.parametrize("said", [("Draft",), ("AUTHOR",), (" World ",), ("Group: Ward",)])
def test_the_words_are_read_in_any_case(said: tuple[str, ...]) -> None:
    meant = said[0].strip().lower()
    sight = "groups" if meant.startswith("group") else meant
    assert visibility(said, group_id).sight == sight


def test_a_group_that_was_renamed_is_found_by_its_present_name(tmp_path: Path) -> None:
    world = World()
    (tmp_path / "a.md").write_text("---\nvisibility: group:Ward Three\n---\nText")
    groups = {group_id("ward three"): group_id("Ward 3")}

    entry_id = run(world, tmp_path, None, groups=groups)["a.md"].id or ""

    assert world.entry(entry_id).visibility == Visibility("groups", (group_id("Ward 3"),))
    assert run(world, tmp_path, None)["a.md"].reason == (
        "It is for the group “Ward Three”, which there is not: form it first."
    )


def test_an_entry_that_was_erased_has_a_row_and_the_import_goes_on(tmp_path: Path) -> None:
    world = World()
    for name in ("a", "b"):
        (tmp_path / f"{name}.md").write_text("Text")
    world.entries.erase(run(world, tmp_path, None)["a.md"].id or "")

    again = run(world, tmp_path, None)

    assert (again["a.md"].outcome, again["b.md"].outcome) == ("refused", "unchanged")
    assert "made from this file was erased, so the file is not" in (again["a.md"].reason or "")
    (tmp_path / "a.md").write_text("---\nid: anew\n---\nText")
    assert run(world, tmp_path, None)["a.md"].outcome == "contributed"


def test_that_an_entry_was_erased_is_told_to_its_author_and_the_operator_alone(
    tmp_path: Path,
) -> None:
    world = World()
    (tmp_path / "a.md").write_text("Text")
    world.entries.erase(run(world, tmp_path, ADA)["a.md"].id or "")
    told = {}
    for who in (world.writer.actor, BEA):
        told[who] = run(of(who, world), tmp_path, ADA)["a.md"].reason or ""

    assert ["erased" in reason for reason in told.values()] == [True, False]


def test_an_export_may_name_a_group_by_its_id(tmp_path: Path) -> None:
    world = World()
    shown = Visibility("groups", (BEA,))
    (tmp_path / "a.md").write_text(render(page(some_content(), visibility=shown)))

    entry_id = run(world, tmp_path, None)["a.md"].id or ""

    assert world.entry(entry_id).visibility == shown


def test_what_the_page_of_a_folder_says_holds_for_all_below_it(tmp_path: Path) -> None:
    world = World()
    files = {
        "cas/_index.md": "---\ncascade: {draft: true}\n---\nText",
        "cas/A.md": "[b](b.md)",
        "cas/Deep/b.md": "---\nvisibility: world\n---\nText",
        "own/index.md": "---\ncascade: [{target: {}, params: {private: true}}]\n---\nText",
        "own/a.md": "Text",
        "own/b.md": "---\ndraft: true\n---\nText",
        "other.md": "---\ncascade: {draft: true}\n---\nText",
        "open.md": "Text",
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)

    rows = run(world, tmp_path, None)

    shown = {path: world.entry(row.id or "").visibility for path, row in rows.items()}
    assert shown == {
        **dict.fromkeys(("cas/_index.md", "cas/A.md", "cas/Deep/b.md", "own/b.md"), WIP),
        **dict.fromkeys(("own/index.md", "own/a.md"), AUTHOR),
        "other.md": WIP,
        "open.md": MEMBERS,
    }
    assert "cas/_index.md shows what lies below it to its author alone" in repr(rows["cas/A.md"])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("_index.md", '+++\ntitle = "Board"\ndraft = true\n+++\nHead'),
        ("_index.md", "---\ndraft: true\n---\nHead"),
        ("_index.md", "---\nextra: {private: true}\n---\nHead"),
        ("_index.md", "---\nvisibility: private\n---\nHead"),
        ("_index.md", "+++\ndraft = true\ntitle = \n+++\nHead"),
        ("_metadata.yml", "draft: true\n"),
        ("_data.yml", "draft: true\n"),
    ],
)
def test_a_draft_of_a_section_keeps_all_below_it_for_its_author(
    tmp_path: Path, name: str, text: str
) -> None:
    files = {f"sec/{name}": text, "open/_index.md": "+++\nrender = false\n+++\nHead"}
    below = ("sec/plan.md", "sec/sub/p.md", "sec/post/index.md", "sec/post/part.md")
    for path in (*below, "open/a.md", "b.md", *files):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(files.get(path, "Text"))
    world = World()

    rows = run(world, tmp_path, None)

    shown = {path: world.entry(row.id or "").visibility.sight for path, row in rows.items()}
    assert {shown[path] for path in below} <= {"draft", "author"}
    assert all(name in repr(rows[path].remarks) for path in below)
    assert (shown["open/a.md"], shown["b.md"]) == ("members", "members")
    assert parse_alone(b"Text", tmp_path / "sec/sub/p.md").visible_to
    assert not parse_alone(b"Text", tmp_path / "open/a.md").visible_to


def test_a_draft_of_a_bundle_keeps_its_pages_where_sections_are_known(tmp_path: Path) -> None:
    draft = "---\ndraft: true\n---\nHead"
    files = {"_index.md": "Head", "post/index.md": draft, "post/part.md": "Part", "a.md": "Text"}
    for root, left_out in (("hugo", ""), ("other", "_index.md")):
        for path in (path for path in files if path != left_out):
            (tmp_path / root / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / root / path).write_text(files[path])
    world = World()

    hugo, other = (run(world, tmp_path / root, None, source=root) for root in ("hugo", "other"))

    assert world.entry(hugo["post/part.md"].id or "").visibility == WIP
    assert world.entry(hugo["a.md"].id or "").visibility == MEMBERS
    assert world.entry(other["post/part.md"].id or "").visibility == MEMBERS


def test_a_folder_of_drafts_is_one_also_when_it_is_imported_itself(tmp_path: Path) -> None:
    (folder := tmp_path / "_drafts").mkdir()
    (folder / "a.md").write_text("Text")
    world = World()

    entry_id = run(world, folder, None)["a.md"].id or ""

    assert world.entry(entry_id).visibility == WIP


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("_index.md", b"---\ncascade: {draft: true\n---\nText"),
        ("_index.md", "---\ncascade: {draft: true}\n---\nText".encode("utf-16")),
        ("_index.html", b"---\ncascade: {draft: true}\n---\n<p>Text"),
        ("_index.en.md", b"---\ncascade: {draft: true}\n---\nText"),
        ("_index.md", None),
    ],
)
def test_a_page_of_a_folder_that_is_not_taken_may_hold_back_what_is_below(
    tmp_path: Path, name: str, text: bytes | None
) -> None:
    (tmp_path / name).write_bytes(text) if text else (tmp_path / name).symlink_to("nowhere")
    (tmp_path / "a.en.md").write_text("Text")
    (tmp_path / "a.de.md").write_text("Text")
    world = World()

    rows = run(world, tmp_path, None)

    shown = [world.entry(rows[f"a.{each}.md"].id or "").visibility for each in ("en", "de")]
    assert shown == [WIP, MEMBERS if "en" in name else WIP]
    assert parse_alone(b"Text", tmp_path / "a.en.md").visible_to == ("draft",)


def test_a_page_of_a_folder_that_is_not_taken_and_says_nothing_holds_none_back(
    tmp_path: Path,
) -> None:
    (tmp_path / "_index.html").write_text("---\ncascade: {type: docs}\n---\n<p>Text")
    (tmp_path / "index.md").symlink_to("nowhere")
    (tmp_path / "a.md").write_text("Text")
    world = World()

    assert world.entry(run(world, tmp_path, None)["a.md"].id or "").visibility == MEMBERS


@pytest.mark.parametrize("said", ["draft: true", "visibility: private", "draft: [", "\tdraft: 1"])
def test_settings_of_a_folder_hold_back_what_lies_below(tmp_path: Path, said: str) -> None:
    (tmp_path / "sub" / "further").mkdir(parents=True)
    (tmp_path / "sub" / ".meta.yml").write_text(f"{said}\n")
    for path in ("a.md", "sub/b.md", "sub/further/c.md"):
        (tmp_path / path).write_text("Text")
    world = World()
    rows = run(world, tmp_path, None)

    shown = {path: world.entry(row.id or "").visibility for path, row in rows.items()}
    assert shown.pop("a.md") == MEMBERS
    assert MEMBERS not in shown.values()
    assert "sub/.meta.yml" in " ".join(rows["sub/b.md"].remarks)
    assert parse_alone(b"Text", tmp_path / "sub" / "b.md").visible_to


def test_settings_of_a_folder_that_say_nothing_of_it_hold_nothing_back(tmp_path: Path) -> None:
    (tmp_path / ".meta.yml").write_text("tags: [shifts]\nhide: [toc]\n")
    (tmp_path / "a.md").write_text("Text")
    world = World()

    assert world.entry(run(world, tmp_path, None)["a.md"].id or "").visibility == MEMBERS

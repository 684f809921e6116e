"""Who sees what, from the shell: visibility of entries, the world, the audit, export and import."""

from pathlib import Path

import pytest

from tests.worlds.shell import CommandLine

AS_DRAFT = "---\ntitle: T\nvisibility: draft\n---\n## The problem\n\nX\n\n## What we do\n\nY\n"


@pytest.fixture
def ward(kb: CommandLine) -> str:
    """The id of a member of Ward 3, which is in a region."""
    kb.ok("group", "form", "Region")
    kb.ok("group", "form", "Ward 3", "--in", "Region")
    return kb.joined("Hana", "--group", "Ward 3")


def acting(monkeypatch: pytest.MonkeyPatch, member: str | None) -> None:
    if member:
        monkeypatch.setenv("KB_MEMBER", member)
    else:
        monkeypatch.delenv("KB_MEMBER")


def titles(kb: CommandLine) -> set[str]:
    return {item["title"] for item in kb.ok("list", "--json").json["items"]}


def test_an_entry_is_shown_to_exactly_those_who_are_named(
    kb: CommandLine, ward: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = kb.joined("Bea")
    entry_id = kb.practice()

    said = kb.ok("visibility", entry_id, "group:region", "group:Ward 3").out
    assert said == f"Entry {entry_id[:8]} is shown to: group:Region, group:Ward 3.\n"
    assert "group:Region, group:Ward 3" in kb.ok("show", entry_id).out
    assert "group:Region" in kb.ok("list").out
    acting(monkeypatch, other)
    hidden = kb.run("show", entry_id)
    acting(monkeypatch, ward)
    assert titles(kb) == {"Bedside handover"}
    acting(monkeypatch, other)
    missing = kb.run("show", "11111111-1111-4111-8111-111111111111")

    assert titles(kb) == set()
    assert (hidden.code, hidden.out) == (missing.code, missing.out) == (1, "")
    same = missing.err.replace("11111111-1111-4111-8111-111111111111", entry_id)
    assert hidden.err == same


def test_who_sees_an_entry_is_said_in_known_words(kb: CommandLine) -> None:
    entry_id = kb.practice()
    kb.ok("world", "open")

    for words in (("everybody",), ("world", "members"), ("groups",), ("group:",), ("draft", "x")):
        refused = kb.run("visibility", entry_id, *words)
        assert (refused.code, refused.err.count("\n")) == (1, 1)
    assert "form it first" in kb.run("visibility", entry_id, "group:Nowhere").err
    for word in ("world", "author", "draft", "members"):
        assert word in kb.ok("visibility", entry_id, word).out


def test_many_entries_are_shown_at_once_and_each_that_is_not_is_told(
    kb: CommandLine, ward: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = kb.practice("One"), kb.practice("Two")
    kb.ok("visibility", one, "author")

    both = kb.ok("visibility", one, two, "group:Ward 3", "group:Region").out
    again = kb.ok("visibility", "-", "members", "--json", stdin=f"{one}\n\n {two[:8]} \n{one}\n")
    some = kb.run("visibility", one, "notes/gone.md", "abcdef", two, "members")
    told = kb.run("visibility", "-", "author", "--json", stdin="nowhere").json

    assert both == "2 entries are shown to: group:Region, group:Ward 3.\n"
    assert again.json == {"shown": [one, two], "refused": []}
    assert (some.code, some.out.count("abcdef"), some.out.count("notes/gone.md")) == (1, 2, 2)
    assert some.out.endswith("2 entries are shown to: members.\n")
    assert (told["shown"], [each["id"] for each in told["refused"]]) == ([], ["nowhere"])
    acting(monkeypatch, ward)
    mine = kb.ok("contribute", kb.file("Mine"), "--json").json["id"]
    ran = kb.run("visibility", one, mine, "author", "--json")
    assert (ran.code, ran.json["shown"]) == (1, [mine])
    assert "its author or curators" in ran.json["refused"][0]["reason"]


def test_what_is_to_be_shown_and_to_whom_is_not_guessed(kb: CommandLine) -> None:
    one, two = kb.practice("One"), kb.practice("Two")

    assert kb.run("visibility", one).code == 2
    assert kb.run("visibility", one, two, "author", "--entry-version", "3").code == 2
    assert kb.run("visibility", one, two, "world").code == 1
    assert kb.run("visibility", one, two, "members", "author").code == 1
    assert kb.run("visibility", "-", "group:Nowhere", stdin=one).code == 1
    assert kb.ok("visibility", "-", "author", stdin="").out == "No entries are shown to: author.\n"
    assert {each["title"] for each in kb.ok("list", "--json").json["items"]} == {"One", "Two"}


def test_a_contribution_says_who_sees_it(
    kb: CommandLine, ward: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    acting(monkeypatch, ward)
    one = kb.ok("contribute", kb.file("A"), "--visible-to", "group:Ward 3", "--json").json["id"]
    asked = kb.run("contribute", "-", "--visible-to", "world", stdin=AS_DRAFT)
    two = kb.ok("contribute", "-", "--json", stdin=AS_DRAFT).json["id"]

    assert asked.code == 1
    assert "--visible-to says world, and the file draft" in asked.err

    assert kb.ok("show", two, "--json").json["visibility"]["sight"] == "draft"
    shown = kb.ok("show", one).out
    assert "shown to     group:Ward 3" in shown
    assert "by Hana" in shown
    assert "Hana" in kb.ok("history", one).out
    kb.ok("member", "list")


def test_a_member_endorses_what_others_wrote_by_name_and_nothing_of_their_own(
    kb: CommandLine, ward: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = kb.practice()
    acting(monkeypatch, ward)
    own = kb.practice("Own")

    kb.ok("endorse", others, "--reason", "It works.")
    assert "- Hana, " in kb.ok("show", others).out
    assert "is no longer endorsed by Hana" in kb.ok("endorse", others, "--withdraw").out
    refused = kb.run("endorse", own, "--reason", "Good.")
    assert (refused.code, refused.err) == (1, f"Entry {own} is your own: others vouch for it.\n")


def test_the_community_is_opened_to_the_world_and_closed(kb: CommandLine) -> None:
    assert kb.ok("world").out == "The community is closed to the world.\n"
    opened = kb.ok("world", "open").out
    assert opened == "The community is open to the world, which sees no entries.\n"
    kb.ok("visibility", kb.practice(), "world")
    assert kb.ok("world", "--json").json == {"open": True, "shown": 1}
    assert kb.ok("world", "closed", "--json").json == {"open": False, "shown": 0}
    assert kb.ok("world", "open").out.endswith("which sees 1 entry.\n")
    assert kb.run("world", "perhaps").code == 2


def test_what_is_for_the_world_is_refused_while_the_community_is_closed(
    kb: CommandLine, tmp_path: Path
) -> None:
    (tmp_path / "notes").mkdir()
    text = "# Huddle\n\n## The problem\n\nNoise.\n\n## What we do\n\nWalk.\n"
    (tmp_path / "notes" / "a.md").write_text(f"---\nvisibility: world\n---\n{text}")
    for asked in (
        ("visibility", kb.practice(), "world"),
        ("contribute", str(tmp_path / "notes" / "a.md")),
        ("import", str(tmp_path / "notes"), "--visible-to", "world"),
    ):
        told = kb.run(*asked)
        assert (told.code, told.out) == (1, ""), asked
        assert "The community is closed to the world" in told.err, asked
    brought = kb.ok("import", str(tmp_path / "notes")).out
    assert "it is shown to members, and not to world" in " ".join(brought.split())


def test_the_audit_tells_who_changed_what(kb: CommandLine, ward: str) -> None:
    entry_id = kb.practice()
    kb.ok("visibility", entry_id, "author")
    kb.ok("world", "open")

    told = kb.ok("audit").out
    about_ward = kb.ok("audit", "--about", "ward 3", "--json").json
    about_hana = kb.ok("audit", "--about", ward[:8]).out

    who = (f"Hana ({ward[:8]})", "Region", "the operator of this machine")
    for words in (f"entry {entry_id[:8]}", *who, "Joined."):
        assert words in told
    assert "Open to the world: yes." in told
    assert {change["what"] for change in about_ward} == {"group-formed"}
    assert "Invited as member, in “Ward 3”." in about_hana
    assert "Region" not in about_hana.splitlines()[0]
    assert kb.run("audit", "--about", "nobody").code == 1


def test_who_sees_an_entry_goes_through_an_export_and_an_import(
    kb: CommandLine, ward: str, tmp_path: Path
) -> None:
    kb.ok("group", "change", "Ward 3", "--name", "Ward Three")
    said = (("world",), ("members",), ("author",), ("draft",), ("group:Ward Three", "group:Region"))
    kb.ok("world", "open")
    ids = [kb.practice(f"Practice {number}") for number in range(len(said))]
    for entry_id, words in zip(ids, said, strict=True):
        kb.ok("visibility", entry_id, *words)

    kb.ok("export", str(tmp_path / "out"))
    other = CommandLine(tmp_path / "other")
    other.run("init", str(other.data))
    other.ok("world", "open")
    for name in ("Region", "Ward Three"):
        other.ok("group", "form", name)
    other.ok("import", str(tmp_path / "out"), "--no-wait")

    for entry_id in ids:
        ours, theirs = (k.ok("show", entry_id, "--markdown").out for k in (kb, other))
        assert ours == theirs
    assert kb.ok("import", str(tmp_path / "out"), "--json").json["unchanged"] == len(ids)


def test_a_group_of_an_export_may_be_formed_later(
    kb: CommandLine, ward: str, tmp_path: Path
) -> None:
    entry_id = kb.practice()
    kb.ok("visibility", entry_id, "group:Ward 3")
    kb.ok("export", str(tmp_path / "out"))
    other = CommandLine(tmp_path / "other")
    other.run("init", str(other.data))

    other.ok("import", str(tmp_path / "out"), "--no-wait")
    other.ok("group", "form", "ward 3")

    assert "group:ward 3" in other.ok("show", entry_id).out


def test_an_export_of_a_member_holds_what_they_see(
    kb: CommandLine, ward: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    hidden, _ = kb.practice("Hidden"), kb.practice("Open")
    kb.ok("visibility", hidden, "author")
    acting(monkeypatch, ward)

    assert kb.ok("export", str(tmp_path / "mine"), "--json").json["entries"] == 1
    acting(monkeypatch, None)
    assert kb.ok("export", str(tmp_path / "all"), "--json").json["entries"] == 2


def test_an_import_of_a_member_meets_no_entry_of_others(
    kb: CommandLine, ward: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    notes = kb.folder / "notes"
    kb.file("Hidden", name="notes/a.md")
    kb.ok("import", str(notes), "--visible-to", "author")
    kb.ok("export", str(tmp_path / "out"))
    acting(monkeypatch, ward)
    kb.file("Mine", name="notes/a.md")

    first = kb.ok("import", str(notes), "--json").json
    again = kb.ok("import", str(notes), "--json").json
    copied = kb.ok("import", str(tmp_path / "out"), "--json").json

    assert (first["contributed"], first["refused"]) == (1, [])
    assert (again["unchanged"], again["refused"]) == (1, [])
    assert (copied["contributed"], copied["refused"]) == (1, [])
    assert titles(kb) == {"Mine", "Hidden"}
    acting(monkeypatch, None)
    assert sorted(item["title"] for item in kb.ok("list", "--json").json["items"]) == [
        "Hidden",
        "Hidden",
        "Mine",
    ]


def test_a_file_for_a_group_that_there_is_not_waits_and_for_nobody_known_is_its_authors(
    kb: CommandLine, tmp_path: Path
) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    said = {"a": "group:Nowhere", "b": "whomever", "c": "{x: y}", "d": "[]", "e": "[draft]"}
    for name, words in said.items():
        text = AS_DRAFT.replace("visibility: draft", f"visibility: {words}")
        (folder / f"{name}.md").write_text(text)

    report = kb.ok("import", str(folder), "--json").json
    assert [each["path"] for each in report["refused"]] == ["a.md"]
    assert "form it first" in report["refused"][0]["reason"]
    told = [
        each["remark"] for each in report["remarks"] if each["path"] in ("b.md", "c.md", "d.md")
    ]
    assert sum("so its author alone sees it" in each for each in told) == 3

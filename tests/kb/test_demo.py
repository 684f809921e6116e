"""The sample community: it is built whole, has a past, and answers its questions."""

import shutil
import socket
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from indexer.embedding.testing import HashEmbedder
from kb.access import ROLES, Principal, operator
from kb.cli import cli
from kb.cli.invocation import Invocation
from kb.clock import utc_now
from kb.demo import __main__ as program
from kb.demo.build import CONTENT, build, member_id, questions
from kb.entries.results import EntryFilter
from kb.errors import InvalidInput
from kb.knowledge_base import KnowledgeBase

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


def write_quiet_community(content: Path) -> None:
    """A sample in which nobody is and nothing happened."""
    lists = ("endorsements", "reuses", "revisions", "archives", "shown", "drafts")
    (content / "community.toml").write_text("".join(f"{name} = []\n" for name in lists))
    (content / "people.toml").write_text("groups = []\nmembers = []\n")


@pytest.fixture(scope="module")
def community(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("demo") / "data"
    steps = list(build(data, NOW))
    assert steps[-1][0] == steps[-1][1] == len(steps)
    return data


def test_it_has_sixty_entries_of_three_kinds_and_reuse_across_six_groups(community: Path) -> None:
    with KnowledgeBase.open(community, embedder=HashEmbedder()) as base:
        everything = base.session.catalogue.browse()
        reuse = base.session.reports.reuse(by="group")

    assert everything.total >= 60
    assert len(everything.facets.kinds) == 3
    assert len(reuse.rows) >= 6


def test_its_history_lies_in_the_past_and_in_order(community: Path) -> None:
    with KnowledgeBase.open(community, embedder=HashEmbedder()) as base:
        months = [row.key for row in base.session.reports.reuse(by="month").rows]
        times = [
            item.at
            for entry in base.session.catalogue.all_ids()
            for item in base.session.catalogue.history(entry)
        ]

    assert len(months) >= 6
    assert NOW - timedelta(days=600) < min(times)
    assert max(times) < NOW


def test_the_groups_that_it_speaks_of_are_those_that_its_members_are_in(community: Path) -> None:
    with KnowledgeBase.open(community, embedder=HashEmbedder()) as base:
        groups = {group.name for group in base.session.directory.groups()}
        entries = base.session.catalogue.browse(EntryFilter(archived=None)).facets.groups
        reuse = {row.key for row in base.session.reports.reuse(by="group").rows}
        parents = {group.parent for group in base.session.directory.groups()}
        roles = {role for member in base.session.directory.members() for role in member.roles}

    assert set(entries) | reuse <= groups
    assert len(parents) > 5
    assert roles == set(ROLES)


def test_some_of_it_is_for_few_and_some_for_the_world(community: Path) -> None:
    with KnowledgeBase.open(community, embedder=HashEmbedder()) as base:

        def seen(principal: Principal) -> int:
            return base.as_(principal).catalogue.browse(EntryFilter(archived=None)).total

        member, steward = (
            base.session.directory.principal(member_id(name)) for name in ("m-03", "m-00")
        )
        everything = seen(operator())

        assert 0 < seen(base.session.directory.anonymous()) < seen(member) < everything
        assert seen(steward) == everything


def test_its_answers_are_entries(community: Path) -> None:
    with KnowledgeBase.open(community, embedder=HashEmbedder()) as base:
        assert all(base.session.search(question).question == question for question in questions())
    assert len(questions()) == 3


def test_a_sample_file_that_cannot_be_taken_is_an_error(tmp_path: Path) -> None:
    content = tmp_path / "content"
    content.mkdir()
    write_quiet_community(content)
    (content / "x.md").write_text("")

    with pytest.raises(InvalidInput, match=r"x\.md is not taken"):
        list(build(tmp_path / "data", NOW, content))


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small sample, and a temporary folder that can be looked into."""
    content = tmp_path / "content"
    content.mkdir()
    write_quiet_community(content)
    (content / "questions.toml").write_text('[[questions]]\ntext = "handover at the bed"\n')
    sample = next(CONTENT.rglob("bedside-handover.md")).read_text(encoding="utf-8")
    (content / "bed.md").write_text(sample, encoding="utf-8")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    return temporary


def test_the_demo_answers_and_leaves_nothing_behind(
    tiny: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    people = (CONTENT / "people.toml").read_text(encoding="utf-8")
    (tiny.parent / "content" / "people.toml").write_text(people, encoding="utf-8")
    monkeypatch.setenv("KB_DEMO_SERVE", "0")

    program.demo(Invocation(HashEmbedder()), tiny.parent / "content")

    said, told = capsys.readouterr()
    assert "/enter/" not in said, "a link to a server that never starts"
    assert "anew" not in told
    assert "no index" not in told
    assert "1. Bedside handover" in said
    assert "why: " in said
    assert list(tiny.iterdir()) == []


def test_the_demo_lets_in_as_a_member_a_curator_and_a_steward(
    tiny: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    people = (CONTENT / "people.toml").read_text(encoding="utf-8")
    (tiny.parent / "content" / "people.toml").write_text(people, encoding="utf-8")
    taken = []

    def serve(arguments: list[str], **_: object) -> None:
        with KnowledgeBase.open(arguments[1], embedder=HashEmbedder()) as base:
            address = f"http://localhost:{arguments[-1]}"
            assert (base.settings.sign_in, base.settings.base_url) == ("password", address)
            for line in capsys.readouterr().out.splitlines():
                if f"{address}/enter/" in line:
                    role, link = line.split()[0], line.split()[-1]
                    member = base.accounts.links.take(link.rpartition("/")[2], "sign-in")
                    taken.append(
                        (role, role in base.session.directory.principal(member or "").roles)
                    )
                if "export FOLDER" in line:
                    assert Path(line.split()[0]).samefile(Path(sys.executable).with_name("kb"))

    monkeypatch.delenv("KB_DEMO_SERVE", raising=False)
    monkeypatch.setattr(cli, "main", serve)

    program.demo(Invocation(HashEmbedder()), tiny.parent / "content")

    assert taken == [("member", True), ("curator", True), ("steward", True)]


def test_the_demo_serves_when_it_has_answered(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    served = []
    monkeypatch.delenv("KB_DEMO_SERVE", raising=False)
    monkeypatch.setattr(
        cli, "main", lambda *arguments, **options: served.append((arguments, options))
    )
    session = Invocation(HashEmbedder())

    program.demo(session, tiny.parent / "content")

    ((arguments,), options) = served[0]
    assert arguments[:4] == ["--data", str(session.data), "serve", "--port"]
    assert options["obj"] is session


def test_a_port_in_use_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        assert program.free_port(port) != port
        monkeypatch.setattr(program, "PORTS_TO_TRY", 1)
        assert program.free_port(port) == 0


def test_an_entry_has_texts_that_are_worth_comparing(community: Path) -> None:
    with KnowledgeBase.open(community, embedder=HashEmbedder()) as base:
        catalogue = base.session.catalogue
        entry = catalogue.resolve("bedside-handover")
        notes = [each.note for each in catalogue.revisions(entry)]
        changed = catalogue.compared(entry).differences
    assert len(notes) == 3
    assert all(notes[:2])
    (section,) = (each for each in changed.sections if each.state == "changed")
    assert [run.text for run in section.runs if run.state in ("removed", "added")]


def test_the_member_who_is_let_in_has_begun_to_write(tiny: Path, tmp_path: Path) -> None:
    content, data = tiny.parent / "content", tmp_path / "data"
    told = (CONTENT / "community.toml").read_text("utf-8")
    quiet = (content / "community.toml").read_text("utf-8").replace("drafts = []\n", "")
    (content / "community.toml").write_text(quiet + told[told.index("[[drafts]]") :], "utf-8")
    shutil.copy(CONTENT / "people.toml", content)
    list(build(data, utc_now(), content))
    with KnowledgeBase.open(data, embedder=HashEmbedder()) as base:
        [begun] = base.as_member(member_id(program.SHOWN["member"])).drafts.list()
        assert begun.title == "A second pause when the team changes"
        assert base.session.drafts.list() == ()

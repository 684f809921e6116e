"""On a full disk, or where nothing may be written, commands read on and write nothing by half."""

import os
import shutil
from collections import namedtuple
from collections.abc import Iterator
from errno import EDQUOT
from pathlib import Path
from typing import get_args

import pytest

from kb.access import Visibility, of_member
from kb.errors import DataDirectoryError, NotFound, SearchUnavailable
from kb.knowledge_base import KnowledgeBase
from kb.projections.worker import ProjectionWorker
from kb.storage import frozen
from kb.storage.data_directory import DataDirectory
from kb.storage.frozen import FULL, FrozenDirectory, unwritable
from kb.storage.local_socket import socket_path
from kb.storage.settings import Settings
from tests.kb.conftest import OpenBase
from tests.kb.shut_disk import State, copies, places, shut
from tests.worlds.base import id_of, joined
from tests.worlds.log import some_content, some_draft
from tests.worlds.shell import CommandLine

SENTENCE = {"full": "because the disk is full", "read-only": "because it is read-only"}


@pytest.fixture(params=get_args(State))
def state(request: pytest.FixtureRequest) -> State:
    found: State = request.param
    return found


@pytest.fixture(autouse=True)
def nothing_left(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """Copies go with the process that made them; other tests make theirs elsewhere meanwhile."""
    monkeypatch.setattr(frozen, "MEMORY", tmp_path_factory.mktemp("memory"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path_factory.mktemp("temporary")))
    yield
    assert copies() == []


def test_every_command_that_reads_works_and_says_why_nothing_is_written(
    kb: CommandLine, state: State, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    entry = kb.practice()
    kb.ok("search", "bedside handover")
    with shut(kb.data, state, monkeypatch):
        for command in (
            ("list",),
            ("show", entry),
            ("history", entry),
            ("search", "bedside handover"),
            ("group", "list"),
            ("member", "list"),
            ("report", "reuse"),
            ("report", "questions"),
            ("export", str(tmp_path / "exported")),
        ):
            ran = kb.ok(*command)
            assert ran.err.count(SENTENCE[state]) == 1, command
            assert "Bedside" in ran.out or command[0] not in ("list", "show", "search"), command
        status = kb.ok("status", "--check", "--json")
        assert status.json["lag"] == 0
        assert any(SENTENCE[state] in error for error in status.json["errors"])
    assert "Bedside" in "".join(path.read_text() for path in (tmp_path / "exported").rglob("*.md"))


def test_every_command_that_writes_is_refused_in_a_sentence(
    kb: CommandLine, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = kb.practice()
    new = kb.file("Another one", name="new/another.md")
    with shut(kb.data, state, monkeypatch):
        for command in (
            ("contribute", new),
            ("import", str(Path(new).parent)),
            ("archive", entry, "--reason", "It is old."),
            ("tag", entry, "night"),
            ("member", "invite"),
            ("rebuild",),
        ):
            ran = kb.run(*command)
            assert ran.code == 1, command
            told, *_, refused = ran.err.splitlines()
            assert SENTENCE[state] in told
            assert refused.startswith("Nothing can be written in "), ran.err
            assert SENTENCE[state] in refused
    kb.ok("contribute", new)
    assert len(kb.ok("list", "--json").json["items"]) == 2


@pytest.fixture
def killed(tmp_path: Path, open_base: OpenBase, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A base whose process was killed when the log had events that the views had not.

    The entry that all members saw is for its author alone since.
    """
    with open_base() as base:
        shown = base.session.entries.contribute(some_draft(some_content("Shown to all"))).id
        base.session.entries.contribute(some_draft(some_content("Another")))
        base.wait(base.head(), index=True, timeout=60)
    base = open_base()
    monkeypatch.setattr(base.parts.worker, "ensure", lambda *_, **__: None)
    base.session.entries.show(shown, Visibility("author"))
    assert not base.parts.reader.holds(base.head())
    shutil.copytree(base.settings.data, tmp_path / "killed")
    return tmp_path / "killed"


def opened(path: Path, base: KnowledgeBase, notices: list[str]) -> KnowledgeBase:
    return KnowledgeBase.open(
        path,
        settings=Settings(data=path),
        embedder=base.parts.models.embedder,
        notice=notices.append,
        principal=of_member("eve", ("member",), ()),
    )


def test_what_was_hidden_before_a_server_was_killed_stays_hidden(
    killed: Path, base: KnowledgeBase, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    notices: list[str] = []
    with shut(killed, state, monkeypatch), opened(killed, base, notices) as again:
        assert [item.title for item in again.session.catalogue.browse().items] == ["Another"]
        found = again.session.search("Things got lost at shift change").results
        assert [result.title for result in found] == ["Another"]
        assert again.unwritable
    assert len(notices) == 1


@pytest.mark.parametrize("gone", ["views.sqlite*", "index", "*.sums", "*-wal", "questions*"])
def test_what_is_made_from_the_log_may_be_missing(
    data: Path, open_base: OpenBase, monkeypatch: pytest.MonkeyPatch, gone: str
) -> None:
    with open_base() as base:
        base.session.entries.contribute(some_draft())
        base.session.search("bedside handover")
    for path in data.glob(gone):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    with shut(data, "read-only", monkeypatch), open_base() as base:
        assert base.session.catalogue.browse().total == 1
        assert base.session.search("bedside handover").results


def test_as_soon_as_there_is_room_all_is_written_again(
    data: Path,
    open_base: OpenBase,
    state: State,
    notices: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    open_base().close()
    with shut(data, state, monkeypatch):
        base = open_base()
        with pytest.raises(DataDirectoryError, match=SENTENCE[state]):
            base.session.entries.contribute(some_draft())
        assert not base.outdated()
    assert base.outdated()
    with base.reopened() as again:
        assert not again.unwritable
        again.session.entries.contribute(some_draft())
        assert again.session.catalogue.browse().total == 1
    assert notices[-1].endswith("can be written again.")


def test_a_share_of_a_disk_that_is_used_up_counts_as_a_full_disk(
    data: Path, open_base: OpenBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_base().close()

    bring_up = ProjectionWorker.bring_views_up

    def over_quota(follower: ProjectionWorker) -> bool:
        monkeypatch.setattr(ProjectionWorker, "bring_views_up", bring_up)
        raise OSError(EDQUOT, os.strerror(EDQUOT))

    monkeypatch.setattr(ProjectionWorker, "bring_views_up", over_quota)
    with open_base() as base:
        assert base.unwritable == FULL


def test_what_another_program_writes_meanwhile_is_not_passed_over(
    data: Path, open_base: OpenBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_base().close()
    with shut(data, "read-only", monkeypatch):
        base = open_base()
    os.utime(data / "log.sqlite")
    with pytest.raises(DataDirectoryError, match="open it again"):
        base.session.catalogue.browse()
    assert base.outdated()


def test_an_erased_entry_is_gone_before_its_key_can_be_destroyed(
    base: KnowledgeBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = base.session.entries.contribute(some_draft()).id
    monkeypatch.setattr(base.parts.worker, "ensure", lambda *_, **__: None)
    base.session.entries.erase(entry)
    path = shutil.copytree(base.settings.data, tmp_path / "killed")
    with shut(path, "full", monkeypatch), opened(path, base, []) as again:
        with pytest.raises(NotFound):
            again.session.catalogue.get(entry)
        assert not again.session.search("bedside handover").results


def test_entries_that_are_to_go_with_their_author_are_shown_to_nobody(
    base: KnowledgeBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mara = joined(base)
    mara.entries.contribute(some_draft())
    monkeypatch.setattr(base.parts.worker, "ensure", lambda *_, **__: None)
    base.session.people.erase(id_of(mara), entries="erased")
    path = shutil.copytree(base.settings.data, tmp_path / "killed")
    with (
        shut(path, "full", monkeypatch),
        pytest.raises(DataDirectoryError, match="cannot be erased with them"),
    ):
        opened(path, base, [])


def test_copies_are_for_this_user_alone_and_those_of_killed_processes_go(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frozen, "MEMORY", tmp_path)
    left = tmp_path / f"{frozen.PREFIX}left"
    left.mkdir()
    left.with_name(f"{left.name}.lock").touch()
    first = FrozenDirectory(DataDirectory(data), FULL)
    assert not left.exists()
    second = FrozenDirectory(DataDirectory(data), FULL)
    for each in (first, second):
        assert each.directory.copies
        assert each.directory.copies.stat().st_mode & 0o777 == 0o700
        each.close()
    assert not list(tmp_path.glob(f"{frozen.PREFIX}*"))


def test_where_there_is_no_room_for_copies_either_that_is_said(
    data: Path, open_base: OpenBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_base() as base:
        base.session.entries.contribute(some_draft())
        base.session.search("bedside handover")
    with shut(data, "full", monkeypatch), open_base() as base:
        assert base.session.catalogue.browse().total == 1
        monkeypatch.setattr(frozen, "SPARE", 1e15)
        with pytest.raises(SearchUnavailable, match="neither memory nor"):
            base.session.search("bedside handover")
    with (
        shut(data, "full", monkeypatch),
        pytest.raises(DataDirectoryError, match=r"the disk is full.*neither memory nor"),
    ):
        open_base()


@pytest.mark.parametrize(
    "damaged",
    [
        *("index", "index/CURRENT", "index/*/manifest.json", "index/vectors.sqlite"),
        *("index/*/passages.sqlite", "index/*/*/meta.json", "views.sqlite", "questions.sqlite"),
    ],
)
@pytest.mark.parametrize("how", ["missing", "damaged"])
def test_no_message_names_a_folder_of_copies_that_nobody_chose(
    kb: CommandLine, monkeypatch: pytest.MonkeyPatch, damaged: str, how: str
) -> None:
    kb.practice()
    kb.ok("search", "bedside handover")
    for place in [*kb.data.glob(damaged)]:
        if place.is_dir():
            shutil.rmtree(place)
        elif how == "missing":
            place.unlink()
        else:
            place.write_bytes(b"damaged" * 999)
    folders = [str(place) for place in places()]
    commands = (("search", "bedside handover"), ("list",), ("report", "questions"), ("status",))
    with shut(kb.data, "read-only", monkeypatch):
        for command in commands:
            ran = kb.run(*command)
            assert not [each for each in folders if each in ran.out + ran.err], ran.out + ran.err
            assert command[0] == "report" or ran.code == 0, ran


Disk = namedtuple("Disk", "f_bavail f_bfree f_favail f_ffree f_frsize f_blocks f_files")


@pytest.mark.parametrize(
    ("disk", "full"),
    [
        (Disk(1000, 1000, 900, 900, 4096, 2000, 1000), False),
        (Disk(10, 10, 900, 900, 4096, 2000, 1000), True),
        (Disk(1000, 1000, 0, 0, 4096, 2000, 10), True),
        (Disk(1000, 1000, 9, 9, 4096, 2000, 1000), True),  # an index has more files than that
        (Disk(1000, 1000, 0, 0, 4096, 2000, 0), False),
        (Disk(0, 0, 900, 900, 4096, 0, 1000), False),
    ],
)
def test_a_disk_is_full_without_room_or_without_files_that_it_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, disk: Disk, full: bool
) -> None:
    monkeypatch.setattr(os, "statvfs", lambda _: disk)
    assert bool(unwritable(tmp_path)) is full


def test_the_socket_of_a_directory_that_is_read_only_lies_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert socket_path(tmp_path).parent == tmp_path.resolve()
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert socket_path(tmp_path).parent != tmp_path.resolve()

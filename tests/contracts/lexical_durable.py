"""What every engine promises of commits: all at once, stamped, and damage is noticed."""

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Thread

import pytest

from indexer.errors import IndexerError, IndexOutdated, IndexUnavailable
from indexer.lexical import LexicalDocument, LexicalIndex
from indexer.text.analysis import terms
from tests.contracts.lexical_base import EVERYONE, EngineContract, found, some_document

GONE = set(terms("zymurgy borborygmus"))


def replace(path: Path, content: bytes) -> None:
    """A new file of that name: cutting off one that is mapped into memory would end the process."""
    path.unlink()
    path.write_bytes(content)


class DurableContract(EngineContract):
    """Commits, readers, faults."""

    def test_putting_a_known_id_replaces_the_document(self, index: LexicalIndex) -> None:
        index.put([some_document("a", "first words"), some_document("b", "other")])
        index.commit(1)
        index.put([some_document("a", "draft"), some_document("a", "second thoughts")])
        index.commit(2)
        assert index.documents == 2
        assert found(index, "first") == []
        assert found(index, "draft") == []
        assert found(index, "second") == ["a"]

    def test_a_document_removed_is_gone_and_an_unknown_id_is_ignored(
        self, index: LexicalIndex
    ) -> None:
        index.put([some_document("a", "shared"), some_document("b", "shared")])
        index.commit(1)
        index.remove(["a", "unknown"])
        index.put([some_document("c", "shared")])
        index.remove(["c"])
        index.commit(2)
        assert found(index, "shared") == ["b"]
        assert index.documents == 1

    def test_of_a_forgotten_document_no_file_has_anything_and_the_others_are_found(
        self, index: LexicalIndex, tmp_path: Path
    ) -> None:
        index.put([some_document("b", "shared", names=("Bee",)), some_document("a", "zymurgy")])
        index.commit(1)
        index.put([some_document("a", "borborygmus shared"), some_document("c", "shared twice")])
        index.commit(2)
        before = self.held(tmp_path / "index")
        assert before >= GONE

        index.remove(["a", "unknown"])
        index.put([some_document("d", "shared")])
        index.commit(3)
        index.purge(["a", "unknown"])

        assert not GONE & self.held(tmp_path / "index")
        assert found(index, "shared") == ["b", "c", "d"]
        assert index.named("bee", EVERYONE) == ["b"]
        assert (index.documents, index.position) == (3, 3)
        with closing(self.open(tmp_path / "index", writable=False)) as reader:
            assert found(reader, "shared") == ["b", "c", "d"]

    def test_what_is_put_again_beside_a_forgotten_document_is_what_was_put_last(
        self, index: LexicalIndex
    ) -> None:
        index.put([some_document("a", "zymurgy"), some_document("b", "first")])
        index.commit(1)
        index.put([some_document("b", "second")])
        index.remove(["a"])
        index.commit(2)
        index.purge(["a"])
        assert (found(index, "first"), found(index, "second")) == ([], ["b"])

    def test_what_was_removed_before_is_purged_as_well_and_what_is_not_there_costs_nothing(
        self, index: LexicalIndex, tmp_path: Path
    ) -> None:
        index.put([some_document("a", "zymurgy"), some_document("b", "shared")])
        index.commit(1)
        index.remove(["a"])
        index.commit(2)
        assert GONE & self.held(tmp_path / "index")
        index.purge(["a"])
        assert not GONE & self.held(tmp_path / "index")
        files = {path.name for path in (tmp_path / "index").iterdir() if path.suffix == ".term"}
        index.purge(["a"])
        assert files == {
            path.name for path in (tmp_path / "index").iterdir() if path.suffix == ".term"
        }
        assert found(index, "shared") == ["b"]

    def test_nothing_is_purged_while_something_waits_for_a_commit(
        self, index: LexicalIndex
    ) -> None:
        index.put([some_document("a", "word")])
        with pytest.raises(ValueError, match="commit"):
            index.purge(["a"])

    def test_the_same_batch_again_changes_nothing(self, index: LexicalIndex) -> None:
        batch = [some_document("a", "one word"), some_document("b", "two words")]
        for _ in range(3):
            index.put(batch)
            index.remove(["gone"])
            index.commit(5)
        assert index.documents == 2
        assert set(found(index, "word")) == {"a", "b"}
        assert index.position == 5

    def test_nothing_is_found_before_the_commit(self, index: LexicalIndex) -> None:
        index.put([some_document("a", "word")])
        assert found(index, "word") == []
        assert index.position == 0
        index.commit(9)
        assert found(index, "word") == ["a"]
        assert index.position == 9

    def test_a_reader_sees_a_commit_after_refresh(self, tmp_path: Path) -> None:
        writer = self.open(tmp_path)
        reader = self.open(tmp_path, writable=False)
        reader.refresh()
        writer.put([some_document("a", "word")])
        writer.commit(4)
        assert found(reader, "word") == []
        assert reader.position == 0
        reader.refresh()
        assert found(reader, "word") == ["a"]
        assert reader.position == 4
        reader.close()
        writer.close()

    def test_the_position_is_stamped_and_what_was_not_committed_is_gone(
        self, tmp_path: Path
    ) -> None:
        index = self.open(tmp_path)
        index.put([some_document("kept", "word")])
        index.commit(12)
        index.put([some_document("lost", "word")])
        index.remove(["kept"])
        index.close()
        for writable in (False, True):
            again = self.open(tmp_path, writable=writable)
            assert again.position == 12
            assert found(again, "word") == ["kept"]
            again.close()

    @pytest.mark.process
    def test_a_writer_that_was_killed_leaves_its_last_commit_and_no_lock(
        self, tmp_path: Path
    ) -> None:
        ended = self.run_apart(
            tmp_path,
            """
            index.put([some_document("lost", "word")])
            os.kill(os.getpid(), signal.SIGKILL)
            """,
        )
        assert ended.returncode == -signal.SIGKILL
        self.check_that_only_the_first_commit_is_kept(tmp_path)

    @pytest.mark.process
    def test_a_commit_that_finds_no_room_says_so_and_leaves_the_last_one(
        self, tmp_path: Path
    ) -> None:
        ended = self.run_apart(
            tmp_path,
            """
            resource.setrlimit(resource.RLIMIT_FSIZE, (2000, resource.RLIM_INFINITY))
            try:
                words = " ".join(f"word{n}" for n in range(20_000))
                index.put([some_document("lost", words)])
                index.commit(4)
            except IndexUnavailable as error:
                assert found(index, "word") == ["kept"]
                sys.exit(str(error))
            """,
        )
        assert ended.returncode == 1
        assert "see that the disk has room" in ended.stderr
        self.check_that_only_the_first_commit_is_kept(tmp_path)

    def run_apart(self, directory: Path, steps: str) -> subprocess.CompletedProcess[str]:
        """Take steps in another process on an index with one document at position 3."""
        begin = f"""
            import os, resource, signal, sys
            from pathlib import Path
            from indexer.errors import IndexUnavailable
            from indexer.lexical import open_lexical
            from tests.contracts.lexical_base import found, some_document
            index = open_lexical({self.engine!r}, Path(sys.argv[1]), writable=True)
            index.put([some_document("kept", "word")])
            index.commit(3)
        """
        return subprocess.run(
            [sys.executable, "-c", textwrap.dedent(begin) + textwrap.dedent(steps), str(directory)],
            check=False,
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )

    def check_that_only_the_first_commit_is_kept(self, directory: Path) -> None:
        index = self.open(directory)
        assert index.position == 3
        assert found(index, "word") == ["kept"]
        index.put([some_document("next", "word")])
        index.commit(4)
        assert found(index, "word") == ["kept", "next"]
        index.close()

    def test_a_text_that_cannot_be_stored_is_refused_in_one_sentence(
        self, index: LexicalIndex
    ) -> None:
        with pytest.raises(IndexUnavailable, match="cannot be written"):
            self.put_and_commit(index, some_document("\ud800", "word"))
        assert found(index, "word") == []

    def put_and_commit(self, index: LexicalIndex, document: LexicalDocument) -> None:
        index.put([document])
        index.commit(1)

    def test_many_commits_keep_what_they_held(self, tmp_path: Path) -> None:
        index = self.open(tmp_path)
        for n in range(14):
            index.put([some_document(str(n % 10), f"word number{n}")])
            index.commit(n + 1)
        assert index.documents == 10
        assert len(found(index, "word")) == 10
        assert found(index, "number13") == ["3"]
        assert found(index, "number3") == []
        index.close()

    def test_a_missing_or_empty_directory_cannot_be_read(self, tmp_path: Path) -> None:
        for directory in (tmp_path, tmp_path / "missing"):
            with pytest.raises(IndexOutdated, match=r"There is no|does not exist"):
                self.open(directory, writable=False)

    def test_a_directory_of_something_else_is_outdated(self, tmp_path: Path) -> None:
        (tmp_path / "letter.txt").write_text("Dear all", encoding="utf-8")
        for writable in (False, True):
            with pytest.raises(IndexOutdated, match=r"There is no|cannot be read"):
                self.open(tmp_path, writable=writable)

    @pytest.mark.parametrize("cut", [0, 1, 0.5], ids=["emptied", "cut by one", "cut in half"])
    def test_a_file_cut_off_is_told_or_does_no_harm(self, tmp_path: Path, cut: float) -> None:
        def shorten(content: bytes) -> bytes:
            return content[:-1] if cut == 1 else content[: int(len(content) * cut)]

        self.damage_every_file(tmp_path, shorten)

    def test_a_file_of_garbage_is_told_or_does_no_harm(self, tmp_path: Path) -> None:
        self.damage_every_file(tmp_path, lambda content: b"\xff\x00garbage" * (len(content) // 9))

    def damage_every_file(self, directory: Path, change: Callable[[bytes], bytes]) -> None:
        """One file at a time: what notices calls the index outdated, not where it lies."""
        index = self.open(directory)
        index.put([some_document(str(n), f"word number{n}") for n in range(9)])
        index.commit(7)
        index.close()
        complaints = []
        for path in sorted(each for each in directory.rglob("*") if each.is_file()):
            content = path.read_bytes()
            replace(path, change(content))
            complaints.append(self.complaint(directory))
            replace(path, content)
        assert any(complaints)
        assert not any(str(directory) in text for text in complaints)
        assert self.complaint(directory) == ""

    def complaint(self, directory: Path) -> str:
        try:
            index = self.open(directory, writable=False)
            try:
                index.propose({"word": 1.0, "number7": 2.0}, EVERYONE, 100)
                index.named("number7", EVERYONE)
            finally:
                index.close()
        except IndexOutdated as error:
            return str(error)
        return ""

    def test_an_index_of_another_version_is_outdated(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.open(tmp_path).close()
        self.pretend_another_version(monkeypatch)
        with pytest.raises(IndexOutdated, match="another version"):
            self.open(tmp_path, writable=False)

    def pretend_another_version(self, monkeypatch: pytest.MonkeyPatch) -> None:
        raise NotImplementedError

    def test_a_reader_cannot_write(self, tmp_path: Path) -> None:
        self.open(tmp_path).close()
        reader = self.open(tmp_path, writable=False)
        with pytest.raises(IndexUnavailable, match="opened for reading"):
            reader.commit(1)
        reader.close()

    def test_closing_twice_is_harmless(self, tmp_path: Path) -> None:
        index = self.open(tmp_path)
        index.close()
        index.close()

    def test_threads_search_while_one_writes(self, index: LexicalIndex) -> None:
        errors: list[BaseException] = []

        def ask() -> None:
            try:
                for _ in range(50):
                    assert len(found(index, "word")) in range(11)
            except (AssertionError, IndexerError) as error:
                errors.append(error)

        principals = [Thread(target=ask) for _ in range(3)]
        for principal in principals:
            principal.start()
        for n in range(10):
            index.put([some_document(str(n), "word")])
            index.commit(n + 1)
        for principal in principals:
            principal.join()
        assert errors == []
        assert len(found(index, "word")) == 10

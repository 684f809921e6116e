"""Tantivy keeps the promises of a full-text engine."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import tantivy

from indexer.errors import IndexUnavailable
from indexer.lexical import tantivy_engine, tantivy_volumes
from indexer.lexical.tantivy_engine import TantivyIndex
from tests.contracts.lexical import LexicalIndexContract
from tests.contracts.lexical_base import found, some_document


class TestTantivy(LexicalIndexContract):
    engine = "tantivy"

    def held(self, directory: Path) -> set[str]:
        return {
            str(term)
            for volume in (directory, *directory.glob("v*"))
            for term, _ in tantivy.Index.open(str(volume)).searcher().terms_with_prefix("text", "")
        }

    def pretend_another_version(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tantivy_engine, "MADE_WITH", "tomorrow")

    def test_a_second_writer_is_refused_in_one_sentence(self, tmp_path: Path) -> None:
        first = self.open(tmp_path)
        with pytest.raises(IndexUnavailable, match="cannot be written"):
            self.open(tmp_path)
        first.close()


class TestTantivyInVolumes(TestTantivy):
    """A few documents fill a volume, and one where that is said."""

    @pytest.fixture(autouse=True)
    def small(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tantivy_volumes, "VOLUME_TERMS", 4)

    @pytest.fixture
    def one_each(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tantivy_volumes, "VOLUME_TERMS", 1)

    @pytest.mark.usefixtures("one_each")
    def test_an_erasure_writes_no_volume_anew_but_that_of_the_document(
        self, tmp_path: Path
    ) -> None:
        with closing(self.open(tmp_path)) as index:
            index.put([some_document(name, "shared") for name in ("a", "b", "c", "d")])
            index.commit(1)
            before = _files(tmp_path)
            assert [*before] == ["v000001", "v000002", "v000003", "v000004"]
            index.remove(["b"])
            index.commit(2)
            index.purge(["b"])
            del before["v000002"]
            assert _files(tmp_path) == before
            assert found(index, "shared") == ["a", "c", "d"]

    @pytest.mark.usefixtures("one_each")
    def test_a_volume_of_which_nothing_is_left_goes_also_for_those_who_read(
        self, tmp_path: Path
    ) -> None:
        with closing(self.open(tmp_path)) as index:
            index.put([some_document(name, "shared") for name in ("a", "b", "c")])
            index.commit(1)
            with closing(self.open(tmp_path, writable=False)) as reader:
                for position in range(2, 6):
                    index.put([some_document("b", f"shared {position}")])
                    index.commit(position)
                    reader.refresh()
                    assert found(reader, f"{position}") == ["b"]
                    assert reader.documents == 3
            assert len(_files(tmp_path)) == 3

    @pytest.mark.usefixtures("one_each")
    def test_a_commit_cut_short_between_volumes_is_taken_again(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with closing(self.open(tmp_path)) as index:
            index.put([some_document("a", "first")])
            index.commit(1)
            index.put([some_document("b", "second"), some_document("c", "third")])
            with monkeypatch.context() as patch:
                patch.setattr(TantivyIndex, "commit", _but_the_first(tmp_path))
                with pytest.raises(KeyboardInterrupt):
                    index.commit(2)
        with closing(self.open(tmp_path)) as index:
            assert (index.position, index.documents) == (1, -1)
            index.put([some_document("b", "second"), some_document("c", "third")])
            index.commit(2)
            assert (index.position, index.documents) == (2, 3)


def _files(directory: Path) -> dict[str, list[tuple[str, int]]]:
    """The files of each volume but the first, and when they were written."""
    return {
        volume.name: sorted((each.name, each.stat().st_mtime_ns) for each in volume.iterdir())
        for volume in sorted(directory.glob("v*"))
    }


def _but_the_first(directory: Path) -> Callable[[TantivyIndex, int], None]:
    commit = TantivyIndex.commit

    def cut_short(volume: TantivyIndex, position: int) -> None:
        if volume.directory == directory:
            raise KeyboardInterrupt
        commit(volume, position)

    return cut_short

"""An index that is damaged, cut off or of another making is noticed and replaced whole."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from indexer.embedding.testing import HashEmbedder
from indexer.errors import IndexOutdated, IndexUnavailable
from indexer.index import HybridIndex
from indexer.stored import generation
from indexer.stored.parts import Parts
from indexer.stored.passage_store import PassageStore
from indexer.text import analysis
from tests.indexer.forty import documents, empty, fill, found, overwrite, shorten


def reason_to_rebuild(place: Path, embedder: HashEmbedder, expected: list[str]) -> str:
    """Why the index does not open; empty if it does and finds what is expected."""
    try:
        with HybridIndex.open(place, embedder) as index:
            return "" if found(index) == expected else "It finds something else."
    except IndexOutdated as error:
        return str(error)


def files(place: Path) -> list[Path]:
    return sorted(path for path in place.rglob("*") if path.is_file() and path.stat().st_size)


@pytest.mark.exhaustive
@pytest.mark.parametrize("damage", [Path.unlink, shorten, overwrite, empty])
def test_damage_to_any_file_is_noticed_or_harmless_and_repaired_by_a_rebuild(
    place: Path, tmp_path: Path, embedder: HashEmbedder, damage: Callable[[Path], None]
) -> None:
    with HybridIndex.open(place, embedder) as index:
        expected = found(index)
    names = [path.relative_to(place) for path in files(place)]
    noticed = set()
    for name in names:
        copy = tmp_path / "copy"
        shutil.copytree(place, copy)
        damage(copy / name)
        reason = reason_to_rebuild(copy, embedder, expected)
        if reason:
            noticed.add(name.name)
            assert reason.endswith(".")
            with HybridIndex.build(copy, embedder, fill) as index:
                assert found(index) == expected
                assert index.position == 40
        shutil.rmtree(copy)
    assert {"CURRENT", "manifest.json", "passages.sqlite", "vectors.sqlite", "meta.json"} <= noticed


def test_a_missing_directory_is_noticed(place: Path, embedder: HashEmbedder) -> None:
    with pytest.raises(IndexOutdated, match="There is no index"):
        HybridIndex.open(place / "nowhere", embedder)
    shutil.rmtree(generation.current(place) / "lexical")
    with pytest.raises(IndexOutdated, match="no directory"):
        HybridIndex.open(place, embedder, writable=True)
    shutil.rmtree(generation.current(place))
    with pytest.raises(IndexOutdated, match="names no generation"):
        HybridIndex.open(place, embedder)


def test_another_model_engine_or_version_is_named(
    place: Path, embedder: HashEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(IndexOutdated, match="fingerprint hash/1/96, this program uses hash/2/96"):
        HybridIndex.open(place, HashEmbedder(fingerprint="hash/2"))
    with pytest.raises(IndexOutdated, match="engine tantivy, this program uses whoosh"):
        HybridIndex.open(place, embedder, engine="whoosh")
    monkeypatch.setattr(analysis, "VERSION", 99)
    with pytest.raises(IndexOutdated, match="analysis"):
        HybridIndex.open(place, embedder)
    monkeypatch.setattr(generation, "SCHEMA_VERSION", 99)
    with pytest.raises(IndexOutdated, match="schema"):
        HybridIndex.open(place, embedder)


def test_a_missing_vector_is_noticed_and_computed_again(
    place: Path, embedder: HashEmbedder
) -> None:
    with sqlite3.connect(place / "vectors.sqlite") as store:
        store.execute("DELETE FROM vectors WHERE rowid = 7")
    store.close()
    with pytest.raises(IndexOutdated, match=r"lacks vectors of the index \(1\)"):
        HybridIndex.open(place, embedder)
    computed = embedder.embedded
    HybridIndex.build(place, embedder, fill).close()
    assert embedder.embedded == computed + 1
    HybridIndex.open(place, embedder).close()


def test_a_rebuild_computes_no_vector_again(place: Path, embedder: HashEmbedder) -> None:
    computed = embedder.embedded
    with HybridIndex.build(place, embedder, fill) as index:
        assert embedder.embedded == computed
        assert index.position == 40
    assert sorted(path.name for path in place.glob("g*")) == ["g000002"]


def test_a_switch_of_engine_is_only_a_rebuild(place: Path, embedder: HashEmbedder) -> None:
    with HybridIndex.build(place, embedder, fill, engine="whoosh") as index:
        assert "d003" in found(index)
    HybridIndex.open(place, embedder, engine="whoosh").close()


def test_a_build_that_fails_leaves_the_old_index_as_it_was(
    place: Path, embedder: HashEmbedder
) -> None:
    def fail(index: HybridIndex) -> None:
        index.put(documents(3))
        index.commit(3)
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        HybridIndex.build(place, embedder, fail)
    assert [path.name for path in place.glob("g*")] == ["g000001"]
    with HybridIndex.open(place, embedder) as index:
        assert index.position == 40


def test_what_a_killed_build_left_is_removed_by_the_next(
    place: Path, embedder: HashEmbedder
) -> None:
    half = place / "g000002"
    shutil.copytree(place / "g000001", half)
    (half / "manifest.json").unlink()
    with HybridIndex.open(place, embedder) as index:
        assert "d003" in found(index)
    HybridIndex.build(place, embedder, fill).close()
    assert [path.name for path in place.glob("g*")] == ["g000003"]


def test_readers_find_the_new_generation_at_their_next_refresh(
    place: Path, embedder: HashEmbedder
) -> None:
    def smaller(index: HybridIndex) -> None:
        index.put(documents(5))
        index.commit(50)

    with HybridIndex.open(place, embedder) as reader:
        HybridIndex.build(place, embedder, smaller).close()
        assert (reader.position, len(found(reader))) == (40, 10)
        reader.refresh()
        assert reader.position == 50
        assert set(found(reader)) == {f"d{n:03}" for n in range(5)}


def test_an_index_that_is_made_anew_while_one_opens_it_opens_as_the_new_one(
    place: Path, embedder: HashEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = Parts.open

    def removed(path: Path, *given: Any, **named: Any) -> Parts:
        monkeypatch.undo()
        HybridIndex.build(place, embedder, fill).close()
        return opened(path, *given, **named)

    monkeypatch.setattr(Parts, "open", removed)
    with HybridIndex.open(place, embedder) as index:
        assert index.position == 40
        assert "d003" in found(index)


def test_a_search_that_meets_a_swap_is_repeated_on_the_new_generation(
    place: Path, embedder: HashEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    with HybridIndex.open(place, embedder) as reader:
        HybridIndex.build(place, embedder, fill).close()

        def swapped(old: PassageStore, numbers: list[int]) -> object:
            monkeypatch.undo()
            reader.refresh()
            return old.fetch(numbers)

        monkeypatch.setattr(PassageStore, "fetch", swapped)
        assert "d003" in found(reader)


def test_a_new_generation_that_does_not_fit_is_refused_at_refresh(
    place: Path, embedder: HashEmbedder
) -> None:
    with HybridIndex.open(place, embedder) as reader:
        HybridIndex.build(place, embedder, fill, engine="whoosh").close()
        with pytest.raises(IndexOutdated, match="engine"):
            reader.refresh()


def test_passages_of_other_lengths_are_refused_and_other_weights_are_not(
    place: Path, embedder: HashEmbedder
) -> None:
    known = embedder.calibration
    embedder.calibration = replace(known, near=0.9, meeting=1.0)
    HybridIndex.open(place, embedder).close()
    embedder.calibration = replace(known, lengths=replace(known.lengths, passage=128))
    with pytest.raises(IndexOutdated, match="passages of other lengths"):
        HybridIndex.open(place, embedder)


def test_a_manifest_notes_the_calibration_and_one_without_was_made_with_that_of_the_model(
    place: Path, embedder: HashEmbedder
) -> None:
    file = generation.current(place) / generation.MANIFEST
    told = json.loads(file.read_text())
    assert told["calibration"]["near"] == 0.34
    assert told.pop("calibration")["lengths"]["passage"] == 256
    file.write_text(json.dumps(told))
    HybridIndex.open(place, embedder).close()


def test_an_index_older_than_its_manifest_is_noticed(place: Path, embedder: HashEmbedder) -> None:
    made = generation.manifest(embedder, "tantivy", 41)
    generation.swap_in(generation.current(place), made)
    with pytest.raises(IndexOutdated, match="lacks what it held at position 41"):
        HybridIndex.open(place, embedder)


def test_parts_that_differ_at_the_same_position_are_noticed(
    place: Path, embedder: HashEmbedder
) -> None:
    with sqlite3.connect(generation.current(place) / "passages.sqlite") as store:
        store.execute("DELETE FROM passages WHERE document = 1")
        store.execute("DELETE FROM documents WHERE number = 1")
    store.close()
    with pytest.raises(IndexOutdated, match="40 documents by words, but 39 by vectors"):
        HybridIndex.open(place, embedder)


def killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_cut_between_the_two_commits_is_replayed_from_the_older_stamp(
    place: Path, embedder: HashEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    with HybridIndex.open(place, embedder, writable=True) as index:
        index.put(documents(45))
        with monkeypatch.context() as patch:
            patch.setattr(PassageStore, "commit", killed)
            with pytest.raises(KeyboardInterrupt):
                index.commit(45)
    with HybridIndex.open(place, embedder, writable=True) as index:
        assert index.position == 40
        assert len(found(index)) == 10
        index.put(documents(45))
        index.commit(45)
        assert index.position == 45

    def whole(index: HybridIndex) -> None:
        index.put(documents(45))
        index.commit(45)

    with HybridIndex.build(place, embedder, whole) as fresh:
        assert len(found(fresh)) == 10


def test_a_place_that_cannot_be_written_is_told_in_one_sentence(
    tmp_path: Path, embedder: HashEmbedder
) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(IndexUnavailable, match="cannot be used: File exists"):
        HybridIndex.build(tmp_path / "file", embedder, fill)


def test_a_letter_that_became_another_is_never_shown(place: Path, embedder: HashEmbedder) -> None:
    file = place / "g000001" / "passages.sqlite"
    content = file.read_bytes()
    assert b"subject3" in content
    file.write_bytes(content.replace(b"subject3", b"subjecu3"))
    with HybridIndex.open(place, embedder) as index, pytest.raises(IndexOutdated, match="differs"):
        found(index)

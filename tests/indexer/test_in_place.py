"""What is taken out of a store is overwritten where it lies, without a copy of the file."""

import gc
import sys
from collections.abc import Iterator
from contextlib import closing
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from random import Random

import numpy as np
import pytest

from indexer.document import Document, Filter, Passage, Section
from indexer.embedding.embedder import Embedded
from indexer.embedding.testing import HashEmbedder
from indexer.index import HybridIndex
from indexer.stored import files
from indexer.stored.parts import Parts
from indexer.stored.passage_store import PassageStore
from indexer.stored.rows import Seen, Taken
from indexer.stored.vector_store import VectorStore
from indexer.text.passages import EmbeddedPassage

WORDS = 16
WORD = "zymurgy"


@pytest.fixture(autouse=True)
def copied(monkeypatch: pytest.MonkeyPatch) -> None:
    """No file is copied: what is left in it would be gone by that."""
    monkeypatch.setattr(files, "COPY_AT", 1_000_000)


def lying(folder: Path) -> bytes:
    """All bytes of the files in a folder."""
    return b"".join(each.read_bytes() for each in sorted(folder.iterdir()))


def mark(name: int) -> str:
    """Text that nothing else has, of a length that `marks_in` looks for."""
    return "#" + blake2b(b"%d" % name, digest_size=12).hexdigest()


def marks_in(folder: Path) -> set[str]:
    """All that could be a mark."""
    return {"#" + each[:24].decode("latin-1") for each in lying(folder).split(b"#")}


def rounds(size: int = 40) -> Iterator[tuple[list[int], list[int]]]:
    """What is put and what is taken out of it in turn: few, then many, then nearly all."""
    draw, here, following = Random(7), list[int](), 0
    for share in (0.02, 0.1, 0.5, 0.02, 0.9, 0.3):
        new = list(range(following, following := following + size))
        here += new
        gone = draw.sample(here, int(len(here) * share))
        here = [each for each in here if each not in gone]
        yield new, gone


def test_nothing_is_left_of_documents_that_were_taken_out_of_the_store_of_passages(
    tmp_path: Path,
) -> None:
    draw = Random(1)
    with closing(PassageStore(tmp_path / "p.sqlite", writable=True, new=True)) as store:
        marks: dict[int, list[str]] = {}
        taken_out: set[str] = set()
        for new, gone in rounds():
            for number in new:
                lengths = [draw.choice((1, 5, 90, 300)) for _ in range(draw.randrange(1, 6))]
                texts = [mark(number * 10 + part) for part in range(len(lengths))]
                document = Document(
                    id=f"d{number}", title=texts[0], sections=(), audience=frozenset()
                )
                passages = [
                    Taken(_passage(document.id, part, text * length), [text], 1.0)
                    for part, (text, length) in enumerate(zip(texts, lengths, strict=True))
                ]
                store.put([(document, passages, texts[0].encode())], str.encode)
                marks[number] = texts
            store.commit(1)
            store.remove([f"d{number}" for number in gone])
            store.commit(2)
            store.clear()
            taken_out |= {each for number in gone for each in marks.pop(number)}
            held = marks_in(tmp_path)
            assert not held & taken_out
            assert held >= {each for kept in marks.values() for each in kept}


def test_nothing_is_left_of_vectors_and_hashes_of_texts_that_are_not_kept(
    tmp_path: Path,
) -> None:
    draw = np.random.default_rng(1)
    with closing(VectorStore(tmp_path / "v.sqlite", 96, WORDS, writable=True)) as store:
        texts: dict[bytes, Embedded] = {}
        numbered: list[bytes] = []
        taken_out: list[bytes] = []
        for new, gone in rounds():
            added = {store.text_hash(mark(number)): _embedded(draw) for number in new}
            store.put("m", added)
            numbered += added
            texts |= added
            for number in gone:
                key = numbered[number]
                one = texts.pop(key)
                taken_out += [key, one.vector.tobytes()[:16], one.words.tobytes()[-WORDS:]]
            store.keep_only_beside(texts.keys())
            held = lying(tmp_path)
            assert [each for each in taken_out if each in held] == []
            found = store.get("m", numbered)
            assert found.keys() == texts.keys()
            assert all(np.array_equal(found[key], one.vector) for key, one in texts.items())


def test_nothing_is_left_of_the_hashes_of_texts_that_are_not_kept(tmp_path: Path) -> None:
    one = Embedded(np.array([1, 0, 0], np.float32))
    with closing(VectorStore(tmp_path / "v.sqlite", 3, 0, writable=True)) as store:
        kept: set[bytes] = set()
        taken_out: list[bytes] = []
        for new, gone in rounds(300):
            store.put("m", {store.text_hash(mark(number)): one for number in new})
            kept |= {store.text_hash(mark(number)) for number in new}
            taken_out += [store.text_hash(mark(number)) for number in gone]
            kept.difference_update(taken_out)
            store.keep_only(kept)
            held = lying(tmp_path)
            assert [each for each in taken_out if each in held] == []
            assert store.get("m", taken_out) == {}
            assert store.get("m", [*kept]).keys() == kept


def test_a_file_is_copied_without_its_room_once_more_was_taken_out_than_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "COPY_AT", 0)
    path = tmp_path / "p.sqlite"
    with closing(PassageStore(path, writable=True, new=True)) as store:
        sizes = []
        for _ in range(9):
            for name in (f"d{number}" for number in range(20)):
                document = Document(id=name, title=name, sections=(), audience=frozenset())
                passage = Taken(_passage(name, 0, "x" * 1500), (), 1.0)
                store.put([(document, [passage], b"")], lambda _: b"a hash")
            store.commit(1)
            store.clear()
            sizes.append(path.stat().st_size)
        numbers = [each.passages[0].number for each in store.changes(Seen()).added]
        assert {each.passage.text for each in store.fetch(numbers).values()} == {"x" * 1500}
    assert len(numbers) == 20
    assert max(sizes) < 4 * sizes[0]


def test_who_reads_an_index_beside_an_erasure_has_no_vector_of_it_in_memory_once_they_look_again(
    tmp_path: Path,
) -> None:
    embedder = HashEmbedder()
    everyone = frozenset({"all"})

    def fill(index: HybridIndex) -> None:
        index.put(
            Document(id=name, title=name, sections=(Section(name, text),), audience=everyone)
            for name, text in (("gone", "Handover at the bed."), ("kept", "Round in the night."))
        )
        index.commit(1)

    with HybridIndex.build(tmp_path / "index", embedder, fill) as index:
        reader = Parts.current(tmp_path / "index", embedder, "tantivy", writable=False)
        with closing(reader):
            hashes = [*reader.memory.text_hashes()]
            vectors = reader.memory.near.vectors.matrix.copy()
            assert len(reader.words(hashes)) == len(vectors) == 2
            index.purge(["gone"], 2)
            reader.refresh()
            assert len(reader.words(hashes)) == 1
            # What the rows are a part of holds no more than these either.
            assert reader.memory.near.vectors.matrix.base is not None
            held = reader.memory.near.vectors.matrix.base.tobytes()
            assert [one.tobytes() in held for one in vectors].count(True) == 1


def test_no_cache_has_a_word_of_what_was_erased(tmp_path: Path) -> None:
    gone, kept = (
        Document(id=name, title=name, sections=(Section("W", text),), audience=frozenset({"all"}))
        for name, text in (("gone", f"A {WORD} here."), ("kept", "Round in the night."))
    )

    def fill(index: HybridIndex) -> None:
        index.put([gone, kept])
        index.commit(1)

    with HybridIndex.build(tmp_path / "index", HashEmbedder(), fill) as index:
        assert index.search(WORD, Filter(audience=frozenset({"all"})))
        assert is_in_caches(WORD)
        index.purge(["gone"], 2)
        assert not is_in_caches(WORD)


def is_in_caches(word: str) -> bool:
    """Whether caches of functions of the indexer have it, but for the embedder of tests."""
    modules = [each for name, each in sys.modules.items() if name.startswith("indexer.")]
    cached = type(lru_cache(len))
    functions = [
        value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, cached) and value.__module__ != HashEmbedder.__module__
    ]
    return word in repr([gc.get_referents(each) for each in functions])


def _passage(document: str, part: int, text: str) -> EmbeddedPassage:
    passage = Passage(
        id=f"{document}/{part}", document_id=document, heading=text[:25], text=text, parts=()
    )
    return EmbeddedPassage(passage, text)


def _embedded(draw: np.random.Generator) -> Embedded:
    vector = draw.standard_normal(96).astype(np.float32)
    count = int(draw.choice([1, 3, 60, 700]))
    words = draw.integers(-127, 127, (count, WORDS), dtype=np.int8)
    terms = tuple(f"t{number}" for number in range(count))
    return Embedded(vector / np.linalg.norm(vector), terms, words)

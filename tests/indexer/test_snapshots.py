"""Searches take no lock: each answers from one commit, whatever is committed or asked meanwhile."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Event
from typing import Any

import numpy as np
import pytest

from indexer import lexical
from indexer.document import Document, Filter, Section
from indexer.embedding.testing import HashEmbedder
from indexer.embedding.threads import one_thread
from indexer.index import HybridIndex
from indexer.ranking.evidence import Sought
from indexer.resident.memory import Memory, Proposed
from indexer.resident.postings import pack
from indexer.stored.rows import Known, StoredDocument

ALL = frozenset({"all"})
EVERYONE = Filter(audience=ALL)
PATIENCE = 30
"""Seconds after which a thread that waits for what never comes fails its test."""


class Gate:
    """What a search waits at, once: it says that it is there, and goes on when it is opened."""

    def __init__(self) -> None:
        self.reached, self.opened = Event(), Event()

    def wait(self) -> None:
        if not self.reached.is_set():
            self.reached.set()
            assert self.opened.wait(PATIENCE)


def document(name: str, text: str) -> Document:
    return Document(id=name, title=name, sections=(Section("What", text),), audience=ALL)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Gate:
    """Closed inside the full-text engine "gated", which is what Tantivy is otherwise."""
    gate = Gate()

    class Gated:
        def __init__(self, engine: lexical.LexicalIndex) -> None:
            self._engine = engine

        def __getattr__(self, name: str) -> Any:
            return getattr(self._engine, name)

        def propose(self, weights: Mapping[str, float], filter: Filter, limit: int) -> list[str]:
            found = self._engine.propose(weights, filter, limit)
            gate.wait()
            return found

    def opened(directory: Path, writable: bool) -> Any:
        return Gated(lexical.open_lexical("tantivy", directory, writable=writable))

    monkeypatch.setattr(lexical, "ENGINES", {**lexical.ENGINES, "gated": opened})
    return gate


@pytest.fixture
def index(gate: Gate, tmp_path: Path) -> Iterator[HybridIndex]:
    def fill(index: HybridIndex) -> None:
        index.put([document("Oak", "Trees lose their leaves."), document("Elm", "Another tree.")])
        index.commit(1)

    with HybridIndex.build(tmp_path, HashEmbedder(), fill, engine="gated") as index:
        yield index


def found(index: HybridIndex, question: str = "trees and leaves") -> set[str]:
    return {hit.document_id for hit in index.search(question, EVERYONE, 10)}


def test_a_search_that_began_before_an_erasure_answers_as_one_that_began_after_it(
    index: HybridIndex, gate: Gate
) -> None:
    with ThreadPoolExecutor() as threads:
        begun = threads.submit(index.search, "trees and leaves", EVERYONE, 10)
        assert gate.reached.wait(PATIENCE)
        index.purge(["Oak"], 2)
        gate.opened.set()
        assert begun.result(PATIENCE) == index.search("trees and leaves", EVERYONE, 10)
    assert found(index) == {"Elm"}


def test_a_search_answers_from_the_commit_that_it_began_with(
    index: HybridIndex, gate: Gate
) -> None:
    with ThreadPoolExecutor(1) as pool:
        paused = pool.submit(found, index)
        assert gate.reached.wait(PATIENCE)
        index.put([document("Fir", "A tree that keeps its leaves.")])
        index.commit(2)
        assert found(index) == {"Oak", "Elm", "Fir"}
        gate.opened.set()
        assert paused.result(PATIENCE) == {"Oak", "Elm"}


def test_a_search_shows_nothing_that_was_removed_meanwhile(index: HybridIndex, gate: Gate) -> None:
    with ThreadPoolExecutor(1) as pool:
        paused = pool.submit(found, index)
        assert gate.reached.wait(PATIENCE)
        index.remove(["Oak"])
        index.commit(2)
        gate.opened.set()
        assert paused.result(PATIENCE) == {"Elm"}


def test_neither_a_search_nor_a_commit_waits_for_a_search_inside_the_memory() -> None:
    gate, question = Gate(), np.array([1, 0], np.float32)

    def paused_names() -> Iterator[str]:
        gate.wait()
        yield "first"

    def candidates(memory: Memory, proposed: Proposed) -> list[str]:
        return memory.candidates(question, {}, 1.0, EVERYONE, proposed, Sought(), 5).ids

    def stored(number: int, name: str) -> StoredDocument:
        return StoredDocument(number, name, ALL, {}, (Known(number, b"", 1.0),))

    empty, words = Memory.empty(2, 8.0), [pack({"tree": 1})]
    memory = empty.changed([stored(1, "first")], words, question[None, :], ())
    with ThreadPoolExecutor(2) as pool:
        paused = pool.submit(candidates, memory, Proposed([], ["first"], paused_names()))
        assert gate.reached.wait(PATIENCE)
        other = pool.submit(candidates, memory, Proposed([], ["first"], []))
        assert other.result(PATIENCE) == ["first"]
        later = memory.changed([stored(2, "second")], words, question[None, :], [1])
        assert candidates(later, Proposed([], ["first", "second"], [])) == ["second"]
        gate.opened.set()
        assert paused.result(PATIENCE) == ["first"]


def test_products_of_two_searches_are_computed_beside_each_other() -> None:
    together = Barrier(2)

    def compute() -> int:
        with one_thread():
            return together.wait(PATIENCE)

    with ThreadPoolExecutor(2) as pool:
        assert {each.result() for each in [pool.submit(compute) for _ in range(2)]} == {0, 1}

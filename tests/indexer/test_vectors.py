"""The vectors in memory find what a plain computation finds, after any puts and removals."""

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from indexer import vectors as module
from indexer.document import Filter
from indexer.passage_store import StoredDocument
from indexer.vectors import VectorIndex, Vectors

DIMENSION = 8
NAMES = [f"d{n}" for n in range(12)]
ALL = frozenset({"all"})


def unit_rows(count: int, seed: int) -> Vectors:
    rows = np.random.default_rng(seed).standard_normal((count, DIMENSION)).astype(np.float32)
    normal: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return normal


class VectorIndexAgainstPlainArrays(RuleBasedStateMachine):
    """The model is a dictionary of documents with their rows."""

    def __init__(self) -> None:
        super().__init__()
        self.index = VectorIndex(DIMENSION)
        self.model: dict[str, tuple[StoredDocument, Vectors]] = {}
        self.number = 0

    @rule(
        names=st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True),
        passages=st.integers(1, 4),
        kind=st.sampled_from(["practice", "note"]),
        audience=st.sampled_from(["all", "curators"]),
    )
    def put(self, names: list[str], passages: int, kind: str, audience: str) -> None:
        removed = [self.model[name][0].number for name in names if name in self.model]
        added, rows = [], []
        for name in names:
            self.number += 1
            document = StoredDocument(
                number=self.number,
                id=name,
                audience=frozenset({audience}),
                facets={"kind": frozenset({kind})},
                passages=tuple((self.number * 10 + n, b"%d" % n) for n in range(passages)),
            )
            rows.append(unit_rows(passages, self.number))
            added.append(document)
            self.model[name] = (document, rows[-1])
        self.index.apply(added, np.concatenate(rows), removed)

    @rule(name=st.sampled_from(NAMES))
    def remove(self, name: str) -> None:
        number = self.model.pop(name)[0].number if name in self.model else 10_000
        self.index.apply([], np.empty((0, DIMENSION), np.float32), [number])

    @rule()
    def compact(self) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(module, "_COMPACT_AT", 1)
            self.index = self.index.compacted()

    @rule(
        seed=st.integers(0, 50),
        count=st.integers(1, 5),
        kinds=st.sampled_from([{}, {"kind": frozenset({"note"})}, {"kind": frozenset({"no"})}]),
        audience=st.sampled_from([ALL, frozenset({"all", "curators"})]),
        names=st.lists(st.sampled_from([*NAMES, "unknown"]), max_size=3),
    )
    def search(
        self,
        seed: int,
        count: int,
        kinds: dict[str, frozenset[str]],
        audience: frozenset[str],
        names: list[str],
    ) -> None:
        question = unit_rows(1, 1000 + seed)[0]
        best = {
            name: float((rows @ question).max())
            for name, (document, rows) in self.model.items()
            if document.audience & audience
            and all(document.facets[key] & values for key, values in kinds.items())
        }
        found = self.index.candidates(
            question, Filter(audience=audience, facets=kinds), names, count
        )
        scores = dict(zip(found.ids, found.cosines.tolist(), strict=True))
        soft = {
            name: np.log(np.exp(8 * (self.model[name][1] @ question)).mean()) / 8 for name in best
        }
        assert found.scores.tolist() == pytest.approx([soft[name] for name in found.ids], abs=1e-5)
        assert len(scores) == len(found.ids)
        first = sorted(best, key=lambda name: -best[name])[:count]
        assert {*first, *(name for name in names if name in best)} <= scores.keys() <= best.keys()
        for name, passage, row in zip(found.ids, found.passages, found.rows, strict=True):
            document, rows = self.model[name]
            assert scores[name] == pytest.approx(best[name], abs=1e-5)
            place = [number for number, _ in document.passages].index(passage)
            assert np.array_equal(self.index.vectors(np.array([row]))[0], rows[place])

    @rule(
        seed=st.integers(0, 50),
        names=st.lists(st.sampled_from([*NAMES, "unknown"]), max_size=4, unique=True),
        count=st.integers(1, 5),
    )
    def look_closer(self, seed: int, names: list[str], count: int) -> None:
        question = unit_rows(1, 2000 + seed)[0]
        found = self.index.nearest_texts(question, names, count)
        assert len(found) == len(names)
        for name, keys in zip(names, found, strict=True):
            rows = self.model[name][1] if name in self.model else unit_rows(0, 0)
            order = np.argsort(-(rows @ question))[:count]
            assert keys == [b"%d" % place for place in order]

    @invariant()
    def the_distribution_is_that_of_the_documents_means(self) -> None:
        assert len(self.index) == len(self.model)
        question = unit_rows(1, 7)[0]
        found = self.index.candidates(question, Filter(audience=ALL), [], 1).distribution
        if self.model:
            means = np.array([(rows @ question).mean() for _, rows in self.model.values()])
            assert found.mean == pytest.approx(means.mean(), abs=1e-5)
            assert found.deviation == pytest.approx(means.std(), abs=1e-4)


TestVectorIndex = VectorIndexAgainstPlainArrays.TestCase
TestVectorIndex.settings = settings(max_examples=25, stateful_step_count=15, deadline=None)


def test_removed_rows_are_left_behind_only_while_they_are_few() -> None:
    index = VectorIndex(DIMENSION)
    documents = [
        StoredDocument(n, f"d{n}", ALL, {}, tuple((n * 100 + p, b"") for p in range(60)))
        for n in range(1, 31)
    ]
    index.apply(documents, unit_rows(1800, 3), ())
    index.apply([], unit_rows(0, 0), [document.number for document in documents[:10]])
    assert index.compacted() is index
    index.apply([], unit_rows(0, 0), [document.number for document in documents[10:20]])
    smaller = index.compacted()
    assert smaller is not index
    assert len(smaller) == 10
    question = unit_rows(1, 5)[0]
    old, new = (each.candidates(question, Filter(audience=ALL), [], 5) for each in (index, smaller))
    assert new.ids == old.ids
    assert np.array_equal(new.passages, old.passages)

"""What is in memory finds and counts what a plain computation does, after any puts and removals."""

import pickle

import numpy as np
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from indexer.document import Filter
from indexer.ranking.evidence import Sought
from indexer.resident import memory as module
from indexer.resident import postings as postings_module
from indexer.resident.memory import Candidates, Memory, Proposed
from indexer.resident.postings import Postings, keys, pack
from indexer.resident.vectors import PassageVectors, Vectors
from indexer.stored.rows import Known, StoredDocument
from tests.examples import costly

DIMENSION = 8
NAMES = [f"d{n}" for n in range(12)]
TERMS = ["red", "fox", "tree", "stone"]
ALL = frozenset({"all"})


def unit_rows(count: int, seed: int) -> Vectors:
    rows = np.random.default_rng(seed).standard_normal((count, DIMENSION)).astype(np.float32)
    normal: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return normal


def counted(number: int) -> dict[str, int]:
    """Some terms for the document of that number."""
    return {term: 1 + number % each for each, term in enumerate(TERMS, 2) if number % each}


def known(number: int, text_hash: bytes = b"") -> Known:
    """A passage that the model reads."""
    return Known(number, text_hash, 1.0)


def asked(
    memory: Memory, question: Vectors, passing: Filter, names: list[str], count: int
) -> Candidates:
    """What is found if all documents of `names` are proposed for their name, none for words."""
    proposed = Proposed([], memory.near.nearest(question, passing, count), names)
    return memory.candidates(question, {}, 1.0, passing, proposed, Sought(), count)


class MemoryAgainstPlainArrays(RuleBasedStateMachine):
    """The model is a dictionary of documents with their rows."""

    def __init__(self) -> None:
        super().__init__()
        self.index = Memory.empty(DIMENSION, 8.0)
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
                passages=tuple(known(self.number * 10 + n, b"%d" % n) for n in range(passages)),
            )
            rows.append(unit_rows(passages, self.number))
            added.append(document)
            self.model[name] = (document, rows[-1])
        packed = [pack(counted(document.number)) for document in added]
        self.index = self.index.changed(added, packed, np.concatenate(rows), removed)

    @rule(name=st.sampled_from(NAMES))
    def remove(self, name: str) -> None:
        number = self.model.pop(name)[0].number if name in self.model else 10_000
        self.index = self.index.changed([], [], np.empty((0, DIMENSION), np.float32), [number])

    @rule()
    def compact(self) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(module, "COMPACT_AT", 1)
            self.index = self.index.compacted()

    @rule()
    def wipe(self) -> None:
        before = self.index
        self.index = before.wiped()
        assert before.stale
        assert not self.index.stale

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
        found = asked(self.index, question, Filter(audience=audience, facets=kinds), names, count)
        scores = dict(zip(found.ids, found.cosines.tolist(), strict=True))
        soft = {
            name: np.log(np.exp(8 * (self.model[name][1] @ question)).mean()) / 8 for name in best
        }
        assert found.scores.tolist() == pytest.approx([soft[name] for name in found.ids], abs=1e-5)
        assert len(scores) == len(found.ids)
        first = sorted(best, key=lambda name: -best[name])[:count]
        assert {*first, *(name for name in names if name in best)} <= scores.keys() <= best.keys()
        for name, passage, row in zip(
            found.ids, self.index.numbers(found.rows), found.rows, strict=True
        ):
            document, rows = self.model[name]
            assert scores[name] == pytest.approx(best[name], abs=1e-5)
            place = [each.number for each in document.passages].index(passage)
            assert np.array_equal(self.index.vectors(np.array([row]))[0], rows[place])

    @rule(
        seed=st.integers(0, 50),
        names=st.lists(st.sampled_from([*NAMES, "unknown"]), max_size=4, unique=True),
        count=st.integers(1, 5),
    )
    def look_closer(self, seed: int, names: list[str], count: int) -> None:
        question = unit_rows(1, 2000 + seed)[0]
        found = self.index.nearest(question, names, count)
        assert len(found) == len(names)
        for name, nearest in zip(names, found, strict=True):
            rows = self.model[name][1] if name in self.model else unit_rows(0, 0)
            order = np.argsort(-(rows @ question))[:count]
            assert [each.text_hash for each in nearest] == [b"%d" % place for place in order]

    @rule(audience=st.sampled_from([ALL, frozenset({"all", "curators"}), frozenset({"no"})]))
    def count_words(self, audience: frozenset[str]) -> None:
        seen = {
            name: counted(document.number)
            for name, (document, _) in self.model.items()
            if document.audience & audience
        }
        found = self.index.statistics(TERMS, audience)
        lengths = [sum(terms.values()) for terms in seen.values()]
        assert found.documents == len(seen)
        assert found.length == (sum(lengths) / len(lengths) if seen else 0)
        assert found.frequencies == {
            term: sum(term in terms for terms in seen.values()) for term in TERMS
        }

    @rule(audience=st.sampled_from([ALL, frozenset({"all", "curators"})]), count=st.integers(1, 12))
    def find_by_words(self, audience: frozenset[str], count: int) -> None:
        weights = {"red": 1.5, "fox": 0.5, "absent": 2.0}
        passing, question = Filter(audience=audience), unit_rows(1, 3)[0]
        proposed = Proposed([*NAMES, "unknown"], [], [])
        found = self.index.candidates(question, weights, 2.5, passing, proposed, Sought(), count)
        plain = {
            name: sum(
                weights.get(term, 0) * times * 2.2 / (times + 1.2 * (0.25 + 0.75 * length / 2.5))
                for term, times in counted(document.number).items()
            )
            for name, (document, _) in self.model.items()
            if document.audience & audience
            for length in [sum(counted(document.number).values())]
        }
        assert found.bm25.tolist() == pytest.approx([plain[name] for name in found.ids])
        worded = [name for name, score in plain.items() if score > 0]
        best = sorted(worded, key=lambda name: (-round(plain[name], 9), name))[:count]
        assert set(best) <= set(found.ids)

    @invariant()
    def the_distribution_is_that_of_the_visible_documents_means(self) -> None:
        assert len(self.index) == len(self.model)
        question = unit_rows(1, 7)[0]
        for audience in (ALL, frozenset({"all", "curators"})):
            seen = [rows for each, rows in self.model.values() if each.audience & audience]
            found = asked(self.index, question, Filter(audience=audience), [], 1).distribution
            means = np.array([(rows @ question).mean() for rows in seen] or [0.0])
            assert found.mean == pytest.approx(means.mean(), abs=1e-5)
            assert found.deviation == pytest.approx(means.std(), abs=1e-4)


TestMemory = MemoryAgainstPlainArrays.TestCase
TestMemory.settings = costly(4)


def test_what_was_removed_is_left_behind_only_while_it_is_little(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "COMPACT_AT", 10)
    memory = Memory.empty(DIMENSION, 8.0)
    documents = [
        StoredDocument(n, f"d{n}", ALL, {}, tuple(known(n * 100 + p) for p in range(3)))
        for n in range(1, 61)
    ]
    memory = memory.changed(
        documents, [pack(counted(n)) for n in range(1, 61)], unit_rows(180, 3), ()
    )
    memory = memory.changed(
        [], [], unit_rows(0, 0), [document.number for document in documents[:14]]
    )
    assert memory.compacted() is memory
    memory = memory.changed([], [], unit_rows(0, 0), [documents[14].number])
    smaller = memory.compacted()
    assert smaller is not memory
    assert len(smaller) == 45
    question, passing = unit_rows(1, 5)[0], Filter(audience=ALL)
    old, new = (asked(each, question, passing, [], 5) for each in (memory, smaller))
    assert new.ids == old.ids
    assert smaller.numbers(new.rows) == memory.numbers(old.rows)
    assert np.array_equal(new.scores, old.scores)
    assert new.distribution == old.distribution
    assert smaller.statistics(TERMS, ALL) == memory.statistics(TERMS, ALL)


@pytest.mark.parametrize("few", [0, 1_000])
def test_nothing_is_left_in_memory_of_what_was_wiped_and_results_are_as_without_it(
    monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(postings_module, "FEW", few)
    monkeypatch.setattr(postings_module, "FEW_ENTRIES", few)
    names = [f"d{n}" for n in range(40)]
    words = {name: {f"{name}{n}": 1 + n for n in range(4)} | counted(9) for name in names}
    gone = {"d0", "d7", "d8", "d39"}
    documents = [
        StoredDocument(n, name, ALL, {"tag": frozenset({f"of {name}"})}, (known(n, name.encode()),))
        for n, name in enumerate(names, 1)
    ]
    rows = unit_rows(40, 3)
    memory, postings, alone = Memory.empty(DIMENSION, 8.0), Postings(), Postings()
    for part in (slice(0, 30), slice(30, 39), slice(39, 40)):  # in several blocks
        packed = [pack(words[name]) for name in names[part]]
        memory = memory.changed(documents[part], packed, rows[part], ())
        postings = postings.extended(packed)
    alone = alone.extended([pack(words[name]) for name in names if name not in gone])
    memory = memory.changed([], [], rows[:0], [n for n, one in enumerate(names, 1) if one in gone])
    traces = {name: [rows[n].tobytes(), f"of {name}".encode()] for n, name in enumerate(names)}

    memory = memory.wiped()
    postings.wipe(np.array([n for n, name in enumerate(names) if name in gone]))

    held = memory.near.vectors.matrix.tobytes() + pickle.dumps(memory.near.roster)
    terms = pickle.dumps(postings)
    for name in names:
        left = [each in held for each in traces[name]]
        left += [keys([word]).tobytes() in terms for word in words[name] if word not in TERMS]
        assert left == [name not in gone] * len(left)
    live = np.array([name not in gone for name in names])
    asked_for = [*TERMS, *words["d7"], *words["d9"]]
    assert postings.statistics(asked_for, live) == alone.statistics(asked_for, live[live])
    weights = dict.fromkeys(asked_for, 1.5)
    scores = postings.scores(np.flatnonzero(live), weights, 9.0)
    assert np.array_equal(scores, alone.scores(np.arange(36), weights, 9.0))
    more = [pack(words["d9"])] * 30  # which makes one block of all
    assert postings.extended(more).statistics(
        asked_for, np.append(live, [True] * 30)
    ) == alone.extended(more).statistics(asked_for, np.ones(66, np.bool_))


def test_a_sample_of_many_is_the_same_whatever_else_is_there() -> None:
    few, many = Memory.empty(DIMENSION, 8.0), Memory.empty(DIMENSION, 8.0)
    seen = [StoredDocument(n, f"d{n}", ALL, {}, (known(n),)) for n in range(1, 1201)]
    other = frozenset({"board"})
    hidden = [StoredDocument(n, f"h{n}", other, {}, (known(n),)) for n in range(2001, 6001)]
    rows = unit_rows(1200, 1)
    few = few.changed(seen, [pack({})] * 1200, rows, ())
    many = many.changed(hidden, [pack({})] * 4000, unit_rows(4000, 2), ())
    many = many.changed(seen[::-1], [pack({})] * 1200, rows[::-1], ())
    question, passing = unit_rows(1, 5)[0], Filter(audience=ALL)
    one, two = (asked(each, question, passing, [], 5) for each in (few, many))
    assert one.distribution == two.distribution
    spread = (rows @ question).std()
    assert one.distribution.deviation == pytest.approx(spread, rel=0.1)
    assert sorted(one.ids) == sorted(two.ids)


def test_a_cosine_depends_on_its_own_row_to_the_last_bit() -> None:
    rows = np.random.default_rng(1).standard_normal((500, 384)).astype(np.float32)
    vectors = PassageVectors.empty(384, 8.0).extended([1] * 500, rows)
    question = rows[7]
    together = vectors.cosines(question, np.arange(500))
    for count in (1, 2, 3, 7, 33):
        for start in (0, 1, 5, 400):
            part = np.arange(start, start + count)
            assert np.array_equal(vectors.cosines(question, part), together[part])


@pytest.mark.parametrize(
    "tied",
    [
        ["d1", "d2", "d3", "d4"],
        ["begins alike", "begins alike 1", "begins alike 2", "begins alike 3"],
        ["a", "a\0", "a\0b", "b"],
        ["z", "ä", "日本日本", "日本日語"],
        ["begins 1", "begins alike", "begins alikf", "other"],
    ],
)
def test_of_those_that_score_the_same_by_words_the_first_by_id_are_looked_at(
    tied: list[str],
) -> None:
    row = unit_rows(1, 1)
    names = ["near 1", "near 2", *(tied[place] for place in (3, 1, 2, 0))]
    memory = Memory.empty(DIMENSION, 8.0)
    memory = memory.changed(
        [StoredDocument(n, name, ALL, {}, (known(n),)) for n, name in enumerate(names)],
        [pack({"fox": 1})] * len(names),
        np.concatenate([row, row, *[-row] * 4]),
        (),
    )
    passing = Filter(audience=ALL)
    proposed = Proposed(names[2:], memory.near.nearest(row[0], passing, 2), [])
    found = memory.candidates(row[0], {"fox": 1.0}, 1.0, passing, proposed, Sought(), 2)
    assert set(found.ids) == {"near 1", "near 2", *tied[:2]}

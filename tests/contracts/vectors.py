"""What every vector engine promises, and a plain one to compare it with."""

from collections.abc import Sequence
from itertools import count as count_from

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from indexer.document import Filter
from indexer.nearest import VectorIndex
from indexer.resident.vectors import Vectors
from indexer.stored.rows import Known, StoredDocument
from tests.examples import costly

DIMENSION = 3
ALL, BOARD = frozenset({"all"}), frozenset({"board"})
EVERYONE = Filter(audience=ALL)
NAMES = [f"d{n}" for n in range(6)]
KINDS = ["note", "practice"]

# Sums of these are exact in any order of adding, so what is as near is so for every engine.
rows = st.lists(st.sampled_from([-1.0, -0.5, 0.0, 0.5, 1.0]), min_size=3, max_size=3)
bodies = st.tuples(
    st.lists(rows, max_size=4), st.sampled_from([ALL, BOARD, ALL | BOARD]), st.sampled_from(KINDS)
)
commits = st.lists(
    st.tuples(
        st.dictionaries(st.sampled_from(NAMES), bodies, max_size=4),
        st.frozensets(st.sampled_from(NAMES), max_size=3),
    ),
    max_size=6,
)
filters = st.builds(
    Filter,
    audience=st.sampled_from([ALL, BOARD, ALL | BOARD, frozenset({"nobody"})]),
    facets=st.sampled_from([{}, *({"kind": frozenset({kind})} for kind in [*KINDS, "none"])]),
)


class PlainIndex:
    """`VectorIndex` of a dictionary, that multiplies all and sorts them."""

    def __init__(self, held: dict[int, tuple[StoredDocument, Vectors]] | None = None) -> None:
        self._held = held or {}

    def __len__(self) -> int:
        return len(self._held)

    def changed(
        self, added: Sequence[StoredDocument], vectors: Vectors, removed: Sequence[int]
    ) -> "PlainIndex":
        """See `VectorIndex`."""
        held = {number: one for number, one in self._held.items() if number not in removed}
        ends = np.cumsum([len(document.passages) for document in added], dtype=np.int64)
        for document, part in zip(added, np.split(vectors, ends)[:-1], strict=True):
            held[document.number] = (document, part)
        return PlainIndex(held)

    def nearest(self, question: Vectors, filter: Filter, count: int) -> set[str]:
        """See `VectorIndex`."""
        best = {
            document.id: float((rows @ question).max())
            for document, rows in self._held.values()
            if len(rows)
            and document.audience & filter.audience
            and all(document.facets[name] & values for name, values in filter.facets.items())
        }
        least = sorted(best.values(), reverse=True)[:count]
        return {name for name, near in best.items() if near >= least[-1]}


def document(
    number: int, name: str, passages: int, audience: frozenset[str] = ALL, kind: str = "note"
) -> StoredDocument:
    """One whose passages nobody reads."""
    known = tuple(Known(number * 10 + place, b"", 1.0) for place in range(passages))
    return StoredDocument(number, name, audience, {"kind": frozenset({kind})}, known)


def matrix(*rows: Sequence[float]) -> Vectors:
    """Rows of `DIMENSION` numbers."""
    return np.array(rows, np.float32).reshape(-1, DIMENSION)


class VectorIndexContract:
    """Subclass with `empty`."""

    def empty(self) -> VectorIndex:
        """One of vectors of `DIMENSION` numbers, without any."""
        raise NotImplementedError

    @costly(1, fixtures=True)
    @given(commits, rows, filters, st.integers(1, 7))
    def test_it_proposes_what_a_plain_computation_does(
        self,
        made: list[tuple[dict[str, tuple[list[list[float]], frozenset[str], str]], frozenset[str]]],
        question: list[float],
        passing: Filter,
        count: int,
    ) -> None:
        index, plain, asked = self.empty(), PlainIndex(), matrix(question)[0]
        numbers: dict[str, int] = {}
        unused = count_from(1)
        for added, removed in made:
            gone = [numbers.pop(name) for name in {*added, *removed} if name in numbers]
            documents = []
            for name, (vectors, audience, kind) in added.items():
                numbers[name] = next(unused)
                documents.append(document(numbers[name], name, len(vectors), audience, kind))
            every = matrix(*(row for vectors, *_ in added.values() for row in vectors))
            index = index.changed(documents, every, gone)
            plain = plain.changed(documents, every, gone)
        found = set(index.nearest(asked, passing, count))
        assert len(index) == len(plain)
        assert plain.nearest(asked, passing, count) <= found
        # And further ones only in their order, those that are as near all together.
        assert found == (plain.nearest(asked, passing, len(found)) if found else set())

    def test_a_commit_leaves_the_one_before_as_it_was(self) -> None:
        question = matrix([1, 0, 0])[0]
        first = self.empty().changed([document(1, "old", 1)], matrix([1, 0, 0]), ())
        second = first.changed([document(2, "new", 1)], matrix([1, 0, 0]), [1])
        third = second.changed([document(3, "more", 2)], matrix([1, 0, 0], [0, 1, 0]), ())
        assert set(first.nearest(question, EVERYONE, 9)) == {"old"}
        assert set(second.nearest(question, EVERYONE, 9)) == {"new"}
        assert set(third.nearest(question, EVERYONE, 9)) == {"new", "more"}
        assert [len(each) for each in (first, second, third)] == [1, 1, 2]

    def test_two_that_are_made_of_one_know_nothing_of_each_other(self) -> None:
        question = matrix([0, 1, 0])[0]
        root = self.empty().changed([document(1, "root", 1)], matrix([1, 0, 0]), ())
        root = root.changed([document(2, "twig", 1)], matrix([1, 0, 0]), ())
        left, right = (
            root.changed([document(3, name, 1)], matrix([0, turn, 0]), ())
            for name, turn in (("left", 1), ("right", -1))
        )
        assert set(left.nearest(question, EVERYONE, 1)) == {"left"}
        assert set(left.nearest(question, EVERYONE, 9)) == {"root", "twig", "left"}
        assert set(right.nearest(question, EVERYONE, 9)) == {"root", "twig", "right"}

    def test_passages_as_near_as_the_last_one_are_all_in(self) -> None:
        many = [document(n, f"d{n}", 1) for n in range(1, 41)]
        index = self.empty().changed(many, matrix([1, 0, 0], *[[0, 1, 0]] * 39), ())
        assert set(index.nearest(matrix([1, 0, 0])[0], EVERYONE, 1)) == {"d1"}
        assert len(index.nearest(matrix([1, 0, 0])[0], EVERYONE, 2)) == 40
        smaller = index.changed([], matrix(), [5])
        assert len(smaller.nearest(matrix([1, 0, 0])[0], EVERYONE, 2)) == 39

    def test_a_document_of_many_near_passages_takes_the_place_of_no_other(self) -> None:
        documents = [document(1, "long", 200), *(document(n, f"d{n}", 1) for n in range(2, 9))]
        vectors = matrix(*[[1, 0, 0]] * 200, *[[0.5, 0, n] for n in range(7)])
        index = self.empty().changed(documents, vectors, ())
        found = index.nearest(matrix([1, 0, 0])[0], EVERYONE, 3)
        assert {"long", *(f"d{n}" for n in range(2, 9))} == set(found)

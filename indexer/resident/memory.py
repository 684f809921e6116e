"""Labels, terms and vectors of all documents in memory, as of one commit.

No result depends on a document that the filter's audience hides or that was removed: no candidate,
no statistic, not the last bit of a score; see docs/decisions/0008-permission-in-search.md.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain, compress
from typing import Self

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from indexer.document import Filter
from indexer.nearest.faiss_index import FaissIndex
from indexer.ranking.bm25 import Statistics
from indexer.ranking.evidence import Sought
from indexer.ranking.fusion import Distribution
from indexer.resident.postings import Postings
from indexer.resident.roster import AUDIENCES, Roster
from indexer.resident.vectors import Bools, Integers, PassageVectors, Vectors, cosines
from indexer.stored.rows import Known, StoredDocument

SAMPLE = 512
"""Visible documents whose cosines estimate the distribution of all; deviation within 3%."""

COMPACT_AT = 1000
"""Removed documents, if they are a quarter of all, before memory is compacted."""


class Proposed(Struct, frozen=True):
    """Documents proposed as candidates: by words, by meaning, by name, and by facets."""

    by_words: Collection[str]
    by_meaning: Collection[str]
    by_name: Iterable[str]
    by_facet: Mapping[str, frozenset[str]] = {}


class Candidates(Struct, frozen=True):
    """Documents with the row and cosine of their best passages, their scores over all passages,
    their BM25 scores, which of the terms sought they hold, and how the cosines of all visible
    documents lie. `named` are those proposed by a facet.
    """

    ids: list[str]
    rows: Integers
    cosines: Vectors
    scores: NDArray[np.float64]
    bm25: NDArray[np.float64]
    held: Bools
    named: Bools
    distribution: Distribution


class _Shared:
    """Counts how often arrays were overwritten that snapshots share."""

    def __init__(self) -> None:
        self.wipes = 0


class Memory:
    """Snapshot of one commit, rebuilt from the stores at opening.

    A commit derives the next one and replaces it, so a search takes no lock and sees one state,
    unless the snapshot is `stale` at its end. Nothing but `wiped` changes what a snapshot has.
    """

    def __init__(self, near: FaissIndex, postings: Postings, shared: _Shared | None = None) -> None:
        self._shared = shared or _Shared()
        self._wipes = self._shared.wipes
        self.near = near
        self._roster = near.roster
        self._vectors = near.vectors
        self._postings = postings
        # Of sampled documents, by audience. Threads that race here compute the same.
        self._means: dict[frozenset[str], Vectors] = {}

    @classmethod
    def empty(cls, dimension: int, sharpness: float) -> Self:
        """A snapshot without documents; `sharpness` is that of `Calibration`."""
        return cls(FaissIndex(Roster(), PassageVectors.empty(dimension, sharpness)), Postings())

    def __len__(self) -> int:
        return len(self._roster)

    def changed(
        self,
        added: Sequence[StoredDocument],
        terms: Sequence[bytes],
        vectors: Vectors,
        removed: Sequence[int],
    ) -> Self:
        """The next snapshot, without the documents `removed` (by number) and with those `added`.

        `terms` are their packed terms, `vectors` the rows of their passages.
        """
        near = self.near.changed(added, vectors, removed)
        postings = self._postings.extended(terms) if added else self._postings
        return type(self)(near, postings, self._shared)

    def compacted(self) -> Self:
        """The snapshot without the room of removed documents; itself while these are few.

        Results are the same either way.
        """
        dead = len(self._roster.documents) - len(self._roster)
        if dead < COMPACT_AT or dead * 4 < len(self._roster.documents):
            return self
        live = np.flatnonzero(self._roster.alive)
        return type(self)(self.near.kept(live), self._postings.kept(live), self._shared)

    def wiped(self) -> Self:
        """The snapshot without what is left of removed documents, which is overwritten in place.

        All earlier snapshots are `stale` from the beginning on, as they share the arrays.
        """
        self._shared.wipes += 1
        remains = self._roster.remains()
        self._postings.wipe(remains)
        self._vectors.wipe(remains)
        roster = self._roster.changed((), ())
        roster.wipe()
        near = FaissIndex(roster, self._vectors)
        return type(self)(near, self._postings, self._shared)

    @property
    def stale(self) -> bool:
        """Whether what was computed from it so far is not to be used."""
        return self._wipes != self._shared.wipes

    def text_hashes(self) -> set[bytes]:
        """The hashes of the texts of all passages with a vector."""
        live = compress(self._roster.documents, self._roster.alive)
        return {each.text_hash for document in live for each in document.passages}

    def statistics(self, terms: Iterable[str], audience: frozenset[str]) -> Statistics:
        """The statistics of the documents that `audience` may see."""
        return self._postings.statistics(list(terms), self._roster.visible(audience))

    def shows(self, audience: frozenset[str]) -> bool:
        """Whether `audience` may see any document."""
        return bool(self._roster.visible(audience).any())

    def candidates(
        self,
        question: Vectors,
        weights: Mapping[str, float],
        length: float,
        filter: Filter,
        proposed: Proposed,
        sought: Sought,
        count: int,
    ) -> Candidates:
        """The documents proposed by meaning or name, and the `count` best of the others by words.

        Only documents that pass `filter`. `weights` are those of the terms of the question,
        `length` is the mean length of the visible documents. The best by words of those that have
        all that is `sought`, and of those proposed by a facet, are included even if not proposed:
        an engine proposes none of too many that weigh the same.
        """
        allowed = self._roster.allowed(filter)
        found = np.zeros(len(allowed), np.bool_)
        found[self._roster.slots(chain(proposed.by_meaning, proposed.by_name))] = True
        by_words = np.zeros(len(allowed), np.bool_)
        by_words[self._roster.slots(proposed.by_words)] = True
        tagged = allowed & self._roster.having(proposed.by_facet)
        exact = self._postings.holding_all(sought.exact, allowed) | tagged
        whole = exact | self._postings.holding_all(sought.loose, allowed)
        slots = np.flatnonzero((found | by_words | whole) & allowed)
        bm25 = self._postings.scores(slots, weights, length)
        best = self._best(slots, np.where(by_words[slots] | whole[slots], bm25, 0.0), count)
        for first in (exact, tagged):
            best |= self._best(slots, np.where(first[slots], 1.0 + bm25, 0.0), count)
        kept = found[slots] | best
        slots, bm25 = slots[kept], bm25[kept]
        rows, near, scores = self._vectors.scored(question, slots)
        return Candidates(
            ids=[self._roster.documents[slot].id for slot in slots.tolist()],
            rows=rows,
            cosines=near,
            scores=scores,
            bm25=bm25,
            held=self._postings.held(slots, sought.terms),
            named=tagged[slots],
            distribution=self._distribution(question, filter.audience),
        )

    def holding(
        self,
        ways: Sequence[Sequence[str]],
        weights: Mapping[str, float],
        filter: Filter,
        count: int,
    ) -> list[StoredDocument]:
        """The `count` best by words of the documents that have all terms of one of the `ways`.

        The best first, ties by id.
        """
        allowed = self._roster.allowed(filter)
        each = [self._postings.holding_all(terms, allowed) for terms in ways]
        slots = np.flatnonzero(np.logical_or.reduce(each))
        length = self.statistics((), filter.audience).length
        # Above 0, as a document whose words weigh nothing may still be the one.
        scores = 1.0 + self._postings.scores(slots, weights, length)
        best = self._best(slots, scores, count)
        found = zip(slots[best].tolist(), scores[best].tolist(), strict=True)
        documents = [(-score, self._roster.documents[slot]) for slot, score in found]
        documents.sort(key=lambda one: (one[0], one[1].id))
        return [one for _, one in documents]

    def some_with(self, term: str, filter: Filter, most: int) -> list[str]:
        """The ids of the documents that have the term; of more than `most` any so many."""
        slots = self._postings.slots(term, self._roster.allowed(filter))[:most]
        return [self._roster.documents[slot].id for slot in slots.tolist()]

    def nearest(
        self, question: Vectors, ids: Sequence[str], count: int | None = None
    ) -> list[list[Known]]:
        """Each document's `count` nearest passages, the nearest first.

        Without `count` all of them, those that the model does not read last. Unknown documents have
        none.
        """
        slots = self._roster.slots(ids)
        rows, starts = self._vectors.rows(slots)
        near = self._vectors.cosines(question, rows)
        runs = np.repeat(np.arange(len(slots)), np.diff(starts, append=len(rows)))
        order = np.lexsort((-near, runs))
        if count is not None:
            order = order[np.arange(len(rows)) - starts[runs] < count]
        found: dict[str, list[Known]] = {name: [] for name in ids}
        for document, place in self._documents(rows[order]):
            found[document.id].append(document.passages[place])
        if count is None:
            for slot in slots.tolist():
                document = self._roster.documents[slot]
                found[document.id] += document.unread
        return [found[name] for name in ids]

    def vectors(self, rows: Integers) -> Vectors:
        """The vectors of these rows."""
        return self._vectors.vectors(rows)

    def numbers(self, rows: Integers) -> list[int]:
        """The numbers of the passages in these rows."""
        return [document.passages[place].number for document, place in self._documents(rows)]

    def _documents(self, rows: Integers) -> Iterator[tuple[StoredDocument, int]]:
        """For each row its document and the index of its passage there."""
        slots, places = self._vectors.places(rows)
        for slot, place in zip(slots.tolist(), places.tolist(), strict=True):
            yield self._roster.documents[slot], place

    def _best(self, slots: Integers, scores: NDArray[np.float64], count: int) -> Bools:
        """Which slots have the best scores, all above 0; ties by id."""
        best = scores > 0
        if np.count_nonzero(best) > count:
            least = np.partition(scores, -count)[-count]
            best = scores > least
            tied = np.flatnonzero(scores == least)
            room = count - int(np.count_nonzero(best))
            best[tied[self._roster.first_by_id(slots[tied], room)]] = True
        return best

    def _distribution(self, question: Vectors, audience: frozenset[str]) -> Distribution:
        seen = self._roster.known(audience)
        means = self._means.get(seen)
        if means is None:
            if len(self._means) >= AUDIENCES:
                self._means.clear()
            drawn = self._roster.sample(self._roster.visible(audience), SAMPLE)
            means = self._vectors.means(drawn)
            self._means[seen] = means
        lie = cosines(question, means).astype(np.float64)
        return Distribution(float(lie.mean()), float(lie.std())) if len(lie) else Distribution(0, 0)

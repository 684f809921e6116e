"""What it costs that someone may see only a part of 50,000 passages, against no restriction.

    python -m benchmarks.permissions [--passages N] [--questions N]

Texts are drawn from a vocabulary with Zipf frequencies, and their vectors at random; questions are
read by the real model. One index holds three audiences; principals see 1%, 50% and 100% of it. In
the other index everything is for everybody. All are asked in turn, so that all meet the same
machine. Then the best ten by vectors alone are compared with those of a plain computation.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Self
from unittest import mock

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from indexer.document import Document, Filter, Section
from indexer.embedding.calibration import MINILM
from indexer.embedding.embedder import Embedded, Vectors, stacked
from indexer.embedding.encoder import WORD_DIMENSION
from indexer.embedding.model import ModelEmbedder
from indexer.index import HybridIndex
from indexer.text.analysis import distinct

VOCABULARY = 30_000
WORDS = 60
BEST = 10
REACH = {"ratio": 1.3, "recall": 0.99}
ASKERS = {
    "1%": frozenset({"few"}),
    "50%": frozenset({"few", "half"}),
    "100%": frozenset({"few", "half", "rest"}),
}
ALL = frozenset({"all"})


class StandIn:
    """Random vectors for passages, by their place among all; the model's for questions."""

    calibration = MINILM

    def __init__(self, model: ModelEmbedder, vectors: NDArray[np.float32]) -> None:
        self.dimension = model.dimension
        self.word_dimension = WORD_DIMENSION
        self.fingerprint = "random"
        self._model = model
        self._vectors = vectors

    def token_offsets(self, texts: Sequence[str]) -> list[list[tuple[int, int]]]:
        """No text is so long that it would have to be cut."""
        return [[] for _ in texts]

    @property
    def token_encoder(self) -> Self:
        """Itself."""
        return self

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Those of `encode`."""
        return stacked(self.encode(texts), self.dimension)

    def encode(self, texts: Sequence[str]) -> list[Embedded]:
        """A passage begins with its number, a question does not."""
        return [
            self._passage(text) if text[0].isdigit() else self._question(text) for text in texts
        ]

    def share(self, text: str) -> float:
        """All of it."""
        return 1.0

    def warm(self) -> None:
        """Load the model."""
        self._model.warm()

    def _question(self, text: str) -> Embedded:
        return self._model.encode([text])[0]

    def _passage(self, text: str) -> Embedded:
        number = int(text.split(maxsplit=1)[0])
        terms = distinct(text)
        words = np.random.default_rng(number).integers(-99, 99, (len(terms), WORD_DIMENSION))
        return Embedded(self._vectors[number], terms, words.astype(np.int8))


def audience(number: int) -> frozenset[str]:
    """A document in a hundred is for few, half of them are for these or those who see half."""
    if number % 100 == 0:
        return frozenset({"few"})
    return frozenset({"half" if number % 2 else "rest"})


def drawn(count: int, words: int, most_frequent: int, seed: int) -> list[str]:
    """Texts of so many words each, without the most frequent of the vocabulary."""
    frequencies = 1 / np.arange(1, VOCABULARY + 1)
    frequencies[:most_frequent] = 0
    frequencies /= frequencies.sum()
    chosen = np.random.default_rng(seed).choice(VOCABULARY, (count, words), p=frequencies)
    return [" ".join(f"w{word}" for word in row) for row in chosen.tolist()]


def documents(count: int, audience_of: Callable[[int], frozenset[str]]) -> Iterator[Document]:
    """One passage each; the same texts at every call."""
    for number, text in enumerate(drawn(count, WORDS, 0, 1)):
        yield Document(
            id=f"d{number}",
            title=f"{number}",
            sections=(Section("", text),),
            audience=audience_of(number),
        )


def built(
    place: Path, embedder: StandIn, count: int, audience_of: Callable[[int], frozenset[str]]
) -> HybridIndex:
    """An index of all documents."""

    def fill(index: HybridIndex) -> None:
        index.put(documents(count, audience_of))
        index.commit(1)

    return HybridIndex.build(place, embedder, fill)


def timed(
    ways: Mapping[str, Callable[[str], object]], asked: Sequence[str]
) -> dict[str, list[float]]:
    """Milliseconds of each way for each question, one way after the other."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for question in asked:
        for name, ask in ways.items():
            began = time.perf_counter()
            ask(question)
            taken[name].append(1000 * (time.perf_counter() - began))
    return taken


def recall(
    index: HybridIndex,
    seen: frozenset[str],
    vectors: NDArray[np.float32],
    model: ModelEmbedder,
    asked: Sequence[str],
) -> float:
    """The share of the ten nearest visible passages that vectors alone find."""
    visible = np.array([bool(audience(number) & seen) for number in range(len(vectors))])
    found = 0
    alone = structs.replace(MINILM, lexical_weight=0.0, meeting=0.0, smoothing=0.0)
    with mock.patch.object(StandIn, "calibration", alone):
        for question in asked:
            cosines = vectors @ model.embed([question])[0]
            cosines[~visible] = -2
            exact = {f"d{number}" for number in np.argsort(-cosines)[:BEST].tolist()}
            hits = index.search(question, Filter(audience=seen), BEST)
            found += len(exact & {hit.document_id for hit in hits})
    return found / (BEST * len(asked))


def main() -> None:
    """Build both indexes, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--passages", type=int, default=50_000)
    parser.add_argument("--questions", type=int, default=200)
    given = parser.parse_args()
    model = ModelEmbedder()
    vectors = np.random.default_rng(3).standard_normal((given.passages, model.dimension))
    unit = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    embedder = StandIn(model, unit)
    asked = drawn(given.questions, 8, 20, 2)  # stop words would not count
    with (
        tempfile.TemporaryDirectory() as one,
        tempfile.TemporaryDirectory() as other,
        built(Path(one), embedder, given.passages, audience) as parted,
        built(Path(other), embedder, given.passages, lambda _: ALL) as whole,
    ):
        ways: dict[str, Callable[[str], object]] = {
            "no restriction": lambda text: whole.search(text, Filter(audience=ALL)),
            "embedding alone": lambda text: embedder.embed([text]),
        }
        for name, seen in ASKERS.items():
            passing = Filter(audience=seen)
            ways[name] = partial(parted.search, filter=passing)
        timed(ways, asked[:20])
        taken = {name: float(np.median(times)) for name, times in timed(ways, asked).items()}
        for name, middle in taken.items():
            ratio = middle / taken["no restriction"]
            print(f"{name:<16} p50 {middle:6.2f} ms   {ratio:5.2f} of no restriction")
        for name, seen in ASKERS.items():
            share = recall(parted, seen, unit, model, asked)
            print(f"{name:<16} recall@{BEST} {share:.3f}")
    print(f"to reach: at most {REACH['ratio']}, recall at least {REACH['recall']}")


if __name__ == "__main__":
    main()

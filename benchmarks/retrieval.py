"""How well the one default ranks, on three judged collections, through the public HybridIndex.

    python -m benchmarks.retrieval [FOLDER] [--ablation]

prints nDCG@10 for scifact, cisi and stackfaq and their mean. With --ablation it also ranks by words
only, by vectors only, by reciprocal ranks (RRF), by z-scores without smoothing, with other weights.
"""

import argparse
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from msgspec import structs

from benchmarks.collections_data import (
    NAMES,
    Collection,
    data_folder,
    load_collection,
    mean_ndcg_at,
)
from indexer.document import Document, Filter, Hit, Section
from indexer.embedding.calibration import MINILM
from indexer.embedding.embedder import Embedder
from indexer.embedding.model import ModelEmbedder
from indexer.index import HybridIndex

TARGETS = {"scifact": 0.730, "cisi": 0.455, "stackfaq": 0.940, "mean": 0.712}
AUDIENCE = frozenset({"all"})
EVERYONE = Filter(audience=AUDIENCE)
DEPTH = 100

Ranking = Callable[[HybridIndex, str], list[str]]


def documents(collection: Collection) -> list[Document]:
    """The documents of a collection as the index takes them."""
    return [
        Document(
            id=each.id,
            title=each.title,
            sections=(Section("", each.text),),
            audience=AUDIENCE,
        )
        for each in collection.documents
    ]


@contextmanager
def indexed(place: Path, collection: Collection, embedder: Embedder) -> Iterator[HybridIndex]:
    """An index of the collection in `place`."""

    def fill(index: HybridIndex) -> None:
        index.put(documents(collection))
        index.commit(1)

    with HybridIndex.build(place, embedder, fill) as index:
        yield index


def default(index: HybridIndex, question: str) -> list[str]:
    """What a person gets."""
    return _ids(index.search(question, EVERYONE, 10))


def with_settings(**settings: float) -> Ranking:
    """The default with another calibration."""
    other = structs.replace(MINILM, **settings)

    def ranking(index: HybridIndex, question: str) -> list[str]:
        with mock.patch.object(ModelEmbedder, "calibration", other):
            return _ids(index.search(question, EVERYONE, DEPTH))

    return ranking


def reciprocal_ranks(*rankings: Ranking) -> Ranking:
    """RRF of several rankings with its usual constant of 60."""

    def ranking(index: HybridIndex, question: str) -> list[str]:
        scores: dict[str, float] = {}
        for each in rankings:
            for rank, name in enumerate(each(index, question), start=1):
                scores[name] = scores.get(name, 0.0) + 1 / (60 + rank)
        return sorted(scores, key=lambda name: (-scores[name], name))

    return ranking


def ablation() -> dict[str, Ranking]:
    """Other ways to rank, by name."""
    words = with_settings(lexical_weight=1.0, meeting=0.0, smoothing=0.0)
    vectors = with_settings(lexical_weight=0.0, meeting=0.0, smoothing=0.0)
    weights = (0.1, 0.2, 0.25)
    return {
        "words only": words,
        "vectors only": vectors,
        "RRF": reciprocal_ranks(words, vectors),
        "z-scores": with_settings(meeting=0.0, smoothing=0.0),
        "z-scores, smoothed": with_settings(meeting=0.0),
        "z-scores, words met": with_settings(smoothing=0.0),
        **{f"words met {gain}": with_settings(meeting=gain) for gain in (8.0, 16.0)},
        **{f"lexical {weight}": with_settings(lexical_weight=weight) for weight in weights},
    }


def measure(folder: Path, embedder: Embedder, *, all_ways: bool) -> dict[str, dict[str, float]]:
    """nDCG@10 by way of ranking and collection."""
    found: dict[str, dict[str, float]] = {}
    for name in NAMES:
        collection = load_collection(folder, name)
        with (
            tempfile.TemporaryDirectory() as place,
            indexed(Path(place), collection, embedder) as index,
        ):
            ways: dict[str, Ranking] = {"default": default}
            if all_ways:
                ways.update(ablation())
            for way, ranking in ways.items():
                ranked = {key: ranking(index, text) for key, text in collection.queries.items()}
                found.setdefault(way, {})[name] = mean_ndcg_at(10, ranked, collection)
    return found


def show(found: Mapping[str, Mapping[str, float]]) -> None:
    """A row for each way of ranking, the default with what it has to reach."""
    print(f"{'nDCG@10':<24}" + "".join(f"{name:>10}" for name in (*NAMES, "mean")))
    for way, scores in found.items():
        row = [*(scores[name] for name in NAMES), sum(scores.values()) / len(scores)]
        print(f"{way:<24}" + "".join(f"{score:>10.3f}" for score in row))
    print(f"{'to reach':<24}" + "".join(f"{TARGETS[name]:>10.3f}" for name in (*NAMES, "mean")))


def _ids(hits: Sequence[Hit]) -> list[str]:
    return [hit.document_id for hit in hits]


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument(
        "folder", nargs="?", help="the folder of test collections (or KB_BENCH_DATA)"
    )
    parser.add_argument("--ablation", action="store_true", help="also measure other ways to rank")
    given = parser.parse_args()
    show(measure(data_folder(given.folder), ModelEmbedder(), all_ways=given.ablation))


if __name__ == "__main__":
    main()

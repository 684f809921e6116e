"""What someone may not see, and what was removed, changes nothing of what they find."""

import tempfile
from pathlib import Path
from random import Random

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from msgspec.structs import replace

from indexer.document import Document, Filter, Section
from indexer.embedding.testing import HashEmbedder
from indexer.index import HybridIndex
from indexer.lexical import ENGINES
from indexer.ranking import ranking
from indexer.resident import memory
from indexer.stored.generation import VECTORS
from tests.examples import costly

LABELS = ["world", "members", "group:a", "group:b", "member:1"]
ASKERS = [
    frozenset({"world"}),
    frozenset({"world", "members"}),
    frozenset({"world", "members", "group:a", "member:1"}),
    frozenset({"group:b"}),
    frozenset(),
]
WORDS = ["red", "green", "blue", "fox", "tree", "stone", "river"]
QUESTIONS = [
    "fox",
    "red stone",
    "river river tree",
    "Green fox",
    "nothing of this",
    "T1",
    '"stone river"',
    "trees",
]
NAMES = [f"d{number}" for number in range(30)]
seeds = st.integers(0, 2**32)


def document(name: str, draw: Random) -> Document:
    """Of so few words and texts that many are alike in words, passages or all."""
    parts = [Random(draw.randrange(9)).choices(WORDS, k=3) for _ in range(draw.randrange(1, 4))]
    return Document(
        id=name,
        title=draw.choice(["T1", "Green fox"]),
        sections=tuple(Section("", " ".join([*words, "."] * 40)) for words in parts),
        audience=some_audience(draw),
        facets={"kind": frozenset({draw.choice(["note", "practice"])})},
    )


def some_audience(draw: Random) -> frozenset[str]:
    return frozenset(draw.choices(LABELS, k=2))


class HybridIndexAgainstOneOfVisibleDocuments(RuleBasedStateMachine):
    """The model is a dictionary of documents, of which each principal's are put into a fresh index.

    Few candidates of each side and a small sample, so that all that cuts off has something to cut.
    """

    def __init__(self) -> None:
        super().__init__()
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(ranking, "CANDIDATES", 3)
        self.patch.setattr(ranking, "PROPOSED", 4)
        self.patch.setattr(memory, "SAMPLE", 5)
        self.patch.setattr(memory, "COMPACT_AT", 8)
        self.patch.setattr("indexer.ranking.answer.JUDGED", 2)
        self.patch.setattr("indexer.index.JUDGED", 2)
        self.place = tempfile.TemporaryDirectory()
        self.embedder = HashEmbedder()
        self.model: dict[str, Document] = {}
        self.commits = 0

    @initialize(engine=st.sampled_from(sorted(ENGINES)), seed=seeds)
    def begin(self, engine: str, seed: int) -> None:
        self.engine = engine
        self.index = self.build(Path(self.place.name) / "whole", [])
        draw = Random(seed)
        self.put_all([document(name, draw) for name in draw.sample(NAMES, 20)])

    def build(self, directory: Path, holding: list[Document]) -> HybridIndex:
        def fill(index: HybridIndex) -> None:
            index.put(holding)
            index.commit(1)

        return HybridIndex.build(directory, self.embedder, fill, engine=self.engine)

    @rule(seed=seeds)
    def put(self, seed: int) -> None:
        draw = Random(seed)
        self.put_all([document(draw.choice(NAMES), draw) for _ in range(draw.randrange(1, 9))])

    @rule(seed=seeds)
    def remove(self, seed: int) -> None:
        batch = Random(seed).sample(NAMES, 5)
        self.index.remove(batch)
        self.model = {name: one for name, one in self.model.items() if name not in batch}
        self.commit()

    @rule(seed=seeds)
    def show_to_others(self, seed: int) -> None:
        draw = Random(seed)
        chosen = draw.choices(list(self.model.values()), k=3) if self.model else []
        self.put_all([replace(each, audience=some_audience(draw)) for each in chosen])

    def put_all(self, batch: list[Document]) -> None:
        self.index.put(batch)
        self.model.update((document.id, document) for document in batch)
        self.commit()

    def commit(self) -> None:
        self.commits += 1
        self.index.commit(self.commits)

    @rule(audience=st.sampled_from(ASKERS), limit=st.sampled_from([1, 3, 10]), only=st.booleans())
    def ask(self, audience: frozenset[str], limit: int, only: bool) -> None:
        facets = {"kind": frozenset({"note"})} if only else {}
        asked = Filter(audience=audience, facets=facets)
        visible = [one for one in self.model.values() if one.audience & audience]
        with tempfile.TemporaryDirectory() as place:
            (Path(place) / VECTORS).symlink_to(Path(self.place.name) / "whole" / VECTORS)
            with self.build(Path(place), visible) as fresh:
                for question in QUESTIONS:
                    whole = self.index.search(question, asked, limit)
                    assert whole == fresh.search(question, asked, limit)

    def teardown(self) -> None:
        if hasattr(self, "index"):
            self.index.close()
        self.place.cleanup()
        self.patch.undo()


TestNonInterference = HybridIndexAgainstOneOfVisibleDocuments.TestCase
TestNonInterference.settings = costly(4)

"""What somebody may not see, and what was removed, changes nothing of what they find."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from indexer import memory, ranking
from indexer.document import Document, Filter, Section
from indexer.index import VECTORS, HybridIndex
from indexer.lexical import ENGINES
from indexer.testing import HashEmbedder

LABELS = ["world", "members", "group:a", "group:b", "member:1"]
ASKERS = [
    frozenset({"world"}),
    frozenset({"world", "members"}),
    frozenset({"world", "members", "group:a", "member:1"}),
    frozenset({"group:b"}),
    frozenset(),
]
WORDS = ["red", "green", "blue", "fox", "fox fox fox", "tree", "stone", "river", "red fox"]
QUESTIONS = ["fox", "red stone", "river river tree", "Green fox", "nothing of this", "T1"]

ids = st.sampled_from([f"d{number}" for number in range(14)])
audiences = st.frozensets(st.sampled_from(LABELS), min_size=1, max_size=3)
texts = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)
documents = st.builds(
    lambda name, title, parts, audience, kind: Document(
        id=name,
        title=title,
        sections=tuple(Section(f"Part {n}", f"{text} " * 30) for n, text in enumerate(parts)),
        audience=audience,
        facets={"kind": frozenset({kind})},
    ),
    ids,
    st.sampled_from(["T1", "Fox", "Green fox", "A stone"]),
    st.lists(texts, min_size=1, max_size=3),
    audiences,
    st.sampled_from(["note", "practice"]),
)


class HybridIndexAgainstOneOfVisibleDocuments(RuleBasedStateMachine):
    """The model is a dictionary of documents, of which each asker's are put into a fresh index.

    Few candidates of each side and a small sample, so that all that cuts off has something to cut.
    """

    def __init__(self) -> None:
        super().__init__()
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(ranking, "CANDIDATES", 3)
        self.patch.setattr(ranking, "PROPOSED", 4)
        self.patch.setattr(memory, "SAMPLE", 5)
        self.patch.setattr(memory, "_COMPACT_AT", 8)
        self.patch.setattr("indexer.answer.JUDGED", 2)
        self.patch.setattr("indexer.index.JUDGED", 2)
        self.place = tempfile.TemporaryDirectory()
        self.embedder = HashEmbedder()
        self.model: dict[str, Document] = {}
        self.commits = 0

    @initialize(engine=st.sampled_from(sorted(ENGINES)))
    def begin(self, engine: str) -> None:
        self.engine = engine
        self.index = self.build(Path(self.place.name) / "whole", [])

    def build(self, directory: Path, holding: list[Document]) -> HybridIndex:
        def fill(index: HybridIndex) -> None:
            index.put(holding)
            index.commit(1)

        return HybridIndex.build(directory, self.embedder, fill, engine=self.engine)

    @rule(batch=st.lists(documents, min_size=1, max_size=8))
    def put(self, batch: list[Document]) -> None:
        self.index.put(batch)
        self.model.update((document.id, document) for document in batch)
        self.commit()

    @rule(batch=st.sets(ids, min_size=1, max_size=4))
    def remove(self, batch: set[str]) -> None:
        self.index.remove(sorted(batch))
        self.model = {name: one for name, one in self.model.items() if name not in batch}
        self.commit()

    @rule(name=ids, audience=audiences)
    def show_to_others(self, name: str, audience: frozenset[str]) -> None:
        if name in self.model:
            changed = Document(
                id=name,
                title=self.model[name].title,
                sections=self.model[name].sections,
                audience=audience,
                facets=self.model[name].facets,
            )
            self.put([changed])

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
TestNonInterference.settings = settings(max_examples=25, stateful_step_count=12, deadline=None)

"""What the index is fed with follows from the log, and one bad document does not stop the rest."""

import tracemalloc
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from events.errors import ProjectionUnavailable
from events.projection import ProjectionRunner
from indexer.document import Document, Filter
from indexer.embedding.embedder import Embedded
from indexer.embedding.testing import HashEmbedder
from indexer.errors import ModelUnavailable
from indexer.index import HybridIndex
from kb.access import operator
from kb.areas import VIEWS
from kb.entries.bring import ImportedEntry
from kb.entries.content import Content, Draft, Source
from kb.entries.entry import Entry
from kb.ids import entry_id_for, group_id
from kb.search.documents import IndexProjection
from kb.search.entry_document import entry_document
from kb.views.parked import ParkedFile
from tests.kb.test_views import foreign
from tests.worlds.log import ViewedWorld, World, some_content


class FragileEmbedder(HashEmbedder):
    """Fails on texts with a certain word, or altogether without a model."""

    def __init__(self) -> None:
        super().__init__()
        self.missing = False

    def encode(self, texts: Sequence[str]) -> list[Embedded]:
        if self.missing:
            raise ModelUnavailable("The model is not there: install it.")
        if any("poison" in text for text in texts):
            raise RuntimeError("poisoned")
        return super().encode(texts)


class Indexed:
    """A log in memory with an index beside it."""

    def __init__(self, path: Path) -> None:
        self.world = World()
        self.embedder = FragileEmbedder()
        self.index = HybridIndex.build(path / "index", self.embedder, lambda index: index.commit(0))
        self.parked = ParkedFile(path / "parked.sqlite")
        self.projection = IndexProjection(
            self.index,
            self.world.log,
            self.world.codec,
            self.parked,
            VIEWS.withholding.lack,
            lambda: datetime.now(UTC),
        )
        self.runner = ProjectionRunner(self.world.log, self.projection)

    def titles(self, question: str, **facets: str) -> list[str]:
        self.runner.catch_up()
        wanted = {name: frozenset({value}) for name, value in facets.items()}
        hits = self.index.search(question, Filter(audience=operator().labels, facets=wanted))
        return [hit.title for hit in hits]


@pytest.fixture
def indexed(tmp_path: Path) -> Iterator[Indexed]:
    indexed = Indexed(tmp_path)
    yield indexed
    indexed.index.close()


def test_an_entry_becomes_a_document_with_facets_and_names(world: ViewedWorld) -> None:
    entry_id = entry_id_for("book", "handover.md")
    draft = Draft(kind="practice", content=some_content(), group="Ward 3", tags=("ward",))
    source = Source("book", "handover.md")
    world.entries.bring(ImportedEntry(id=entry_id, draft=draft, source=source, archived=None))
    document = entry_document(world.entry(entry_id), frozenset())
    assert document is not None
    assert (document.id, document.title) == (entry_id, "Bedside handover")
    assert [section.heading for section in document.sections] == ["The problem", "What we do"]
    assert document.audience == {"members", "operator"}
    assert document.identifiers == (entry_id, "handover.md")
    assert document.keywords == ("ward",)
    assert document.facets == {
        "kind": {"practice"},
        "tag": {"ward"},
        "group": {group_id("Ward 3")},
        "archived": {"no"},
    }


def test_an_entry_goes_by_its_other_names_each_of_any_words() -> None:
    told = {"Also known as": "Bread, weather and boats", "aliases": "Quern", "level": "Boats"}
    content = Content(title="Rivers", sections=(), properties=dict(told))
    document = entry_document(Entry(id="x", content=content), frozenset())
    assert document is not None
    assert document.identifiers == (
        "x",
        "Bread, weather and boats",
        "Bread",
        "weather and boats",
        "Quern",
    )


def test_an_entry_is_found_first_by_its_own_id(indexed: Indexed) -> None:
    titles = ["Bedside handover", "Safety huddle"]
    ids = [indexed.world.practice(title) for title in titles]
    assert [indexed.titles(entry_id)[0] for entry_id in ids] == titles


def test_an_entry_without_text_is_no_document() -> None:
    assert entry_document(Entry(id="x"), frozenset()) is None


def test_the_index_follows_texts_tags_and_archiving(indexed: Indexed) -> None:
    entries = indexed.world.entries
    entry_id = indexed.world.practice("Bedside handover")
    assert indexed.titles("handover at the bed", archived="no") == ["Bedside handover"]
    entries.tag(entry_id, ["night"])
    assert indexed.titles("handover at the bed", tag="night") == ["Bedside handover"]
    entries.revise(entry_id, some_content("Huddle", doing="We huddle."), version=1)
    assert indexed.titles("huddle") == ["Huddle"]
    entries.archive(entry_id, "Old")
    assert indexed.titles("huddle", archived="no") == []
    assert indexed.titles("huddle", archived="yes") == ["Huddle"]
    assert indexed.projection.checkpoint() == indexed.world.log.head()


def test_only_the_document_that_fails_is_held_aside(indexed: Indexed) -> None:
    indexed.world.practice("Before")
    poisoned = indexed.world.practice("poison")
    indexed.world.practice("After")
    assert sorted(indexed.titles("lost at shift change")) == ["After", "Before"]
    (parked,) = indexed.projection.parked()
    assert (parked.projection, parked.position, parked.stream) == ("index", 2, f"entry-{poisoned}")
    assert parked.error == "RuntimeError: poisoned"


def test_a_missing_model_holds_nothing_aside(indexed: Indexed) -> None:
    indexed.world.practice("One")
    indexed.embedder.missing = True
    with pytest.raises(ProjectionUnavailable, match="install it"):
        indexed.runner.catch_up()
    indexed.embedder.missing = False
    assert indexed.titles("lost at shift change") == ["One"]
    assert indexed.projection.parked() == []


def test_an_event_that_cannot_be_read_is_held_aside_and_the_rest_counts(tmp_path: Path) -> None:
    indexed, views = Indexed(tmp_path), ViewedWorld(tmp_path / "views.sqlite")
    indexed.world.log = views.log
    entry_id = views.practice("One")
    foreign(views, f"entry-{entry_id}", "from-the-future")
    projection = IndexProjection(
        indexed.index,
        views.log,
        views.codec,
        indexed.parked,
        VIEWS.withholding.lack,
        lambda: datetime.now(UTC),
    )
    projection.apply(views.recorded())
    assert [parked.type for parked in projection.parked()] == ["from-the-future"]
    assert [
        hit.title for hit in indexed.index.search("One", Filter(audience=operator().labels))
    ] == ["One"]
    projection.park(views.recorded()[0], "by hand")
    assert projection.parked()[0].error == "by hand"
    views.close()
    indexed.index.close()


def test_filling_an_empty_index_reads_the_log_once_and_equals_following(indexed: Indexed) -> None:
    world = indexed.world
    ids = [world.practice(f"Number {number}") for number in range(5)]
    world.entries.tag(ids[0], ["night"])
    world.entries.archive(ids[1], "Old")
    indexed.runner.catch_up()
    put: list[Document] = []
    seen: list[tuple[int, int]] = []
    other = _Recording(indexed.index, put)
    projection = IndexProjection(
        other,
        world.log,
        world.codec,
        indexed.parked,
        VIEWS.withholding.lack,
        lambda: datetime.now(UTC),
    )
    projection.fill(lambda done, of: seen.append((done, of)))
    assert {document.id: document for document in put} == {
        entry_id: entry_document(world.entry(entry_id), frozenset()) for entry_id in ids
    }
    assert seen == [(done, 5) for done in range(1, 6)]
    assert other.committed == world.log.head()


def test_filling_an_index_holds_the_texts_of_one_entry_at_a_time(indexed: Indexed) -> None:
    world, size, many = indexed.world, 100_000, 20
    for number in range(many):
        entry_id = world.practice(f"Number {number}")
        for version, letter in enumerate("ab", 1):
            content = some_content(f"Number {number}", problem=f"{letter} " * (size // 2))
            world.entries.revise(entry_id, content, version=version)
    held: list[int] = []

    class Measured(_Recording):
        def put(self, documents: Iterable[Document]) -> None:
            for _ in documents:
                held.append(tracemalloc.get_traced_memory()[0])

    projection = IndexProjection(
        Measured(indexed.index, []),
        world.log,
        world.codec,
        indexed.parked,
        VIEWS.withholding.lack,
        lambda: datetime.now(UTC),
    )
    tracemalloc.start()
    try:
        projection.fill()
    finally:
        tracemalloc.stop()
    assert len(held) == many
    # Two texts and the events that brought them, while the next entry is read.
    assert max(held) < 8 * size


class _Recording(HybridIndex):
    """An index that only writes down what it is given."""

    def __init__(self, like: HybridIndex, put: list[Document]) -> None:
        self.documents = put
        self.committed = -1

    @property
    def source(self) -> str:
        return ""

    def put(self, documents: Iterable[Document]) -> None:
        self.documents.extend(documents)

    def commit(self, position: int, source: str = "") -> None:
        self.committed = position

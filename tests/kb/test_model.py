"""The model is loaded by what needs it and by nothing else, and that is announced."""

import subprocess
import sys
from pathlib import Path

import pytest

from indexer.embedding.testing import HashEmbedder
from kb.search.lazy_embedder import AnnouncedModel

ROOT = Path(__file__).parents[2]

READ_ONLY = """
import sys
from kb import KnowledgeBase
from tests.worlds.log import some_draft
with KnowledgeBase.open(sys.argv[1]) as base:
    session, catalogue = base.session, base.session.catalogue
    entry_id = session.entries.contribute(some_draft()).id
    catalogue.get(entry_id), catalogue.browse(), catalogue.history(entry_id)
    session.reports.reuse(), base.rebuild("views"), base.status()
print(*sorted({"torch", "faiss", "tantivy", "litestar", "transformers"} & set(sys.modules)))
"""


@pytest.mark.process
def test_reading_and_writing_load_neither_the_model_nor_the_search_libraries(data: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", READ_ONLY, str(data)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("\n", "")


def test_the_model_is_announced_once_before_its_first_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.embedding.model.ModelEmbedder", HashEmbedder)
    told: list[str] = []
    model = AnnouncedModel(told.append)
    assert model.fingerprint == "hash/1/96"
    assert model.dimension == 96
    assert model.token_offsets(["two words"]) != []
    assert (model.word_dimension, model.token_encoder) == (128, model)
    assert told == []
    assert model.embed(["text"]).shape == (1, 96)
    assert [one.vector.shape for one in model.encode(["text"])] == [(96,)]
    model.warm()
    assert told == ["Loading the language model; this takes a few seconds."]


@pytest.mark.model
def test_a_question_is_answered_with_the_real_model(data: Path) -> None:
    from kb.knowledge_base import KnowledgeBase
    from tests.worlds.log import some_draft

    told: list[str] = []
    with KnowledgeBase.open(data, notice=told.append) as base:
        base.session.entries.contribute(some_draft())
        (result,) = base.session.search(
            "information goes missing when nurses change shifts"
        ).results
    assert result.title == "Bedside handover"
    assert any("Loading" in notice for notice in told)

"""A small community behind the pages, with the deterministic embedder."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from indexer.testing import HashEmbedder
from kb import KnowledgeBase
from kb.entries.content import Content, Draft, Section
from web.app import create_app

Contribute = Callable[..., str]


@pytest.fixture
def base(tmp_path: Path) -> Iterator[KnowledgeBase]:
    """An empty knowledge base."""
    KnowledgeBase.create(tmp_path / "data")
    with KnowledgeBase.open(tmp_path / "data", embedder=HashEmbedder()) as opened:
        yield opened


@pytest.fixture
def client(base: KnowledgeBase) -> Iterator[TestClient[Litestar]]:
    """A browser on this machine that follows no redirect by itself."""
    app = create_app(base)
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as made:
        made.follow_redirects = False
        yield made


@pytest.fixture
def contribute(base: KnowledgeBase) -> Contribute:
    """Contributes a practice with the given fields and answers its id."""

    def make(title: str = "Bedside handover", **fields: object) -> str:
        problem = str(
            fields.pop("problem", "Forty minutes in the office, everyone half listening.")
        )
        does = str(fields.pop("does", "Both nurses walk from bed to bed, two minutes each."))
        sections = (Section("The problem", problem), Section("What we do", does))
        tags = fields.pop("tags", ("handover",))
        group = fields.pop("group", "North Clinic")
        assert not fields
        draft = Draft(
            kind="practice",
            content=Content(title=title, sections=sections, properties={"difficulty": "easy"}),
            group=group,  # type: ignore[arg-type]
            tags=tags,  # type: ignore[arg-type]
        )
        return base.entries.contribute(draft).id

    return make

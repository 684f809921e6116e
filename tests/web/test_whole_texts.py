"""Lists and cards are made from the first words of a text, however long the whole of it is."""

from collections.abc import Callable, Collection
from typing import Any

import pytest

from kb import KnowledgeBase
from kb.views import guard as view_guard
from tests.web.visits import Client, Contribute

Column = tuple[str | None, str | None]
WHOLE_TEXT = ("revision", "content")


@pytest.fixture
def columns_read(monkeypatch: pytest.MonkeyPatch) -> set[Column]:
    """The columns of the views that statements read, added as they are prepared."""
    read: set[Column] = set()
    made = view_guard.authorizer

    def noting(seen: Collection[str]) -> Callable[..., int]:
        answer = made(seen)

        def noted(action: int, name: str | None, value: str | None, *more: Any) -> int:
            read.add((name, value))
            return answer(action, name, value, *more)

        return noted

    monkeypatch.setattr(view_guard, "authorizer", noting)
    return read


def test_no_list_and_no_hit_reads_a_whole_text(
    columns_read: set[Column], base: KnowledgeBase, client: Client, contribute: Contribute
) -> None:
    new, old = contribute("New", group="Ward"), contribute("Old", group="Ward", tags=("night",))
    base.session.entries.archive(old, "It did not last.", successor=new)
    for path in (
        *("/", "/about", "/entries", "/entries?sort=title&tag=night&archived=all", "/reuse"),
        *("/search?q=Old", "/api/search?q=New", "/api/entries", f"/api/entries/{new}/lineage"),
        *("/people", "/groups", "/audit", "/entries/new?kind=practice"),
    ):
        assert client.get(path).status_code == 200, path
    assert ("entry", "summary") in columns_read
    assert WHOLE_TEXT not in columns_read
    assert client.get(f"/entries/{new}").status_code == 200
    assert WHOLE_TEXT in columns_read

"""The lists of the JSON interface are bounded by their weight as well as by their count."""

import pytest

from tests.web.visits import Client, Contribute
from web.api.weight import MOST_BYTES, light, weight


def test_as_much_of_a_list_is_taken_as_it_may_weigh() -> None:
    assert light(("a" * 8,) * 5, 33) == ("a" * 8,) * 3
    assert light(("a" * 80, "b"), 10) == ("a" * 80,)
    assert light((), 10) == ()
    assert len(light(("字" * 5_000,) * 100)) * weight("字" * 5_000) <= MOST_BYTES


def test_a_list_of_long_words_ends_early_and_goes_on_at_its_offset(
    client: Client, contribute: Contribute, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = contribute()
    sent = [f"{number} {'字' * 400}" for number in range(5)]
    for context in sent:
        body = {"group": "Ward 3", "context": context, "outcome": "adopted"}
        assert client.post(f"/api/entries/{entry}/reuses", json=body).status_code == 201
    monkeypatch.setattr("web.api.weight.MOST_BYTES", 4_000)
    monkeypatch.setattr("web.api.entries.MOST_BYTES", 4_000)
    path = f"/api/entries/{entry}/reuses"
    found: list[str] = []
    while more := client.get(f"{path}?offset={len(found)}").json():
        assert len(more) < 5
        found += [reuse["context"] for reuse in more]
    assert found == sent
    page = client.get(f"/api/entries/{entry}").json()
    assert (page["reuses"], len(page["reuse"])) == (5, 1)
    for path in ("/api/entries?limit=100", "/api/search?q=ward&limit=100"):
        assert len(client.get(path).content) < 6_000

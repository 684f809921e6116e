"""Words of passages that stay in memory for a while."""

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from indexer.embedding.embedder import Words
from indexer.resident.recent import RecentWords


class Store:
    """Knows every text but one, and remembers what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[list[bytes]] = []

    def fetch(self, hashes: Sequence[bytes]) -> Mapping[bytes, Words]:
        self.asked.append(list(hashes))
        return {key: words(key) for key in hashes if key != b"unknown"}


def words(key: bytes) -> Words:
    """Two words, 256 bytes."""
    return np.full((2, 128), key[0], dtype=np.int8)


@pytest.fixture
def store() -> Store:
    return Store()


def test_words_are_fetched_once_while_there_is_room(store: Store) -> None:
    recent = RecentWords(store.fetch, 1000)
    recent.get([b"a", b"b"])
    found = recent.get([b"b", b"c", b"a"])
    assert store.asked == [[b"a", b"b"], [b"c"]]
    assert found.keys() == {b"a", b"b", b"c"}
    assert all(np.array_equal(found[key], words(key)) for key in found)


def test_those_that_were_longest_not_asked_for_make_room_for_others(store: Store) -> None:
    recent = RecentWords(store.fetch, 600)
    for keys in ([b"a", b"b"], [b"a"], [b"c"], [b"a", b"c"], [b"b"]):
        recent.get(keys)
    assert store.asked == [[b"a", b"b"], [], [b"c"], [], [b"b"]]


def test_more_than_there_is_room_for_is_answered_all_the_same(store: Store) -> None:
    recent = RecentWords(store.fetch, 300)
    keys = [b"a", b"b", b"c"]
    assert recent.get(keys).keys() == set(keys)
    assert recent.get(keys).keys() == set(keys)


def test_what_the_store_does_not_know_is_asked_for_again(store: Store) -> None:
    recent = RecentWords(store.fetch, 1000)
    assert recent.get([b"unknown"]) == recent.get([b"unknown"]) == {}
    assert store.asked == [[b"unknown"], [b"unknown"]]

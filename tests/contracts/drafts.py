"""The promises that every store of drafts keeps: a backend is a subclass with a fixture `store`."""

from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from kb.drafts.store import MOST, ROOM, DraftStore, StoredDraft

ADA, BEN = "ada", "ben"


def stored(draft_id: str = "one", number: int = 1, **told: Any) -> StoredDraft:
    """A save of a draft of Ada's."""
    usual: dict[str, Any] = {
        "member": ADA,
        "kind": "practice",
        "entry": "",
        "version": 0,
        "begun": 10,
        "saved": 10 + number,
        "title": b"title",
        "fields": b"fields",
    }
    return StoredDraft(**{**usual, "id": draft_id, "number": number, **told})


class DraftStoreContract:
    """Subclass it and give a fixture `store`: an empty one."""

    def test_a_draft_is_read_as_it_was_last_saved(self, store: DraftStore) -> None:
        assert store.put(stored()) == "stored"
        again = stored(number=2, title=b"better", fields=b"\0 more", version=3, entry="e", kind="k")
        assert store.put(again) == "stored"
        assert store.get(ADA, "one") == again

    def test_a_draft_is_its_owners_alone_even_under_the_same_id(self, store: DraftStore) -> None:
        store.put(stored())
        assert store.get(BEN, "one") is None
        assert store.put(stored(member=BEN, fields=b"of ben")) == "stored"
        assert not store.discard("cem", "one")
        assert store.discard(BEN, "one")
        assert store.get(ADA, "one") == stored()

    @pytest.mark.parametrize("number", [0, 1, 2, 4])
    def test_a_save_that_another_one_came_before_changes_nothing(
        self, store: DraftStore, number: int
    ) -> None:
        for each in (1, 2):
            store.put(stored(number=each))
        assert store.put(stored(number=number, fields=b"older")) == "stale"
        assert store.get(ADA, "one") == stored(number=2)

    def test_a_discarded_draft_does_not_come_back_by_a_late_save(self, store: DraftStore) -> None:
        store.put(stored())
        assert store.discard(ADA, "one")
        assert store.put(stored(number=2)) == "stale"
        assert store.of(ADA) == []

    def test_a_draft_is_discarded_as_of_one_save_alone(self, store: DraftStore) -> None:
        for each in (1, 2):
            store.put(stored(number=each))
        assert not store.discard(ADA, "one", 1)
        assert store.get(ADA, "one")
        assert store.discard(ADA, "one", 2)
        assert not store.discard(ADA, "one", 2)

    def test_drafts_are_listed_without_their_fields_the_last_saved_first(
        self, store: DraftStore
    ) -> None:
        for name, at in (("one", 20), ("two", 30), ("three", 20)):
            store.put(stored(name, saved=at))
        store.put(stored("other", member=BEN))
        listed = store.of(ADA)
        assert [each.id for each in listed] == ["two", "one", "three"]
        assert {each.fields for each in listed} == {b""}
        assert {each.title for each in listed} == {b"title"}

    def test_a_member_has_so_many_drafts_and_saves_them_still(self, store: DraftStore) -> None:
        for each in range(MOST):
            assert store.put(stored(f"{each}")) == "stored"
        assert store.put(stored("more")) == "many"
        assert store.put(stored("0", number=2)) == "stored"
        assert store.put(stored("more", member=BEN)) == "stored"

    def test_the_drafts_of_a_member_take_so_much_room_together(self, store: DraftStore) -> None:
        large = bytes(ROOM - 100)
        assert store.put(stored("large", title=b"", fields=large)) == "stored"
        assert store.put(stored(title=b"", fields=bytes(101))) == "large"
        assert store.put(stored(title=b"", fields=bytes(100))) == "stored"
        assert store.put(stored("large", number=2, title=b"", fields=large)) == "stored"

    def test_what_is_forgotten_is_a_members_or_revises_an_entry(self, store: DraftStore) -> None:
        store.put(stored("of ada"))
        store.put(stored("revises", member=BEN, entry="erased"))
        store.put(stored("stays", member=BEN, entry="other"))
        assert store.holds([ADA], [])
        assert store.holds([], ["erased"])
        assert not store.holds(["cem"], ["unknown"])
        store.forget([ADA], ["erased"])
        assert not store.holds([ADA], ["erased"])
        assert [each.id for each in store.of(BEN)] == ["stays"]
        store.forget([], [])
        assert store.holds([BEN], [])

    def test_old_drafts_go(self, store: DraftStore) -> None:
        store.put(stored("old", saved=99))
        store.put(stored("new", saved=100))
        store.expire(100)
        assert [each.id for each in store.of(ADA)] == ["new"]


class DraftTabs(RuleBasedStateMachine):
    """Browser tabs of two members that save and discard drafts, each knowing what it last saw."""

    store: DraftStore

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], StoredDraft] = {}
        self.seen: dict[tuple[int, str, str], int] = {}

    tabs = st.integers(0, 1)
    members = st.sampled_from([ADA, BEN])
    ids = st.sampled_from(["one", "two"])

    @rule(tab=tabs, member=members, name=ids, text=st.binary(max_size=4))
    def save(self, tab: int, member: str, name: str, text: bytes) -> None:
        last = self.kept[member, name].number if (member, name) in self.kept else 0
        number = self.seen.get((tab, member, name), 0)
        made = stored(name, number + 1, member=member, fields=text)
        expected = "stored" if number == last else "stale"
        assert self.store.put(made) == expected
        if expected == "stored":
            self.kept[member, name] = made
            self.seen[tab, member, name] = number + 1

    @rule(tab=tabs, member=members, name=ids)
    def look(self, tab: int, member: str, name: str) -> None:
        found = self.store.get(member, name)
        assert found == self.kept.get((member, name))
        self.seen[tab, member, name] = found.number if found else 0

    @rule(tab=tabs, member=members, name=ids)
    def contribute(self, tab: int, member: str, name: str) -> None:
        number = self.seen.get((tab, member, name), 0)
        there = self.kept.get((member, name))
        done = there is not None and there.number == number
        assert self.store.discard(member, name, number) == done
        if done:
            del self.kept[member, name]

    @rule(member=members)
    def forget(self, member: str) -> None:
        self.store.forget([member], [])
        self.kept = {key: each for key, each in self.kept.items() if key[0] != member}

    @invariant()
    def nothing_else_is_there(self) -> None:
        for member in (ADA, BEN):
            mine = {each.id for each in self.store.of(member)}
            assert mine == {name for owner, name in self.kept if owner == member}

"""Where drafts are stored: sealed rows, whose content no store can read."""

import threading
from collections.abc import Collection
from typing import Literal, Protocol

from msgspec import Struct, structs

MOST = 50
"""Drafts of a member at a time."""

ROOM = 20_000_000
"""Bytes of all drafts of a member together."""

Put = Literal["stored", "stale", "many", "large"]
"""What became of a save: `stale` if another one came first, `many` or `large` for no room."""


class StoredDraft(Struct, frozen=True, kw_only=True):
    """A draft as it is stored: `title` and `fields` are sealed, times are seconds since 1970.

    `entry` is the id of the entry that it revises, from its `version`; empty and 0 for a new one.
    `number` counts the saves, from 1.
    """

    member: str
    id: str
    kind: str
    entry: str
    version: int
    begun: int
    saved: int
    number: int
    title: bytes
    fields: bytes

    @property
    def size(self) -> int:
        """The bytes that count for `ROOM`."""
        return len(self.title) + len(self.fields)


class DraftStore(Protocol):
    """Drafts by member and id. Every method may be called from any thread, and may raise
    `DataDirectoryError`.
    """

    def put(self, draft: StoredDraft) -> Put:
        """Store the next save of a draft, all or nothing; the first one has number 1."""
        ...

    def get(self, member: str, draft_id: str) -> StoredDraft | None:
        """A draft of `member`; None if they have none of that id."""
        ...

    def of(self, member: str) -> list[StoredDraft]:
        """All drafts of `member` without their `fields`, the last saved first."""
        ...

    def discard(self, member: str, draft_id: str, number: int | None = None) -> bool:
        """Delete a draft, with `number` only as it was saved then; whether it did."""
        ...

    def forget(self, members: Collection[str], entries: Collection[str]) -> None:
        """Delete all drafts of `members`, and all revisions of `entries`."""
        ...

    def holds(self, members: Collection[str], entries: Collection[str]) -> bool:
        """Whether there is anything that `forget` would delete."""
        ...

    def expire(self, before: int) -> None:
        """Delete the drafts that were last saved before that second."""
        ...


def refusal(draft: StoredDraft, number: int, others: int, taken: int) -> Put:
    """Whether `draft` may be stored over save `number`, 0 for none.

    `others` counts the other drafts of the member, which have `taken` bytes.
    """
    if draft.number != number + 1:
        return "stale"
    if not number and others >= MOST:
        return "many"
    return "large" if taken + draft.size > ROOM else "stored"


class MemoryDrafts:
    """A `DraftStore` that lives as long as the process, for tests."""

    def __init__(self) -> None:
        self._drafts: dict[tuple[str, str], StoredDraft] = {}
        self._lock = threading.Lock()

    def put(self, draft: StoredDraft) -> Put:
        """See `DraftStore`."""
        key = draft.member, draft.id
        with self._lock:
            found = self._drafts.get(key)
            others = [each for each in self._of(draft.member) if each.id != draft.id]
            taken = sum(each.size for each in others)
            answer = refusal(draft, found.number if found else 0, len(others), taken)
            if answer == "stored":
                self._drafts[key] = draft
            return answer

    def get(self, member: str, draft_id: str) -> StoredDraft | None:
        """See `DraftStore`."""
        return self._drafts.get((member, draft_id))

    def of(self, member: str) -> list[StoredDraft]:
        """See `DraftStore`."""
        with self._lock:
            found = [structs.replace(each, fields=b"") for each in self._of(member)]
        return sorted(found, key=lambda each: (-each.saved, each.id))

    def discard(self, member: str, draft_id: str, number: int | None = None) -> bool:
        """See `DraftStore`."""
        with self._lock:
            found = self._drafts.get((member, draft_id))
            if found is None or number not in (None, found.number):
                return False
            del self._drafts[member, draft_id]
            return True

    def forget(self, members: Collection[str], entries: Collection[str]) -> None:
        """See `DraftStore`."""
        with self._lock:
            for key in self._held(members, entries):
                del self._drafts[key]

    def holds(self, members: Collection[str], entries: Collection[str]) -> bool:
        """See `DraftStore`."""
        with self._lock:
            return bool(self._held(members, entries))

    def expire(self, before: int) -> None:
        """See `DraftStore`."""
        with self._lock:
            old = [key for key, each in self._drafts.items() if each.saved < before]
            for key in old:
                del self._drafts[key]

    def _of(self, member: str) -> list[StoredDraft]:
        return [each for each in self._drafts.values() if each.member == member]

    def _held(self, members: Collection[str], entries: Collection[str]) -> list[tuple[str, str]]:
        return [
            key
            for key, each in self._drafts.items()
            if each.member in members or each.entry in entries
        ]

"""Erasure commands: the log records it first, then keys are destroyed, then all derived data.

The leading process does the work (`kb.erasure.eraser`), now or later, even if the process that
asked has ended. A repeated command waits for it.
"""

from collections.abc import Callable
from typing import Literal

from kb.entries.service import Entries
from kb.people.service import People
from kb.projections.worker import ProjectionWorker
from kb.writer import Receipt

Unfinished = Callable[[], bool]
"""Returns whether anything erased is left; raises `NotYetSearchable` as waiting would."""


class Erasure:
    """Erases members and entries. `entry` and `member` return when nothing of them is left.

    Events remain that say when, by whom and which stream; and kept entries of a member remain, as
    those of a former member.
    """

    def __init__(self, people: People, entries: Entries, follower: ProjectionWorker) -> None:
        self._people = people
        self._entries = entries
        self._follower = follower

    def entry(self, entry_id: str) -> Receipt:
        """Erase an entry, and hide what others said of it.

        Raises `NotFound` or `Forbidden`.
        """
        receipt = self._entries.erase(entry_id)
        self._follower.forget(receipt.position)
        return receipt

    def member(self, member_id: str, *, entries: Literal["kept", "erased"] = "kept") -> Receipt:
        """Erase a member: their profile, sign-in, and what they said about the entries of others.

        Their own entries stay, or are erased as well; if repeated, the first choice counts.
        Raises `NotFound`, `Forbidden` or `Refused`.
        """
        receipt = self._people.erase(member_id, entries=entries)
        self._follower.forget(receipt.position)
        return receipt

    def begin_entry(self, entry_id: str) -> Unfinished:
        """As `entry`, for callers that do not block a thread."""
        return self._follower.forgetting(self._entries.erase(entry_id).position)

    def begin_member(self, member_id: str, *, entries: Literal["kept", "erased"]) -> Unfinished:
        """As `member`, for callers that do not block a thread."""
        receipt = self._people.erase(member_id, entries=entries)
        return self._follower.forgetting(receipt.position)

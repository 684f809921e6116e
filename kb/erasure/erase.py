"""Eraser: first the log says that it happened, then keys go, then all that was made with them.

The process that keeps the data directory up does the work (`kb.erasure.eraser`), also when
the one that asked has ended meanwhile, or the next one does; asked for again, it is waited for.
"""

from collections.abc import Callable
from typing import Literal

from kb.entries.service import Entries
from kb.people.service import People
from kb.projections.worker import ProjectionWorker
from kb.writer import Receipt

Unfinished = Callable[[], bool]
"""Tells whether anything is left of what was erased; raises `NotYetSearchable` as waiting would."""


class Erasure:
    """Erases members and entries. `entry` and `member` return when nothing of them is left.

    What is left are events that say when, by whom and which stream; and, of a member's entries that
    are kept, the entries, as those of a former member.
    """

    def __init__(self, people: People, entries: Entries, follower: ProjectionWorker) -> None:
        self._people = people
        self._entries = entries
        self._follower = follower

    def entry(self, entry_id: str) -> Receipt:
        """Erase an entry; what others said of it is shown no longer.

        Raises `NotFound` or `Forbidden`.
        """
        receipt = self._entries.erase(entry_id)
        self._follower.forget(receipt.position)
        return receipt

    def member(self, member_id: str, *, entries: Literal["kept", "erased"] = "kept") -> Receipt:
        """Erase a member: their profile, sign-in, and what they said about the entries of others.

        Their own entries stay, or are erased as well; asked again, what was chosen first counts.
        Raises `NotFound`, `Forbidden` or `Refused`.
        """
        receipt = self._people.erase(member_id, entries=entries)
        self._follower.forget(receipt.position)
        return receipt

    def begin_entry(self, entry_id: str) -> Unfinished:
        """As `entry`, for who waits in no thread."""
        return self._follower.forgetting(self._entries.erase(entry_id).position)

    def begin_member(self, member_id: str, *, entries: Literal["kept", "erased"]) -> Unfinished:
        """As `member`, for who waits in no thread."""
        receipt = self._people.erase(member_id, entries=entries)
        return self._follower.forgetting(receipt.position)

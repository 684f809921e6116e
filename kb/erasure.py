"""Forgetting: first the log says that it happened, then keys go, then all that was made with them.

Whoever keeps the data directory up does the work (`kb.following.follower`), also when the process
that asked has ended meanwhile; asked for again, it is waited for again.
"""

from typing import Literal

from kb.access import operator
from kb.entries.queries import CONTRIBUTED
from kb.entries.service import Entries
from kb.following.follower import Follower
from kb.following.view_reader import ViewReader
from kb.people.service import People
from kb.writer import Receipt


class Erasure:
    """Erases members and entries. Every method returns when nothing of them is left.

    What is left are events that say when, by whom and which stream; and, of a member's entries that
    are kept, the entries, as those of a former member. `all_entries` acts for the asker, who need
    not see every entry of a member to erase it.
    """

    def __init__(
        self,
        people: People,
        entries: Entries,
        all_entries: Entries,
        reader: ViewReader,
        follower: Follower,
    ) -> None:
        self._people = people
        self._entries = entries
        self._all_entries = all_entries
        self._reader = reader
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
        erased = self._people.refuse_erasing(member_id)
        if entries == "erased" and not erased:
            # First, so that an erasure that is cut short leaves a member who can ask again.
            for entry_id in self._contributed(member_id):
                self._all_entries.erase(entry_id)
        receipt = self._people.erase(member_id, entries=entries)
        self._follower.forget(receipt.position)
        return receipt

    def _contributed(self, member_id: str) -> list[str]:
        with self._reader.read(operator().labels) as db:
            return [entry_id for (entry_id,) in db.execute(CONTRIBUTED, (member_id,))]

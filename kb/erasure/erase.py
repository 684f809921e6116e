"""Erasure commands: the log records it first, then keys are destroyed, then all derived data.

The leading process does the work (`kb.erasure.eraser`), now or later, even if the process that
asked has ended. A repeated command waits for it.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

from events.errors import EventLogError
from indexer.errors import IndexerError
from kb.entries.service import Entries
from kb.errors import KnowledgeBaseError, StillErasing
from kb.messages import _
from kb.people.service import People
from kb.projections.background import sentence
from kb.projections.worker import ProjectionWorker
from kb.writer import Receipt

Unfinished = Callable[[], bool]
"""Returns whether anything erased is left; raises `StillErasing` as waiting would."""

Recorded = Callable[[], object]
"""Called once the erasure is recorded, before the wait for its end."""


class Erasure:
    """Erases members and entries. `entry` and `member` return when nothing of them is left.

    They raise `StillErasing` if that is recorded but cannot be finished, or not soon.
    Events remain that say when, by whom and which stream; and kept entries of a member remain, as
    those of a former member.
    """

    def __init__(self, people: People, entries: Entries, follower: ProjectionWorker) -> None:
        self._people = people
        self._entries = entries
        self._follower = follower

    def entry(self, entry_id: str, recorded: Recorded = lambda: None) -> Receipt:
        """Erase an entry, and hide what others said of it.

        Raises `NotFound` or `Forbidden`.
        """
        return self._finished(self._entries.erase(entry_id), recorded)

    def member(
        self,
        member_id: str,
        *,
        entries: Literal["kept", "erased"] = "kept",
        recorded: Recorded = lambda: None,
    ) -> Receipt:
        """Erase a member: their profile, sign-in, and what they said about the entries of others.

        Their own entries stay, or are erased as well; if repeated, the first choice counts.
        Raises `NotFound`, `Forbidden` or `Refused`.
        """
        return self._finished(self._people.erase(member_id, entries=entries), recorded)

    def begin_entry(self, entry_id: str) -> Unfinished:
        """As `entry`, for callers that do not block a thread."""
        return self._begun(self._entries.erase(entry_id))

    def begin_member(self, member_id: str, *, entries: Literal["kept", "erased"]) -> Unfinished:
        """As `member`, for callers that do not block a thread."""
        return self._begun(self._people.erase(member_id, entries=entries))

    def _finished(self, receipt: Receipt, recorded: Recorded) -> Receipt:
        recorded()
        with _still_erasing():
            self._follower.forget(receipt.position)
        return receipt

    def _begun(self, receipt: Receipt) -> Unfinished:
        unfinished = self._follower.forgetting(receipt.position)

        def asked() -> bool:
            with _still_erasing():
                return unfinished()

        return asked


@contextmanager
def _still_erasing() -> Iterator[None]:
    """Say of whatever goes wrong that the erasure is recorded."""
    try:
        yield
    except (KnowledgeBaseError, EventLogError, IndexerError, sqlite3.Error, OSError) as error:
        raise StillErasing(
            _(
                "The erasure is recorded, and nobody can undo it; it is finished as soon as that "
                "can be done. {why}",
                why=sentence(error),
            )
        ) from error

"""Secrets that an erasure destroys: keys, sign-in data, words of questions, drafts."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from events.vault import KeyVault
from kb.drafts.service import KEPT
from kb.drafts.store import DraftStore
from kb.errors import DataDirectoryError
from kb.ids import entry_stream, member_stream
from kb.measures.search_counts import Questions
from kb.writer import Clock

if TYPE_CHECKING:
    from kb.accounts.accounts import Accounts

_MEMBER, _ENTRY = member_stream(""), entry_stream("")


class Untouched:
    """Replaces `Keys` in a read-only directory, where erased data is only hidden for now."""

    def destroy(self, streams: Sequence[str]) -> None:
        """Leave the keys of `streams` until the directory can be written."""

    def depart(self, members: Sequence[str]) -> None:
        """Leave the sign-in data of `members`, which admits members only."""

    def expire(self) -> None:
        """Leave data whose time is over."""

    def alive(self, erasures: Sequence[tuple[int, str]]) -> bool:
        """No: nothing can be destroyed here."""
        return False


class Keys:
    """The keys of streams, and what is kept of members and entries beside the log."""

    def __init__(
        self,
        vault: KeyVault,
        questions: Questions,
        drafts: DraftStore,
        accounts: "Callable[[], Accounts]",
        clock: Clock,
    ) -> None:
        self._vault = vault
        self._questions = questions
        self._drafts = drafts
        self._accounts = accounts
        self.clock = clock

    def destroy(self, streams: Sequence[str]) -> None:
        """See `kb.erasure.eraser.Secrets`."""
        self._vault.destroy(*streams)
        self._questions.forget()
        self._drafts.forget((), _named(streams, _ENTRY))
        self.depart(_named(streams, _MEMBER))

    def depart(self, members: Sequence[str]) -> None:
        """Destroy the sign-in data and the drafts of members who have left, for good."""
        if members:
            self._accounts().store.forget(*members)
            self._drafts.forget(members, ())

    def expire(self) -> None:
        """Destroy the hashes of questions and their key, if their window has ended, and drafts
        that nobody went on with.
        """
        self._questions.tidy()
        self.expire_drafts()

    def expire_drafts(self) -> None:
        """Delete drafts that were last saved too long ago. Raises `DataDirectoryError`."""
        self._drafts.expire(int((self.clock() - KEPT).timestamp()))

    def alive(self, erasures: Sequence[tuple[int, str]]) -> bool:
        """See `kb.erasure.eraser.Secrets`."""
        last = max((position for position, _ in erasures), default=0)
        open_ = not all(self._vault.destroyed(stream) for _, stream in erasures)
        return open_ or self._remembered(last, [stream for _, stream in erasures])

    def _remembered(self, position: int, streams: Sequence[str]) -> bool:
        try:
            return self._questions.remembers(position) or self._drafts.holds(
                _named(streams, _MEMBER), _named(streams, _ENTRY)
            )
        except DataDirectoryError:
            return False  # reported when the data directory is opened


def _named(streams: Sequence[str], kind: str) -> list[str]:
    """The ids of those `streams` that are of a kind."""
    return [stream.removeprefix(kind) for stream in streams if stream.startswith(kind)]

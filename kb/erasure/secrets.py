"""Secrets that an erasure destroys: keys, sign-in data, words of questions."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from events.vault import KeyVault
from kb.errors import DataDirectoryError
from kb.ids import member_stream
from kb.measures.search_counts import Questions

if TYPE_CHECKING:
    from kb.accounts.accounts import Accounts

_MEMBER = member_stream("")


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
    """The keys of streams, and the sign-in data of members."""

    def __init__(
        self,
        vault: KeyVault,
        questions: Questions,
        accounts: "Callable[[], Accounts]",
    ) -> None:
        self._vault = vault
        self._questions = questions
        self._accounts = accounts

    def destroy(self, streams: Sequence[str]) -> None:
        """See `kb.erasure.eraser.Secrets`."""
        self._vault.destroy(*streams)
        self._questions.forget()
        self.depart(
            [stream.removeprefix(_MEMBER) for stream in streams if stream.startswith(_MEMBER)]
        )

    def depart(self, members: Sequence[str]) -> None:
        """Destroy the sign-in data of members who have left, for good."""
        if members:
            self._accounts().store.forget(*members)

    def expire(self) -> None:
        """Destroy the hashes of questions and their key, if their window has ended."""
        self._questions.tidy()

    def alive(self, erasures: Sequence[tuple[int, str]]) -> bool:
        """See `kb.erasure.eraser.Secrets`."""
        last = max((position for position, _ in erasures), default=0)
        open_ = not all(self._vault.destroyed(stream) for _, stream in erasures)
        return open_ or self._remembered(last)

    def _remembered(self, position: int) -> bool:
        try:
            return self._questions.remembers(position)
        except DataDirectoryError:
            return False  # reported when the data directory is opened

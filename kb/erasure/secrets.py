"""What goes when a member or an entry is forgotten: keys, sign-in material, words of questions."""

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
    """Stands in for `Keys` where nothing can be written: all that is erased later is hidden now."""

    def destroy(self, streams: Sequence[str]) -> None:
        """Leave the keys of `streams` to the next opening at which the directory can be written."""

    def depart(self, members: Sequence[str]) -> None:
        """Leave what `members` signed in with, which lets nobody in who is no member."""

    def expire(self) -> None:
        """Leave what was to be kept for some time only."""

    def alive(self, erasures: Sequence[tuple[int, str]]) -> bool:
        """Nothing is put right here."""
        return False


class Keys:
    """The keys of streams, and all that opens the community to a member."""

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
        """Destroy the keys of erased streams, what members among them signed in with, and words
        that may name them.
        """
        self._vault.destroy(*streams)
        self._questions.forget()
        self.depart(
            [stream.removeprefix(_MEMBER) for stream in streams if stream.startswith(_MEMBER)]
        )

    def depart(self, members: Sequence[str]) -> None:
        """Destroy what members who have left signed in with; none of them gets any again."""
        if members:
            self._accounts().store.forget(*members)

    def expire(self) -> None:
        """Destroy what was to be kept for some time only: hashes of what was asked, their key."""
        self._questions.tidy()

    def alive(self, erasures: Sequence[tuple[int, str]]) -> bool:
        """Whether anything of these, each a position and a stream, can still be opened or read."""
        last = max((position for position, _ in erasures), default=0)
        open_ = not all(self._vault.destroyed(stream) for _, stream in erasures)
        return open_ or self._remembered(last)

    def _remembered(self, position: int) -> bool:
        try:
            return self._questions.remembers(position)
        except DataDirectoryError:
            return False  # told of when the data directory is opened

"""Own changes of each principal in this process, for which their next search waits briefly."""


class OwnTexts:
    """The position of each principal's last change of an entry, until a search waited for it.

    Usable from any thread.
    """

    def __init__(self) -> None:
        self._last: dict[str, int] = {}

    def note(self, member: str, stream: str, position: int) -> None:
        """Note a change by `member` at `position`; only entries are indexed."""
        if stream.startswith("entry-"):
            self._last[member] = position

    def take(self, member: str) -> int:
        """Remove and return the position to wait for, 0 if there is none."""
        return self._last.pop(member, 0)

    def waited(self, position: int) -> None:
        """Forget all changes up to `position`, as the caller waited for them."""
        for member, last in list(self._last.items()):
            if last <= position:
                self._last.pop(member, 0)

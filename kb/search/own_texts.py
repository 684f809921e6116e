"""What each principal has written in this process, which their next question waits for a little."""


class OwnTexts:
    """The last position at which each principal wrote to an entry, until it was waited for.

    Usable from any thread.
    """

    def __init__(self) -> None:
        self._last: dict[str, int] = {}

    def note(self, member: str, stream: str, position: int) -> None:
        """`member` wrote at `position`; entries alone come into the index."""
        if stream.startswith("entry-"):
            self._last[member] = position

    def take(self, member: str) -> int:
        """The position to wait for, 0 if there is none; nobody waits for it twice."""
        return self._last.pop(member, 0)

    def waited(self, position: int) -> None:
        """All up to `position` was waited for, no matter who wrote it."""
        for member, last in list(self._last.items()):
            if last <= position:
                self._last.pop(member, 0)

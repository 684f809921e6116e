"""Sentences that several parts of the program make alike."""

from collections.abc import Callable, Sequence
from functools import reduce

from kb.messages import Message, _


def ended(what: str, words: str | None) -> Message:
    """`what`, a colon and the words in one line, and a full stop where they have no end."""
    text = " ".join((words or "").split())
    if not text:
        return _("{what}.", what=what)
    if text[-1] in ".!?…":
        return _("{what}: {words}", what=what, words=text)
    return _("{what}: {words}.", what=what, words=text)


def unreadable(what: str) -> Message:
    """The sentence in the place of what cannot be read, in a few words; empty where unknown.

    `what` may come from a view, which keeps the source of a message alone.
    """
    lost = Message(what, {}) if what else _("Something that happened to it")
    return _("{what} cannot be read.", what=lost)


def listed(words: Sequence[str]) -> str:
    """Several with commas between; empty for none."""
    return _folded(words, lambda first, other: _("{first}, {other}", first=first, other=other))


def either(words: Sequence[str]) -> str:
    """One of several, "or" between them."""
    return _folded(words, lambda first, other: _("{first} or {other}", first=first, other=other))


def beside(reasons: Sequence[str]) -> str:
    """Several with semicolons between."""
    return _folded(reasons, lambda first, other: _("{first}; {other}", first=first, other=other))


def together(sentences: Sequence[str]) -> str:
    """Several sentences, one behind the other."""
    return _folded(sentences, lambda first, other: _("{first} {other}", first=first, other=other))


def _folded(words: Sequence[str], joined: Callable[[str, str], str]) -> str:
    return reduce(joined, words) if words else ""

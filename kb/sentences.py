"""Sentences that several parts of the program share."""

from collections.abc import Callable, Sequence
from functools import reduce

from kb.messages import Message, _


def ended(what: str, words: str | None) -> Message:
    """`what`, a colon and the words on one line, with a full stop unless they end with one."""
    text = " ".join((words or "").split())
    if not text:
        return _("{what}.", what=what)
    if text[-1] in ".!?…":
        return _("{what}: {words}", what=what, words=text)
    return _("{what}: {words}.", what=what, words=text)


def unreadable(what: str) -> Message:
    """The sentence for `what`, which cannot be read; empty if that is unknown.

    `what` may come from a view, which stores only the source of a message.
    """
    lost = Message(what, {}) if what else _("Something that happened to it")
    return _("{what} cannot be read.", what=lost)


def listed(words: Sequence[str]) -> str:
    """A list with commas; empty for none."""
    return _folded(words, lambda first, other: _("{first}, {other}", first=first, other=other))


def either(words: Sequence[str]) -> str:
    """A list with "or"."""
    return _folded(words, lambda first, other: _("{first} or {other}", first=first, other=other))


def beside(reasons: Sequence[str]) -> str:
    """A list with semicolons."""
    return _folded(reasons, lambda first, other: _("{first}; {other}", first=first, other=other))


def together(sentences: Sequence[str]) -> str:
    """Several sentences in a row."""
    return _folded(sentences, lambda first, other: _("{first} {other}", first=first, other=other))


def _folded(words: Sequence[str], joined: Callable[[str, str], str]) -> str:
    return reduce(joined, words) if words else ""

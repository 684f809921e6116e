"""Sentences that several parts of the program make alike."""


def ended(what: str, words: str | None) -> str:
    """`what`, a colon and the words in one line, and a full stop where they have no end."""
    text = " ".join((words or "").split())
    if not text:
        return f"{what}."
    return f"{what}: {text}" if text[-1] in ".!?…" else f"{what}: {text}."


def unreadable(what: str) -> str:
    """The sentence in the place of what cannot be read, in a few words; empty where unknown."""
    return f"{what or 'Something that happened to it'} cannot be read."

"""Names in events of a time when they were stored as someone wrote them.

A name is shown as it stands, so what hides in it or turns the text around it would do so in pages,
commands and files alike. Here, where events are read, is the one place that takes it away; what is
stored today passes as it is. Texts are left alone: scripts that run both ways need such characters,
and what they turn ends with their paragraph.
"""

from kb.characters import is_blank, visible


def seen_line(text: str) -> str:
    """`text` without what is not seen; empty where that is all of it."""
    cleaned = visible(text)
    return text if cleaned == text else "" if is_blank(cleaned) else cleaned.strip()

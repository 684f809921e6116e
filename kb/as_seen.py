"""Names in old events, which were stored as typed: cleaned here when the events are read.

A name is shown unescaped, so invisible or direction-changing characters in it would take effect in
pages, commands and files alike. Names stored today are clean already. Texts are left alone:
bidirectional scripts need such characters, and their effect ends with the paragraph.
"""

from kb.characters import is_blank, visible


def seen_line(text: str) -> str:
    """`text` without invisible characters; empty if it has no others."""
    cleaned = visible(text)
    return text if cleaned == text else "" if is_blank(cleaned) else cleaned.strip()

"""The first words of an entry as plain text, for lists."""

from collections.abc import Sequence

from kb.entries.content import Section

LENGTH = 200
_LOOK_AT = 5 * LENGTH  # enough raw Markdown for LENGTH characters of text, and a bound on the work


def summary(sections: Sequence[Section]) -> str:
    """About the first 200 characters of the first section with text, ending at a word.

    As shown on its page, without code and pictures.
    """
    for section in sections:
        text = " ".join(_plain(section.text[:_LOOK_AT]).split())
        if text:
            return _cut(text)
    return ""


def _plain(markdown: str) -> str:
    # Imported here, as commands that write no summary start sooner without a parser.
    from indexer.text.markdown_text import BETWEEN_CELLS, blocks

    texts = (block.text for block in blocks(markdown, brief=True))
    # Rows of a table are separate lines on the page.
    return " ".join(
        f"{text}." if BETWEEN_CELLS in text and text[-1].isalnum() else text for text in texts
    )


def _cut(text: str) -> str:
    if len(text) <= LENGTH:
        return text
    head, space, _ = text[:LENGTH].rpartition(" ")
    return f"{head if space else text[:LENGTH]} …"

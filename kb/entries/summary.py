"""The first words of an entry as plain text, for lists."""

from collections.abc import Sequence

from kb.entries.content import Section

LENGTH = 200
_LOOK_AT = 5 * LENGTH  # enough raw Markdown for LENGTH characters of text, and a bound on the work


def summary(sections: Sequence[Section]) -> str:
    """About the first 200 characters of the first section that says something, ending at a word.

    They are the words that its page shows, without code and pictures.
    """
    for section in sections:
        text = " ".join(_plain(section.text[:_LOOK_AT]).split())
        if text:
            return _cut(text)
    return ""


def _plain(markdown: str) -> str:
    # Here, as many a command writes no list and starts sooner without a parser.
    from indexer.text.markdown_text import BETWEEN_CELLS, blocks

    texts = (block.text for block in blocks(markdown, brief=True))
    # Where rows follow each other, a line tells them apart on the page.
    return " ".join(
        f"{text}." if BETWEEN_CELLS in text and text[-1].isalnum() else text for text in texts
    )


def _cut(text: str) -> str:
    if len(text) <= LENGTH:
        return text
    head, space, _ = text[:LENGTH].rpartition(" ")
    return f"{head if space else text[:LENGTH]} …"

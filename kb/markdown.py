"""The Markdown of entries, for whoever lays it out: the grammar by which it is indexed too."""

from indexer.text.markdown_grammar import (
    BOX,
    BOX_TITLE,
    FORMULAS,
    HARMLESS,
    RUBY,
    box_title,
    parser_of,
    words,
)

__all__ = [
    "BOX",
    "BOX_TITLE",
    "FORMULAS",
    "HARMLESS",
    "RUBY",
    "box_title",
    "parser_of",
    "words",
]

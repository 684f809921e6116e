"""The grammar of Markdown that pages and index share."""

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

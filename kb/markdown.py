"""The grammar and the parsers of Markdown that pages, index and imports share."""

from indexer.text.markdown_grammar import (
    BOX,
    BOX_TITLE,
    FORMULAS,
    HARMLESS,
    RUBY,
    box_title,
    words,
)
from indexer.text.markdown_parsers import line_parser, outline_parser, page_parser, source_parser

__all__ = [
    "BOX",
    "BOX_TITLE",
    "FORMULAS",
    "HARMLESS",
    "RUBY",
    "box_title",
    "line_parser",
    "outline_parser",
    "page_parser",
    "source_parser",
    "words",
]

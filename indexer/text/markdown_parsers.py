"""All Markdown parsers: how each departs from the common grammar, and why.

Parsers are shared between threads: they keep no state but lists of rules, which are built at first
use. So each parser parses something before it is shared.
"""

from functools import cache

from markdown_it import MarkdownIt

from indexer.text.markdown_grammar import parser_of, rules_for

_BLOCKS = ("normalize", "last line", "block")
"""Rules that find blocks, without inline parsing, which takes most of the time."""


def page_parser(depth: int) -> MarkdownIt:
    """Parser of pages: the whole grammar, with at most `depth` nested elements.

    Pages add their own rules, so each call makes a new one.
    """
    return parser_of(maxNesting=depth)


def index_parser(text: str) -> MarkdownIt:
    """Parser for indexing `text`: the whole grammar, with the names of used link definitions.

    Footnotes stay where they are written; the index moves them below the heading that refers to
    them.
    """
    return _index_parser(rules_for(text))


@cache
def _index_parser(rules: frozenset[str]) -> MarkdownIt:
    parser = parser_of(rules, store_labels=True)
    if "footnotes" in rules:
        parser.disable("footnote_tail")
    return _used(parser)


def outline_parser(text: str) -> MarkdownIt:
    """Parser of the blocks of `text` as on its page: headings, code, footnotes.

    Without ::: boxes, as an unclosed one would contain everything below it.
    """
    return _outline_parser(rules_for(text) - {"boxes"})


@cache
def _outline_parser(rules: frozenset[str]) -> MarkdownIt:
    parser = parser_of(rules)
    parser.core.ruler.enableOnly(_BLOCKS)
    return _used(parser)


@cache
def source_parser(*, tables: bool = False) -> MarkdownIt:
    """Parser of the blocks of a file by another tool, by CommonMark alone.

    HTML is a block here, which an import turns into Markdown, and the tools' own marks are read one
    by one. Exports are cut by it too, so that old ones are read as they were written.
    """
    parser = MarkdownIt("commonmark")
    parser.enable("table" if tables else [])
    parser.core.ruler.enableOnly(_BLOCKS, True)
    return _used(parser)


@cache
def line_parser() -> MarkdownIt:
    """Parser for the words of a single line in an import, such as a heading.

    Formulas were taken out before, and wiki links are resolved with the whole folder.
    """
    return _used(parser_of(("strikethrough", "html")))


def _used(parser: MarkdownIt) -> MarkdownIt:
    parser.parse("*rules*")
    return parser

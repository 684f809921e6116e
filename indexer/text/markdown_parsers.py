"""Every parser of Markdown: one grammar, and what each reader takes less or more of it, and why.

A parser serves all threads: what it works on is made by each call, except for its lists of rules.
Those are made at first use, so each has read something before anybody else can have it.
"""

from functools import cache

from markdown_it import MarkdownIt

from indexer.text.markdown_grammar import parser_of, rules_for

_BLOCKS = ("normalize", "last line", "block")
"""What makes tokens of lines, and reads no words within them, which takes most of the time."""


def page_parser(depth: int) -> MarkdownIt:
    """What pages show: all of the grammar; `depth` levels of elements are laid out.

    A page adds its own rules to it, so each call makes a new one.
    """
    return parser_of(maxNesting=depth)


def index_parser(text: str) -> MarkdownIt:
    """What is found in `text`: the same, with the name of each definition that a link uses.

    A footnote stays where it is written; the index puts it below the heading that refers to it.
    """
    return _index_parser(rules_for(text))


@cache
def _index_parser(rules: frozenset[str]) -> MarkdownIt:
    parser = parser_of(rules, store_labels=True)
    if "footnotes" in rules:
        parser.disable("footnote_tail")
    return _used(parser)


def outline_parser(text: str) -> MarkdownIt:
    """Where the blocks of `text` are, as its page has them: headings, code, footnotes.

    A note between lines of ::: is none of them: one that never ends would have all below it.
    """
    return _outline_parser(rules_for(text) - {"boxes"})


@cache
def _outline_parser(rules: frozenset[str]) -> MarkdownIt:
    parser = parser_of(rules)
    parser.core.ruler.enableOnly(_BLOCKS)
    return _used(parser)


@cache
def source_parser(*, tables: bool = False) -> MarkdownIt:
    """Where the blocks are in a file as another tool wrote it, by CommonMark alone.

    HTML is a block in it, which an import turns into Markdown before any page shows it, and marks
    of tools are read one by one. By it exports are cut too: one of long ago is read as it was.
    """
    parser = MarkdownIt("commonmark")
    parser.enable("table" if tables else [])
    parser.core.ruler.enableOnly(_BLOCKS, True)
    return _used(parser)


@cache
def line_parser() -> MarkdownIt:
    """The words of a single line, such as a heading, of which an import knows the rest.

    Formulas are taken out of it before, and whether the page of a wiki link stands first in it is
    known by the whole folder alone.
    """
    return _used(parser_of(("strikethrough", "html")))


def _used(parser: MarkdownIt) -> MarkdownIt:
    parser.parse("*rules*")
    return parser

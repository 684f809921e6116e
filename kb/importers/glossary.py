"""Words that other tools explain in a glossary, as links to the pages that do."""

import re
from collections.abc import Callable, Iterator

from kb.importers.links import Names
from kb.importers.markdown import ParsedFile
from kb.importers.turned import with_links_changed

_TERM = re.compile(r"(?<!!)\[([^\[\]\n]{1,200})\]\(g\)")
"""A link as the site of Hugo has it, of which the words say where it leads."""


def with_terms(parsed: ParsedFile, names: Names, may_tell: Callable[[str], bool]) -> ParsedFile:
    """`parsed` with its links to "g" leading to the pages that are called as their words are.

    `may_tell` says of an entry whether all who see this page see it, and so may know of it.
    """
    if "g" not in parsed.links or names.find("g", parsed.path):
        return parsed

    def is_known(name: str) -> bool:
        term = names.named(name, parsed.path)
        return term is not None and may_tell(term)

    def changed(text: str, in_table: bool) -> str:
        def led(found: re.Match[str]) -> str:
            name = next(filter(is_known, _singular(found[1])), None)
            if name is None:
                return found[0]
            return f"[[{name}]]" if name == found[1] else f"[[{name}{bar}{found[1]}]]"

        bar = "\\|" if in_table else "|"
        return _TERM.sub(led, text)

    return with_links_changed(parsed, changed)


def _singular(words: str) -> Iterator[str]:
    """`words`, and what may be the singular of them."""
    yield words
    for end, instead in (("s", ""), ("es", ""), ("ies", "y")):
        if words.endswith(end):
            yield words.removesuffix(end) + instead

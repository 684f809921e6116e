"""Words that other tools explain in a glossary, as links to the pages that do."""

import re
from collections.abc import Callable, Iterator

from kb.importers.links import Names
from kb.importers.markdown import ParsedFile
from kb.importers.turned import with_links_changed

_TERM = re.compile(r"(?<!!)\[([^\[\]\n]{1,200})\]\(g\)")
"""A link as the site of Hugo has it, of which the words say where it leads."""

_EMPHASIS = ("**", "__", "*", "_")


def with_terms(parsed: ParsedFile, names: Names, may_tell: Callable[[str], bool]) -> ParsedFile:
    """`parsed` with its links to "g" leading to the pages that are called as their words are.

    `may_tell` says of an entry whether all who see this page see it, and so may know of it.
    """
    if "g" not in parsed.links or names.find("g", parsed.path):
        return parsed

    def led(found: re.Match[str], bar: str) -> str:
        sign = next((one for one in _EMPHASIS if _is_around(one, found[1])), "")
        words = found[1][len(sign) : len(found[1]) - len(sign)]
        name = _name_of(words, names, parsed.path, may_tell)
        if name is None:
            return found[0]
        link = f"[[{name}]]" if name == words else f"[[{name}{bar}{words}]]"
        around = "*" * len(sign)  # it may stand next to letters
        return f"{around}{link}{around}"

    def changed(text: str, in_table: bool) -> str:
        bar = "\\|" if in_table else "|"
        return _TERM.sub(lambda found: led(found, bar), text)

    return with_links_changed(parsed, changed)


def _is_around(sign: str, words: str) -> bool:
    inner = words[len(sign) : -len(sign)]
    return words == f"{sign}{inner}{sign}" and bool(inner) and inner[0] != sign[0] != inner[-1]


def _name_of(words: str, names: Names, path: str, may_tell: Callable[[str], bool]) -> str | None:
    """The name by which a link finds the term: a page of a glossary, or else any of that name."""
    forms = list(_singular(words))
    for name in forms:
        place = names.term(name)
        term = names.named(place, path) if place else None
        if place and term and may_tell(term):
            return name if names.named(name, path) == term else place
    found = ((name, names.named(name, path)) for name in forms)
    return next((name for name, term in found if term and may_tell(term)), None)


def _singular(words: str) -> Iterator[str]:
    """`words`, and what may be the singular of them."""
    yield words
    for end, instead in (("s", ""), ("es", ""), ("ies", "y")):
        if words.endswith(end):
            yield words.removesuffix(end) + instead

"""Links whose meaning the whole folder tells: wiki links turned round, terms, tags of Logseq's.

Dendron and wikis of Git hosts write the text of a wiki link first, [[text|page]]. Elsewhere the
page comes first, and no link tells by itself which of the two it is: a text may be the title of
another page. A folder is written in one order, so all its links decide.
"""

import re
from collections.abc import Callable, Iterable, Iterator

from msgspec import structs

from kb.entries.content import Content
from kb.importers.code import lines_of, outside_code
from kb.importers.links import Names, links_in
from kb.importers.markdown import ParsedFile

_LINK = re.compile(r"\[\[([^\[\]\n|]{1,300}?)(\\?\|)([^\[\]\n|]{1,300})\]\]")

Change = Callable[[str, str], str]
"""Text with other links in it, by a piece of text and the bar of a link, escaped in a table."""


def page_first(
    files: Iterable[tuple[str, ParsedFile]], names: Names
) -> Iterator[tuple[str, ParsedFile]]:
    """`files`, each with the id of its entry, with links in which the page stands first."""
    files = list(files)
    told = sum(names.is_file(after) - names.is_file(before) for before, after in _pairs(files))
    for entry_id, parsed in files:
        yield entry_id, with_links_changed(parsed, _turned) if told > 0 else parsed


def _pairs(files: Iterable[tuple[str, ParsedFile]]) -> Iterator[tuple[str, str]]:
    for _, parsed in files:
        for section in parsed.content.sections:
            for before, _, after in _LINK.findall(section.text) if "[[" in section.text else ():
                yield before.partition("#")[0], after.partition("#")[0]


def _turned(text: str, _: str) -> str:
    return _LINK.sub(r"[[\3\2\1]]", text) if "[[" in text else text


def with_links_changed(parsed: ParsedFile, change: Change) -> ParsedFile:
    """`parsed` with the links in its text as `change` writes them; an export stays as it is."""
    if parsed.exact:
        return parsed
    before = {*_links(parsed.content)}
    content = parsed.content.with_texts(lambda text: _changed(text, change))
    links = dict.fromkeys([*_links(content), *(one for one in parsed.links if one not in before)])
    return structs.replace(parsed, content=content, links=tuple(links))


def _changed(text: str, change: Change) -> str:
    def of_line(line: str) -> str:
        bar = "\\|" if line.lstrip().startswith("|") else "|"
        return outside_code(line, lambda piece: change(piece, bar))

    return "\n".join(line if is_code else of_line(line) for line, is_code in lines_of(text))


def _links(content: Content) -> Iterator[str]:
    for section in content.sections:
        yield from links_in(section.text)


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

    def changed(text: str, bar: str) -> str:
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


_FOLDERS = re.compile(r"(?:^|(.*)/)(journals|pages)/")
_TAG = re.compile(
    r"!?\[(?:[^\[\]\n]|\[[^\[\]\n]{0,300}\]){0,1000}\](?:\([^()\n]{0,1000}\)|\[[^\[\]\n]{0,300}\])"
    r"|\[\[#([^\[\]|#\n]{1,200})\]\]|\[\[[^\[\]\n]{0,300}\]\]"
    r"|(?<![^\s(])#([^\s#,;:!?()\[\]{}<>|\"'`*]{1,100}(?<!\.))"
)
"""A link, in whose words no other can stand, or a tag."""


class TagLinks:
    """Which folders among `paths` are Logseq's: those with both pages and a journal."""

    def __init__(self, paths: Iterable[str]) -> None:
        found = {(each[1] or "", each[2]) for path in paths if (each := _FOLDERS.match(path))}
        self._roots = {root for root, _ in found if {(root, "journals"), (root, "pages")} <= found}

    def has(self, path: str) -> bool:
        """Whether a file lies in such a folder."""
        return (found := _FOLDERS.match(path)) is not None and (found[1] or "") in self._roots

    def led(self, parsed: ParsedFile, names: Names, may_tell: Callable[[str], bool]) -> ParsedFile:
        """`parsed` with its tags leading to the pages that are called so, if it lies in one.

        `may_tell` says of an entry whether all who see this page see it, and so may know of it.
        """
        if not self.has(parsed.path):
            return parsed

        def leads(name: str) -> bool:
            found = names.named(name, parsed.path)
            return found is not None and may_tell(found)

        def changed(text: str, bar: str) -> str:
            def link(found: re.Match[str]) -> str:
                name = found[1] or found[2]
                return f"[[{name}{bar}#{name}]]" if name and leads(name) else found[0]

            return _TAG.sub(link, text) if "#" in text else text

        return with_links_changed(parsed, changed)

"""Wiki links with the text first, as Dendron and wikis of Git hosts write them: [[text|page]].

Elsewhere the page comes first, and no link tells by itself which of the two it is: a text may be
the title of another page. A folder is written in one order, so all its links decide.
"""

import re
from collections.abc import Callable, Iterable, Iterator

from msgspec import structs

from kb.entries.content import Content
from kb.importers.code import lines_of, outside_code
from kb.importers.links import Names, links_in
from kb.importers.markdown import ParsedFile

_LINK = re.compile(r"\[\[([^\[\]\n|]{1,300}?)(\\?\|)([^\[\]\n|]{1,300})\]\]")

Change = Callable[[str, bool], str]
"""Text with other links in it, by a piece of text and whether it is of a table."""


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


def _turned(text: str, _: bool) -> str:
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
        return outside_code(line, lambda piece: change(piece, line.lstrip().startswith("|")))

    return "\n".join(line if is_code else of_line(line) for line, is_code in lines_of(text))


def _links(content: Content) -> Iterator[str]:
    for section in content.sections:
        yield from links_in(section.text)

"""Wiki links with the text first, as Dendron and wikis of Git hosts write them: [[text|page]].

Elsewhere the page comes first, and no link tells by itself which of the two it is: a text may be
the title of another page. A folder is written in one order, so all its links decide.
"""

import re
from collections.abc import Iterable, Iterator

from msgspec import structs

from kb.entries.content import Content, Section
from kb.importers.code import lines_of, outside_code
from kb.importers.links import Names, links_in
from kb.importers.markdown import ParsedFile

_LINK = re.compile(r"\[\[([^\[\]\n|]{1,300}?)(\\?\|)([^\[\]\n|]{1,300})\]\]")


def page_first(
    files: Iterable[tuple[str, ParsedFile]], names: Names
) -> Iterator[tuple[str, ParsedFile]]:
    """`files`, each with the id of its entry, with links in which the page stands first."""
    files = list(files)
    told = sum(names.is_file(after) - names.is_file(before) for before, after in _pairs(files))
    for entry_id, parsed in files:
        yield entry_id, _turned(parsed) if told > 0 and not parsed.exact else parsed


def _pairs(files: Iterable[tuple[str, ParsedFile]]) -> Iterator[tuple[str, str]]:
    for _, parsed in files:
        for section in parsed.content.sections:
            for before, _, after in _LINK.findall(section.text) if "[[" in section.text else ():
                yield before.partition("#")[0], after.partition("#")[0]


def _turned(parsed: ParsedFile) -> ParsedFile:
    sections = tuple(
        Section(one.heading, _with_links_turned(one.text)) for one in parsed.content.sections
    )
    before = {*_links(parsed.content)}
    content = structs.replace(parsed.content, sections=sections)
    links = dict.fromkeys([*_links(content), *(one for one in parsed.links if one not in before)])
    return structs.replace(parsed, content=content, links=tuple(links))


def _with_links_turned(text: str) -> str:
    if "[[" not in text:
        return text
    return "\n".join(
        line if is_code else outside_code(line, lambda piece: _LINK.sub(r"[[\3\2\1]]", piece))
        for line, is_code in lines_of(text)
    )


def _links(content: Content) -> Iterator[str]:
    for section in content.sections:
        yield from links_in(section.text)

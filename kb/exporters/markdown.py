"""Writes one entry as a Markdown file that the importer reads back word by word."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence

from kb.access import Visibility, narrower_of
from kb.entries.content import Scalar, Section
from kb.entries.results import EntryPage, RelatedEntry
from kb.errors import NotTaken
from kb.importers.markdown import EXPORT_FORMAT, parse_markdown
from kb.visibility_words import words

_BARE = re.compile(r"[A-Za-z][A-Za-z0-9_]*( [A-Za-z0-9_]+)*")
_BARE_TRAPS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
_NOT_PRINTABLE = re.compile("[\x7f-\xa0\u2028\u2029\ufeff\ufffe\uffff]")
_NOT_IN_SLUG = re.compile(r"[^\w]+")
_SLUG_LENGTH = 60
ID_LENGTH = 8
OWN = Visibility("author")


def file_path(page: EntryPage, id_length: int = ID_LENGTH) -> str:
    """The path of an entry's file: a folder for its kind, a readable name, part of its id."""
    slug = _NOT_IN_SLUG.sub("-", page.title.casefold()).strip("-_")[:_SLUG_LENGTH].rstrip("-_")
    # Cut by bytes as well: a file's name may have 255 of them.
    slug = slug.encode()[: 3 * _SLUG_LENGTH].decode(errors="ignore")
    return f"{page.kind}/{slug or 'entry'}-{page.id[:id_length]}.md"


def render(page: EntryPage, groups: Mapping[str, str] | None = None) -> str:
    """The file of an entry; `groups` are names of groups by id, which replaces a missing name.

    Sections have headings of level 2. If that would not read back the same, e.g. because a section
    contains such headings itself, a unique comment line marks the start of each.
    """
    # Importing the file elsewhere must not show a withheld entry to more people.
    shown = narrower_of(page.visibility, OWN) if page.withheld else page.visibility
    seen = words(shown, groups or {})
    text = _file(page, seen, mark=None)
    try:
        same = parse_markdown(text.encode(), "").content.sections == page.sections
    except NotTaken:
        same = False
    return text if same else _file(page, seen, mark=_mark(page.sections))


def _file(page: EntryPage, seen: Sequence[str], mark: str | None) -> str:
    front = "\n".join(_front_matter(page, seen, mark))
    pieces = [_section(section, mark) for section in page.sections]
    return "\n\n".join([f"---\n{front}\n---", *pieces]) + "\n"


def _section(section: Section, mark: str | None) -> str:
    if mark:
        heading = f"## {section.heading}" if section.heading else ""
        return f"{mark}\n{heading}\n\n{section.text}"
    return f"## {section.heading}\n\n{section.text}" if section.heading else section.text


def _mark(sections: Sequence[Section]) -> str:
    """A comment line that no section contains, with a hash of them, so that it is stable."""
    content = json.dumps([[s.heading, s.text] for s in sections])
    return f"<!-- section {hashlib.sha256(content.encode()).hexdigest()[:16]} -->"


def _front_matter(page: EntryPage, seen: Sequence[str], mark: str | None) -> Iterator[str]:
    yield f"tributary: {EXPORT_FORMAT}"
    yield f"id: {quoted(page.id)}"
    yield f"kind: {quoted(page.kind)}"
    yield f"title: {quoted(page.title)}"
    if page.group:
        yield f"group: {quoted(page.group)}"
    shown = ", ".join(map(quoted, seen))
    yield f"visibility: {shown}" if len(seen) == 1 else f"visibility: [{shown}]"
    if page.tags:
        yield f"tags: [{', '.join(quoted(tag) for tag in page.tags)}]"
    yield from _mapping("properties", page.properties)
    relations = [r for r in page.relations if r.direction == "out"]
    if relations:
        yield "relations:"
        yield from map(_relation, sorted(relations, key=lambda each: (each.type, each.id)))
    if page.archived:
        archived = {"reason": page.archived_reason or "", "successor": page.successor}
        yield from _mapping("archived", {k: v for k, v in archived.items() if v is not None})
    if page.source:
        source = {"name": page.source.name, "external_id": page.source.external_id}
        yield from _mapping("source", source)
    if mark:
        yield f"section_mark: {quoted(mark)}"


def _relation(relation: RelatedEntry) -> str:
    facts = f"type: {quoted(relation.type)}, target: {quoted(relation.id)}"
    links = ", ".join(map(quoted, relation.written))
    return f"  - {{{facts}, written: [{links}]}}" if links else f"  - {{{facts}}}"


def _mapping(name: str, values: Mapping[str, Scalar]) -> Iterator[str]:
    if values:
        yield f"{name}:"
        for key, value in values.items():
            yield f"  {quoted(key)}: {_scalar(value)}"


def _scalar(value: Scalar) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if isinstance(value, int | float) else quoted(value)


def quoted(text: str) -> str:
    """`text` as a YAML scalar that reads back the same, without quotes if that is safe."""
    if _BARE.fullmatch(text) and text.lower() not in _BARE_TRAPS:
        return text
    # Double quotes in YAML take the escapes of JSON; some more characters need one.
    escaped = json.dumps(text, ensure_ascii=False)
    return _NOT_PRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", escaped)

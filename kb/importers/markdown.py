"""Reads one Markdown file: bytes in, and out comes what an entry is made of, or why not."""

import re

from msgspec import Struct

from kb.entries.content import Content, Scalar, Section, Source
from kb.entries.validation import TITLE_LENGTH
from kb.errors import NotTaken
from kb.importers import body as markdown_body
from kb.importers.fields import names_persons, sort_fields, words
from kb.importers.front_matter import Plain, Value, load, split
from kb.importers.links import links_in

LARGEST_FILE = 12_000_000
"""Bytes; a larger file is refused before it is read. The pages take texts of up to 10 MB."""

OWN_FIELDS = (
    "id", "kind", "title", "subtitle", "group", "tags", "properties", "relations", "archived",
    "source", "aliases", "tributary", "section_mark", "visibility",
)  # fmt: skip
"""Fields that mean the same in every file; all others are sorted by what they hold."""

ARCHIVED_ELSEWHERE = "Archived where it comes from."
"""The reason of what is archived without one."""

EXPORT_FORMAT = 1
"""The number in the field `tributary` of our own exports: such a file is taken word by word."""

_LINE_ENDS = re.compile("\r\n|[\r\v\f]")  # old printers' page feeds are line ends as well
# Typographic signs of Windows-1252 that a program once took for control characters of Unicode.
_WINDOWS = {
    code: bytes([code]).decode("cp1252")
    for code in range(0x80, 0xA0)
    if code not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}
_LINE_BREAKS = re.compile(r"[\n\t]+")
_WORDS = re.compile(r"\w+")
_SEPARATORS = re.compile(r"[\s_\-]+")


class NamedRelation(Struct, frozen=True):
    """A relation as a file states it: `target` is an id or another file's name."""

    type: str
    target: str


class NamedArchive(Struct, frozen=True):
    """An archived entry as a file states it: `successor` is an id or another file's name."""

    reason: str
    successor: str | None


class ParsedFile(Struct, frozen=True, kw_only=True):
    """What a file says. `links` lead to other files and are not resolved yet.

    `relations` are those that the front matter states, `links` those that the text holds. `exact`
    says that it is an export of ours: its `id` is an entry's and its `source` the entry's own.
    `visible_to` has the words of `kb.importers.visibility`, none where the file does not say.
    """

    path: str
    exact: bool
    id: str | None
    kind: str | None
    group: str | None
    content: Content
    tags: tuple[str, ...]
    relations: tuple[NamedRelation, ...]
    links: tuple[str, ...]
    aliases: tuple[str, ...]
    archived: NamedArchive | None
    source: Source | None
    visible_to: tuple[str, ...]


def parse_markdown(data: bytes, path: str) -> ParsedFile:
    """What the file at `path` (relative, with slashes) with the content `data` says.

    Raises `NotTaken`.
    """
    yaml_text, text = split(decoded(data))
    fields = {} if yaml_text is None else _archived_below(load(yaml_text))
    exact = _is_export(fields)
    title, sections = _sections(fields, text, path, exact)
    rest = sort_fields({name: fields[name] for name in fields if name not in OWN_FIELDS})
    if not sections and not rest.sections and "title" not in fields:
        raise NotTaken("The file holds no text.")
    title, lead = _fitting(title, _text(fields, "subtitle"))
    sections = _merged(lead, rest.sections, _not_said(sections, rest.sections))
    aliases = words(fields.get("aliases"))
    own_properties = fields.get("properties")
    return ParsedFile(
        path=path,
        exact=exact,
        id=_text(fields, "id"),
        kind=_text(fields, "kind"),
        group=_text(fields, "group"),
        content=Content(
            title=title,
            sections=sections,
            properties={**rest.properties, **_scalars(own_properties)},
        ),
        tags=tuple(dict.fromkeys([*words(fields.get("tags")), *rest.tags])),
        relations=_relations(fields.get("relations")),
        links=() if exact else _links(sections, rest.related),
        aliases=tuple(aliases),
        archived=_archived(fields.get("archived")),
        source=_source(fields.get("source")),
        visible_to=_visible_to(fields.get("visibility")),
    )


def decoded(data: bytes) -> str:
    """UTF-8 with or without a byte order mark, line ends made plain. Raises `NotTaken`."""
    if len(data) > LARGEST_FILE:
        raise NotTaken(f"The file has more than {LARGEST_FILE // 1_000_000} MB; split it up.")
    if not data.strip():
        raise NotTaken("The file is empty.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotTaken(f"The file is not UTF-8: see the byte at offset {error.start:,}.") from error
    return _LINE_ENDS.sub("\n", text).translate(_WINDOWS)


def readable_name(path: str) -> str:
    """A file's name as a title: "2/code-consumers.md" is "Code consumers"."""
    parts = path.rsplit("/", 2)
    name = parts[-1].rsplit(".", 1)[0]
    if name.lower() in ("readme", "index") and len(parts) > 1:
        name = parts[-2]
    return (text := _SEPARATORS.sub(" ", name).strip())[:1].upper() + text[1:]


def _is_export(fields: dict[str, Value]) -> bool:
    version = fields.get("tributary")
    if version is None:
        return False
    if not isinstance(version, Plain) or version.value != EXPORT_FORMAT:
        raise NotTaken("The file was exported by another version of Tributary; use that one.")
    return True


def _sections(
    fields: dict[str, Value], text: str, path: str, exact: bool
) -> tuple[str, tuple[Section, ...]]:
    title = _text(fields, "title")
    mark = _text(fields, "section_mark")
    if mark and exact:
        return title or readable_name(path), _marked(text, mark)
    parts = markdown_body.cut(text)
    if title is None:
        title, parts = _title(parts)
    kept = (p for p in parts if _is_filled(p) and (exact or not names_persons(p.heading)))
    return title or readable_name(path), tuple(Section(p.heading, p.text) for p in kept)


def _title(
    parts: tuple[markdown_body.Part, ...],
) -> tuple[str | None, tuple[markdown_body.Part, ...]]:
    """The title that the first heading gives, or the line under a first heading "Title"."""
    if len(parts) < 2 or markdown_body.has_words(parts[0].text):
        return None, parts
    first = parts[1]
    if first.heading.lower() == "title" and first.text.strip():
        line, _, rest = first.text.strip().partition("\n")
        lead = markdown_body.Part(0, "", rest.strip("\n"))
        return markdown_body.plain(line), (lead, *parts[2:])
    if first.level == 1 and first.heading:
        return first.heading, (markdown_body.Part(0, "", first.text), *parts[2:])
    return None, parts


def _is_filled(part: markdown_body.Part) -> bool:
    return bool(part.text.strip()) if part.heading else markdown_body.has_words(part.text)


def _marked(text: str, mark: str) -> tuple[Section, ...]:
    """The sections of an export that sets them apart by a line of their own; see `kb.exporters`."""
    pieces = f"\n{text}".split(f"\n{mark}\n")[1:]
    sections = []
    for piece in pieces:
        heading, _, under = piece.partition("\n")
        sections.append(Section(heading.removeprefix("##").strip(), under.strip("\n")))
    return tuple(sections)


def _merged(
    subtitle: str | None, prose: tuple[Section, ...], body: tuple[Section, ...]
) -> tuple[Section, ...]:
    """Subtitle, prose fields, body: a lead of the body follows the subtitle or gets a heading."""
    lead = [] if subtitle is None else [subtitle]
    if body and not body[0].heading:
        if prose:
            body = (Section("Details", body[0].text), *body[1:])
        else:
            lead, body = [*lead, body[0].text], body[1:]
    first = (Section("", "\n\n".join(lead)),) if lead else ()
    return (*first, *prose, *body)


def _fitting(title: str, lead: str | None) -> tuple[str, str | None]:
    """A title that is too long is cut between words, and stands whole before the text."""
    if len(title) <= TITLE_LENGTH:
        return title, lead
    cut = title[: TITLE_LENGTH - 1].rsplit(" ", 1)[0].rstrip() + "…"
    return cut, "\n\n".join([title, lead] if lead else [title])


def _not_said(body: tuple[Section, ...], prose: tuple[Section, ...]) -> tuple[Section, ...]:
    """The sections of the body that do not repeat, word by word, what the prose fields say."""
    said = _letters(" ".join(section.text for section in prose))
    return tuple(s for s in body if not said or _letters(s.text) not in said)


def _letters(text: str) -> str:
    return "".join(_WORDS.findall(text.casefold()))


def _text(fields: dict[str, Value], name: str) -> str | None:
    value = fields.get(name)
    if value is None or (isinstance(value, Plain) and not value.text.strip()):
        return None
    if not isinstance(value, Plain):
        raise NotTaken(f"The field {name} in the front matter is not a single text.")
    lines = (line.strip() for line in _LINE_BREAKS.split(value.text))
    return " ".join(line for line in lines if line)


def _scalars(value: Value | None) -> dict[str, Scalar]:
    if not isinstance(value, dict):
        return {}
    return {
        name: item.value if item.value is not None else ""
        for name, item in value.items()
        if isinstance(item, Plain)
    }


def _relations(value: Value | None) -> tuple[NamedRelation, ...]:
    found = []
    for item in value if isinstance(value, list) else []:
        kind, target = (item.get("type"), item.get("target")) if isinstance(item, dict) else (0, 0)
        if not isinstance(kind, Plain) or not isinstance(target, Plain):
            raise NotTaken("A relation in the front matter needs a type and a target.")
        found.append(NamedRelation(kind.text, target.text))
    return tuple(found)


def _archived_below(fields: dict[str, Value]) -> dict[str, Value]:
    """`fields` with the reason below `archived: true`, as in our exports, not beside it."""
    value = fields.get("archived")
    if not isinstance(value, Plain) or value.value is not True:
        return fields
    beside = next((name for name in ("archived_reason", "reason") if _text(fields, name)), None)
    reason = fields[beside] if beside else Plain(ARCHIVED_ELSEWHERE, ARCHIVED_ELSEWHERE)
    rest = {name: each for name, each in fields.items() if name != beside}
    return {**rest, "archived": {"reason": reason}}


def _archived(value: Value | None) -> NamedArchive | None:
    if value is None or (isinstance(value, Plain) and value.value in (None, False)):
        return None
    if not isinstance(value, dict):
        raise NotTaken(
            "The field archived in the front matter is neither true nor false, nor a reason and "
            "perhaps a successor."
        )
    reason = value.get("reason")
    if not isinstance(reason, Plain) or not reason.text.strip():
        raise NotTaken("The field archived in the front matter needs a reason.")
    return NamedArchive(reason.text, _text(value, "successor"))


def _source(value: Value | None) -> Source | None:
    if not isinstance(value, dict):
        return None
    name, external_id = value.get("name"), value.get("external_id")
    if not isinstance(name, Plain) or not isinstance(external_id, Plain):
        raise NotTaken("The field source in the front matter needs a name and an external_id.")
    return Source(name.text, external_id.text)


def _visible_to(value: Value | None) -> tuple[str, ...]:
    if value is None:
        return ()
    items = value if isinstance(value, list) else [value]
    said = tuple(item.text for item in items if isinstance(item, Plain) and item.text.strip())
    if len(said) < len(items) or not said:
        raise NotTaken("The field visibility in the front matter is no word or list of words.")
    return said


def _links(sections: tuple[Section, ...], related: tuple[str, ...]) -> tuple[str, ...]:
    found = [link for section in sections for link in links_in(section.text)]
    return tuple(dict.fromkeys([*found, *(f"wiki:{name}" for name in related)]))

"""Sorts front-matter fields of other people's formats into sections, properties and tags."""

import re
from collections.abc import Iterable

from msgspec import Struct

from kb.entries.content import Scalar, Section
from kb.importers.front_matter import Plain, Value

HEADINGS = {"whatIs": "What is it", "whyDo": "Why do it", "howTo": "How to do it"}
"""Fields of which the name alone would be no good heading."""

PROSE = {*HEADINGS, "abstract", "context", "description", "problem", "solution", "summary"}
"""Fields that become sections however short they are."""

KEYWORDS = {"categories", "category", "keywords", "labels", "topics"}
"""Lists that become tags even if an item has several words."""

ROLES = {"participants", "roles", "audience"}
"""Lists that say who takes part; they become a section: as tags they would drown the others."""

PERSONS = re.compile(
    r"authors?(\(s\))?|by(line)?|contributors?|creators?|credits|acknowledge?ments?|editors?"
    r"|maintainers?|owners?|reviewers?|translators?|speakers?|testimonials?|e-?mails?|contacts?"
)
"""Words for fields and headings under which names of persons stand, which are not taken in."""

_SITE_ONLY = {"templateKey", "layout", "permalink"}
_RELATED = {"aliases", "perspectives", "related", "seeAlso", "see_also"}
_PICTURES = {
    *("gallery", "image", "images", "photo", "photos", "picture", "pictures"),
    *("icon", "icons", "logo", "media", "thumbnail", "jumbotron"),
}
_PICTURE = re.compile(r"\.(png|jpe?g|gif|svg|webp|avif|bmp|ico)([?#].*)?$|^/?images?/", re.I)
_LONGEST_ADDRESS = 2000
_WORD_BREAK = re.compile(r"[_\-\s]+|(?<=[a-z0-9])(?=[A-Z])")
_LONG_LINE = 100
_SENTENCE_WORDS = 4
_TAG_LENGTH = 40


class Sorted(Struct, frozen=True):
    """What the fields of a file amount to; `related` names other files."""

    sections: tuple[Section, ...]
    properties: dict[str, Scalar]
    tags: tuple[str, ...]
    related: tuple[str, ...]


def sort_fields(fields: dict[str, Value]) -> Sorted:
    """Prose becomes sections, scalars properties, lists of words tags, other lists a section.

    Pictures, galleries, names of persons and what only steers a website's generator become nothing.
    """
    sections: list[Section] = []
    properties: dict[str, Scalar] = {}
    tags: list[str] = []
    related = [word for name in fields if name in _RELATED for word in words(fields[name])]
    for name, value in fields.items():
        if _is_left_out(name):
            continue
        if isinstance(value, dict):
            properties.update(_flattened(name, value))
        elif isinstance(value, Plain):
            if _is_prose(name, value.text):
                sections.append(Section(readable(name), value.text.strip("\n")))
            else:
                properties.update(_property(name, value))
        elif _are_tags(name, value):
            tags += words(value)
        else:
            sections += _listed(name, value)
    return Sorted(tuple(sections), properties, tuple(tags), tuple(related))


def _is_left_out(name: str) -> bool:
    in_name = {part.lower() for part in _WORD_BREAK.split(name)}
    is_picture = not in_name.isdisjoint(_PICTURES)
    # "created_by" and "lead author" as well as "author": better too much left out than a name in.
    is_person = names_persons(name) or any(map(names_persons, in_name))
    return name in _SITE_ONLY | _RELATED or is_picture or is_person


def _is_picture(text: str) -> bool:
    return len(text) <= _LONGEST_ADDRESS and _PICTURE.search(text) is not None


def _property(name: str, value: Plain) -> dict[str, Scalar]:
    if value.value is None or value.value == "" or _is_picture(value.text):
        return {}
    return {name: value.value}


def names_persons(name: str) -> bool:
    """Whether names of persons stand under `name`, a field's name or a heading."""
    return PERSONS.fullmatch(name.lower().strip(" :*")) is not None


def readable(name: str) -> str:
    """A field's name as a heading: "whatIs" is "What is it", "meeting_notes" is "Meeting notes"."""
    if name in HEADINGS:
        return HEADINGS[name]
    split = " ".join(part for part in _WORD_BREAK.split(name) if part)
    text = split if split.isupper() else split.lower()
    return text[:1].upper() + text[1:]


def words(value: Value | None) -> list[str]:
    """The texts in a list, or in one text with commas between; mappings and blanks are left out."""
    if isinstance(value, Plain):
        texts = [] if value.value is None else value.text.split(",")
    elif isinstance(value, list):
        texts = [i.text for i in value if isinstance(i, Plain) and i.value is not None]
    else:
        texts = []
    return [text.strip() for text in texts if text.strip()]


def _are_tags(name: str, value: list[Value]) -> bool:
    found = words(value)
    if len(found) < len(value) or name in ROLES:
        return False
    return name in KEYWORDS or not any(
        len(word.split()) > 1 or len(word) > _TAG_LENGTH or "/" in word or _is_picture(word)
        for word in found
    )


def _is_prose(name: str, text: str) -> bool:
    text = text.strip()
    if not text or _is_picture(text):
        return False
    if name in PROSE or "\n" in text or len(text) > _LONG_LINE:
        return True
    return len(text.split()) >= _SENTENCE_WORDS and text[-1] in ".!?"


def _flattened(name: str, value: dict[str, Value]) -> Iterable[tuple[str, Scalar]]:
    for key, item in value.items():
        if isinstance(item, Plain) and not _is_left_out(key):
            yield from _property(f"{name} {key}", item).items()


def _listed(name: str, items: list[Value]) -> list[Section]:
    lines = [line for line in map(_line, items) if line]
    return [Section(readable(name), "\n".join(lines))] if lines else []


def _line(item: Value) -> str:
    if isinstance(item, Plain):
        return f"- {' '.join(item.text.split())}" if not _is_picture(item.text) else ""
    if not isinstance(item, dict):
        return ""
    link = _first(item, "link", "url", "href")
    said = _first(item, "description", "title", "text")
    if not link:
        return ""
    target = f"<{link}>" if not said or re.search(r"[\s()]", link) else link
    return f"- [{said}]({target})" if said else f"- {target}"


def _first(item: dict[str, Value], *names: str) -> str:
    found = (item.get(name) for name in names)
    texts = (" ".join(value.text.split()) for value in found if isinstance(value, Plain))
    return next((text for text in texts if text), "")

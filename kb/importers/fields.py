"""Gives each front-matter field of other people's formats its one place, by what it holds."""

import re
from collections.abc import Mapping, Sequence

from kb.entries.content import GIVEN_NAMES, Scalar, Section
from kb.entries.tags import TAG_LENGTH, TAGS
from kb.entries.validation import PROPERTIES, PROPERTIES_BYTES, PROPERTY_LENGTH, property_bytes
from kb.importers.field_kinds import (
    SAID_IN_BANNER,
    SENTENCE_WORDS,
    WORD_BREAK,
    is_address,
    is_picture,
    why_not,
)
from kb.importers.lines import plain_line, with_addresses
from kb.importers.plain import plain_markdown
from kb.importers.remarks import Remarks, Why
from kb.importers.seen_values import plain
from kb.importers.values import Plain, Value, described, filled, flat, is_empty, words

HEADINGS = {"whatIs": "What is it", "whyDo": "Why do it", "howTo": "How to do it"}
"""Fields of which the name alone would be no good heading."""

PROSE = {
    *(*HEADINGS, "abstract", "context", "description", "problem", "solution", "summary", "banner"),
    *(f"banner {name}" for name in SAID_IN_BANNER),
}
"""Fields that become sections however short they are."""

KEYWORDS = {"tags", "categories", "category", "keywords", "labels", "topics"}
"""Lists that become tags even if an item has several words."""

ROLES = {"participants", "roles", "audience"}
"""Lists that say who takes part; they become a section: as tags they would drown the others."""

_RELATED = {"perspectives", "related", "relates", "seealso", "up", "parent", "next", "previous"}
_STEPS = _RELATED | {"prev"}
"""Fields that name a page beside this one, or switch off what a website shows of one."""
_OF_BUTTON = {"variant", "theme", "target", "rel", "attrs", "iconPlacement"}
"""What steers how a link in a list looks."""
_WIKI = re.compile(r"\[\[([^\[\]|#\n]{1,200})[^\[\]\n]{0,200}\]\]")
_TAGS_AMONG = re.compile(r"\[\[[^\[\]\n]{1,300}\]\]|[^\s\[\],]{1,200}")
_LABEL = re.compile(r"[^\s\[\]]{1,100}(?: [^\s\[\]]{1,100}){1,20}")
_WHERE = re.compile(r"(?:https?://|/)[^\s()<>]{1,1000}")
_NUMBER = re.compile(r"[-+]?[\d.,:]+%?")
_FILE = re.compile(r"[^\s.][^\s]{0,100}\.(?!js$)[A-Za-z][A-Za-z0-9]{1,4}", re.IGNORECASE)
_LONG_LINE = 100
_TAG_LETTERS = 40


class Fields:
    """Where the fields of one file end: each value in one place, or in a remark.

    `related` and `named` are other files, the latter each with its field and written nowhere else;
    `aliases` are further names of this one.
    """

    def __init__(self, remarks: Remarks) -> None:
        self.sections: list[Section] = []
        self.properties: dict[str, Scalar] = {}
        self.tags: list[str] = []
        self.related: list[str] = []
        self.named: list[tuple[str, str]] = []
        self.aliases: list[str] = []
        self._remarks = remarks
        self._left: list[str] = []
        self._room = PROPERTIES_BYTES

    def sort(self, fields: dict[str, Value]) -> None:
        """Prose becomes sections, scalars properties, lists of words tags, other lists a section.

        Pictures, names of persons and what only steers a website are told in a remark.
        """
        for name, given in fields.items():
            known, value = plain(name), filled(given)
            if known in GIVEN_NAMES:
                self._given_names(name, value)
            elif known in KEYWORDS:
                self._keywords(name, value)
            elif known in _STEPS and isinstance(value, Plain) and isinstance(value.value, bool):
                self._remarks.add(Why.SITE, f"{name}: {value.text}")
            elif known in _RELATED and (found := words(value)) and _all_words(value, found):
                self.named += [(name, self._name_in(word, "page")) for word in found]
            else:
                self._place((name,), value)
        if self._left:
            self.sections.append(Section("Properties", "\n".join(self._left)))

    def _place(self, path: tuple[str, ...], value: Value) -> None:
        name = " ".join(path)
        if why := why_not(path[-1], value):
            self._remarks.add(why, f"{name}: {flat(value)}" if not is_empty(value) else name)
        elif is_empty(value):
            self._remarks.add(Why.EMPTY, name)
        elif isinstance(value, dict):
            for key, item in value.items():
                self._place((*path, key), item)
        elif isinstance(value, Plain):
            self._scalar(name, value)
        else:
            self._list(path, [item for item in value if not is_empty(item)])

    def _scalar(self, name: str, value: Plain) -> None:
        self.related += _WIKI.findall(value.text)
        if _is_prose(name, value.text) or len(value.text) > PROPERTY_LENGTH:
            self._section(name, value.text.strip("\n"))
        else:
            meant = value.text if value.value is None else value.value
            if isinstance(meant, str):
                meant = plain_line(with_addresses(meant), self._remarks)
            if meant != "":
                self.keep(name, meant)

    def _section(self, name: str, text: str) -> None:
        if made := plain_markdown(text, self._remarks).strip("\n"):
            self.sections.append(Section(readable(name), made))

    def keep(self, name: str, value: Scalar) -> None:
        """A property, or a line or section of text where an entry has room for no more."""
        if isinstance(value, str) and len(value) > PROPERTY_LENGTH:
            self._section(name, value)
            return
        size = property_bytes(name, value)
        fits = len(self.properties) < PROPERTIES and size <= self._room
        if fits and name not in self.properties:
            self._room -= size
            self.properties[name] = value
        else:
            self._left.append(f"- {name}: {value}")

    def _list(self, path: tuple[str, ...], items: list[Value]) -> None:
        name = " ".join(path)
        found = words(items := self._without_addresses(name, items))
        self.related += [word for text in found for word in _WIKI.findall(text)]
        if found and len(found) == len(items) and path[-1] not in ROLES:
            if all(map(_NUMBER.fullmatch, found)):
                self.keep(name, ", ".join(found))
                return
            # What is nested steers something or says more of one thing, such as a signature.
            if (len(path) == 1 or plain(path[-1]) in KEYWORDS) and all(map(_is_tag, found)):
                self._remarks.add(Why.CHANGED, f"{name} became tags")
                self._tags(name, found)
                return
        lines = [line for item in items for line in self._lines(name, item)]
        if lines:
            self._section(name, "\n".join(lines))
        elif items:
            self._remarks.add(Why.EMPTY, name)

    def _without_addresses(self, name: str, items: list[Value]) -> list[Value]:
        """`items` but for addresses of persons."""
        persons: list[Value] = [item for item in items if is_address(item)]
        self._remarks.add(Why.PERSONS, f"{name}: {flat(persons)}" if persons else "")
        return [item for item in items if item not in persons]

    def _keywords(self, name: str, value: Value) -> None:
        if not _all_words(value, words(value)):
            self._place((name,), value)
        elif is_empty(value):
            self._remarks.add(Why.EMPTY, name)
        else:
            if isinstance(value, list):
                value = self._without_addresses(name, value)
            self.related += [word for text in words(value) for word in _WIKI.findall(text)]
            self._tags(name, [tag for text in words(value) for tag in _tags_in(text)])

    def _tags(self, name: str, found: Sequence[str]) -> None:
        """Tags, and as a property what is too long for one or too many."""
        cleaned = [self._name_in(word, "tag").lstrip("#").strip() for word in found]
        fitting = [word for word in cleaned if word and len(word) <= TAG_LENGTH]
        fitting = fitting[: TAGS - len(self.tags)]
        self.tags += fitting
        if left := [word for word in cleaned if word and word not in fitting]:
            self._scalar(name, Plain(text := ", ".join(left), text))

    def _name_in(self, word: str, what: str) -> str:
        """The page that a wiki link names; what else it says is told."""
        if (name := _wiki_name(word)) != word and not {*"|#"}.isdisjoint(word):
            self._remarks.add(Why.CHANGED, f"{word} became the {what} {name}")
        return name

    def _given_names(self, name: str, value: Value) -> None:
        """Further names; what looks like an address, as "a.html" does, is one that led here."""
        self.aliases += map(_wiki_name, found := words(value))
        if not _all_words(value, found):
            self._place((name,), value)
            return
        old = [
            word
            for word in found
            if word.startswith(("/", "http")) or word.endswith(("/", ".html", ".htm"))
        ]
        for word in old:
            self._remarks.add(Why.REDIRECTS, f"{name}: {word}")
        if kept := [word for word in found if word not in old]:
            self._scalar(name, Plain(text := ", ".join(kept), text))
        elif not found:
            self._place((name,), value)

    def _lines(self, name: str, item: Value) -> list[str]:
        """An item of a list as lines of a list in Markdown."""
        if isinstance(item, Plain):
            text = " ".join(item.text.split())
            if is_picture(text):
                self._remarks.add(Why.PICTURES, f"{name}: {text}")
                return []
            return [f"- {text}"] if text else []
        if isinstance(item, list):
            return [f"- {flat(item)}"] if not is_empty(item) else []
        if link := _link(item):
            return [f"- {link}"]
        kept = {}
        is_link = not item.keys().isdisjoint(("link", "url", "href"))
        for key, value in item.items():
            if why := Why.SITE if is_link and key in _OF_BUTTON else why_not(key, value):
                self._remarks.add(why, f"{name} {key}: {flat(value)}")
            elif is_empty(value):
                self._remarks.add(Why.EMPTY, f"{name} {key}")
            else:
                kept[key] = value
        return [f"- {text}"] if (text := described(kept)) else []


def readable(name: str) -> str:
    """A field's name as a heading: "whatIs" is "What is it", "meeting_notes" is "Meeting notes"."""
    if name in HEADINGS:
        return HEADINGS[name]
    split = " ".join(part for part in WORD_BREAK.split(name) if part)
    text = split if split.isupper() else split.lower()
    return text[:1].upper() + text[1:]


def _all_words(value: Value, found: Sequence[str]) -> bool:
    """Whether a value is no more than the words `found` in it."""
    return isinstance(value, Plain) or (isinstance(value, list) and len(found) == len(value))


def _wiki_name(text: str) -> str:
    found = _WIKI.fullmatch(text.strip())
    return found[1].strip() if found else text


def _tags_in(text: str) -> list[str]:
    """The tags in a text: Logseq has pages among others, as in "paper [[Oven]]"."""
    return _TAGS_AMONG.findall(text) if _WIKI.search(text) and _wiki_name(text) == text else [text]


def _link(item: Mapping[str, Value]) -> str:
    """An item of no more than words and an address, "Oven editor: /ovens", as a link; or ""."""
    words, value = next(iter(item.items()), ("", ""))
    where = value.text if len(item) == 1 and isinstance(value, Plain) else ""
    is_link = _LABEL.fullmatch(words) and _WHERE.fullmatch(where) and not is_picture(where)
    return f"[{words}]({where})" if is_link else ""


def _is_tag(word: str) -> bool:
    name = _wiki_name(word)
    one = len(name.split()) == 1 and len(name) <= _TAG_LETTERS and "/" not in name
    return one and not (is_picture(name) or _NUMBER.fullmatch(name) or _FILE.fullmatch(name))


def _is_prose(name: str, text: str) -> bool:
    text = text.strip()
    if not text or is_picture(text):
        return False
    if name in PROSE or "\n" in text or len(text) > _LONG_LINE:
        return True
    return len(text.split()) >= SENTENCE_WORDS and text[-1] in ".!?"

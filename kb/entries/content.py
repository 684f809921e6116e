"""The content of an entry, shared by commands, events, state and views."""

from collections.abc import Callable, Mapping

from msgspec import Struct, structs

from kb.access import Visibility

Scalar = str | int | float | bool

GIVEN_NAMES = frozenset(
    {"aliases", "alias", "aka", "alsoknownas", "othernames", "synonyms", "synonym"}
)
"""Properties (as lower-case letters only) with further names of an entry, comma-separated."""


def shown(value: Scalar) -> str:
    """A property as text, for people and files."""
    return str(value).lower() if isinstance(value, bool) else str(value)


class Section(Struct, frozen=True):
    """A heading and the Markdown under it; a template's section goes by its heading as well."""

    heading: str
    text: str


class Relation(Struct, frozen=True, order=True):
    """A relation to another entry: a DataCite relation type (see relation.py) and an entry id."""

    type: str
    target: str


class Source(Struct, frozen=True):
    """Where an imported entry came from: the name of the source and the id or path in it."""

    name: str
    external_id: str


class Content(Struct, frozen=True, kw_only=True):
    """The text of an entry as a revision leaves it; `properties` are facts such as a difficulty."""

    title: str
    sections: tuple[Section, ...]
    properties: dict[str, Scalar] = {}

    def with_texts(self, change: Callable[[str], str]) -> "Content":
        """The same with `change` applied to the text of each section."""
        sections = (Section(each.heading, change(each.text)) for each in self.sections)
        return structs.replace(self, sections=tuple(sections))


class Draft(Struct, frozen=True, kw_only=True):
    """Everything in a new entry."""

    kind: str
    content: Content
    group: str | None = None
    tags: tuple[str, ...] = ()
    relations: tuple[Relation, ...] = ()
    visibility: Visibility = Visibility()


def given_names(properties: Mapping[str, Scalar]) -> tuple[str, ...]:
    """Further names of an entry from its properties: each value, and its comma-separated parts."""
    found: dict[str, None] = {}
    for name, value in properties.items():
        if "".join(filter(str.isalpha, name)).casefold() in GIVEN_NAMES:
            text = shown(value).strip()
            parts = (part.strip() for part in text.split(","))
            found |= dict.fromkeys(filter(None, (text, *parts)))
    return tuple(found)

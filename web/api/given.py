"""What programs send about entries: as the domain has it, but a name it lacks is refused."""

from msgspec import Struct

from kb.entries.content import Scalar


class GivenSection(Struct, frozen=True, forbid_unknown_fields=True):
    """A heading and the Markdown under it."""

    heading: str
    text: str


class GivenRelation(Struct, frozen=True, forbid_unknown_fields=True):
    """A relation to another entry: one of DataCite's types, and that entry's id."""

    type: str
    target: str


class GivenContent(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The text of an entry; `properties` are facts such as a difficulty."""

    title: str
    sections: tuple[GivenSection, ...]
    properties: dict[str, Scalar] = {}


class GivenDraft(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that a new entry starts with."""

    kind: str
    content: GivenContent
    group: str | None = None
    tags: tuple[str, ...] = ()
    relations: tuple[GivenRelation, ...] = ()

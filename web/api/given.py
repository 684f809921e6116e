"""Request bodies about entries: the domain's fields, with unknown names refused.

The OpenAPI document states the limits of the fields; `kb.entries.validation` enforces them.
"""

from functools import cache
from typing import Annotated, Any

from litestar.openapi.spec import OpenAPIType, Schema
from litestar.params import BodyKwarg, PathParameter, QueryParameter
from msgspec import UNSET, Struct
from msgspec.structs import fields

from kb import Session
from kb.access import MOST_GROUPS, Sight, Visibility
from kb.characters import is_blank
from kb.entries.content import Scalar
from kb.entries.relation import RELATION_TYPES
from kb.entries.validation import HEADING_LENGTH, PROPERTIES, SECTIONS, TITLE_LENGTH
from kb.errors import InvalidInput, Mistakes
from kb.fields import GROUP_LENGTH, LINK_LENGTH, TEXT_LENGTH


def told(**words: Any) -> BodyKwarg:
    """JSON Schema keywords for a field in the OpenAPI document."""
    return BodyKwarg(schema_extra=words)


SCALAR = Schema(type=[OpenAPIType.STRING, OpenAPIType.NUMBER, OpenAPIType.BOOLEAN])
"""A property. No `integer` type: it would overlap with `number` in a choice of types."""

Id = Annotated[str, told(format="uuid")]
PathId = Annotated[str, PathParameter(schema_extra={"format": "uuid"})]
Link = Annotated[str, told(pattern=r"^\s*https?://.+$", maxLength=LINK_LENGTH)]
Title = Annotated[str, told(minLength=1, maxLength=TITLE_LENGTH, examples=["Two bins"])]
Text = Annotated[str, told(minLength=1, maxLength=TEXT_LENGTH)]
Line = Annotated[str, told(minLength=1)]
NamedGroup = Annotated[str, told(minLength=1, maxLength=GROUP_LENGTH)]
Tag = Annotated[str, told(minLength=1)]
RelationType = Annotated[str, told(enum=list(RELATION_TYPES))]
KindKey = Annotated[str, told(minLength=1, examples=["practice"])]
Properties = Annotated[
    dict[str, Scalar], told(maxProperties=PROPERTIES, additionalProperties=SCALAR)
]
QueryRelationType = Annotated[str, QueryParameter(schema_extra={"enum": list(RELATION_TYPES)})]
QueryId = Annotated[str, QueryParameter(schema_extra={"format": "uuid"})]


EntryVersion = Annotated[
    int, told(minimum=1, description="Refused (409) where others see the entry than at it.")
]


class Given(Struct, frozen=True, forbid_unknown_fields=True):
    """A body, or a part of one. In an optional field, a blank text is refused.

    So a program with an unset variable does not remove a group or a successor by accident.
    """

    def __post_init__(self) -> None:
        """Raise `InvalidInput` for a blank text."""
        values = ((name, getattr(self, name)) for name in _left_out(type(self)))
        wrong = Mistakes()
        wrong.found += (
            InvalidInput(f"{name} is given as nothing: give it a value or leave it out.", name)
            for name, value in values
            if isinstance(value, str) and is_blank(value)
        )
        wrong.refuse()


@cache
def _left_out(shape: type[Given]) -> tuple[str, ...]:
    """The optional fields of `shape`."""
    return tuple(field.name for field in fields(shape) if field.default in (None, UNSET))


class GivenSection(Struct, frozen=True, forbid_unknown_fields=True):
    """A heading and the Markdown under it."""

    heading: Annotated[str, told(maxLength=HEADING_LENGTH)]
    text: str


class GivenRelation(Struct, frozen=True, forbid_unknown_fields=True):
    """A relation to another entry: one of DataCite's types, and that entry's id."""

    type: RelationType
    target: Id


class GivenVisibility(Given, frozen=True, forbid_unknown_fields=True):
    """Who is to see an entry; `groups` are names or ids, only for the sight "groups"."""

    sight: Sight
    groups: Annotated[tuple[NamedGroup, ...], told(maxItems=MOST_GROUPS)] = ()

    def meant(self, session: Session) -> Visibility:
        """The same with group ids. Raises `InvalidInput` for a group that does not exist."""
        if len(self.groups) > MOST_GROUPS:
            raise InvalidInput(f"Name at most {MOST_GROUPS} groups.", "groups")
        return Visibility(self.sight, tuple(_group(session, text) for text in self.groups))


def _group(session: Session, text: str) -> str:
    found = session.directory.group_called(text)
    if found is None:
        raise InvalidInput(f"There is no group {text[:GROUP_LENGTH]!r}: form it first.", "groups")
    return found


SECTIONS_OF_A_PRACTICE = [
    {"heading": "The problem", "text": "Shelves ran empty."},
    {"heading": "What we do", "text": "A second bin stands behind the first."},
]


class GivenContent(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The text of an entry; `properties` are facts such as a difficulty."""

    title: Title
    sections: Annotated[
        tuple[GivenSection, ...], told(maxItems=SECTIONS, examples=[SECTIONS_OF_A_PRACTICE])
    ]
    properties: Properties = {}


class GivenDraft(Given, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that a new entry starts with; all members see it unless `visibility` says otherwise."""

    kind: KindKey
    content: GivenContent
    group: NamedGroup | None = None
    tags: tuple[Tag, ...] = ()
    relations: tuple[GivenRelation, ...] = ()
    visibility: GivenVisibility = GivenVisibility("members")

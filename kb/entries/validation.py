"""Validation of entries, with errors that name the field and the limit."""

import math
from collections.abc import Collection, Mapping

from msgspec import structs

from kb import fields
from kb.access import checked as checked_visibility
from kb.characters import is_blank, visible
from kb.entries.content import Content, Draft, Relation, Scalar, Section, Source
from kb.entries.kinds import Kind
from kb.entries.relation import RELATION_TYPES
from kb.entries.tags import tag_names
from kb.errors import InvalidInput, Mistakes
from kb.messages import _
from kb.plain import field_name, printable

TITLE_LENGTH = 200
HEADING_LENGTH = 300
SECTION_BYTES = 1_000_000
SECTIONS = 500
PATH_LENGTH = 4_096
PROPERTIES = 100
PROPERTY_LENGTH = 5_000
PROPERTIES_BYTES = 50_000
"""Limit on names and values together, so that pages and answers stay small."""
MOST_CHOSEN = 20
"""Limit on the values of a filter: the page has a link without each, so its size is quadratic."""
LARGEST_INTEGER = 2**53 - 1


def filters(kinds: Collection[str], tags: Collection[str], groups: Collection[str]) -> None:
    """Refuse a filter of too many values, or of a blank one.

    A blank value would match everything; a form without a choice sends none.
    """
    for field, values in (("kind", kinds), ("tag", tags), ("group", groups)):
        if len(values) > MOST_CHOSEN:
            raise InvalidInput(
                _(
                    "At most {most_chosen} values of {field} are taken at a time; these are "
                    "{count:,}: leave some out.",
                    most_chosen=MOST_CHOSEN,
                    field=field_name(field),
                    count=len(values),
                ),
                field,
            )
        if any(map(is_blank, values)):
            raise InvalidInput(
                _(
                    "The {field} to look for is blank: name one or leave it out.",
                    field=field_name(field),
                ),
                field,
            )


def relation(value: Relation) -> Relation:
    """`value` with the usual spelling of its type (one of DataCite's) and target (an id)."""
    wanted = value.type.strip().casefold()
    known = next((name for name in RELATION_TYPES if name.casefold() == wanted), None)
    if known is None:
        raise InvalidInput(
            _(
                "{type!r} is no relation type; use one of {relation_types}.",
                type=value.type[:80],
                relation_types=", ".join(RELATION_TYPES),
            ),
            "type",
        )
    return Relation(known, fields.entry_id("target", value.target))


def source(value: Source) -> Source:
    """`value` if its name and its id or path are plain text."""
    external_id = fields.one_line("path in the source", value.external_id, PATH_LENGTH)
    return Source(fields.line("name of the source", value.name), external_id)


def content(value: Content) -> Content:
    """`value` with title, sections and properties cleaned; a heading must have a text under it."""
    if len(value.sections) > SECTIONS:
        raise InvalidInput(
            _(
                "An entry has at most {sections} sections; this one has {count}.",
                sections=SECTIONS,
                count=len(value.sections),
            ),
            "sections",
        )
    wrong = Mistakes()
    title = wrong.of(fields.line, "title", value.title, TITLE_LENGTH)
    sections = [wrong.of(_section, section) for section in value.sections]
    properties = wrong.of(_properties, value.properties)
    wrong.refuse()
    kept = tuple(section for section in sections if section.text)
    return Content(title=title, sections=kept, properties=properties)


def draft(value: Draft, kinds: Mapping[str, Kind]) -> Draft:
    """`value` cleaned; its kind must be known, and its visibility consistent."""
    if value.kind not in kinds:
        raise InvalidInput(
            _(
                "{kind!r} is no kind of entry; use one of {kinds}.",
                kind=value.kind[:80],
                kinds=", ".join(kinds),
            ),
            "kind",
        )
    wrong = Mistakes()
    cleaned = structs.replace(
        value,
        content=wrong.of(content, value.content),
        group=wrong.of(fields.optional_group, value.group),
        tags=wrong.of(tag_names, value.tags),
        relations=tuple(dict.fromkeys(wrong.of(relation, each) for each in value.relations)),
        visibility=wrong.of(checked_visibility, value.visibility),
    )
    wrong.refuse()
    return cleaned


def require_filled(kind: Kind, new: Content, before: Content | None = None) -> None:
    """Refuse a contribution that leaves a required section empty, or a revision that empties it.

    A revision need not fill a section that was empty `before`, e.g. in an imported entry.
    """
    filled = _headings(new)
    owed = [h for h in kind.required if before is None or h in _headings(before)]
    wrong = Mistakes()
    wrong.found += (
        InvalidInput(_("The section “{heading}” must not be empty.", heading=heading), heading)
        for heading in owed
        if heading not in filled
    )
    wrong.refuse()


def _headings(value: Content) -> set[str]:
    return {visible(section.heading).strip() for section in value.sections}


def _section(value: Section) -> Section:
    heading = "" if is_blank(value.heading) else value.heading
    if heading:
        heading = _heading(heading)
    name = _("section “{heading}”", heading=heading) if heading else _("text")
    cleaned = printable(name, value.text, heading or "text").strip("\n")
    size = len(cleaned.encode())
    if size > SECTION_BYTES:
        raise InvalidInput(
            _(
                "The {name} may have at most {section_bytes:,} bytes; it has {size:,}.",
                name=name,
                section_bytes=SECTION_BYTES,
                size=size,
            ),
            heading or "text",
        )
    if heading and is_blank(cleaned):
        raise InvalidInput(
            _(
                "The section “{heading}” has no text: write some, or take its heading away "
                "as well.",
                heading=heading,
            ),
            heading,
        )
    return Section(heading, "" if is_blank(cleaned) else cleaned)


def _heading(heading: str) -> str:
    """`heading` as a line; an error names the heading itself as the field, for forms."""
    try:
        return fields.line("section heading", heading, HEADING_LENGTH)
    except InvalidInput as error:
        raise InvalidInput(error.message, heading) from error


def _properties(values: Mapping[str, Scalar]) -> dict[str, Scalar]:
    if len(values) > PROPERTIES:
        raise InvalidInput(
            _(
                "An entry has at most {properties} properties; this one has {count}.",
                properties=PROPERTIES,
                count=len(values),
            ),
            "properties",
        )
    wrong = Mistakes()
    cleaned = {
        wrong.of(fields.line, "property name", name): wrong.of(_property, name, value)
        for name, value in values.items()
    }
    wrong.refuse()
    if (size := sum(property_bytes(*each) for each in cleaned.items())) > PROPERTIES_BYTES:
        raise InvalidInput(
            _(
                "The properties of an entry may have at most {properties_bytes:,} bytes "
                "together; these have {size:,}: write the long ones as sections.",
                properties_bytes=PROPERTIES_BYTES,
                size=size,
            ),
            "properties",
        )
    return cleaned


def property_bytes(name: str, value: Scalar) -> int:
    """The bytes of a property that count towards `PROPERTIES_BYTES`."""
    return len(f"{name}{value}".encode(errors="replace"))


def _property(name: str, value: Scalar) -> Scalar:
    if isinstance(value, str):
        cleaned = visible(printable(_("property {name}", name=name), value, "properties")).strip()
        if len(cleaned) > PROPERTY_LENGTH:
            raise InvalidInput(
                _(
                    "The property {name} may have at most {property_length} characters; it has "
                    "{count}.",
                    name=name,
                    property_length=PROPERTY_LENGTH,
                    count=len(cleaned),
                ),
                "properties",
            )
        return cleaned
    too_large = isinstance(value, int) and abs(value) > LARGEST_INTEGER
    if too_large or not math.isfinite(value):
        raise InvalidInput(
            _("The property {name} is not a number that can be kept.", name=name), "properties"
        )
    return value

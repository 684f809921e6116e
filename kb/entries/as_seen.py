"""Cleaning of names in old events of entries; see `kb.as_seen`."""

from typing import TypeVar

from msgspec import structs

from kb.as_seen import seen_line
from kb.characters import NOTHING_SEEN, visible
from kb.entries.content import Content, Section
from kb.entries.entry import EntryContributed, EntryRevised, EntryTagged, EntryUntagged
from kb.entries.tags import written

Entry = TypeVar("Entry", EntryContributed, EntryRevised)
Tag = TypeVar("Tag", EntryTagged, EntryUntagged)


def entry(event: Entry) -> Entry:
    """Clean title, headings, properties and group."""
    content, group = _content(event.content), _group(event.group)
    if content is event.content and group == event.group:
        return event
    return structs.replace(event, content=content, group=group)


def tag(event: Tag) -> Tag:
    """Normalise the tag as new ones are, so that it can be found and taken off by name."""
    name = event.tag and (written(event.tag) or NOTHING_SEEN)
    return event if name == event.tag else structs.replace(event, tag=name)


def _content(content: Content) -> Content:
    title = content.title and (seen_line(content.title) or NOTHING_SEEN)
    sections = tuple(map(_section, content.sections))
    properties = {
        name: visible(value) if isinstance(value, str) else value
        for name, value in content.properties.items()
    }
    seen = Content(title=title, sections=sections, properties=properties)
    return content if seen == content else seen


def _section(section: Section) -> Section:
    heading = seen_line(section.heading)
    return section if heading == section.heading else Section(heading, section.text)


def _group(name: str | None) -> str | None:
    return name and (seen_line(name) or None)

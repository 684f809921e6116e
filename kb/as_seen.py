"""Names in events of a time when they were stored as someone wrote them.

A name is shown as it stands, so what hides in it or turns the text around it would do so in pages,
commands and files alike. Here, where events are read, is the one place that takes it away; what is
stored today passes as it is. Texts are left alone: scripts that run both ways need such characters,
and what they turn ends with their paragraph.
"""

from typing import TypeVar

from msgspec import structs

from kb.characters import NOTHING_SEEN, is_blank, visible
from kb.entries.content import Content, Section
from kb.entries.entry import EntryContributed, EntryRevised, EntryTagged, EntryUntagged
from kb.entries.tags import written
from kb.people.group import GroupChanged, GroupFormed
from kb.people.member import MemberJoined, MemberProfileChanged, Profile
from kb.reuse.reuse import ReuseRecorded

Entry = TypeVar("Entry", EntryContributed, EntryRevised)
Tag = TypeVar("Tag", EntryTagged, EntryUntagged)
Group = TypeVar("Group", GroupFormed, GroupChanged)
Told = TypeVar("Told", MemberJoined, MemberProfileChanged)


def entry(event: Entry) -> Entry:
    """Title, headings, properties and group."""
    content, group = _content(event.content), _group(event.group)
    if content is event.content and group == event.group:
        return event
    return structs.replace(event, content=content, group=group)


def tag(event: Tag) -> Tag:
    """The tag as tags are stored today, so that it is found and taken off by its name."""
    name = event.tag and (written(event.tag) or NOTHING_SEEN)
    return event if name == event.tag else structs.replace(event, tag=name)


def group(event: Group) -> Group:
    """The name; one of which nothing is seen goes by its id wherever it is shown."""
    name = _line(event.name)
    return event if name == event.name else structs.replace(event, name=name)


def told(event: Told) -> Told:
    """The lines of a profile; a member whose name is not seen goes by the id."""
    profile = _profile(event.profile)
    return event if profile == event.profile else structs.replace(event, profile=profile)


def reuse(event: ReuseRecorded) -> ReuseRecorded:
    """The group."""
    name = event.group and (_line(event.group) or NOTHING_SEEN)
    return event if name == event.group else structs.replace(event, group=name)


def _content(content: Content) -> Content:
    title = content.title and (_line(content.title) or NOTHING_SEEN)
    sections = tuple(map(_section, content.sections))
    properties = {
        name: visible(value) if isinstance(value, str) else value
        for name, value in content.properties.items()
    }
    seen = Content(title=title, sections=sections, properties=properties)
    return content if seen == content else seen


def _section(section: Section) -> Section:
    heading = _line(section.heading)
    return section if heading == section.heading else Section(heading, section.text)


def _group(name: str | None) -> str | None:
    return name and (_line(name) or None)


def _profile(profile: Profile) -> Profile:
    lines = {"address": profile.address, "pronouns": profile.pronouns}
    return structs.replace(
        profile,
        name=profile.name and (_line(profile.name) or NOTHING_SEEN),
        languages=tuple(map(_line, profile.languages)),
        **{field: _line(text) for field, text in lines.items() if text},
    )


def _line(text: str) -> str:
    """`text` without what is not seen; empty where that is all of it."""
    cleaned = visible(text)
    return text if cleaned == text else "" if is_blank(cleaned) else cleaned.strip()

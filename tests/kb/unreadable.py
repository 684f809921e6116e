"""A log in which one event cannot be read, and who sees what by the views that follow it."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from msgspec.structs import replace

from events.event import NewEvent, RecordedEvent, StreamWrite
from events.log import EventLog
from events.memory import InMemoryEventLog
from kb import access
from kb.access import Principal, Visibility
from kb.entries.catalogue import Catalogue
from kb.errors import NotFound
from kb.people.directory import Directory
from kb.people.member import Profile
from kb.views.reader import ViewReader
from tests.worlds.log import ViewedWorld, some_content, some_draft

Sights = dict[str, set[str]]
"""Which entries each member sees and in which roles they act; nobody known is the empty id."""

DAMAGES = ("data", "type")


def eventful(path: Path) -> ViewedWorld:
    """A community in which sight was narrowed and widened in every way that there is."""
    world = ViewedWorld(path)
    people = world.people()
    people.open_to_world(True)
    outer = world.group("outer")
    inner = world.group("inner", "outer")
    ada, ben = world.joined("member", "steward"), world.joined("member", groups=("inner",))
    cy = world.joined("member", "curator", groups=("outer",))
    assert ada.member
    assert ben.member
    assert cy.member
    by_ada, by_ben = world.entries_of(ada), world.entries_of(ben)
    entries = [by_ada.contribute(some_draft(some_content(f"Number {n}"))).id for n in range(5)]
    kept = by_ben.contribute(replace(some_draft(), visibility=Visibility("draft"))).id
    for entry_id, sights in zip(
        entries,
        (
            [Visibility("author"), Visibility("members")],
            [Visibility("groups", (inner,)), Visibility("world"), Visibility("groups", (outer,))],
            [Visibility("world"), Visibility("author"), Visibility("world")],
            [Visibility("groups", (outer,))],
            [Visibility("draft")],
        ),
        strict=True,
    ):
        for sight in sights:
            by_ada.show(entry_id, sight)
    by_ben.show(kept, Visibility("groups", (inner,)))
    by_ben.tag(kept, ["night"])
    by_ben.revise(kept, some_content("Better"), version=3)
    by_ada.erase(entries[4])
    people.leave_group("inner", ben.member)
    people.join_group("outer", ben.member)
    people.change_group("inner", parent=None)
    people.change_roles(cy.member, ["member"])
    people.leave(cy.member)
    people.open_to_world(False)
    people.open_to_world(True)
    return world


def peopled(path: Path) -> ViewedWorld:
    """A community in which everybody but its first member lost what they alone had."""
    world = ViewedWorld(path)
    people = world.people()
    outer, lone = world.group("outer"), world.group("lone")
    world.group("moved", "outer")
    ada = world.joined("member", "steward")
    leaver, mover = (world.joined("member", groups=(name,)) for name in ("lone", "moved"))
    reporter = world.joined("member", "reporter")
    steward, gone = world.joined("member", "steward"), world.joined("member")
    assert ada.member
    assert leaver.member
    assert reporter.member
    assert steward.member
    assert gone.member
    people.open_to_world(True)
    for sight in (
        Visibility("groups", (outer,)),
        Visibility("groups", (lone,)),
        Visibility("world"),
    ):
        by_ada = world.entries_of(ada)
        by_ada.show(by_ada.contribute(some_draft(some_content("Ours"))).id, sight)
    world.people(mover).change_profile(Profile(name="Moira"))
    people.leave_group("lone", leaver.member)
    people.change_group("moved", parent=None)
    people.change_roles(reporter.member, ["reporter"])
    people.change_roles(steward.member, ["member"])
    people.erase(gone.member)
    people.open_to_world(False)
    return world


def damaged(event: RecordedEvent, damage: str) -> RecordedEvent:
    """`event` with its data or its type spoilt."""
    if damage == "data":
        return replace(event, data=b'{"')
    return replace(event, type=event.type[:-1] + "~")


def copied(events: list[RecordedEvent]) -> InMemoryEventLog:
    """A log of these events."""
    times = iter(events)
    log = InMemoryEventLog(clock=lambda: next(times).recorded_at)
    copy_into(log, events)
    return log


def copy_into(log: EventLog, events: list[RecordedEvent]) -> None:
    for event in events:
        new = NewEvent(**{name: getattr(event, name) for name in NewEvent.__struct_fields__})
        log.append(StreamWrite(event.stream, [new], event.version - 1))


@contextmanager
def viewed(path: Path, events: list[RecordedEvent] | EventLog) -> Iterator[ViewReader]:
    """A reader of the views that follow `events`."""
    log = copied(events) if isinstance(events, list) else events
    with closing(ViewedWorld(path, log)) as world:
        world.catch_up()
        yield world.reader


def sights(reader: ViewReader, members: list[str]) -> Sights:
    """What the views show and allow to each of `members` and to nobody in particular."""
    directory = Directory(reader, access.operator())
    principals: dict[str, Principal] = {"": directory.anonymous()}
    for member in members:
        try:
            principals[member] = directory.principal(member)
        except NotFound:
            principals[member] = access.anonymous(world=False)
    return {
        name: {*Catalogue(reader, principal.labels).all_ids(), *principal.roles}
        for name, principal in principals.items()
    }

"""What the tests of commands have in common: a knowledge base's commands over a log in memory."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from hashlib import sha512
from unittest.mock import Mock
from uuid import UUID

from msgspec import Struct

from events.event import RecordedEvent
from events.log import EventLog
from events.memory import InMemoryEventLog
from events.vault import MemoryVault, Row
from kb import access, ids
from kb.access import ROLES, Asker
from kb.area import Area
from kb.areas import AREAS, build_codec
from kb.endorsements.service import Endorsements
from kb.entries.content import Content, Draft, Section
from kb.entries.entry import Entry
from kb.entries.kinds import load_kinds
from kb.entries.service import Entries
from kb.entries.stream import entry_aggregate, load_entry
from kb.erasure import Erasure
from kb.errors import KnowledgeBaseError
from kb.following.follower import Follower
from kb.people import community
from kb.people.service import People
from kb.reuse.service import Reuses
from kb.writer import Writer


def everything(member: str) -> Asker:
    """A member who sees and may do everything."""
    return Asker(member, frozenset(ROLES), access.operator().labels)


ABSENT = "00000000-0000-4000-8000-00000000ffff"


def some_content(title: str = "Bedside handover", **changed: str) -> Content:
    """A practice with its required sections; keywords replace texts by `problem` and `doing`."""
    return Content(
        title=title,
        sections=(
            Section("The problem", changed.get("problem", "Things got lost at shift change.")),
            Section("What we do", changed.get("doing", "We hand over at the bed.")),
        ),
    )


def some_draft(content: Content | None = None, tags: tuple[str, ...] = ()) -> Draft:
    return Draft(kind="practice", content=content or some_content(), group="Ward 3", tags=tags)


def command(number: int) -> UUID:
    """A UUIDv7 that is the same in every run."""
    return UUID(int=(7 << 76) | (2 << 62) | number)


def answered(ask: Callable[[], object]) -> object:
    """What a question or command answers, or what it is refused with."""
    try:
        return ask()
    except KnowledgeBaseError as error:
        return type(error).__name__, str(error)


class KnownKeys(MemoryVault):
    """Knows the key of every subject, the same in every world and every run."""

    def _row(self, subject: str) -> Row:
        return (self._keys.setdefault(subject, sha512(subject.encode()).digest()),)

    def prepare(self, subjects: Iterable[str]) -> None:
        """All are there already."""


NOBODY_FOLLOWS = Mock(Follower)
"""What is erased stands in the log alone: there are no views, nor an index, to forget it."""


class World:
    """Commands of one member; two worlds over one log are two processes."""

    def __init__(
        self,
        log: EventLog | None = None,
        asker: Asker | None = None,
        areas: Sequence[Area] = AREAS,
    ) -> None:
        self.areas = areas
        self.log = log or InMemoryEventLog()
        self.vault = KnownKeys()
        self.codec = build_codec(self.vault, areas)
        self.settled: list[int] = []
        self.writer = Writer(
            self.log,
            self.codec,
            asker=asker or everything("ada"),
            new_event_id=ids.new_event_id,
            settle=self.settled.append,
        )
        self.entries = Entries(self.writer, load_kinds(), ids.new_id)
        self.endorsements = Endorsements(self.writer)
        self.reuses = Reuses(self.writer, ids.new_id)
        self.erasure = Erasure(People(self.writer, ids.new_id), self.entries, NOBODY_FOLLOWS)

    def open_to_world(self, allowed: bool = True) -> None:
        """Open the community to the world, or close it."""
        self.writer.execute(community.AGGREGATE, partial(community.allow_world, allowed=allowed))

    def seen_by(self, entry_id: str, asker: Asker) -> bool:
        """Whether `asker` sees the entry now."""
        return bool(self.writer.load(entry_aggregate(entry_id)).audience & asker.labels)

    def by(self, member: str) -> "World":
        """The same log, in the hands of another member who sees and may do everything."""
        return World(self.log, everything(member), self.areas)

    def recorded(self) -> list[RecordedEvent]:
        return self.log.read(0, 10_000)

    def happened(self) -> list[Struct]:
        """Every event of the log, in order."""
        return [self.codec.decode(event) for event in self.recorded()]

    def entry(self, entry_id: str) -> Entry:
        return load_entry(self.writer, entry_id)

    def practice(self, title: str = "Bedside handover", tags: tuple[str, ...] = ()) -> str:
        """The id of a new entry."""
        return self.entries.contribute(some_draft(some_content(title), tags)).id

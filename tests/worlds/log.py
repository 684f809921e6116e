"""Commands over a log in memory, with views and people beside it where asked."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from hashlib import sha512
from pathlib import Path
from unittest.mock import Mock
from uuid import UUID

from msgspec import Struct

from events.clock import utc_now
from events.event import RecordedEvent
from events.log import EventLog
from events.memory import InMemoryEventLog
from events.projection import ProjectionRunner
from events.vault import MemoryVault, Row
from kb import access, community, ids
from kb.access import ROLES, Principal, Role, operator
from kb.area import Area
from kb.areas import AREAS, VIEWS, build_codec
from kb.endorsements.service import Endorsements
from kb.entries.catalogue import Catalogue
from kb.entries.content import Content, Draft, Section
from kb.entries.entry import Entry
from kb.entries.kinds import load_kinds
from kb.entries.service import Entries
from kb.entries.stream import entry_aggregate, load_entry
from kb.erasure.erase import Erasure
from kb.errors import KnowledgeBaseError
from kb.measures.reuse_report import Reports
from kb.measures.search_counts import Questions
from kb.people.directory import Directory
from kb.people.member import Profile
from kb.people.service import People
from kb.projections.views import Views
from kb.projections.worker import ProjectionWorker
from kb.reuse.service import Reuses
from kb.views.pending import PendingEvents
from kb.views.reader import ViewReader
from kb.views.view_set import ViewSet
from kb.writer import Writer

ADA = Profile(name="Ada", address="ada@example.org", time_zone="Europe/Vienna", languages=("de",))


def everything(member: str) -> Principal:
    """A member who sees and may do everything."""
    return Principal(member, frozenset(ROLES), access.operator().labels)


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


NOBODY_FOLLOWS = Mock(ProjectionWorker)
"""What is erased stands in the log alone: there are no views, nor an index, to forget it."""


class World:
    """Commands of one member; two worlds over one log are two processes."""

    def __init__(
        self,
        log: EventLog | None = None,
        principal: Principal | None = None,
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
            principal=principal or everything("ada"),
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

    def seen_by(self, entry_id: str, principal: Principal) -> bool:
        """Whether `principal` sees the entry now."""
        return bool(self.writer.load(entry_aggregate(entry_id)).audience & principal.labels)

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


class ViewedWorld(World):
    """With views and people: each question first brings the views up, as who wrote would wait."""

    def __init__(
        self,
        path: Path,
        log: EventLog | None = None,
        batch_size: int = 500,
        views: ViewSet = VIEWS,
        areas: Sequence[Area] = AREAS,
    ) -> None:
        super().__init__(log, areas=areas)
        self.notices: list[str] = []
        self.path = path
        self.views = Views(path, self.codec, self.log, views, notice=self.notices.append)
        self.reader = ViewReader(
            path,
            views,
            PendingEvents(self.log, views.withholding.lack),
        )
        self._runner = ProjectionRunner(self.log, self.views, batch_size=batch_size)
        self.catalogue_as_is = Catalogue(self.reader, operator().labels)
        self._reports = Reports(self.reader, operator(), counted(path))

    def catch_up(self) -> int:
        return self._runner.catch_up()

    @property
    def catalogue(self) -> Catalogue:
        self.catch_up()
        return self.catalogue_as_is

    @property
    def reports(self) -> Reports:
        self.catch_up()
        return self._reports

    def close(self) -> None:
        self.reader.close()
        self.views.settle()
        self.views.close()

    def people(self, principal: Principal | None = None) -> People:
        """The commands, in the hands of `principal`."""
        writer = self.writer.as_(principal or operator())
        return People(writer, ids.new_id, self)

    def stewards(self) -> list[str]:
        """The ids of those who have joined."""
        return self.directory().stewards()

    def group_called(self, text: str) -> str | None:
        """The id of the group with that name or id."""
        return self.directory().group_called(text)

    def directory(self, principal: Principal | None = None) -> Directory:
        """The questions of `principal`, to views that hold all that happened."""
        self.catch_up()
        return Directory(self.reader, principal or operator())

    def entries_of(self, principal: Principal) -> Entries:
        """The commands on entries, in the hands of `principal`."""
        return Entries(self.writer.as_(principal), load_kinds(), ids.new_id)

    def invited(self, *roles: Role, groups: tuple[str, ...] = ()) -> str:
        """The id of someone who has not joined yet."""
        return self.people().invite(roles or ("member",), groups).id

    def take(self, member: str, profile: Profile = ADA) -> None:
        """Let someone take their invitation."""
        self.people(Principal(member, frozenset(), frozenset())).join(member, profile)

    def joined(self, *roles: Role, groups: tuple[str, ...] = (), name: str = "Ada") -> Principal:
        """A member as who they ask."""
        member = self.invited(*roles, groups=groups)
        self.take(member, Profile(name=name))
        return self.principal(member)

    def principal(self, member: str) -> Principal:
        """A member as who they ask now."""
        return self.directory().principal(member)

    def group(self, name: str, parent: str | None = None, *, is_open: bool = False) -> str:
        """The id of a new group."""
        return self.people().form_group(name, parent, open=is_open).id


def counted(path: Path) -> Questions:
    """The questions counted beside views; none are."""
    return Questions(path.with_name("questions.sqlite"), utc_now, bytes, InMemoryEventLog())

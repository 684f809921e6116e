"""An event that cannot be read never shows anybody more: what it may have hidden stays hidden."""

import shutil
from pathlib import Path

import pytest
from msgspec.structs import replace

from events.clock import utc_now
from events.codec import EventCodec
from events.event import RecordedEvent
from events.log import EventLog
from events.projection import ProjectionRunner
from events.sqlite import SqliteEventLog
from indexer.document import Document
from kb import access
from kb.access import Visibility
from kb.areas import VIEWS
from kb.entries.catalogue import Catalogue
from kb.errors import NotFound
from kb.people.directory import UNREADABLE, Directory
from kb.people.member import Profile
from kb.projections.views import Views
from kb.search.documents import IndexProjection
from kb.views.parked import ParkedFile
from kb.views.reader import ViewReader
from tests.events.altered import change
from tests.kb.unreadable import (
    DAMAGES,
    Sights,
    copied,
    copy_into,
    damaged,
    eventful,
    peopled,
    sights,
    viewed,
)
from tests.worlds.log import ViewedWorld, some_content, some_draft

pytestmark = pytest.mark.exhaustive


@pytest.fixture(scope="module", params=[eventful, peopled], ids=lambda made: str(made.__name__))
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> ViewedWorld:
    made: ViewedWorld = request.param(tmp_path_factory.mktemp("world") / "views.sqlite")
    return made


@pytest.fixture(scope="module")
def events(world: ViewedWorld) -> list[RecordedEvent]:
    return world.recorded()


@pytest.fixture(scope="module")
def members(events: list[RecordedEvent]) -> list[str]:
    return [event.stream[7:] for event in events if event.type == "member-invited"]


def seen(path: Path, events: list[RecordedEvent], who: list[str]) -> Sights:
    with viewed(path, events) as reader:
        return sights(reader, who)


@pytest.mark.parametrize("damage", DAMAGES)
def test_no_event_that_cannot_be_read_shows_anybody_more(
    tmp_path: Path,
    events: list[RecordedEvent],
    members: list[str],
    damage: str,
) -> None:
    whole = seen(tmp_path / "whole.sqlite", events, members)
    assert any(len(entries) > 1 for entries in whole.values())
    for place, event in enumerate(events):
        spoilt = [*events[:place], damaged(event, damage), *events[place + 1 :]]
        now = seen(tmp_path / f"{place}.sqlite", spoilt, members)
        for name in whole:
            assert now[name] <= whole[name], (event.type, name)
        if event.stream.startswith("entry-") and event.type not in {"entry-contributed", *HARMLESS}:
            before = seen(tmp_path / f"{place}b.sqlite", events[:place], members)
            about = {event.stream.removeprefix("entry-")}
            assert all(now[name] & about <= before[name] for name in whole), event.type


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory, events: list[RecordedEvent]) -> Path:
    path = tmp_path_factory.mktemp("stored") / "log.sqlite"
    with SqliteEventLog(path, create=True) as log:
        copy_into(log, events)
    return path


def test_a_type_that_became_a_harmless_one_shows_nobody_more(
    tmp_path: Path,
    world: ViewedWorld,
    stored: Path,
    events: list[RecordedEvent],
    members: list[str],
) -> None:
    whole = seen(tmp_path / "whole.sqlite", events, members)
    harmless = {"entry": "entry-revised", "member": "member-token-made", "group": "group-closed"}
    for event in events:
        kind = event.stream.partition("-")[0]
        if event.type in HARMLESS or kind not in harmless:
            continue
        spoilt = tmp_path / f"{event.position}-log.sqlite"
        shutil.copy(stored, spoilt)
        harm = f"type = '{harmless[kind]}' WHERE position = {event.position}"
        change(spoilt, f"UPDATE events SET {harm}")
        with SqliteEventLog(spoilt) as log:
            path = tmp_path / f"{event.position}.sqlite"
            with viewed(path, log) as reader:
                now = sights(reader, members)
            found = documents(tmp_path / "parked.sqlite", world.codec, log)
        about = event.stream.removeprefix("entry-")
        assert about not in set().union(*now.values()), event.type
        assert found.get(about, OPERATORS) == OPERATORS, event.type
        assert all(now[name] <= whole[name] for name in whole), event.type


OPERATORS = frozenset({access.OPERATOR_LABEL})
HARMLESS = {
    "entry-revised",
    "entry-tagged",
    "entry-untagged",
    "entry-related",
    "entry-unrelated",
    "entry-archived",
    "entry-restored",
    "member-role-given",
    "member-group-joined",
    "member-token-made",
    "member-token-revoked",
    "member-link-made",
    "member-sign-in-changed",
    "group-closed",
}
"""Types that take nothing from anybody, of what people and groups are or see."""


class Collecting:
    """Stands in for an index and keeps the documents."""

    position = 0
    source = ""

    def __init__(self) -> None:
        self.documents: dict[str, Document] = {}

    def put(self, documents: list[Document]) -> None:
        self.documents.update((document.id, document) for document in documents)

    def remove(self, ids: list[str]) -> None:
        """Nothing was there."""

    def commit(self, position: int, source: str) -> None:
        """All is in."""


def found(path: Path, codec: EventCodec, events: list[RecordedEvent]) -> dict[str, frozenset[str]]:
    return documents(path, codec, copied(events))


def documents(path: Path, codec: EventCodec, log: EventLog) -> dict[str, frozenset[str]]:
    index, parked = Collecting(), ParkedFile(path)
    IndexProjection(index, log, codec, parked, VIEWS.withholding.lack, utc_now).fill()  # type: ignore[arg-type]  # as far as it is used
    return {document.id: document.audience for document in index.documents.values()}


@pytest.mark.parametrize("damage", DAMAGES)
def test_no_event_that_cannot_be_read_lets_a_search_find_more(
    tmp_path: Path, world: ViewedWorld, events: list[RecordedEvent], damage: str
) -> None:
    authors = {event.stream[6:]: event.actor for event in events if "contributed" in event.type}
    whole = found(tmp_path / "parked.sqlite", world.codec, events)
    for place, event in enumerate(events):
        spoilt = [*events[:place], damaged(event, damage), *events[place + 1 :]]
        for entry_id, labels in found(tmp_path / "p.sqlite", world.codec, spoilt).items():
            own = {access.OPERATOR_LABEL, access.member_label(authors[entry_id])}
            more = labels - whole.get(entry_id, frozenset())
            assert more <= (own if entry_id in whole else {access.OPERATOR_LABEL}), event.type


@pytest.mark.parametrize("lost", ["entry-revised", "entry-untagged"])
def test_what_could_not_be_taken_back_is_found_by_nobody_else(tmp_path: Path, lost: str) -> None:
    world = ViewedWorld(tmp_path / "views.sqlite")
    draft = replace(some_draft(), visibility=Visibility("author"), tags=("hana-k",))
    entry_id = world.entries.contribute(draft).id
    world.entries.untag(entry_id, ["hana-k"])
    world.entries.revise(entry_id, some_content("Case"), version=1)
    world.entries.show(entry_id, Visibility("members"))
    events = [damaged(each, "data") if each.type == lost else each for each in world.recorded()]
    audience = found(tmp_path / "parked.sqlite", world.codec, events)[entry_id]
    assert audience == {access.OPERATOR_LABEL, access.member_label("ada")}
    world.close()


@pytest.fixture
def narrowed(tmp_path: Path) -> tuple[ViewedWorld, str]:
    """Views in which the change that made an entry its author's own cannot be read."""
    world = ViewedWorld(tmp_path / "narrowed.sqlite")
    entry_id = world.practice("Private")
    world.entries.show(entry_id, Visibility("author"))
    world.entries.show(entry_id, Visibility("members"))
    events = world.recorded()
    world.log = copied([events[0], damaged(events[1], "data"), events[2]])
    ProjectionRunner(world.log, world.views).catch_up()
    return world, entry_id


def test_its_author_and_the_operator_are_told_why_nobody_else_sees_an_entry(
    narrowed: tuple[ViewedWorld, str],
) -> None:
    world, entry_id = narrowed
    sentence = (
        "A change of who sees it cannot be read. "
        "Until that is mended, its author and the operator alone see it."
    )
    for principal in (access.operator(), access.of_member("ada", ["member"], [])):
        catalogue = Catalogue(world.reader, principal.labels)
        assert catalogue.get(entry_id).lacking == (sentence,)
        assert catalogue.get(entry_id).withheld == "author"
        assert catalogue.history(entry_id)[1].detail == "A change of who sees it cannot be read."
    with pytest.raises(NotFound, match=f"^There is no entry {entry_id}.$"):
        Catalogue(world.reader, access.of_member("ben", ["member"], []).labels).get(entry_id)
    assert world.reader.incomplete()
    world.close()


def test_an_entry_whose_erasing_cannot_be_read_is_the_operators_alone(tmp_path: Path) -> None:
    world = ViewedWorld(tmp_path / "erased.sqlite")
    entry_id = world.practice("Gone")
    world.entries.erase(entry_id)
    events = world.recorded()
    world.log = copied([events[0], damaged(events[1], "type")])
    ProjectionRunner(world.log, world.views).catch_up()
    author = Catalogue(world.reader, access.of_member("ada", ["member"], []).labels)
    with pytest.raises(NotFound, match=f"The entry {entry_id} cannot be shown. Something that hap"):
        author.get(entry_id)
    assert "the operator alone" in world.catalogue.get(entry_id).lacking[0]
    world.close()


def test_what_does_not_change_who_sees_an_entry_is_told_on_its_page(tmp_path: Path) -> None:
    world = ViewedWorld(tmp_path / "revised.sqlite")
    entry_id = world.practice("First")
    world.entries.revise(entry_id, some_content("Second"), version=1)
    world.by("ben").endorsements.endorse(entry_id, "It works.")
    world.by("ben").endorsements.withdraw(entry_id)
    events = world.recorded()
    world.log = copied(
        [events[0], damaged(events[1], "data"), events[2], damaged(events[3], "data")]
    )
    ProjectionRunner(world.log, world.views).catch_up()
    page = Catalogue(world.reader, access.of_member("cy", ["member"], []).labels).get(entry_id)
    assert (page.title, page.endorsed) == ("First", ())
    assert page.lacking == (
        "A revision cannot be read. So this page does not have it; once it is changed who sees the "
        "entry, its author and the operator alone do, until that is mended.",
        "That an endorsement was withdrawn cannot be read. So this page does not have it.",
    )
    world.close()


def test_a_profile_whose_change_cannot_be_read_is_not_shown(tmp_path: Path) -> None:
    world = ViewedWorld(tmp_path / "profile.sqlite")
    ada = world.joined("member")
    assert ada.member
    world.people(ada).change_profile(Profile(name="Adah"))
    events = world.recorded()
    with viewed(tmp_path / "p.sqlite", [*events[:-1], damaged(events[-1], "data")]) as reader:
        member = Directory(reader, access.operator()).member(ada.member)
    assert (member.profile, member.name) == (None, UNREADABLE)
    world.close()


def test_an_event_of_a_stream_that_never_began_hides_everything(
    tmp_path: Path, world: ViewedWorld, events: list[RecordedEvent], members: list[str]
) -> None:
    place = next(n for n, event in enumerate(events) if event.type == "entry-visibility-changed")
    for stream in ("entry-00000000-0000-4000-8000-00000000ffff", "entsy-x", "xember-1"):
        lost = replace(damaged(events[place], "data"), stream=stream)
        path = tmp_path / f"{stream[:6]}.sqlite"
        with viewed(path, events[:place]) as reader:
            assert sights(reader, members)[members[0]]
        views = Views(path, world.codec, copied(events), VIEWS)
        reader = ViewReader(path, VIEWS, lambda _: 0)
        views.park(lost, "spoilt")
        assert set().union(*sights(reader, members).values()) == set()
        assert Catalogue(reader, access.operator().labels).browse().total
        reader.close()
        views.close()

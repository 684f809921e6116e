"""An area that nobody here knows, added as docs/developer/adding.md says, step by step."""

import re
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from sqlite3 import Connection
from typing import Any

import pytest
from msgspec import Struct, structs

from events.event import RecordedEvent
from events.sealed_fields import Sealed
from events.sqlite_files.tables import Table
from kb.access import Action, may, of_member, operator, require
from kb.aggregate import Aggregate
from kb.area import Area
from kb.areas import AREAS, build_codec, views_of
from kb.entries.catalogue import Catalogue
from kb.entries.entry import EntryErased
from kb.entries.stream import load_entry
from kb.errors import Forbidden, Refused
from kb.messages import _
from kb.own import Own, Reading
from kb.views.stream_kind import Fact, StreamKind, Told
from kb.views.view import SEEN, View, delete_of_entry
from kb.writer import Receipt, Writer
from tests.kb.unreadable import copied, damaged
from tests.worlds.log import ViewedWorld

PAGE = Path("docs/developer/adding.md").read_text("utf-8")


# A type of event, 1: its class, and what it does to the state.
class EntryThanked(Struct, frozen=True, kw_only=True):
    """A member thanks for an entry. The member is the event's actor."""

    entry_id: str
    words: str


class Thanks(Struct, frozen=True, kw_only=True):
    """What one member thanked for one entry."""

    entry_id: str
    said: tuple[str, ...] = ()


def evolve(thanks: Thanks, event: EntryThanked) -> Thanks:
    return structs.replace(thanks, said=(*thanks.said, event.words))


# 2: the command.
def thank(thanks: Thanks, words: str) -> list[EntryThanked]:
    if words in thanks.said:
        raise Refused("You thanked in these words before.")
    return [EntryThanked(entry_id=thanks.entry_id, words=words)]


# 3: how it is stored, and what it is to people.
THANKS = StreamKind(
    name="thanks",
    facts=(
        Fact(
            name="entry-thanked",
            schema_version=1,
            cls=EntryThanked,
            sealed=(Sealed("words", by="actor", erased=""),),
            lack=None,
            told=Told(
                lambda event: (_("Thanked: {words}.", words=event.words), None), _("A thank-you")
            ),
        ),
    ),
    unknown=None,
    began=None,
    entry="SELECT entry_id FROM thanks WHERE stream = 'thanks-' || :name",
)


# An area, 1: a view, what can be done, and the value that says it all.
def _thanked(db: Connection, event: RecordedEvent, thanked: EntryThanked) -> None:
    db.execute("INSERT INTO thanks VALUES (?, ?, ?)", (event.stream, thanked.entry_id, event.actor))


VIEW = View(
    name="thanks",
    version=1,
    tables=(Table("thanks", "stream, entry_id, member"),),
    handlers={EntryThanked: _thanked, EntryErased: delete_of_entry("thanks")},
    seen={"thanks": SEEN.format("main.thanks.entry_id")},
    decides=frozenset(),
)
THANK = Action(
    "thank", allowed=frozenset({"member"}), scope="contribute", wish="thank for an entry"
)


def _own(reading: Reading) -> Iterable[Struct]:
    for name in reading.ids(
        "SELECT substr(stream, 8) FROM thanks WHERE member = ?", reading.member
    ):
        for _event, said in reading.told("thanks", name, f"thanks-{name}")[0]:
            yield said


AREA = Area(
    name="thanks",
    streams=(THANKS,),
    views=(VIEW,),
    actions=(THANK,),
    own=Own(name="thanks", title="## Thanks", read=_own, lines=lambda each, _: [each.words]),
)
# 2: a line in the list.
WITH_THANKS = (*AREAS, AREA)


class Thanking:
    """The service that pages, JSON and commands of the shell would call."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    def thank(self, entry_id: str, words: str) -> Receipt:
        require(self._writer.principal, THANK)
        entry = load_entry(self._writer, entry_id)
        stream = f"thanks-{entry.id}.{self._writer.actor}"
        aggregate = Aggregate(entry.id, stream, Thanks(entry_id=entry.id), evolve)
        return self._writer.execute(aggregate, lambda state: thank(state, words)).receipt


@pytest.fixture
def world(tmp_path: Path) -> Iterator[ViewedWorld]:
    with closing(
        ViewedWorld(tmp_path / "views.sqlite", views=views_of(WITH_THANKS), areas=WITH_THANKS)
    ) as made:
        yield made


def test_the_steps_of_the_page_are_those_of_this_file() -> None:
    steps = re.findall(r"^(\d)\. ", PAGE, re.MULTILINE)
    assert steps == ["1", "2", "3", "4", "5", "1", "2", "3", "1", "2"]


def test_what_is_told_is_in_the_view_the_history_and_nowhere_else(world: ViewedWorld) -> None:
    entry_id = world.practice("Handover")
    Thanking(world.by("ben").writer).thank(entry_id, "It saved my night")
    assert world.catalogue.history(entry_id)[-1].detail == "Thanked: It saved my night."
    with world.reader.read(operator().labels) as db:
        assert db.execute("SELECT member FROM thanks").fetchall() == [("ben",)]
    with world.reader.read(frozenset()) as db:
        assert db.execute("SELECT member FROM thanks").fetchall() == []
    with pytest.raises(Refused):
        Thanking(world.by("ben").writer).thank(entry_id, "It saved my night")
    world.entries.erase(entry_id)
    world.catch_up()
    with world.reader.read(operator().labels) as db:
        assert db.execute("SELECT member FROM thanks").fetchall() == []


def test_who_may_is_what_the_action_says(world: ViewedWorld) -> None:
    reporter = of_member("rita", ["reporter"], [])
    assert may(of_member("ben", ["member"], []), THANK)
    with pytest.raises(Forbidden, match="Only members may thank for an entry"):
        require(reporter, THANK)


def test_one_that_cannot_be_read_is_told_on_the_page_of_its_entry(
    tmp_path: Path, world: ViewedWorld
) -> None:
    entry_id = world.practice("Handover")
    Thanking(world.by("ben").writer).thank(entry_id, "Once")
    Thanking(world.by("ben").writer).thank(entry_id, "Twice")
    events = world.recorded()
    spoilt = ViewedWorld(
        tmp_path / "spoilt.sqlite",
        copied([*events[:-1], damaged(events[-1], "data")]),
        views=views_of(WITH_THANKS),
        areas=WITH_THANKS,
    )
    spoilt.catch_up()
    page = Catalogue(spoilt.reader, of_member("cy", ["member"], []).labels).get(entry_id)
    assert page.lacking == ("A thank-you cannot be read. So this page does not have it.",)
    spoilt.close()


def test_what_a_member_said_goes_with_them(world: ViewedWorld) -> None:
    entry_id = world.practice("Handover")
    Thanking(world.by("ben").writer).thank(entry_id, "It saved my night")
    event = world.recorded()[-1]
    assert b"night" not in event.data
    world.vault.destroy("member-ben")
    decoded: Any = build_codec(world.vault, WITH_THANKS).decode(event)
    assert decoded.words == ""

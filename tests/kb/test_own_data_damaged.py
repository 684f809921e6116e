"""A member's data are given as far as they can be read, with a list of what cannot."""

from pathlib import Path

import pytest

from kb.areas import OWN
from kb.entries.content import Relation
from kb.errors import DataDirectoryError
from kb.own_data.markdown import as_markdown
from kb.own_data.read import OwnData, as_json
from kb.writer import Writer
from tests.events.altered import change
from tests.kb.conftest import OpenBase
from tests.worlds.base import joined, practice, regroup, revise


class Hers:
    """A base whose log is damaged, and what a member says of it then."""

    def __init__(self, open_base: OpenBase) -> None:
        self.base = open_base()
        self.her = joined(self.base, name="Hana")
        self._open = open_base

    @property
    def log(self) -> Path:
        return self.base.settings.data / "log.sqlite"

    def damage(self, position: int) -> None:
        """Alter the event at `position` and follow the log anew."""
        change(self.log, f"UPDATE events SET data = x'7b7d' WHERE position = {position}")
        self.base.rebuild("views")

    def own(self) -> OwnData:
        return self.her.own_data()


@pytest.fixture
def hers(open_base: OpenBase) -> Hers:
    return Hers(open_base)


def test_one_text_that_cannot_be_read_costs_no_other(hers: Hers) -> None:
    mine = practice(hers.her, "First")
    revise(hers.base, hers.her, mine, "Second")
    second = hers.base.head()
    revise(hers.base, hers.her, mine, "Third")
    other = practice(hers.her, "Other")
    hers.damage(second)
    own = hers.own()
    assert [entry.id for entry in own.said["entries"]] == [mine, other]
    titles = [text.content.title for text in own.said["entries"][0].texts]
    assert titles == ["First", "Third"]
    assert (own.said["entries"][0].contributed, own.said["entries"][0].kind) == (True, None)
    assert own.said["entries"][1].kind == "practice"
    [missing] = own.missing
    assert (missing.what, missing.id) == ("entry", mine)
    assert missing.at
    assert missing.why == f"Position {second} of the log is damaged: put back a copy of the log."
    assert missing.why in as_json(own).decode()
    markdown = as_markdown(own, OWN)
    assert "## What is missing here" in markdown
    assert f"entry {mine}" in markdown
    assert "another member" not in markdown


def test_the_beginning_of_an_entry_tells_whose_it_is_damaged_as_well(hers: Hers) -> None:
    mine = practice(hers.her, "First")
    begun = hers.base.head() - 1  # the tag stands behind it
    hers.her.entries.relate(mine, Relation("Cites", practice(hers.base.session, "Of others")))
    hers.damage(begun)
    own = hers.own()
    assert [(entry.id, entry.contributed) for entry in own.said["entries"]] == [(mine, True)]
    assert [each.id for each in own.missing] == [mine]


def test_what_is_all_that_a_member_said_somewhere_is_not_left_out_in_silence(hers: Hers) -> None:
    other = practice(hers.base.session, "Of others")
    hers.her.endorsements.endorse(other, "It works.")
    endorsed = hers.base.head()
    hers.her.entries.tag(practice(hers.her, "Mine"), ["x"])
    hers.damage(endorsed)
    own = hers.own()
    assert own.said["endorsements"] == ()
    assert [each.what for each in own.missing] == ["endorsement"]


def test_what_others_said_is_not_told_as_missing(hers: Hers) -> None:
    practice(hers.base.session, "Of others")
    hers.damage(hers.base.head())
    assert hers.own().missing == ()


def test_a_group_that_others_may_have_settled_is_not_taken_for_theirs(hers: Hers) -> None:
    mine = practice(hers.her, "Mine")
    hers.base.wait(hers.base.head(), index=False)
    regroup(hers.base.session, mine, "Of others")
    settled = hers.base.head()
    revise(hers.base, hers.her, mine, "Mine too")
    hers.damage(settled)
    assert "Of others" not in as_json(hers.own()).decode()


def test_a_stream_that_cannot_be_read_at_all_is_listed_without_places_of_the_server(
    hers: Hers, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, other = practice(hers.her, "Mine"), practice(hers.her, "Other")
    readable = Writer.readable

    def broken(writer: Writer, stream: str) -> object:
        if stream.endswith(mine):
            raise DataDirectoryError("The log /srv/secret/log.sqlite is damaged.")
        return readable(writer, stream)

    monkeypatch.setattr(Writer, "readable", broken)
    own = hers.own()
    assert [each.id for each in own.said["entries"] if each.texts] == [other]
    assert [(each.id, each.at) for each in own.missing] == [(mine, None)]
    assert "/srv/secret" not in as_markdown(own, OWN)


def test_where_nothing_is_missing_nothing_is_said_of_it(hers: Hers) -> None:
    practice(hers.her, "Mine")
    own = hers.own()
    assert own.missing == ()
    assert "missing" not in as_markdown(own, OWN)

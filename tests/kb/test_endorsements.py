"""A member vouches for an entry, once, with a reason, and can take it back."""

from functools import reduce

import pytest

from kb.endorsements.endorsement import (
    Endorsement,
    EndorsementEvent,
    EndorsementWithdrawn,
    EntryEndorsed,
    endorse,
    evolve,
    withdraw,
)
from kb.entries.content import Source
from kb.entries.service import ImportedEntry
from kb.errors import InvalidInput, NotFound, Refused
from tests.worlds.log import ABSENT, World, some_draft

ENDORSED = EntryEndorsed(entry_id=ABSENT, member="ada", reason="It works.")
WITHDRAWN = EndorsementWithdrawn(entry_id=ABSENT, member="ada")


def after(*events: EndorsementEvent) -> Endorsement:
    return reduce(evolve, events, Endorsement(entry_id=ABSENT, member="ada"))


def test_an_endorsement_is_given_once_for_the_same_reason() -> None:
    assert endorse(after(), "It works.") == [ENDORSED]
    assert endorse(after(ENDORSED), "It works.") == []


def test_another_reason_takes_the_place_of_the_first() -> None:
    again = EntryEndorsed(entry_id=ABSENT, member="ada", reason="It still works.")
    assert endorse(after(ENDORSED), "It still works.") == [again]
    assert after(ENDORSED, again).reason == "It still works."


def test_only_an_endorsement_that_is_there_can_be_withdrawn() -> None:
    assert withdraw(after(ENDORSED)) == [WITHDRAWN]
    for state in (after(), after(ENDORSED, WITHDRAWN)):
        with pytest.raises(Refused, match="nothing to withdraw"):
            withdraw(state)
    assert endorse(after(ENDORSED, WITHDRAWN), "It works.") == [ENDORSED]


def test_each_member_has_an_endorsement_of_their_own() -> None:
    world = World()
    entry_id = world.by("hana").practice()
    assert world.endorsements.endorse(entry_id, " It works. ").version == 1
    assert world.by("grace").endorsements.endorse(entry_id, "Here too.").version == 1
    receipt = world.endorsements.withdraw(entry_id)
    assert (receipt.id, receipt.version) == (entry_id, 2)
    assert world.happened()[1:] == [
        EntryEndorsed(entry_id=entry_id, member="ada", reason="It works."),
        EntryEndorsed(entry_id=entry_id, member="grace", reason="Here too."),
        EndorsementWithdrawn(entry_id=entry_id, member="ada"),
    ]
    assert [event.actor for event in world.recorded()[1:]] == ["ada", "grace", "ada"]


def test_nobody_endorses_an_entry_of_their_own_unless_an_import_brought_it() -> None:
    world = World()
    with pytest.raises(Refused, match="is your own: others vouch for it"):
        world.endorsements.endorse(world.practice(), "It works.")
    brought = ImportedEntry(id=ABSENT, draft=some_draft(), source=Source("handbook", "1.md"))
    assert world.endorsements.endorse(world.entries.bring(brought).receipt.id, "Good.").version == 1


def test_an_id_in_another_form_is_the_same_endorsement() -> None:
    world = World()
    entry_id = world.by("hana").practice()
    world.endorsements.endorse(entry_id, "It works.")
    assert world.endorsements.withdraw(entry_id.upper()).version == 2


def test_an_endorsement_needs_a_reason_and_an_entry_that_is_not_archived() -> None:
    world = World()
    entry_id = world.by("hana").practice()
    with pytest.raises(InvalidInput, match="reason"):
        world.endorsements.endorse(entry_id, "")
    with pytest.raises(NotFound):
        world.endorsements.endorse(ABSENT, "It works.")
    with pytest.raises(NotFound):
        world.endorsements.withdraw(ABSENT)
    world.endorsements.endorse(entry_id, "It works.")
    world.entries.archive(entry_id, "Old.")
    with pytest.raises(Refused, match="cannot be endorsed; restore it first"):
        world.endorsements.endorse(entry_id, "It still works.")
    assert world.endorsements.withdraw(entry_id).version == 2

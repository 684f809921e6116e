"""Words that an event took back, which cannot be read, are shown to nobody who did not see them."""

import pytest
from msgspec.structs import replace

from events.event import RecordedEvent
from events.projection import ProjectionRunner
from kb import access
from kb.access import Visibility
from kb.entries.catalogue import Catalogue
from kb.entries.content import Relation
from kb.errors import NotFound
from tests.kb.unreadable import copied, damaged
from tests.worlds.log import ViewedWorld, some_content, some_draft

ADA, BEN = (access.of_member(name, ["member"], []).labels for name in ("ada", "ben"))


def cleaned(world: ViewedWorld, sight: Visibility) -> tuple[str, list[RecordedEvent]]:
    """An entry of Ada's own whose every part named a patient once, then shown to `sight`."""
    other = world.practice("Other")
    relation = Relation("References", other)
    draft = replace(
        some_draft(some_content("Case of Hana K.")),
        visibility=Visibility("author"),
        tags=("hana-k",),
        relations=(relation,),
    )
    entry_id = world.entries.contribute(draft).id
    reuse = world.reuses.record(entry_id, group="Hana", context="Hana", outcome="adopted")
    world.reuses.update_outcome(reuse.id, "adapted", "Nobody is named")
    world.entries.untag(entry_id, ["hana-k"])
    world.entries.unrelate(entry_id, relation)
    world.entries.revise(entry_id, some_content("Case"), version=1)
    world.entries.show(entry_id, sight)
    return entry_id, world.recorded()


def shows(world: ViewedWorld, entry_id: str, labels: frozenset[str]) -> bool:
    try:
        return bool(Catalogue(world.reader, labels).get(entry_id))
    except NotFound:
        return False


@pytest.mark.parametrize("damage", ["data", "type"])
@pytest.mark.parametrize(
    "lost", ["entry-revised", "entry-untagged", "entry-unrelated", "reuse-outcome-updated"]
)
def test_what_could_not_be_taken_back_is_shown_to_nobody_else(
    world: ViewedWorld, lost: str, damage: str
) -> None:
    entry_id, events = cleaned(world, Visibility("members"))
    spoilt = [damaged(each, damage) if each.type == lost else each for each in events]
    world.log = copied(spoilt)
    ProjectionRunner(world.log, world.views).catch_up()
    assert not shows(world, entry_id, BEN)
    assert shows(world, entry_id, ADA) is (damage == "data" or lost.startswith("reuse"))


def test_what_was_taken_back_as_meant_is_shown_as_meant(world: ViewedWorld) -> None:
    entry_id, _ = cleaned(world, Visibility("members"))
    world.catch_up()
    assert shows(world, entry_id, BEN)

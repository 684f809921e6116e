"""What is worked out of the views is remembered, and only while they are as they were."""

from msgspec import structs

from kb.views.file import MISSING
from kb.views.memo import Memo
from kb.views.tables import FileState
from tests.worlds.log import ViewedWorld

STATE = MISSING, FileState(1, 0, False, False)


def test_what_was_asked_in_one_state_is_worked_out_once() -> None:
    memo, asked = Memo(), iter(range(9))
    found = [memo(STATE, "tags", lambda: next(asked)) for _ in range(2)]
    assert found == [0, 0]
    assert memo(STATE, "groups", lambda: next(asked)) == 1


def test_nothing_of_another_state_is_answered() -> None:
    memo, asked = Memo(), iter(range(9))
    changed = [structs.replace(STATE[1], **{name: 7}) for name in ("position", "forgotten")]
    states = [STATE, *((MISSING, state) for state in changed), STATE]
    assert [memo(state, "tags", lambda: next(asked)) for state in states] == [0, 1, 2, 3]


def test_lists_are_counted_anew_after_a_change(world: ViewedWorld) -> None:
    first = world.practice("First", tags=("night",))
    assert world.catalogue.browse().facets.tags == {"night": 1}
    world.entries.untag(first, ["night"])
    assert world.catalogue.browse().facets.tags == {}

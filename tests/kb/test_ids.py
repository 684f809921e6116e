"""Ids that must be unique follow from what they name; the others are drawn."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from kb import ids
from tests.worlds.log import ABSENT, command

NAMES = st.text(alphabet=st.characters(exclude_characters="\0", codec="utf-8"), max_size=10)


def test_an_imported_entry_has_the_same_id_each_time() -> None:
    assert ids.entry_id_for("notes", "handover.md") == "1f953aa0-f7ad-5a29-a234-0b2034a0ea13"


def test_a_path_that_is_not_utf8_has_an_id_as_well() -> None:
    assert ids.entry_id_for("notes", "\udcfc.md") != ids.entry_id_for("notes", "\udcfd.md")


@given(NAMES, NAMES, NAMES, NAMES)
def test_different_sources_make_different_entries(a: str, b: str, c: str, d: str) -> None:
    assert (ids.entry_id_for(a, b) == ids.entry_id_for(c, d)) == ((a, b) == (c, d))


def test_what_is_derived_for_one_purpose_is_not_for_another() -> None:
    derived = {
        ids.entry_id_for("a", "b"),
        ids.endorsement_id("a", "b"),
        ids.id_for_command(command(1)),
        ids.id_for_command(command(2)),
    }
    assert len(derived) == 4
    assert all(UUID(each).version == 5 for each in derived)


def test_fresh_ids_are_of_the_versions_that_they_should_be() -> None:
    assert ids.new_id().version == 4
    assert ids.new_event_id().version == 7


def test_streams_are_named_by_what_they_hold() -> None:
    assert ids.entry_stream(ABSENT) == f"entry-{ABSENT}"
    assert ids.endorsement_stream(ABSENT) == f"endorsement-{ABSENT}"
    assert ids.reuse_stream(ABSENT) == f"reuse-{ABSENT}"

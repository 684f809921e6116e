"""Arbitrary histories of an entry, for properties that hold after any of them."""

from hypothesis import strategies as st

from kb.entries.content import Relation
from kb.entries.entry import EntryArchived
from tests.commands import COMMANDS, Asked
from tests.worlds.log import some_content

ID = "11111111-1111-4111-8111-111111111111"
OTHER = "22222222-2222-4222-8222-222222222222"

TAGS = st.sampled_from(["ward", "night", "school"])
RELATIONS = st.sampled_from(
    [Relation("Cites", OTHER), Relation("IsPartOf", OTHER), Relation("IsPartOf", ID)]
)
CONTENTS = st.sampled_from([some_content("First"), some_content("Second"), some_content("Third")])
GROUPS = st.sampled_from([None, "Ward 3"])
ARCHIVINGS = st.sampled_from(
    [EntryArchived(reason="Out of date.", successor=OTHER), EntryArchived(reason="Merged.")]
)
ASKED = st.builds(
    Asked,
    other=st.sampled_from([OTHER, ID, None]),
    content=CONTENTS,
    tags=st.tuples(TAGS),
    relation=st.sampled_from(["Cites", "IsPartOf"]),
    reason=st.sampled_from(["Out of date.", "Merged."]),
    ward=st.sampled_from(["", "Ward 3"]),
    imported=st.booleans(),
)
EVENTS = st.one_of(*[ASKED.map(each.event) for each in COMMANDS.values() if each.event])
HISTORIES = st.lists(EVENTS, max_size=12)
"""What happened after the contribution."""

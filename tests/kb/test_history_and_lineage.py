"""The history of an entry tells every event in a sentence; its lineage goes any distance."""

from uuid import uuid4

from kb.entries.bring import ImportedEntry
from kb.entries.content import Draft, Relation
from tests.worlds.log import ViewedWorld, some_content


def test_a_history_tells_every_event_with_who_and_when(world: ViewedWorld) -> None:
    other = world.practice("Safety huddle")
    entry_id = world.practice(tags=("ward",))
    world.by("bo").entries.relate(entry_id, Relation("IsDerivedFrom", other))
    world.entries.unrelate(entry_id, Relation("IsDerivedFrom", other))
    world.entries.revise(entry_id, some_content("Handover"), version=1, note="Shorter")
    world.entries.untag(entry_id, ["ward"])
    cy = world.by("cy").endorsements
    cy.endorse(entry_id, "It works!")
    cy.withdraw(entry_id)
    reuse = world.reuses.record(entry_id, group="Ward 9", context="Nights", outcome="adopted")
    world.reuses.update_outcome(reuse.id, "tried-and-stopped", "Too long", resulting_entry=other)
    world.entries.archive(entry_id, "Merged", other)
    world.entries.restore(entry_id)
    world.entries.archive(entry_id, "Out of date")

    history = world.catalogue.history(entry_id)

    assert [item.detail for item in history] == [
        "Contributed as “Bedside handover”.",
        "Tagged “ward”.",
        "Stated that it is derived from “Safety huddle”.",
        "No longer stated that it is derived from “Safety huddle”.",
        "Revised as “Handover”: Shorter.",
        "Tag “ward” taken off.",
        "Endorsed: It works!",
        "Endorsement withdrawn.",
        "Reuse by Ward 9, adopted: Nights.",
        "Reuse is now tried and stopped: Too long. Made from it: “Safety huddle”.",
        "Archived: Merged. In its place: “Safety huddle”.",
        "Restored.",
        "Archived: Out of date.",
    ]
    assert [item.stream for item in history[5:10]] == [
        "entry",
        "endorsement",
        "endorsement",
        "reuse",
        "reuse",
    ]
    assert [item.version for item in history[:6]] == [1, 2, 3, 4, 5, 6]
    assert (history[2].actor, history[2].what) == ("bo", "entry-related")
    assert sorted(item.at for item in history) == [item.at for item in history]


def test_a_history_says_what_an_import_brought(world: ViewedWorld) -> None:
    entry_id = str(uuid4())
    draft = Draft(kind="practice", content=some_content())
    world.entries.bring(ImportedEntry(id=entry_id, draft=draft))

    [item] = world.catalogue.history(entry_id)

    assert item.detail == "Brought by an import as “Bedside handover”."


def test_lineage_goes_any_distance_and_around_circles_once(world: ViewedWorld) -> None:
    a, b, c, d = (world.practice(title) for title in "abcd")
    world.entries.relate(b, Relation("IsDerivedFrom", a))
    world.entries.relate(b, Relation("HasVersion", c))
    world.reuses.record(c, group="Ward 9", context="x", outcome="adapted", resulting_entry=d)
    world.entries.relate(a, Relation("IsDerivedFrom", d))
    world.entries.relate(a, Relation("Cites", c))

    lineage = world.catalogue.lineage(b)

    assert [(x.title, x.relation, x.via, x.depth) for x in lineage.derived] == [
        ("c", "IsVersionOf", b, 1),
        ("d", "reuse", c, 2),
        ("a", "IsDerivedFrom", d, 3),
    ]
    assert [(x.title, x.relation, x.via, x.depth) for x in lineage.origins] == [
        ("a", "IsDerivedFrom", b, 1),
        ("d", "IsDerivedFrom", a, 2),
        ("c", "reuse", d, 3),
    ]


def test_what_two_stated_stands_until_both_took_it_back(world: ViewedWorld) -> None:
    a, b = world.practice("a"), world.practice("b")
    here, there = Relation("IsDerivedFrom", a), Relation("IsSourceOf", b)
    world.entries.relate(b, here)
    world.entries.relate(a, there)
    world.entries.unrelate(b, here)
    assert [x.title for x in world.catalogue.lineage(b).origins] == ["a"]
    world.entries.unrelate(a, there)
    assert world.catalogue.lineage(b).origins == ()


def test_a_reuse_leads_to_the_entry_that_it_named_last(world: ViewedWorld) -> None:
    a, b, c = (world.practice(title) for title in "abc")
    reuse = world.reuses.record(a, group="W", context="x", outcome="adapted", resulting_entry=b)
    world.reuses.update_outcome(reuse.id, "adapted", "Better", resulting_entry=c)
    assert [x.title for x in world.catalogue.lineage(a).derived] == ["c"]

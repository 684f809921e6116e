"""Lists and pages of entries show what the events say."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from msgspec import structs

from kb.entries.bring import ImportedEntry
from kb.entries.content import Content, Draft, Relation, Section, Source
from kb.entries.results import EntryFilter
from kb.errors import InvalidInput, NotFound
from kb.ids import entry_id_for
from kb.reuse.service import Reuses
from tests.worlds.log import ABSENT, ViewedWorld, some_content, some_draft


def test_an_entry_shows_all_that_was_said_about_it(world: ViewedWorld) -> None:
    other = world.practice("Safety huddle")
    entry_id = world.practice(tags=("ward", "night"))
    world.entries.relate(entry_id, Relation("IsDerivedFrom", other))
    world.by("bo").endorsements.endorse(entry_id, "It calmed our mornings.")
    reuse = world.reuses.record(entry_id, group="Ward 9", context="At nights", outcome="adapted")

    page = world.catalogue.get(entry_id)

    assert page.title == "Bedside handover"
    assert page.kind == "practice"
    assert page.group == "Ward 3"
    assert page.tags == ("night", "ward")
    assert page.summary == "Things got lost at shift change."
    assert page.sections == some_content().sections
    assert (page.version, page.revision_version) == (4, 1)
    assert page.contributed_by == "ada"
    assert page.contributed_at == page.revised_at
    assert page.contributed_at.tzinfo is not None
    assert [(r.type, r.direction, r.title) for r in page.relations] == [
        ("IsDerivedFrom", "out", "Safety huddle")
    ]
    assert [(e.member, e.reason) for e in page.endorsed] == [("bo", "It calmed our mornings.")]
    assert [(r.id, r.group, r.outcome, r.note) for r in page.reuse] == [
        (reuse.id, "Ward 9", "adapted", None)
    ]
    assert (page.endorsements, page.reuses) == (1, 1)
    assert [(r.direction, r.id) for r in world.catalogue.get(other).relations] == [("in", entry_id)]


def test_what_was_taken_back_is_no_longer_shown(world: ViewedWorld) -> None:
    other, entry_id = world.practice("Other"), world.practice(tags=("ward", "night"))
    relation = Relation("Cites", other)
    world.entries.relate(entry_id, relation)
    world.by("bo").endorsements.endorse(entry_id, "Good.")
    world.entries.archive(entry_id, "Merged.", other)
    archived = world.catalogue.get(entry_id)
    world.entries.untag(entry_id, ["night"])
    world.entries.unrelate(entry_id, relation)
    world.by("bo").endorsements.withdraw(entry_id)
    world.entries.restore(entry_id)

    page = world.catalogue.get(entry_id)

    assert (archived.archived, archived.archived_reason, archived.successor) == (
        True,
        "Merged.",
        other,
    )
    assert (page.archived, page.archived_reason, page.successor) == (False, None, None)
    assert (page.tags, page.relations, page.endorsed) == (("ward",), (), ())


def test_a_revision_replaces_the_text_and_the_old_one_can_still_be_read(world: ViewedWorld) -> None:
    entry_id = world.practice()
    world.entries.tag(entry_id, ["ward"])
    better = some_content("Handover at the bed", problem="Worse than thought.")
    world.entries.revise(entry_id, better, version=1, group="Ward 4", note="Clearer")

    page = world.catalogue.get(entry_id)

    assert (page.title, page.group, page.revision_version) == ("Handover at the bed", "Ward 4", 3)
    assert world.catalogue.text_at(entry_id, 1) == some_content()
    assert world.catalogue.text_at(entry_id, 2) == some_content()
    assert world.catalogue.text_at(entry_id, 3) == better


def test_the_outcome_of_a_reuse_is_the_latest_one(world: ViewedWorld) -> None:
    entry_id, made = world.practice(), world.practice("Made from it")
    reuse = world.reuses.record(entry_id, group="Ward 9", context="Nights", outcome="adopted")
    world.reuses.update_outcome(
        reuse.id, "adapted", "Shorter now.", resulting_entry=made, evidence="https://example.org/a"
    )

    view = world.catalogue.reuse(reuse.id)

    assert (view.outcome, view.note, view.context) == ("adapted", "Shorter now.", "Nights")
    assert (view.resulting_entry, view.evidence) == (made, "https://example.org/a")
    assert (view.entry_id, view.entry_title) == (entry_id, "Bedside handover")
    assert view.recorded_at <= view.updated_at


def test_what_is_not_there_is_not_found(world: ViewedWorld) -> None:
    world.practice()
    with pytest.raises(NotFound, match=ABSENT):
        world.catalogue.get(ABSENT)
    with pytest.raises(NotFound):
        world.catalogue.history(ABSENT)
    with pytest.raises(NotFound):
        world.catalogue.lineage(ABSENT)
    with pytest.raises(NotFound):
        world.catalogue.reuse(ABSENT)
    with pytest.raises(NotFound):
        world.catalogue.text_at(ABSENT, 1)
    with pytest.raises(NotFound):
        world.catalogue.resolve("nothing like it")


def test_an_id_is_known_however_it_is_written(world: ViewedWorld) -> None:
    entry_id = world.practice()
    reuse = world.reuses.record(entry_id, group="Ward 9", context="At nights", outcome="adopted")
    shouted, catalogue = entry_id.upper(), world.catalogue
    assert catalogue.get(shouted) == catalogue.get(entry_id)
    assert catalogue.history(shouted) == catalogue.history(entry_id)
    assert catalogue.lineage(shouted) == catalogue.lineage(entry_id)
    assert catalogue.text_at(shouted, 1) == catalogue.text_at(entry_id, 1)
    assert catalogue.reuse(reuse.id.upper()).id == reuse.id


def test_groups_and_tags_are_listed_with_the_usual_ones_first(world: ViewedWorld) -> None:
    draft = some_draft(tags=("night",))
    world.entries.contribute(structs.replace(draft, group="Ward 1"))
    for _ in range(2):
        world.entries.contribute(structs.replace(draft, group="Ward 9", tags=("ward", "night")))
    assert world.catalogue.groups() == ("Ward 9", "Ward 1")
    assert world.catalogue.tags() == ("night", "ward")


def test_an_entry_is_meant_by_its_id_a_beginning_of_it_or_its_name_at_the_source(
    world: ViewedWorld,
) -> None:
    entry_id = entry_id_for("book", "handover.md")
    world.entries.bring(
        ImportedEntry(
            id=entry_id,
            draft=some_draft(),
            source=Source("book", "handover.md"),
            archived=None,
        )
    )
    catalogue = world.catalogue
    assert catalogue.get(entry_id).source == Source("book", "handover.md")
    for text in (entry_id, entry_id[:6], f" {entry_id[:8].upper()} ", "handover.md"):
        assert catalogue.resolve(text) == entry_id
    for text in ("", entry_id[:5], "zzzzzz", "%", "hand", "' OR 1=1 --"):
        with pytest.raises(NotFound):
            catalogue.resolve(text)


def test_an_ambiguous_name_asks_for_more(world: ViewedWorld) -> None:
    for source in ("book", "blog"):
        world.entries.bring(
            ImportedEntry(
                id=entry_id_for(source, "a.md"),
                draft=some_draft(),
                source=Source(source, "a.md"),
                archived=None,
            )
        )
    with pytest.raises(InvalidInput, match="Several entries"):
        world.catalogue.resolve("a.md")


def test_an_ambiguous_beginning_of_a_reuse_asks_for_more(world: ViewedWorld) -> None:
    entry_id = world.practice()
    ids = [f"abcdef1{n}-1111-4111-8111-111111111111" for n in range(2)]
    reuses = Reuses(world.writer, iter(map(UUID, ids)).__next__)
    for _ in ids:
        reuses.record(entry_id, group="Ward 9", context="At nights", outcome="adopted")
    with pytest.raises(InvalidInput, match="Several reuses are meant by 'abcdef1'"):
        world.catalogue.resolve_reuse("abcdef1")
    assert world.catalogue.resolve_reuse("ABCDEF11") == ids[1]


def test_browsing_filters_counts_and_pages(world: ViewedWorld) -> None:
    drafts = [
        ("practice", "Ward 1", ("night",)),
        ("practice", "Ward 2", ("night", "ward")),
        ("practice", "Ward 2", ()),
    ]
    ids = [
        world.entries.contribute(
            Draft(kind=kind, content=some_content(f"Title {n}"), group=group, tags=tags)
        ).id
        for n, (kind, group, tags) in enumerate(drafts)
    ]
    world.entries.archive(ids[2], "Old.")

    def listed(
        kinds: tuple[str, ...] = (), tags: tuple[str, ...] = (), groups: tuple[str, ...] = ()
    ) -> list[str]:
        page = world.catalogue.browse(EntryFilter(kinds=kinds, tags=tags, groups=groups))
        assert page.total == len(page.items)
        return [item.title for item in page.items]

    assert listed() == ["Title 1", "Title 0"]
    assert listed(tags=("ward",)) == ["Title 1"]
    assert listed(tags=("ward", "night")) == listed(tags=("ward; night",))
    assert listed(tags=("ward", "night")) == ["Title 1"]
    assert listed(tags=("WARD", "nowhere")) == []
    assert listed(groups=("Ward 1",), kinds=("Practice", "case clinic")) == ["Title 0"]
    assert listed(kinds=("unheard-of",)) == []
    assert listed(tags=("'; DROP TABLE entry; --",)) == []

    everything = world.catalogue.browse(EntryFilter(archived=None), offset=1, limit=1)
    assert [item.title for item in everything.items] == ["Title 1"]
    assert everything.total == 3
    assert everything.facets.kinds == {"practice": 3}
    assert everything.facets.tags == {"night": 2, "ward": 1}
    assert everything.facets.groups == {"Ward 2": 2, "Ward 1": 1}
    assert everything.facets.archived == 1
    of_ward_1 = world.catalogue.browse(EntryFilter(groups=("Ward 1",), tags=("ward",))).facets
    assert (of_ward_1.groups, of_ward_1.tags, of_ward_1.kinds) == ({"Ward 2": 1}, {}, {})
    assert world.catalogue.browse(EntryFilter(kinds=("x",))).facets.kinds == {"practice": 2}
    archived = world.catalogue.browse(EntryFilter(archived=True))
    assert [item.archived for item in archived.items] == [True]
    assert list(world.catalogue.all_ids()) == ids


def test_a_list_is_sorted_by_time_title_or_reuse(world: ViewedWorld) -> None:
    ids = [world.practice(title) for title in ("beta", "Alpha", "gamma")]
    world.reuses.record(ids[0], group="Ward 9", context="Nights", outcome="adopted")
    world.entries.revise(ids[1], some_content("Alpha"), version=1)

    def titles(sort: str) -> list[str]:
        return [item.title for item in world.catalogue.browse(sort=sort).items]

    assert titles("recent") == ["gamma", "Alpha", "beta"]
    assert titles("title") == ["Alpha", "beta", "gamma"]
    assert titles("reused") == ["beta", "gamma", "Alpha"]
    with pytest.raises(InvalidInput, match="recent, title or reused"):
        world.catalogue.browse(sort="random")
    for offset in (-1, 10**20):
        with pytest.raises(InvalidInput, match="starts at 0 to 1000000000"):
            world.catalogue.browse(offset=offset)


def test_pages_by_reuse_hold_each_entry_once_and_follow_each_other(world: ViewedWorld) -> None:
    ids = [world.practice(f"Number {number}", tags=("night",)) for number in range(6)]
    for number, times in ((1, 1), (4, 2), (0, 1)):
        for ward in range(times):
            world.reuses.record(
                ids[number], group=f"Ward {ward}", context="Nights", outcome="adopted"
            )
    world.entries.archive(ids[5], reason="Old")
    for chosen in (EntryFilter(archived=False), EntryFilter(tags=("night",), archived=False)):
        for size in (1, 2, 3, 5):
            pages = [
                world.catalogue.browse(chosen, sort="reused", offset=offset, limit=size)
                for offset in range(0, 6, size)
            ]
            found = [item.title for page in pages for item in page.items]
            assert found == [f"Number {number}" for number in (4, 1, 0, 3, 2)]
            assert {page.total for page in pages} == {5}


def test_summaries_of_several_entries_are_read_at_once(world: ViewedWorld) -> None:
    first, second = world.practice("First"), world.practice("Second")
    found = world.catalogue.summaries([second, first, ABSENT])
    assert {key: card.title for key, card in found.items()} == {first: "First", second: "Second"}


def test_a_summary_is_plain_text_that_ends_at_a_word(world: ViewedWorld) -> None:
    markdown = (
        "# Why\n\n![photo](a.png) We **tried** it, see [the _report_](https://example.org) and "
        "[[other|that page]] or [[this]].\n\n```\ncode\n```\n\n- one\n- two\n- three "
        + "word "
        * 99
    )
    content = Content(title="T", sections=(Section("", "\n"), Section("A", markdown)))
    imported = ImportedEntry(
        id=entry_id_for("s", "x"),
        draft=Draft(kind="practice", content=content),
        source=None,
        archived=None,
    )
    world.entries.bring(imported)
    text = world.catalogue.get(imported.id).summary
    assert text.startswith(
        "Why We tried it, see the report and that page or this. one two three word"
    )
    assert text.endswith("word …")
    assert len(text) <= 202


def test_an_entry_without_text_has_an_empty_summary_and_one_long_word_is_cut(
    world: ViewedWorld,
) -> None:
    for name, text in (("a", ""), ("b", "x" * 999)):
        world.entries.bring(
            ImportedEntry(
                id=entry_id_for("s", name),
                draft=Draft(
                    kind="practice",
                    content=Content(title=name, sections=(Section("", text),)),
                ),
                source=None,
                archived=None,
            )
        )
    assert world.catalogue.get(entry_id_for("s", "a")).summary == ""
    assert world.catalogue.get(entry_id_for("s", "b")).summary == "x" * 200 + " …"


def test_times_are_aware_and_in_utc(world: ViewedWorld) -> None:
    entry_id = world.practice()
    page = world.catalogue.get(entry_id)
    assert page.contributed_at.utcoffset() == UTC.utcoffset(None)
    assert page.contributed_at <= datetime.now(UTC)

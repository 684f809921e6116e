"""Questions about people: what members ask as, what they are called, and who changed what."""

from pathlib import Path
from uuid import UUID

import pytest

from kb import access, fields
from kb.access import OPERATOR, Principal, Visibility, anonymous, operator
from kb.areas import VIEWS
from kb.characters import visible
from kb.errors import Forbidden, InvalidInput, NotFound, NotYetSearchable
from kb.ids import new_id
from kb.people.directory import FORMER, Directory
from kb.people.results import OPERATOR_NAME
from kb.people.service import People
from kb.views.reader import ViewReader
from tests.worlds.log import ViewedWorld, some_draft


def test_a_member_asks_with_their_groups_and_all_that_these_are_in(world: ViewedWorld) -> None:
    region = world.group("Region")
    care = world.group("Care", region)
    ward, makers = world.group("Ward 3", care), world.group("Makers")

    principal = world.joined("member", "curator", groups=(ward,))

    assert principal.roles == {"member", "curator"}
    assert principal.labels == {
        *("world", "members", f"member:{principal.member}"),
        *(f"group:{each}" for each in (ward, care, region)),
    }
    assert f"group:{makers}" not in principal.labels


@pytest.mark.parametrize("twin", ["Ada", "ADA", "\u0410da", "A\u200bda", "\u202eAda"])
def test_members_whose_names_look_alike_are_told_apart(world: ViewedWorld, twin: str) -> None:
    ada = world.joined(name="Ada").member or ""
    assert world.directory().names([ada]) == {ada: "Ada"}
    other = world.joined(name=twin).member or ""
    bea = world.joined(name="Bea").member or ""

    names = world.directory().names([ada, other, bea])

    assert names == {
        ada: f"Ada ({ada[:8]})",
        other: f"{visible(twin)} ({other[:8]})",
        bea: "Bea",
    }
    assert {one.name for one in world.directory().members()} == {*names.values()}
    reporter = world.joined("reporter", name="Ada")
    me = reporter.member or ""
    assert world.directory(reporter).names([me, ada]) == {me: "Ada"}


@pytest.mark.parametrize(
    ("stored", "seen"), [("A\u202eda", "Ada"), ("\u2066Ward 3\u200b", "Ward 3"), ("\u202e", None)]
)
def test_a_name_stored_before_names_were_cleaned_is_shown_as_it_is_seen(
    world: ViewedWorld, monkeypatch: pytest.MonkeyPatch, stored: str, seen: str | None
) -> None:
    """One of which nothing is seen is called by the beginning of its id."""
    monkeypatch.setattr("kb.people.service.checked_profile", lambda profile: profile)
    monkeypatch.setattr(fields, "group_name", lambda name, _="": name)

    ada, group = world.joined(name=stored).member or "", world.group(stored)

    directory = world.directory()
    assert directory.member(ada).name == (seen or ada[:8])
    assert directory.names([ada]) == {ada: seen or ada[:8]}
    assert [each.name for each in directory.groups()] == [seen or group[:8]]


def test_a_group_that_moves_takes_its_members_along(world: ViewedWorld) -> None:
    region, ward = world.group("Region"), world.group("Ward 3")
    member = world.joined(groups=(ward,)).member or ""

    world.people().change_group(ward, parent=region)

    assert f"group:{region}" in world.principal(member).labels


def test_nobody_asks_as_a_member_before_they_have_joined(world: ViewedWorld) -> None:
    invited = world.invited()

    for member in (invited, "11111111-1111-4111-8111-111111111111", "", "local"):
        with pytest.raises(NotFound):
            world.principal(member)


def test_someone_not_known_sees_the_world_once_it_is_open(world: ViewedWorld) -> None:
    assert world.directory().anonymous() == anonymous(world=False)
    world.people().open_to_world(True)
    assert world.directory().anonymous() == anonymous(world=True)


def test_nothing_is_open_while_there_are_no_views(tmp_path: Path) -> None:
    reader = ViewReader(tmp_path / "none.sqlite", VIEWS, lambda _: 0)
    directory = Directory(reader, operator())

    assert not directory.open_to_world()
    with pytest.raises(NotYetSearchable):
        directory.members()
    reader.close()


def test_members_are_called_as_they_wish_and_others_by_what_they_are(world: ViewedWorld) -> None:
    ada, invited = world.joined(name="Ada").member or "", world.invited()
    gone, erased = world.joined(name="Bea").member or "", world.joined(name="Cleo").member or ""
    world.people().leave(gone)
    world.people().erase(erased)
    names = world.directory().names([ada, invited, gone, erased, "nobody", OPERATOR])

    members = {ada: "Ada", invited: "an invited person", gone: "Bea", erased: FORMER}
    assert names == {**members, OPERATOR: OPERATOR_NAME}
    assert world.directory().member(erased).name == FORMER
    assert [m.name for m in world.directory().members()] == ["an invited person", "Ada"]


def test_nobody_but_members_is_told_who_is_here(world: ViewedWorld) -> None:
    ada = world.joined().member or ""

    for principal in (anonymous(world=True), world.joined("reporter")):
        directory = world.directory(principal)
        assert directory.names([ada, OPERATOR]) == {OPERATOR: OPERATOR_NAME}
        for question in (
            directory.members,
            directory.groups,
            lambda directory=directory: directory.member(ada),
            lambda directory=directory: directory.group("Ward 3"),
            lambda directory=directory: directory.changes(ada),
        ):
            with pytest.raises(Forbidden):
                question()


def test_a_member_is_found_by_the_beginning_of_the_id(world: ViewedWorld) -> None:
    ada = world.joined().member or ""
    world.joined()

    assert world.directory().member(ada[:8]).id == ada
    for unknown in (ada[:5], "______", "%%%%%%", "000000", "x" * 40):
        with pytest.raises(NotFound):
            world.directory().member(unknown)


def test_one_who_never_joined_is_there_for_stewards_alone(world: ViewedWorld) -> None:
    ids = [UUID(f"aaaaaaaa-0000-4000-8000-00000000000{number}") for number in range(3)]
    ada, waiting, gone = (str(each) for each in ids)
    places = People(world.writer, iter(ids).__next__)
    for _ in ids:
        places.invite()
    world.take(ada)
    world.people().leave(gone)
    steward = world.joined("member", "steward")
    for principal in (world.principal(ada), world.joined("member", "curator")):
        directory = world.directory(principal)
        assert waiting not in [each.id for each in directory.members()]
        # Nor does a beginning that is theirs as well tell of them.
        assert directory.member("aaaaaaaa").id == ada
        for hidden in (waiting, gone):
            with pytest.raises(NotFound, match="There is no member"):
                directory.member(hidden)
    for principal in (steward, access.operator()):
        directory = world.directory(principal)
        assert waiting in [each.id for each in directory.members()]
        assert [directory.member(each).standing for each in (waiting, gone)] == ["invited", "left"]


def test_several_members_meant_by_one_beginning_are_told_apart(world: ViewedWorld) -> None:
    ids = [UUID(f"aaaaaaaa-0000-4000-8000-00000000000{number}") for number in range(2)]
    places = People(world.writer, iter(ids).__next__)
    for _ in ids:
        places.invite()

    with pytest.raises(InvalidInput, match="more of the id"):
        world.directory().member("aaaaaaaa")
    assert world.directory().member(str(ids[1])).id == str(ids[1])


def test_a_group_is_found_by_name_or_id(world: ViewedWorld) -> None:
    ward = world.group("Ward 3")
    world.people().change_group(ward, name="Ward Three")

    for text in ("Ward three", "ward 3", ward):
        assert world.directory().group(text).id == ward
    with pytest.raises(NotFound, match="form it first"):
        world.directory().group("Ward 4")


def test_two_groups_of_one_name_are_told_apart_by_their_ids(world: ViewedWorld) -> None:
    first = world.group("Ward 3")
    world.people().change_group(first, name="Night")
    # As where two stewards name them in the same moment: neither sees the other's.
    second = People(world.writer, new_id).form_group("Night").id

    with pytest.raises(InvalidInput, match="give the id"):
        world.directory().group("night")
    assert [world.directory().group(each).id for each in (first, second)] == [first, second]


def test_stewards_see_who_changed_what_and_members_what_is_about_them(world: ViewedWorld) -> None:
    steward = world.joined("member", "steward")
    ward = world.group("Ward 3")
    ada, bea = world.joined(groups=(ward,)), world.joined()
    by_steward = world.people(steward)
    by_steward.change_roles(ada.member or "", ["member", "curator"])
    by_steward.change_roles(ada.member or "", ["member"])
    by_steward.leave_group(ward, ada.member)
    by_steward.open_to_world(True)
    by_steward.close_group(ward)

    about_ada = world.directory(ada).changes(ada.member or "")

    assert [change.detail for change in about_ada] == [
        "Invited as member, in “Ward 3”.",
        "Joined.",
        "Became curator.",
        "Is no longer curator.",
        "Left the group “Ward 3”.",
    ]
    assert {change.actor for change in about_ada[2:]} == {steward.member}
    everything = world.directory(steward).changes()
    assert "Open to the world: yes." in [change.detail for change in everything]
    assert everything[-1].subject == ward
    for question in ("", bea.member or ""):
        with pytest.raises(Forbidden):
            world.directory(ada).changes(question)


def test_a_change_of_an_entry_is_told_to_stewards_who_see_it(world: ViewedWorld) -> None:
    ward = world.group("Ward 3")
    nurse, outside = (world.joined("member", "steward", groups=each) for each in ((ward,), ()))
    entries = world.entries_of(nurse)
    entry_id = entries.contribute(some_draft()).id
    entries.show(entry_id, Visibility("groups", (ward,)))

    told = [c for c in world.directory(nurse).changes() if c.entry_id]

    assert [(c.entry_id, c.detail) for c in told] == [(entry_id, "Showed an entry to “Ward 3”.")]
    assert not [c for c in world.directory(outside).changes() if c.entry_id]


def test_an_author_is_told_who_changed_who_sees_an_entry_of_theirs_or_erased_it(
    world: ViewedWorld,
) -> None:
    steward = world.joined("member", "curator", "steward")
    ada, bea = world.joined(), world.joined()
    kept, gone = (world.entries_of(ada).contribute(some_draft()).id for _ in range(2))
    world.entries_of(steward).show(kept, Visibility("author"))
    world.entries_of(steward).erase(gone)
    expected = [
        (steward.member, kept, "Showed an entry to its author."),
        (steward.member, None, "An entry of yours was erased."),
    ]

    def told(principal: Principal, subject: str | None) -> list[tuple[str, str | None, str]]:
        """All but how they came in."""
        changes = world.directory(principal).changes(subject or "")
        known = ("Invited", "Joined", "Became", "Is no longer")
        return [(c.actor, c.entry_id, c.detail) for c in changes if not c.detail.startswith(known)]

    assert told(ada, ada.member) == expected
    assert told(bea, bea.member) == told(steward, steward.member) == []
    assert told(steward, ada.member) == []
    assert told(steward, None) == [(steward.member, None, "An entry was erased.")]
    world.people().change_roles(ada.member or "", ["reporter"])
    assert told(world.principal(ada.member or ""), ada.member) == expected


def test_an_erased_member_is_told_of_without_a_name(world: ViewedWorld) -> None:
    gone = world.joined(name="Ada").member or ""
    world.people().erase(gone, entries="erased")

    details = [change.detail for change in world.directory().changes(gone)]

    assert details[-1] == "Erased; their entries were erased."
    assert not any("Ada" in detail for detail in details)
    with pytest.raises(NotFound):
        world.principal(gone)

"""The rules of access are those of the page about them, and hang together."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from indexer.stored.generation import SCHEMA_VERSION
from kb import access
from kb.access import SCOPES, SIGHTS, Action, Principal, Role, Scope, Visibility, Who
from kb.areas import ACTIONS, VIEWS
from kb.entries.actions import CURATE
from kb.entries.bring import ImportedEntry
from kb.errors import Forbidden, InvalidInput
from kb.importers.sight import changes
from kb.noted_reads import NotedReads
from kb.writer import Receipt
from tests.access_tables import SEEN, table
from tests.allowed import MAY, SCOPED
from tests.worlds.log import ABSENT, World, command, some_draft

AUTHOR = access.of_member("author", ["member"], [])
INSIDE = access.of_member("inside", ["member"], ["team", "department"])
ASKERS = {
    "anybody, if open to the world": access.anonymous(world=True),
    "member": access.of_member("outside", ["member"], ["other"]),
    "member of the group": INSIDE,
    "author": AUTHOR,
    "operator": access.operator(),
}
COLUMNS: dict[str, Who] = {
    "anybody": "anybody",
    "member": "member",
    "its author": "author",
    "curator": "curator",
    "steward": "steward",
    "reporter": "reporter",
}

roles = st.frozensets(st.sampled_from(access.ROLES))


def shown_to(sight: str) -> Visibility:
    return access.checked(Visibility(sight, ("department",) if sight == "groups" else ()))  # type: ignore[arg-type]  # as read


@pytest.mark.parametrize("row", table(SEEN), ids=lambda row: str(row["shown to"]))
def test_an_entry_is_seen_by_those_that_the_page_names(row: dict[str, str]) -> None:
    labels = access.audience(shown_to(row["shown to"].strip("`")), "author")
    found = {
        name: "seen" if labels & principal.labels else "hidden"
        for name, principal in ASKERS.items()
    }
    assert found == {name: row[name] for name in ASKERS}


STORED = {
    "world": {"operator", "world"},
    "members": {"operator", "members"},
    "groups": {"operator", "member:author", "group:department"},
    "author": {"operator", "member:author"},
    "draft": {"operator", "member:author"},
}
KEPT_BY = {"catalogue": 4, "audit": 4, "index": 7}
"""What keeps the labels of `STORED`, with the version that they are of."""


def test_labels_that_are_kept_change_together_with_what_keeps_them() -> None:
    """Rows written by the old rule would stay: change both tables, counting up all of `KEPT_BY`."""
    now = {view.name: view.version for view in VIEWS if view.name in KEPT_BY}
    assert now | {"index": SCHEMA_VERSION} == KEPT_BY
    assert {sight: access.audience(shown_to(sight), "author") for sight in SIGHTS} == STORED


def test_the_page_names_every_sight() -> None:
    assert [row["shown to"].strip("`") for row in table(SEEN)] == list(SIGHTS)


def test_every_action_is_among_those_of_which_it_is_said_who_may() -> None:
    assert sorted(ACTIONS) == sorted(MAY)


def test_each_scope_of_a_token_is_good_for_what_is_meant_and_no_more() -> None:
    found = {name: {n for n, each in ACTIONS.items() if each.scope == name} for name in SCOPES}
    assert found == {name: {*actions} for name, actions in SCOPED.items()}


@pytest.mark.parametrize("action", MAY)
def test_each_role_may_do_what_is_meant_and_no_more(action: str) -> None:
    for column, who in COLUMNS.items():
        own: list[Role] = ["member"] if who == "author" else []
        given_roles = [who] if who in access.ROLES else own
        principal = Principal("me" if given_roles else None, frozenset(given_roles), frozenset())
        author = "me" if who == "author" else "somebody"
        assert access.may(principal, ACTIONS[action], author) == (column in MAY[action]), column


@given(st.sampled_from(list(ACTIONS.values())), st.booleans())
def test_the_operator_may_do_everything(action: Action, author: bool) -> None:
    access.require(access.operator(), action, "somebody" if author else None)


@given(roles, roles, st.sampled_from(list(ACTIONS.values())), st.booleans())
def test_more_roles_never_allow_less(
    some: frozenset[Role], more: frozenset[Role], action: Action, author: bool
) -> None:
    name = "me" if author else "other"
    few, many = (Principal("me", each, frozenset()) for each in (some, some | more))
    assert access.may(few, action, name) <= access.may(many, action, name)


def test_a_community_that_is_closed_shows_nothing_to_strangers() -> None:
    nobody = access.anonymous(world=False)
    assert not any(access.audience(shown_to(sight), "author") & nobody.labels for sight in SIGHTS)


@given(st.frozensets(st.sampled_from(["curator", "steward", "reporter"])))
def test_without_being_a_member_no_role_shows_an_entry(given_roles: frozenset[Role]) -> None:
    principal = access.of_member("me", given_roles, ["team"])
    assert not principal.labels


def test_a_reporter_counts_what_all_members_see_and_nothing_else() -> None:
    reporter = access.of_member("me", ["reporter"], [])
    counted = [s for s in SIGHTS if access.audience(shown_to(s), "x") & reporter.reported]
    assert counted == ["world", "members"]


def test_nothing_can_be_shown_to_the_world_while_the_community_is_closed() -> None:
    world = World()
    entry, before = world.practice(), len(world.recorded())
    draft = structs.replace(some_draft(), visibility=shown_to("world"))
    chosen: list[Callable[[], Receipt]] = [
        lambda: world.entries.show(entry, shown_to("world")),
        lambda: world.entries.contribute(draft),
    ]
    for choose in chosen:
        with pytest.raises(InvalidInput, match=r"closed to the world.*ask a steward") as refused:
            choose()
        assert refused.value.field == "visibility"
    assert len(world.recorded()) == before
    world.open_to_world()
    world.entries.show(entry, shown_to("world"))
    shown = world.entries.contribute(draft, command_id=command(1))
    world.open_to_world(False)
    # What stands as it is wished is no wish to widen it, nor is a command that is sent again.
    assert world.entries.show(entry, shown_to("world")).version == 2
    assert world.entries.contribute(draft, command_id=command(1)) == shown


def test_an_import_shows_to_members_what_the_world_cannot_see_yet() -> None:
    world, draft = World(), structs.replace(some_draft(), visibility=shown_to("world"))
    imported = ImportedEntry(id=ABSENT, draft=draft, shown=draft.visibility)
    brought = world.entries.bring(imported)
    assert brought.shown == world.entry(ABSENT).visibility == shown_to("members")
    assert [*changes(imported.shown, brought, {})] == [
        "Who sees it: it is shown to members, and not to world: the community is closed to the "
        "world"
    ]
    world.open_to_world()
    assert world.entries.bring(imported).shown == shown_to("members")
    world.entries.show(ABSENT, shown_to("world"))
    world.open_to_world(False)
    # Nor does it take away what the world saw before.
    assert world.entries.bring(imported).shown == shown_to("world")


def test_nothing_is_shown_to_the_world_that_the_community_closes_to_in_the_same_moment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = World()
    world.open_to_world()
    entry = world.practice()
    world.entries.show(entry, shown_to("world"))

    def hidden() -> None:
        world.entries.show(entry, shown_to("members"))
        world.open_to_world(False)

    before(monkeypatch, "noting", hidden)
    with pytest.raises(InvalidInput, match="closed to the world"):
        world.entries.show(entry, shown_to("world"))
    assert world.entry(entry).visibility == shown_to("members")


def test_an_import_shows_nothing_to_the_world_that_the_community_closes_to_in_the_same_moment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world, draft = World(), structs.replace(some_draft(), visibility=shown_to("world"))
    world.open_to_world()
    before(monkeypatch, "append", lambda: world.open_to_world(False))
    brought = world.entries.bring(ImportedEntry(id=ABSENT, draft=draft, shown=draft.visibility))
    assert brought.shown == world.entry(ABSENT).visibility == shown_to("members")


def before(monkeypatch: pytest.MonkeyPatch, step: str, happens: Callable[[], object]) -> None:
    """Let something happen just before a command's next `step` in the log, once."""
    usual: Callable[..., Any] = getattr(NotedReads, step)

    def late(*given: object) -> Any:
        monkeypatch.setattr(NotedReads, step, usual)
        happens()
        return usual(*given)

    monkeypatch.setattr(NotedReads, step, late)


def test_one_who_may_not_is_told_who_may() -> None:
    with pytest.raises(Forbidden, match="Only its author or curators may tag, relate"):
        access.require(access.of_member("me", ["member"], []), CURATE, "other")


@pytest.mark.parametrize(
    "visibility",
    [Visibility("groups"), Visibility("members", ("team",)), Visibility("all")],  # type: ignore[arg-type]  # nonsense
)
def test_a_visibility_that_cannot_be_is_refused(visibility: Visibility) -> None:
    with pytest.raises(InvalidInput):
        access.checked(visibility)


def test_groups_are_kept_once_and_in_order() -> None:
    assert access.checked(Visibility("groups", ("b", "a", "b"))).groups == ("a", "b")


def test_every_table_says_who_sees_its_rows() -> None:
    for view in VIEWS:
        assert {table.name for table in view.tables} == set(view.seen)


@pytest.mark.parametrize(
    "principal", [access.operator(), AUTHOR, INSIDE, access.anonymous(world=True)]
)
def test_of_what_may_be_seen_a_token_that_is_not_good_for_reading_shows_nothing(
    principal: Principal,
) -> None:
    def by_token(*scopes: Scope) -> Principal:
        return structs.replace(principal, scopes=frozenset(scopes))

    assert principal.readable == by_token("search", "curate").readable == principal.labels
    others = [scope for scope in SCOPES if scope != "search"]
    assert by_token().readable == by_token(*others).readable == frozenset()
    assert by_token(*others).labels == principal.labels, (
        "what they may change is found all the same"
    )


def test_an_entry_is_shown_to_so_many_groups() -> None:
    groups = tuple(f"group-{number:03}" for number in range(access.MOST_GROUPS + 1))
    assert access.checked(Visibility("groups", groups[1:])).groups == groups[1:]
    with pytest.raises(InvalidInput, match=r"at most 100 groups; these are 101: form one"):
        access.checked(Visibility("groups", groups))

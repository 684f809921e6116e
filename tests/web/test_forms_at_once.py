"""Two forms read before either is sent, and sent before the views have taken in the first.

Each changes what was ticked or changed in it and nothing else, as the log has it: what the views
say of the moment before is undone by neither.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext

import pytest

from kb import KnowledgeBase
from kb.access import Visibility
from kb.people.member import Profile
from tests.web.test_stale_tabs import shown
from tests.worlds.web import Browsers, Client, Community

Fields = dict[str, str]


@contextmanager
def views_held(base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep the views as they are, as another program does that has their file locked."""
    monkeypatch.setattr("kb.views.file.BUSY_SECONDS", 0.0)
    monkeypatch.setattr("kb.projections.worker.SETTLE_SECONDS", 0.0)
    base.parts.views.close()  # to be opened with the patience from above
    with closing(sqlite3.connect(base.settings.data / "views.sqlite")) as other:
        other.isolation_level = None
        other.execute("BEGIN IMMEDIATE")
        yield
    base.catch_up()


@pytest.fixture
def sent(
    community: Community, browser: Browsers, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., list[int]]:
    """What each of these answers, sent in order: who, the page, its form, and what changes it."""
    clients: dict[str, Client] = {}

    def send(
        *forms: tuple[str, str, str, Callable[[Fields], Fields]], held: bool = True
    ) -> list[int]:
        ready = []
        for name, path, what, changed in forms:
            client = clients.setdefault(name, browser(name))
            action = f"{path}/{what}" if what else path
            ready.append((client, action, changed(shown(client, path, what))))
        # Who gives a group a name waits for the views, to see which names there are.
        with views_held(community.base, monkeypatch) if held else nullcontext():
            return [client.post(action, data=form).status_code for client, action, form in ready]

    return send


def but(*gone: str, **more: str) -> Callable[[Fields], Fields]:
    """The form as it was shown, without the ticks `gone` and with `more` typed or ticked."""
    return lambda form: {name: value for name, value in form.items() if name not in gone} | more


def test_a_role_just_taken_is_not_given_back_by_a_form_that_did_not_touch_it(
    community: Community, sent: Callable[..., list[int]]
) -> None:
    stella, cleo = community.ids["Stella"], f"/people/{community.ids['Cleo']}"
    community.join("Zoe", ("member", "steward"))
    taken = "Stella", cleo, "roles", but("role-curator")
    given = "Zoe", cleo, "roles", but(**{"role-reporter": "1"})
    assert sent(taken, given) == [303, 303]
    member = community.base.session.directory.member
    assert set(member(community.ids["Cleo"]).roles) == {"member", "reporter"}
    path = f"/people/{stella}"
    lost = "Zoe", path, "roles", but("role-steward")
    assert sent(lost, ("Zoe", path, "roles", but(**{"role-curator": "1"}))) == [303, 303]
    assert set(member(stella).roles) == {"member", "curator"}


def test_what_two_forms_leave_of_the_roles_of_a_member_can_be_or_the_later_is_refused(
    community: Community, sent: Callable[..., list[int]]
) -> None:
    path = f"/people/{community.ids['Mara']}"
    reporting = "Stella", path, "roles", but("role-member", **{"role-reporter": "1"})
    curating = "Stella", path, "roles", but(**{"role-curator": "1"})
    assert sent(reporting, curating, held=False) == [303, 400]
    found = community.base.session.directory.member(community.ids["Mara"])
    assert found.roles == ("reporter",)


def test_a_group_just_left_is_not_joined_again_and_one_just_joined_not_left(
    community: Community, sent: Callable[..., list[int]]
) -> None:
    people, mara = community.acting("Stella").people, community.ids["Mara"]
    day, night = (people.form_group(name).id for name in ("Day", "Night"))
    people.join_group(day, mara)
    path = f"/people/{mara}"
    left = "Stella", path, "groups", but(f"group-{day}")
    joined = "Stella", path, "groups", but(**{f"group-{night}": "1"})
    assert sent(left, joined, joined, held=False) == [303, 303, 303]
    assert community.base.session.directory.member(mara).groups == (night,)


def test_of_a_form_of_groups_with_one_that_is_closed_by_now_nothing_is_done(
    community: Community, sent: Callable[..., list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    people, mara = community.acting("Stella").people, community.ids["Mara"]
    groups = sorted(people.form_group(name).id for name in ("Day", "Night"))
    both = but(**{f"group-{group}": "1" for group in groups})
    closed = "Stella", f"/groups/{groups[1]}", "close", but()
    assert sent(closed, ("Stella", f"/people/{mara}", "groups", both)) == [303, 409]
    assert community.base.session.directory.member(mara).groups == ()


def test_a_choice_of_who_sees_an_entry_is_refused_where_it_was_just_narrowed(
    community: Community, sent: Callable[..., list[int]]
) -> None:
    people = community.acting("Stella").people
    day, night = (people.form_group(name).id for name in ("Day", "Night"))
    for name in ("Mara", "Cleo"):
        people.join_group(day, community.ids[name])
    entry = community.contribute("Mara", visibility=Visibility("groups", (day, night)))
    path = f"/entries/{entry}"
    narrowed = "Mara", path, "show", but(f"seen-by-{night}")
    widened = "Cleo", path, "show", but(f"seen-by-{day}", f"seen-by-{night}", sight="members")
    assert sent(narrowed, widened) == [303, 503]
    assert community.acting("Mara").catalogue.get(entry).visibility == Visibility("groups", (day,))


def test_a_closed_group_stays_closed_whatever_else_is_changed_of_it(
    community: Community, sent: Callable[..., list[int]]
) -> None:
    path = f"/groups/{community.acting('Stella').people.form_group('Day').id}"
    closing_it = "Stella", path, "close", but()
    renamed = "Stella", path, "change", but(name="Audit")
    as_it_was = "Stella", path, "change", but()
    opened = "Stella", path, "change", but(open="1")
    assert sent(closing_it, renamed, as_it_was, opened, held=False) == [303, 303, 303, 409]
    found = community.base.session.directory.group(path.rpartition("/")[2])
    assert (found.name, found.closed, found.open) == ("Audit", True, False)
    before = community.base.head()
    assert sent(as_it_was) == [303]
    assert community.base.head() == before
    assert sent(("Stella", path, "change", but("closed"))) == [303]
    assert not community.base.session.directory.group(found.id).closed


def test_what_two_tell_of_a_reuse_in_the_same_moment_both_stands(
    community: Community, sent: Callable[..., list[int]]
) -> None:
    mara, entry = community.acting("Mara"), community.contribute("Mara")
    reuse = mara.reuses.record(entry, group="Ward 3", context="Nights.", outcome="adopted").id
    mara.reuses.update_outcome(reuse, "adopted", "Well.")
    path, link = f"/reuses/{reuse}", "https://example.org/counts"
    told = "Mara", path, "", but(outcome="tried-and-stopped", note="One fell.")
    shown_by = "Cleo", path, "", but(evidence=link)
    for forms in ((told, shown_by), (shown_by, told)):
        assert sent(*forms) == [303, 303]
        now = mara.catalogue.reuse(reuse)
        assert (now.outcome, now.note, now.evidence) == ("tried-and-stopped", "One fell.", link)
        mara.reuses.update_outcome(reuse, "adopted", "Well.", evidence=None)


def test_what_one_tells_of_oneself_in_two_tabs_both_stands(
    community: Community, sent: Callable[..., list[int]]
) -> None:
    community.acting("Mara").people.change_profile(Profile(name="Mara", address="Lane 3"))
    page = "Mara", "/account", "profile"
    assert sent((*page, but(address="")), (*page, but(pronouns="she"))) == [303, 303]
    profile = community.base.session.directory.member(community.ids["Mara"]).profile
    assert profile == Profile(name="Mara", pronouns="she")

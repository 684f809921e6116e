"""While another program keeps the views locked, what was written is acknowledged, not refused."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest

from kb import KnowledgeBase
from kb.access import Visibility
from kb.people.credentials import Credentials
from tests.web.visits import FORM, NOWHERE, PRACTICE, Client, Contribute, page, posted
from tests.worlds.web import ROLES, Browsers, Community, send

KEPT = {"entries": "kept", "sure": "1"}
SHORTLY = "Saved, and it will be found shortly"
LATER = "Saved, and it will be shown shortly: pages do not show it yet."
HIDDEN = "Something was just hidden, or taken from people. That is recorded"
NOT_SAVED = "This change is not recorded"
RECORDED = "The erasure is recorded, and nobody can undo it."


@contextmanager
def locked_views(base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Another program writes to the views, for which nobody waits long."""
    monkeypatch.setattr("kb.views.file.BUSY_SECONDS", 0.0)
    monkeypatch.setattr("kb.projections.background.RETRY_SECONDS", 0.01)
    monkeypatch.setattr("kb.projections.worker.PATIENCE_SECONDS", 0.0)
    monkeypatch.setattr("kb.projections.worker.SETTLE_SECONDS", 0.0)
    base.parts.views.close()  # to be opened with the patience from above
    with closing(sqlite3.connect(base.settings.data / "views.sqlite")) as other:
        other.isolation_level = None
        other.execute("BEGIN IMMEDIATE")
        yield


def test_one_who_writes_while_the_views_are_locked_is_not_asked_to_send_it_again(
    base: KnowledgeBase, client: Client, contribute: Contribute, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = contribute()
    with locked_views(base, monkeypatch):
        written = posted(client, "/entries/new", FORM)
        assert SHORTLY in page(client, written.headers["location"])
        endorsed = posted(client, f"/entries/{entry}/endorse", {"reason": "It works here."})
        assert SHORTLY in page(client, endorsed.headers["location"])
        sent = client.post("/api/entries", json=PRACTICE)
        assert (sent.status_code, sent.json()["searchable"]) == (201, False)
        sent = client.put(f"/api/entries/{entry}/endorsement", json={"reason": "Again."})
        assert (sent.status_code, sent.json()["searchable"]) == (200, False)
        assert base.session.catalogue.browse().total == 1
    base.wait(base.head())
    assert base.session.catalogue.browse().total == 3
    assert base.session.catalogue.get(entry).endorsements == 1


@pytest.mark.parametrize("of", ["entry", "member", "oneself"])
def test_one_who_erases_while_the_views_are_locked_is_not_told_that_nothing_was_saved(
    community: Community, browser: Browsers, monkeypatch: pytest.MonkeyPatch, of: str
) -> None:
    base, entry = community.base, community.contribute("Cleo")
    mara, rita = browser("Mara"), community.ids["Rita"]
    who, path, status = {
        "entry": (browser("Cleo"), f"/entries/{entry}/erase", 303),
        "member": (browser("Stella"), f"/people/{rita}/erase", 303),
        "oneself": (mara, "/account/erase", 200),
    }[of]
    with locked_views(base, monkeypatch):
        told = send(who, path, {"sure": "1"} if of == "entry" else KEPT, status).text
        told += browser("Cleo").get("/").text
        assert HIDDEN in told
        assert "Nothing was saved" not in told
        assert "It is done" not in told
    with pytest.MonkeyPatch.context() as patience:
        patience.setattr("kb.projections.worker.PATIENCE_SECONDS", 60.0)
        if of == "entry":
            base.session.erasure.entry(entry)
        else:
            base.session.erasure.member(rita if of == "member" else community.ids["Mara"])
    assert browser("Stella").get(f"/entries/{entry}").status_code == (404 if of == "entry" else 200)


def test_what_stewards_change_while_the_views_are_locked_is_said_to_be_shown_shortly(
    community: Community, browser: Browsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    base, stella = community.base, browser("Stella")
    ward = base.session.people.form_group("Ward", open=True).id
    mara = community.ids["Mara"]
    for path, form in (
        ("/groups", {"name": "Night"}),
        (f"/groups/{ward}/join", {}),
        (f"/groups/{ward}/close", {}),
        (f"/people/{mara}/roles", {"role-curator": "on"}),
        ("/community/world", {"allowed": "yes"}),
        ("/account/profile", {"name": "Stella B", "name_before": "Stella"}),
        (f"/people/{mara}/remove", {}),
    ):
        with locked_views(base, monkeypatch):
            answer = send(stella, path, form)
            assert answer.headers["location"].endswith("?done=not-shown"), path
            shown = stella.get(answer.headers["location"]).text
            assert LATER in shown or HIDDEN in shown, path
        base.wait(base.head())
        assert stella.get(answer.headers["location"]).status_code == 200, path
    with locked_views(base, monkeypatch):
        invited = send(stella, "/people/invite", {"role-member": "on"})
        assert "make one on its page" in page(stella, invited.headers["location"])


def test_one_whose_entry_is_not_shown_yet_is_not_told_that_there_is_none(
    community: Community, browser: Browsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    base, client = community.base, browser()
    tokens = {who: community.token(who, "search", "contribute", "curate") for who in ROLES}
    with locked_views(base, monkeypatch):
        sent = client.post("/api/entries", json=PRACTICE, headers=tokens["Mara"])
        assert sent.status_code == 201
        # Alike, so that nobody learns which there are.
        for entry in (sent.json()["id"], NOWHERE):
            path, body = f"/api/entries/{entry}/visibility", {"sight": "author"}
            for who in ("Mara", "Cleo"):
                refused = client.put(path, json=body, headers=tokens[who])
                assert (refused.status_code, refused.json()["code"]) == (503, "not-recorded")
    base.wait(base.head())
    path = f"/api/entries/{sent.json()['id']}/visibility"
    assert client.put(path, json={"sight": "author"}, headers=tokens["Mara"]).status_code == 200
    path = f"/api/entries/{NOWHERE}/visibility"
    assert client.put(path, json={"sight": "author"}, headers=tokens["Mara"]).status_code == 404


def test_one_whose_change_is_refused_for_what_others_hid_is_told_that_it_is_not_saved(
    community: Community, browser: Browsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    base, entry, other = community.base, community.contribute("Cleo"), community.contribute("Mara")
    ward = base.session.people.form_group("Ward").id
    mara, token = community.ids["Mara"], community.token("Mara", "contribute")
    base.session.people.change_groups(mara, (ward,))
    cleo, stella = browser("Cleo"), browser("Stella")
    with locked_views(base, monkeypatch):
        community.acting("Cleo").entries.show(entry, Visibility("author"))
        before = base.head()
        sight = {"sight": "author"}
        sent = browser().put(f"/api/entries/{other}/visibility", json=sight, headers=token)
        assert (sent.status_code, sent.json()["code"]) == (503, "not-recorded")
        for path, form in (
            (f"/people/{mara}/groups", {f"shown-group-{ward}": "1"}),
            (f"/people/{mara}/link", {}),
            (f"/people/{mara}/remove", {}),
            ("/people/invite", {"role-member": "on", "group": "Ward"}),
            ("/people/invite", {}),
        ):
            told = send(stella, path, form, 503).text
            assert NOT_SAVED in told, path
            assert HIDDEN not in told, path
            assert "Send it again" in told, path
        assert base.head() == before
        assert HIDDEN in cleo.get("/").text
    base.wait(before)


def test_what_is_shown_once_is_shown_also_where_its_page_cannot_be_read_by_then(
    community: Community, browser: Browsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody hides something in the moment in which it was made."""
    base, cleo, stella = community.base, browser("Cleo"), browser("Stella")
    make_token, make_link = Credentials.make_token, Credentials.make_link

    def hide(then: Callable[..., object]) -> Callable[..., object]:
        entry = community.contribute("Mara")

        def made(*given: object) -> object:
            done = then(*given)
            community.acting("Mara").entries.show(entry, Visibility("author"))
            return done

        return made

    monkeypatch.setattr(Credentials, "make_token", hide(make_token))
    token = {"scope-search": "on", "token_name": "Mine", "days": "90"}
    with locked_views(base, monkeypatch):
        told = send(cleo, "/account/tokens", token, 200).text
        assert "Your new token “Mine”" in told
        assert HIDDEN in cleo.get("/account").text
        [secret] = re.findall(r"<code[^>]*>(.+?)</code>", told)
        assert base.accounts.tokens.check(secret)
    base.wait(base.head())
    monkeypatch.setattr(Credentials, "make_link", hide(make_link))
    with locked_views(base, monkeypatch):
        told = send(stella, f"/people/{community.ids['Mara']}/link", {}, 200).text
        assert "it signs them in" in told
        assert "/enter/" in told
        assert HIDDEN in stella.get("/people").text
    base.wait(base.head())


def test_no_page_tells_of_an_entry_that_was_hidden_while_the_views_are_locked(
    community: Community, browser: Browsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    base, cleo = community.base, browser("Cleo")
    entry = community.contribute("Mara", tags=("zebra",), group="Zebra Ward")
    token = community.token("Cleo", "search")
    with locked_views(base, monkeypatch):
        community.acting("Mara").entries.show(entry, Visibility("author"))
        for path in ("/api/entries", "/api/names?of=tag", f"/api/entries/{entry}"):
            answer = browser().get(path, headers=token)
            assert (answer.status_code, "try again" in answer.text) == (503, True), path
        for path in ("/", "/entries", "/search", "/reuse", f"/entries/{entry}"):
            answer = cleo.get(path)
            assert (answer.status_code, HIDDEN in answer.text) == (503, True), path
            assert "zebra" not in answer.text.lower(), path
        assert "zebra" not in cleo.get("/entries/new").text.lower()
    base.wait(base.head())
    assert entry not in page(cleo, "/entries")

"""All that is wrong in a form is told at once, and each mistake stands at its field."""

import re
from html.parser import HTMLParser

from msgspec import Struct

from tests.web.visits import FORM, REVISED
from tests.worlds.base import PASSWORD
from tests.worlds.web import Browsers, Community, send

NOT_TEXT = "null\x00byte"
TYPED = ("text", "date", "password", "search")


class Field(Struct, frozen=True):
    """A field that is typed into: its name, the ids of what describes it, and what it holds."""

    name: str
    described: tuple[str, ...] = ()
    value: str = ""


class Form(Struct):
    """A form on a page: where it is sent, and what a browser would send."""

    action: str
    fields: list[Field] = []
    values: dict[str, str] = {}


class Forms(HTMLParser):
    """The forms of a page that are posted, and the ids of what tells mistakes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.errors: set[str] = set()
        self._form: Form | None = None
        self._select = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: text or "" for name, text in attrs}
        name, value = given.get("name", ""), given.get("value", "")
        if given.get("id", "").endswith("-error"):
            self.errors.add(given["id"])
        if tag == "form":
            self._form = Form(given["action"]) if given.get("method") == "post" else None
            self.forms += [self._form] if self._form else []
        form = self._form
        if form is None:
            return
        if tag == "textarea" or (tag == "input" and given.get("type", "text") in TYPED):
            described = tuple(given.get("aria-describedby", "").split())
            form.fields.append(Field(name, described, value))
        if tag == "input" and name and (given.get("type") != "checkbox" or "checked" in given):
            form.values[name] = value
        if tag == "select":
            self._select = name
        if (
            tag == "option"
            and self._select
            and ("selected" in given or self._select not in form.values)
        ):
            form.values[self._select] = value

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None

    def sent(self, action: str) -> dict[str, str]:
        """What a browser would send to `action`."""
        return next(form.values for form in self.forms if form.action == action)

    def of(self, action: str, name: str) -> Field:
        """The field of that name in the form that is sent to `action`, empty if it is not there."""
        fields = (field for form in self.forms if form.action == action for field in form.fields)
        return next((field for field in fields if field.name == name), Field(name))


def pages(community: Community) -> tuple[tuple[str, str], ...]:
    """Who looks at which page: together they show every form that is typed into."""
    acting = community.acting("Cleo")
    entry = community.contribute("Cleo", tags=tuple(f"tag-{n}" for n in range(21)))
    reused = acting.reuses.record(entry, group="Ward", context="Nights", outcome="adopted").id
    group = community.base.session.people.form_group("Ward").id
    return (
        ("Cleo", "/entries/new?kind=practice"),
        ("Cleo", f"/entries/{entry}"),
        ("Cleo", f"/entries/{entry}/revise"),
        ("Cleo", f"/reuses/{reused}"),
        ("Stella", "/groups"),
        ("Stella", f"/groups/{group}"),
        ("Stella", "/people"),
        ("Cleo", "/account"),
        ("", f"/join/{invitation(community)}"),
    )


def invitation(community: Community) -> str:
    from kb.one_time_links import one_time_link

    invited = community.base.session.people.invite(("member",)).id
    return one_time_link(
        community.base.session, community.base.settings, "invitation", invited
    ).link.rpartition("/")[2]


def test_each_field_of_every_form_has_a_place_for_what_is_wrong_with_it(
    community: Community, browser: Browsers
) -> None:
    told, untold = set(), []
    for name, path in pages(community):
        client = browser(name)
        for form in Forms(client.get(path).text).forms:
            for field in form.fields:
                sent = form.values | filled(form) | {field.name: NOT_TEXT}
                answer = client.post(form.action, data=sent)
                shown = Forms(answer.text)
                if shown.errors & {*shown.of(form.action, field.name).described}:
                    told.add((form.action, field.name))
                else:
                    untold.append((path, form.action, field.name, answer.status_code))
    assert untold == []
    assert len(told) > 25


def filled(form: Form) -> dict[str, str]:
    """Something in each field, where the form is not about a password that is there."""
    typed = {"password": PASSWORD, "current": PASSWORD, "time_zone": "UTC"}
    return {field.name: field.value or typed.get(field.name, "words") for field in form.fields}


def test_all_mistakes_of_a_new_entry_are_told_at_once(
    community: Community, browser: Browsers
) -> None:
    ward = community.base.session.people.form_group("Ward").id
    wrong = {
        "title": " ",
        "text-0": "",
        "text-1": "\x00",
        "tags": "x" * 60,
        "group": "two\nlines",
        "sight": "author",
        f"seen-by-{ward}": "1",
    }
    html = send(browser("Mara"), "/entries/new", FORM | wrong, 400).text
    fields = {"title", "text-0", "text-1", "tags", "group", "sight"}
    assert Forms(html).errors == {f"{field}-error" for field in fields}
    assert "6 things need another look; each is told at its place." in html


def test_all_mistakes_of_a_revision_are_told_at_once(
    community: Community, browser: Browsers
) -> None:
    entry = community.contribute("Mara")
    wrong = {"title": "x" * 201, "text-0": "", "note": NOT_TEXT, "version": "1"}
    html = send(browser("Mara"), f"/entries/{entry}/revise", REVISED | wrong, 400).text
    assert Forms(html).errors == {"title-error", "text-0-error", "note-error"}


def test_all_mistakes_of_one_who_joins_are_told_at_once(
    community: Community, browser: Browsers
) -> None:
    wrong = {"name": "", "time_zone": "Nowhere", "sign_in_name": " ", "password": "short"}
    html = send(browser(), f"/join/{invitation(community)}", wrong, 400).text
    told = {"profile-name", "profile-zone", "sign-in-name", "password"}
    assert Forms(html).errors == {f"{field}-error" for field in told}


def test_all_mistakes_of_a_new_password_are_told_at_once_and_none_is_set(
    community: Community, browser: Browsers
) -> None:
    wrong = {"current": "another", "password": "short", "sign_in_name": "x" * 321}
    html = send(browser("Cleo"), "/account/password", wrong, 400).text
    told = {"current", "sign-in-name", "new-password"}
    assert Forms(html).errors == {f"{field}-error" for field in told}
    right = {"current": "another", "password": "eleven small harbours", "sign_in_name": ""}
    send(browser("Cleo"), "/account/password", right, 400)
    assert browser("Cleo").get("/account").status_code == 200


def test_all_mistakes_of_a_token_and_of_a_reuse_are_told_at_once(
    community: Community, browser: Browsers
) -> None:
    entry, cleo = community.contribute("Cleo"), browser("Cleo")
    html = send(cleo, "/account/tokens", {"token_name": "", "days": "8"}, 400).text
    assert Forms(html).errors == {"token-name-error", "scope-boxes-error", "token-days-error"}
    wrong = {"group": "", "context": "", "outcome": "?", "evidence": "x", "resulting_entry": "x"}
    html = send(cleo, f"/entries/{entry}/reuses", wrong, 400).text
    fields = ("group", "context", "outcome", "evidence", "result")
    assert Forms(html).errors == {f"reuse-{field}-error" for field in fields}


def test_a_page_with_a_mistake_begins_where_the_mistake_is(
    community: Community, browser: Browsers
) -> None:
    cleo, stella = browser("Cleo"), browser("Stella")
    wrong = {"current": PASSWORD, "password": "short", "sign_in_name": ""}
    assert begins(send(cleo, "/account/password", wrong, 400).text) == ['id="new-password"']
    html = send(cleo, "/account/tokens", {"token_name": "", "days": "90"}, 400).text
    assert begins(html) == ['id="token-name"', 'name="scope-search"']
    assert begins(send(stella, "/people/invite", {}, 400).text) == ['name="role-member"']
    html = send(stella, f"/people/{community.ids['Stella']}/remove", {}, 409).text
    assert begins(html) == ['class="problem"']
    assert begins(cleo.get("/account").text) == []


def begins(html: str) -> list[str]:
    """What a browser is told to begin at, of which it takes the first: the id or name of each."""
    found = re.findall(r"<[^>]* autofocus[ >]", html)
    return [re.findall(r'(?:id|name|class)="[^"]*"', tag)[0] for tag in found]


def test_what_a_steward_chose_stays_beside_what_is_wrong_with_it(
    community: Community, browser: Browsers
) -> None:
    stella, mara = browser("Stella"), f"/people/{community.ids['Mara']}"
    chosen = {"role-curator": "1", "shown-role-member": "1"}
    shown = Forms(send(stella, f"{mara}/roles", chosen, 400).text)
    assert chosen.items() <= shown.sent(f"{mara}/roles").items()
    assert "role-member" not in shown.sent(f"{mara}/roles")


def test_programs_are_told_all_mistakes_with_their_fields(
    community: Community, browser: Browsers
) -> None:
    body = {"kind": "practice", "content": {"title": "", "sections": []}, "tags": ["x" * 60]}
    headers = community.token("Mara", "contribute")
    problem = browser().post("/api/entries", json=body, headers=headers).json()
    fields = [each["field"] for each in problem["errors"]]
    assert fields == ["content.title", "tags", "content.sections", "content.sections"]
    assert problem["detail"] == " ".join(each["message"] for each in problem["errors"])

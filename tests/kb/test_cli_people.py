"""The commands on members, groups and tokens, as a steward or an operator uses them."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from kb.accounts.links import Purpose
from kb.cli.group import group_command
from tests.worlds.base import opened
from tests.worlds.shell import CommandLine


def link_of(kb: CommandLine, link: str, purpose: Purpose) -> str | None:
    """Whose link it is, used now."""
    with opened(kb.data) as base:
        return base.accounts.links.take(link.rpartition("/")[2], purpose)


def test_an_invitation_is_a_link_that_is_for_one_member(kb: CommandLine) -> None:
    made = kb.invited()

    assert made["link"].startswith("http://127.0.0.1:8321/join/")
    lasts = datetime.fromisoformat(made["expires_at"]) - datetime.now(UTC)
    assert timedelta(days=13) < lasts <= timedelta(days=14)
    assert link_of(kb, made["link"], "invitation") == made["id"]
    assert link_of(kb, made["link"], "invitation") is None


def test_a_link_begins_with_the_address_that_members_know(
    kb: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KB_BASE_URL", "https://practices.example.org")

    asked = kb.ok("member", "invite")
    assert "this link leads nowhere until sign_in and base_url are set" in asked.err
    said = asked.out

    assert said.startswith("https://practices.example.org/join/")
    assert "works once" in said


def test_the_first_steward_is_let_in_until_there_is_one(
    kb: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KB_SIGN_IN", "password")
    first = kb.ok("member", "first-steward", "--json").json
    again = kb.ok("member", "first-steward", "--json").json

    assert first["id"] == again["id"]
    assert "/welcome/" in again["link"]
    assert link_of(kb, first["link"], "first-steward") is None
    assert link_of(kb, again["link"], "first-steward") == first["id"]
    kb.ok("member", "join", first["id"], "--name", "Ilse")
    assert kb.ok("member", "show", first["id"], "--json").json["roles"] == ["member", "steward"]
    refused = kb.run("member", "first-steward")
    assert (refused.code, refused.err.count("\n")) == (1, 1)
    assert "There is a steward already" in refused.err


def test_an_invitation_can_be_taken_from_the_shell_once(kb: CommandLine) -> None:
    kb.ok("group", "form", "Ward 3")
    made = kb.invited("--role", "member", "--role", "curator", "--group", "ward 3")
    profile = ("--name", "Hana", "--address", "hana@example.org", "--time-zone", "Europe/Prague")

    said = kb.ok("member", "join", made["id"][:8], *profile, "--language", "cs").out

    assert said == f"Hana has joined as {made['id']}.\n"
    assert link_of(kb, made["link"], "invitation") is None
    shown = kb.ok("member", "show", made["id"]).out
    for words in ("Hana", "joined", "curator, member", "Ward 3", "hana@example.org", "cs"):
        assert words in shown
    assert "taken already" in kb.run("member", "join", made["id"], "--name", "X").err


def test_members_are_listed_with_who_has_yet_to_join(kb: CommandLine) -> None:
    kb.joined("Ada")
    kb.invited()

    listed = kb.ok("member", "list").out

    assert "Ada" in listed
    assert "an invited person" in listed
    assert "not yet" in listed
    assert len(kb.ok("member", "list", "--json").json) == 2


def test_roles_are_changed_and_told_of(kb: CommandLine) -> None:
    ada = kb.joined()

    said = kb.ok("member", "roles", ada, "steward", "member").out
    last = kb.run("member", "roles", ada, "member")
    wrong = kb.run("member", "roles", ada, "curator")

    assert said == "Ada has the roles member, steward.\n"
    assert "last steward" in last.err
    assert "Curators and stewards are members too" in wrong.err
    assert kb.run("member", "roles", ada, "boss").code == 2
    history = kb.ok("member", "history", ada)
    assert "Became steward." in history.out
    assert [c["detail"] for c in kb.ok("member", "history", ada, "--json").json][-1] == (
        "Became steward."
    )


def test_one_who_is_removed_cannot_come_back_in_by_anything(kb: CommandLine) -> None:
    ada = kb.joined()
    token = kb.ok("token", "make", ada, "--scope", "search", "--name", "x", "--json").json
    link = kb.ok("member", "link", ada, "--json").json["link"]

    assert kb.ok("member", "remove", ada, "--yes").out == "Ada is no longer a member.\n"

    with opened(kb.data) as base:
        assert base.accounts.tokens.check(token["secret"]) is None
    assert link_of(kb, link, "sign-in") is None
    assert kb.ok("member", "list", "--json").json == []
    assert "invite them again" in kb.run("member", "link", ada).err
    assert kb.run("token", "make", ada, "--scope", "search", "--name", "x").code == 1


def test_members_leave_by_themselves_once_they_confirm_it(
    kb: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, steward = kb.joined(), kb.joined("Bea")
    kb.ok("member", "roles", steward, "member", "steward")
    monkeypatch.setenv("KB_MEMBER", ada)

    assert kb.run("member", "remove", ada, stdin="n\n").code == 1
    assert kb.ok("member", "show", ada, "--json").json["standing"] == "joined"
    assert "no longer a member" in kb.ok("member", "remove", ada, stdin="y\n").out
    assert kb.run("member", "show", ada).code == 1

    monkeypatch.setenv("KB_MEMBER", steward)
    assert "last steward cannot go" in kb.run("member", "remove", steward, "--yes").err


def test_a_link_signs_in_those_who_joined_and_invites_those_who_have_not(kb: CommandLine) -> None:
    ada, waiting = kb.joined(), kb.invited()

    sign_in = kb.ok("member", "link", ada, "--json").json["link"]
    invitation = kb.ok("member", "link", waiting["id"], "--json").json["link"]

    assert "/enter/" in sign_in
    assert link_of(kb, sign_in, "sign-in") == ada
    assert link_of(kb, waiting["link"], "invitation") is None
    assert link_of(kb, invitation, "invitation") == waiting["id"]


def test_members_have_no_more_rights_in_a_shell_than_in_the_pages(
    kb: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Those about others are asked in tests/kb/test_cli_matrix.py.
    ada = kb.joined()
    kb.ok("group", "form", "Ward 3")
    monkeypatch.setenv("KB_MEMBER", ada)

    for command in (
        ("member", "roles", ada, "member", "steward"),
        ("group", "add", ada, "Ward 3"),
    ):
        refused = kb.run(*command)
        assert (refused.code, refused.out, refused.err.count("\n")) == (1, "", 1), command
        assert refused.err.startswith("Only "), command
    assert "Joined." in kb.ok("member", "history", ada).out
    assert "Ada" in kb.ok("member", "list").out


def test_those_who_have_not_joined_are_shown_to_stewards_alone(
    kb: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    kb.ok("group", "form", "Ward 3")
    ada, steward = kb.joined(), kb.joined("Bea", "--role", "member", "--role", "steward")
    waiting = kb.invited("--group", "Ward 3")["id"]
    missing = waiting.replace(waiting[:6], "000000")
    for principal, shown in ((ada, False), (steward, True), ("local", True)):
        monkeypatch.setenv("KB_MEMBER", principal)
        members = {ada, steward} | ({waiting} if shown else set())
        assert {each["id"] for each in kb.ok("member", "list", "--json").json} == members
        assert (waiting[:8] in kb.ok("member", "list").out) == shown
        assert ("(1 member)" if shown else "(no members)") in kb.ok("group", "list").out
    monkeypatch.setenv("KB_MEMBER", ada)
    for command in (("show",), ("history",), ("link",), ("remove", "--yes")):
        said, of_missing = (kb.run("member", *command, each) for each in (waiting, missing))
        assert said.err == of_missing.err.replace(missing, waiting)
        assert (said.code, said.out) == (1, "")
    monkeypatch.setenv("KB_MEMBER", steward)
    assert kb.ok("member", "show", waiting, "--json").json["standing"] == "invited"


def test_groups_are_shown_as_a_tree(kb: CommandLine) -> None:
    kb.ok("group", "form", "Ward 3")
    kb.ok("group", "form", "Region", "--open")
    kb.ok("group", "form", "Care", "--in", "region", "--open")
    kb.ok("group", "change", "Ward 3", "--in", "Care")
    ada = kb.joined()

    said = kb.ok("group", "add", ada, "ward 3").out
    kb.ok("group", "close", "Region")

    assert said == "Ada is in the group Ward 3.\n"
    assert kb.ok("group", "list").out == (
        "Region  (closed, no members)\n  Care  (closed, no members)\n"
        "    Ward 3  (closed, 1 member)\n"
    )
    groups = kb.ok("group", "list", "--json").json
    assert [(each["open"], each["closed"]) for each in groups] == [(False, True)] * 3
    assert kb.ok("group", "remove", ada, "Ward 3").out == "Ada is not in the group Ward 3.\n"
    for name in ("Region", "Care"):
        assert "closed" in kb.run("group", "add", ada, name).err


def test_a_group_is_renamed_moved_and_opened(kb: CommandLine) -> None:
    kb.ok("group", "form", "Region")
    kb.ok("group", "form", "Ward 3", "--in", "Region")

    said = kb.ok("group", "change", "Ward 3", "--name", "Ward Three", "--in-none", "--open").out

    assert said == "Changed the group Ward Three.\n"
    assert kb.ok("group", "list").out == "Region  (no members)\nWard Three  (open, no members)\n"
    assert "inside itself" in kb.run("group", "change", "Region", "--in", "Region").err
    assert kb.run("group", "change", "Region").code == 2
    assert kb.run("group", "form", "").err == "The name of the group must not be empty.\n"
    assert kb.run("group", "change", "Region", "--in", "Region", "--in-none").code == 2
    assert "form it first" in kb.run("group", "close", "Nowhere").err


def test_a_group_of_commands_helps() -> None:
    assert "GROUP is a group's name or id" in CliRunner().invoke(group_command, ["--help"]).output


def test_a_token_is_shown_once_listed_and_revoked(kb: CommandLine) -> None:
    ada = kb.joined()
    options = ("--scope", "search", "--scope", "report", "--name", "Wall screen", "--days", "7")

    said = kb.ok("token", "make", ada, *options).out

    secret, token = said.splitlines()[0], said.split()[-1]
    with opened(kb.data) as base:
        found = base.accounts.tokens.check(secret)
    assert found is not None
    assert (found.id, found.member) == (token, ada)
    assert sorted(found.scopes) == ["report", "search"]
    listed = kb.ok("token", "list").out
    for words in (token, "Ada", "report, search"):
        assert words in listed
    assert secret not in listed + kb.ok("token", "list", "--json").out
    assert kb.ok("token", "revoke", token).out == f"The token {token} is void.\n"
    assert "There is no token" in kb.run("token", "revoke", token).err
    assert kb.ok("token", "list", "--json").json == []


def test_an_id_that_begins_with_a_dash_is_an_id(kb: CommandLine) -> None:
    for token in ("-h3kW", "--x9", "-"):
        assert "There is no token" in kb.run("token", "revoke", token).err


def test_members_have_tokens_of_their_own_and_touch_no_others(
    kb: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, bea = kb.joined(), kb.joined("Bea")
    of_bea = kb.ok("token", "make", bea, "--scope", "search", "--name", "b", "--json").json["id"]
    monkeypatch.setenv("KB_MEMBER", ada)

    mine = kb.ok("token", "make", ada, "--scope", "search", "--name", "a", "--json").json["id"]

    assert [token["id"] for token in kb.ok("token", "list", "--json").json] == [mine]
    assert kb.run("token", "revoke", of_bea).code == 1
    assert kb.ok("token", "revoke", mine, "--json").json == {"id": mine}


def test_what_a_token_is_called_and_when_it_was_used_is_listed_for_its_own_member_alone(
    kb: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, steward = kb.joined(), kb.joined("Bea", "--role", "member", "--role", "steward")
    options = ("--scope", "search", "--name", "Wall screen", "--json")
    secret = kb.ok("token", "make", ada, *options).json["secret"]
    with opened(kb.data) as base:
        used = base.accounts.tokens.check(secret)
    assert used is not None
    told = {"id", "member", "scopes", "made", "expires_at"}

    for principal in ("local", steward):
        monkeypatch.setenv("KB_MEMBER", principal)
        (listed,) = kb.ok("token", "list", "--json").json
        assert (listed["member"], listed.keys()) == (ada, told)
        shown = kb.ok("token", "list").out
        assert not any(word in shown for word in ("Wall screen", str(used.used_on), "never"))
    monkeypatch.setenv("KB_MEMBER", ada)
    (listed,) = kb.ok("token", "list", "--json").json
    assert listed.keys() == told | {"name", "used_on"}
    shown = kb.ok("token", "list").out
    assert all(word in shown for word in ("Wall screen", str(used.used_on)))


def test_one_who_has_not_joined_gets_no_token(kb: CommandLine) -> None:
    waiting = kb.invited()["id"]

    assert kb.run("token", "make", waiting, "--scope", "search", "--name", "x").code == 1


def test_links_and_tokens_are_told_of_without_what_they_open(
    kb: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = kb.joined()
    link = kb.ok("member", "link", ada, "--json").json["link"]
    options = ("--scope", "search", "--name", "Wall screen", "--json")
    token = kb.ok("token", "make", ada, *options).json
    kb.ok("token", "revoke", token["id"])

    ends = token["expires_at"][:10]
    expected = [
        "A link to the invitation was made.",
        "Joined.",
        "A link that signs in once was made.",
        f"Token {token['id']} made for search, until {ends}.",
        f"Token {token['id']} revoked.",
    ]
    audit = kb.ok("audit", "--about", ada, "--json")
    assert [change["detail"] for change in audit.json][1:] == expected
    assert [change["actor"] for change in audit.json][-3:] == ["local"] * 3
    said = kb.ok("audit").out
    assert all(sentence in said for sentence in expected)
    assert all(hidden not in said for hidden in ("Wall screen", token["secret"], link[-20:]))
    monkeypatch.setenv("KB_MEMBER", ada)
    assert expected[-1] in kb.ok("member", "history", ada).out
    assert expected[-1] in kb.ok("member", "data", "--format", "markdown").out


def test_a_link_is_made_without_doubts_about_the_accounts_and_stays_good(
    kb: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KB_SIGN_IN", "password")
    monkeypatch.setenv("KB_BASE_URL", "http://localhost:8321")
    first = kb.run("member", "first-steward")
    made = kb.run("member", "invite")
    kb.run("member", "list")
    assert (first.err, made.err) == ("", "")
    with opened(kb.data) as base:
        links: tuple[tuple[str, Purpose], ...] = (
            (first.out, "first-steward"),
            (made.out, "invitation"),
        )
        for said, purpose in links:
            secret = re.findall(r"/(?:welcome|join)/([\w-]+)", said)[0]
            assert base.accounts.links.look(secret, purpose) is not None


def test_the_shell_speaks_the_language_of_a_member_before_that_of_its_variable(
    kb: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = kb.joined("Ada")
    monkeypatch.setenv("KB_MEMBER", ada)
    assert "There is no entry" in kb.run("show", "019a0000").err
    kb.ok("member", "language", "de")
    assert "Es gibt keinen Eintrag" in kb.run("show", "019a0000").err
    monkeypatch.setenv("KB_LANG", "en")
    assert "Es gibt keinen Eintrag" in kb.run("show", "019a0000").err
    kb.ok("member", "language", "none")
    assert "There is no entry" in kb.run("show", "019a0000").err
    monkeypatch.setenv("KB_LANG", "de")
    assert "Es gibt keinen Eintrag" in kb.run("show", "019a0000").err

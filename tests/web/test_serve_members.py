"""`kb serve` where members sign in: who is let in, at which door, and as whom."""

import http.client
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from indexer.embedding.testing import HashEmbedder
from kb import KnowledgeBase
from kb.access import Visibility
from kb.errors import InvalidInput
from kb.storage import local_socket
from tests.web.serving import get
from tests.worlds.base import id_of, joined, opened
from tests.worlds.web import Community
from web.server import ServeError


def welcome_link(output: str) -> str:
    return next(word for word in output.split() if "/welcome/" in word)


def test_the_first_start_prints_a_link_for_the_first_steward(
    run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KB_SIGN_IN", "password")
    seen: list[object] = []
    first = run("--port", "0", visit=seen.append)
    link = welcome_link(first.output)
    assert link.startswith(f"{seen[0]}/welcome/")

    def visit(url: str) -> None:
        seen.append(get(url, link.removeprefix(str(seen[0]))))
        seen.append(get(url, "/account"))

    again = run("--port", "0", visit=visit)
    assert welcome_link(again.output) != link
    assert seen[1:] == [404, 303]


def test_the_shell_asks_for_its_own_member_and_no_other_door_lets_it(
    run: Callable[..., Result], data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(data) as base:
        member = id_of(joined(base))
    monkeypatch.setenv("KB_SIGN_IN", "password")
    seen: list[object] = []

    def visit(url: str) -> None:
        seen.append(local_socket.request(data, "GET", "/api/status")["entries"])
        monkeypatch.setenv("KB_MEMBER", member)
        with pytest.raises(InvalidInput, match="Only stewards"):
            local_socket.request(data, "GET", "/api/status")
        connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=20)
        connection.request("GET", "/api/status", headers={local_socket.MEMBER_HEADER: "local"})
        seen.append(connection.getresponse().status)
        connection.close()

    run("--port", "0", visit=visit)
    assert seen == [0, 401]


def test_the_shell_of_a_member_gets_the_answers_of_that_member(
    run: Callable[..., Result], data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with KnowledgeBase.open(data, embedder=HashEmbedder()) as base:
        community = Community(base)
        for name, shown in (
            ("Mara", Visibility("author")),
            ("Cleo", Visibility("author")),
            ("Cleo", Visibility()),
        ):
            community.contribute(name, f"{name}, {shown.sight}", visibility=shown)
    seen: list[set[str]] = []

    def visit(_: str) -> None:
        for member in ("local", community.ids["Mara"]):
            monkeypatch.setenv("KB_MEMBER", member)
            found = local_socket.request(data, "GET", "/api/search", [("q", "slow")])
            seen.append({result["title"] for result in found["results"]})

    run("--port", "0", "--without-signing-in", visit=visit)
    shared = {"Mara, author", "Cleo, members"}
    assert seen == [{*shared, "Cleo, author"}, shared]


@pytest.mark.parametrize(
    ("name", "value"),
    [("KB_SIGN_IN", "password"), ("KB_BASE_URL", "https://kb.example.org")],
)
def test_one_setting_alone_opens_no_door(
    run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    assert isinstance(run("--host", "0.0.0.0", "--port", "0").exception, ServeError)


@pytest.mark.parametrize(
    "base_url",
    ["http://localhost:8511", "http://127.0.0.2", "http://[::1]:8511", "https://localhost"],
)
def test_a_name_that_each_machine_has_for_itself_opens_no_door(
    run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, base_url: str
) -> None:
    monkeypatch.setenv("KB_SIGN_IN", "password")
    monkeypatch.setenv("KB_BASE_URL", base_url)
    for host in ("0.0.0.0", "::", "192.168.1.5"):
        refused = run("--host", host, "--port", "0").exception
        assert isinstance(refused, ServeError)
        assert f"base_url, {base_url}, names this machine alone" in str(refused)
    answered: list[int] = []
    run("--port", "0", visit=lambda url: answered.append(get(url, "/about")))
    assert answered == [200]


def test_with_signing_in_and_a_name_it_listens_to_others(
    run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KB_SIGN_IN", "password")
    monkeypatch.setenv("KB_BASE_URL", "https://kb.example.org")
    seen: list[int] = []

    def visit(url: str) -> None:
        address = url.replace("0.0.0.0", "127.0.0.1")
        seen.append(get(address, "/about"))
        seen.append(asked(address, Host="kb.example.org"))

    run("--host", "0.0.0.0", "--port", "0", visit=visit)
    assert seen == [400, 200]


def test_a_base_that_has_members_is_not_served_without_signing_in_unless_the_start_says_so(
    run: Callable[..., Result], data: Path
) -> None:
    with KnowledgeBase.open(data, embedder=HashEmbedder()) as base:
        base.session.people.invite(("member", "steward"))
    for lost in ("# what was set is lost\n", 'member = "local"\n'):
        (data / "settings.toml").write_text(lost)
        refused = run("--port", "0").exception
        assert isinstance(refused, ServeError)
        assert "has members (1)" in str(refused)
        assert "--without-signing-in" in str(refused)
    answered: list[int] = []
    run("--port", "0", "--without-signing-in", visit=lambda url: answered.append(get(url, "/")))
    assert answered == [200]


def test_an_emptied_settings_file_serves_nothing(run: Callable[..., Result], data: Path) -> None:
    (data / "settings.toml").write_text("")
    assert "is empty: put back" in str(run("--port", "0").exception)


def asked(url: str, **headers: str) -> int:
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=20)
    connection.request("GET", "/about", headers=headers)
    status = connection.getresponse().status
    connection.close()
    return status


def test_what_came_through_a_proxy_is_answered_only_where_members_sign_in(
    run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    marks = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP")
    seen: list[list[int]] = []

    def visit(url: str) -> None:
        seen.append([asked(url, **{mark: "203.0.113.9", "Host": "localhost"}) for mark in marks])

    run("--port", "0", visit=visit)
    monkeypatch.setenv("KB_SIGN_IN", "password")
    run("--port", "0", visit=visit)
    assert seen == [[400] * len(marks), [200] * len(marks)]


def test_a_name_of_this_machine_is_refused_where_members_know_another(
    run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KB_SIGN_IN", "password")
    monkeypatch.setenv("KB_BASE_URL", "https://kb.example.org")
    seen: list[int] = []

    def visit(url: str) -> None:
        seen.extend(asked(url, Host=host) for host in ("localhost", "127.0.0.1", "kb.example.org"))

    run("--port", "0", visit=visit)
    assert seen == [400, 400, 200]

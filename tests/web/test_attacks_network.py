"""Attacks by way of the network: what the server is led to ask, and headers of its answers."""

import http.client
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import httpx2
import pytest
from click.testing import Result
from msgspec import json

from events.clock import utc_now
from kb import KnowledgeBase
from kb.accounts.oidc import OpenIdProvider, OpenIdSettings
from kb.errors import SignInRefused
from kb.importers.run import FolderImport, ImportOptions
from tests.kb.accounts_provider import BACK, CLIENT, ISSUER, SECRET, FakeProvider
from tests.web.visits import Client
from tests.worlds.web import Browsers, Community, send, sign_in

EVIL = "https://evil.example"


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A server of this machine that nobody has any business with."""
    with socket.create_server(("127.0.0.1", 0)) as made:
        made.setblocking(False)
        yield made


@pytest.fixture
def looked_up(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The names of hosts that were looked up."""
    names: list[object] = []

    def refuse(host: object, *_: object, **__: object) -> None:
        names.append(host)
        raise OSError(f"{host} was looked up.")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket, "gethostbyname", refuse)
    return names


def test_ssrf_by_no_link_that_people_give_is_anything_fetched(
    client: Client,
    base: KnowledgeBase,
    tmp_path: Path,
    listener: socket.socket,
    looked_up: list[object],
) -> None:
    for link in (f"http://127.0.0.1:{listener.getsockname()[1]}/x", "http://intranet.example/x"):
        text = f"![a]({link}) [b]({link}) <{link}> <img src='{link}'> [c]: {link}\n\n{link}"
        folder = tmp_path / urlsplit(link).netloc
        folder.mkdir()
        front = {"title": link, "link": link, "image": link, "related": [link], "relations": [link]}
        (folder / "a.md").write_text(f"---\n{json.encode(front).decode()}\n---\n{text}")
        (folder / "b.md").write_text(f"# {link}\n\n{text}")
        list(FolderImport(base.session.entries, folder, ImportOptions(source=link)).run())
        sections = [
            {"heading": "The problem", "text": text},
            {"heading": "What we do", "text": text},
        ]
        content = {"title": link, "properties": {"link": link}, "sections": sections}
        entry = client.post("/api/entries", json={"kind": "practice", "content": content}).json()[
            "id"
        ]
        reuse = {"group": link, "context": link, "outcome": "adopted", "evidence": link}
        recorded = client.post(f"/api/entries/{entry}/reuses", json=reuse)
        assert recorded.status_code == 201
        target = {"type": "References", "target": link}
        client.post(f"/api/entries/{entry}/relations", json=target)
        for path in (f"/entries/{entry}", f"/reuses/{recorded.json()['id']}", f"/search?q={link}"):
            assert client.get(path).status_code == 200
    assert base.session.catalogue.browse().total == 6
    assert looked_up == []
    with pytest.raises(BlockingIOError):
        listener.accept()


def provider_that_redirects(community: Community, to: str, asked: list[str]) -> OpenIdProvider:
    """One whose answers all lead to `to`; `asked` are the hosts that it takes to be asked."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.url.host)
        return httpx2.Response(302, headers={"location": to})

    settings = OpenIdSettings(issuer=ISSUER, client_id=CLIENT, client_secret=SECRET)
    pending, transport = community.base.accounts.pending, httpx2.MockTransport(answer)
    return OpenIdProvider(settings, pending, clock=utc_now, transport=transport)


@pytest.mark.parametrize("to", ["http://169.254.169.254/", f"{EVIL}/", "http://localhost:1/"])
def test_ssrf_by_a_provider_that_redirects_elsewhere_is_not_to_be_had(
    community: Community, to: str
) -> None:
    asked: list[str] = []
    provider = provider_that_redirects(community, to, asked)
    with pytest.raises(SignInRefused, match="cannot be reached"):
        provider.begin(BACK)
    assert asked == [urlsplit(ISSUER).hostname]


def test_ssrf_where_a_token_is_fetched_follows_no_redirect(community: Community) -> None:
    there, asked = FakeProvider(utc_now), list[str]()

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(str(request.url))
        if request.url.path == "/token":
            return httpx2.Response(307, headers={"location": "http://169.254.169.254/"})
        return there.handle(request)

    settings = OpenIdSettings(issuer=ISSUER, client_id=CLIENT, client_secret=SECRET)
    pending, transport = community.base.accounts.pending, httpx2.MockTransport(answer)
    provider = OpenIdProvider(settings, pending, clock=utc_now, transport=transport)
    url, state = provider.begin(BACK)
    query = there.sign_in(url)
    with pytest.raises(SignInRefused):
        provider.finish(query, state)
    assert {urlsplit(each).hostname for each in asked} == {urlsplit(ISSUER).hostname}


INJECTED = "x\r\nSet-Cookie: tributary=planted\r\nX-Planted: 1"


def raw_headers(url: str, path: str, headers: dict[str, str]) -> dict[str, str]:
    """All headers of an answer, as they came over the wire."""
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=20)
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    response.read()
    connection.close()
    return {name.lower(): value for name, value in response.getheaders()}


def test_header_injection_by_an_address_adds_no_header(run: Callable[..., Result]) -> None:
    seen: list[dict[str, str]] = []

    def visit(url: str) -> None:
        for name in ("q", "by", "done", "next", "tag"):
            for path in ("/search", "/reuse", "/sign-in", "/entries", "/api/reports/reuse"):
                seen.append(raw_headers(url, f"{path}?{name}={quote(INJECTED)}", {}))
        seen.append(raw_headers(url, f"/entries/{quote(INJECTED)}", {}))
        seen.append(raw_headers(url, "/", {"X-Request-Id": quote(INJECTED), "Origin": EVIL}))

    assert run("--port", "0", visit=visit).exit_code == 0
    assert len(seen) == 27
    assert not [each for each in seen if "x-planted" in each or "set-cookie" in each]


@pytest.mark.parametrize("path", ["/entries/new?kind=", "/account?x=", "/groups?x="])
def test_header_injection_by_where_one_comes_back_to_adds_no_header(
    browser: Browsers, path: str
) -> None:
    client = browser()
    sent = client.get(path + quote(INJECTED))
    assert sent.status_code == 303
    assert not any(sign in sent.headers["location"] for sign in "\r\n")
    back = sign_in(client, "Mara", next=path + INJECTED)
    assert back.headers["location"] == "/?done=signed-in"
    assert "x-planted" not in back.headers


def test_header_injection_by_names_reaches_no_file_name(
    browser: Browsers, community: Community
) -> None:
    client = browser("Mara")
    given = {"name": 'Mara"; filename="evil.exe', "time_zone": "UTC"}
    send(client, "/account/profile", given)
    send(client, "/account/profile", {**given, "name": INJECTED}, 400)
    community.contribute("Mara", group='a"; filename="evil.exe')
    for path in (
        "/account/data.json",
        "/account/data.md",
        "/api/reports/reuse?by=group&format=csv",
    ):
        header = client.get(path).headers["content-disposition"]
        assert "evil" not in header
        assert header.count('"') == 2

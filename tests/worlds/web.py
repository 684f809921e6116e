"""A community in the web with a member of each role, and browsers of theirs."""

import atexit
import re
import shutil
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from anyio.from_thread import BlockingPortal, start_blocking_portal
from litestar import Litestar
from litestar.testing import TestClient

from kb import KnowledgeBase, Session
from kb.access import Role, Scope, Visibility
from kb.accounts.attempts import Attempts, Delays, Few
from kb.accounts.oidc import OpenIdProvider
from kb.entries.content import Content, Draft, Section
from tests import made
from tests.worlds.base import END, PASSWORD, id_of, joined, opened, operators
from web.app import create_app
from web.visit import Limits, usual_limits

Client = TestClient[Litestar]
SITE = "https://kb.example.org"
ROLES: dict[str, tuple[Role, ...]] = {
    "Mara": ("member",),
    "Cleo": ("member", "curator"),
    "Stella": ("member", "steward"),
    "Rita": ("reporter",),
}


NOW = datetime(2026, 1, 1, tzinfo=UTC)
"""The clock of tries stands."""


def numbers(count: int) -> bytes:
    """Enough for the keys of attempts; nothing is secret here."""
    return bytes(range(count))


def attempts(burst: int) -> Attempts:
    """So many tries and no more."""
    return Attempts(burst, timedelta(minutes=1), clock=lambda: NOW, random=numbers)


def delays(free: int) -> Delays:
    """The same where waits double."""
    first, longest = timedelta(minutes=1), timedelta(minutes=10)
    return Delays(free, first, longest, clock=lambda: NOW, random=numbers)


def few(each: int) -> Few:
    """What each name has left where its address has nothing."""
    return Few(each, timedelta(hours=1), clock=lambda: NOW, cells=2**10)


def generous(address: int = 10_000, name: int = 10_000, search: int = 10_000) -> Limits:
    """Limits that a test meets only where it lowers them."""
    return Limits(attempts(address), delays(name), attempts(search), few(0))


_free: dict[tuple[str, str, bool], list[Litestar]] = defaultdict(list)
_lent: list[tuple[KnowledgeBase, tuple[str, str, bool], Litestar]] = []


def app_of(
    base: KnowledgeBase,
    *,
    limits: Limits | None = None,
    loopback: bool = True,
    openid: OpenIdProvider | None = None,
) -> Litestar:
    """As `create_app`, out of those that served a base like it before; `give_back` ends its use."""
    kind = (base.settings.base_url, base.settings.community, loopback)
    if _free[kind]:
        app = _free[kind].pop()
        app.state["visits"].serve(base, limits or usual_limits(), openid)
    else:
        app = create_app(base, limits=limits, loopback=loopback, openid=openid)
    _lent.append((base, kind, app))
    return app


def give_back(base: KnowledgeBase) -> None:
    """Let the applications of `base` serve others."""
    for each in [each for each in _lent if each[0] is base]:
        _lent.remove(each)
        _free[each[1]].append(each[2])


class Community:
    """A knowledge base where members sign in with a password, one for each of `ROLES`."""

    def __init__(self, base: KnowledgeBase, ids: dict[str, str] | None = None) -> None:
        self.base = base
        operators(base)
        self.ids = ids or {name: self.join(name, roles) for name, roles in ROLES.items()}
        self.app = app_of(base, limits=generous())

    def join(self, name: str, roles: tuple[Role, ...]) -> str:
        """The id of a new member, who signs in with a password."""
        member = id_of(joined(self.base, *roles, name=name))
        assert self.base.accounts.names.set(member, f"{name}@example.org")
        self.base.accounts.passwords.set(member, PASSWORD)
        return member

    def acting(self, name: str) -> Session:
        """What a member sees and does."""
        return self.base.as_member(self.ids[name])

    def token(self, name: str, *scopes: Scope) -> dict[str, str]:
        """The header of a new token."""
        _, secret = self.base.accounts.tokens.make(self.ids[name], scopes, "test", END)
        return {"Authorization": f"Bearer {secret}"}

    def contribute(self, name: str, title: str = "Bedside handover", **fields: Any) -> str:
        """An entry by a member."""
        sections = (Section("The problem", f"{title}: slow."), Section("What we do", "Walk."))
        visibility = fields.pop("visibility", Visibility())
        draft = Draft(
            kind="practice",
            content=Content(title=title, sections=sections),
            visibility=visibility,
            **fields,
        )
        return self.acting(name).entries.contribute(draft).id


@cache
def loop() -> BlockingPortal:
    """The event loop of all browsers of these tests, in a thread of its own."""
    stack = ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(start_blocking_portal())


class Browsers:
    """Browsers of this community; each has its own cookies and follows no redirect by itself."""

    def __init__(self, community: Community) -> None:
        self._community = community

    def __call__(self, name: str = "", app: Litestar | None = None) -> Client:
        """A new browser, in which `name` has signed in."""
        client = TestClient(
            app or self._community.app,
            base_url=self._community.base.settings.base_url,
            raise_server_exceptions=False,
        )
        client.follow_redirects = False
        # Not entered: of several lifespans of one application Litestar closes but one. Without a
        # loop given it would start one for each request, and another for each answer.
        client.blocking_portal = loop()
        if name:
            assert sign_in(client, name).status_code == 303
        return client


@contextmanager
def _opened(path: Path, ids: dict[str, str] | None, **settings: Any) -> Iterator[Community]:
    chosen = {"sign_in": "password", "base_url": SITE, "community": "Ours", **settings}
    with opened(path, **chosen) as base:
        try:
            yield Community(base, ids)
        finally:
            give_back(base)


@cache
def _joined() -> tuple[Path, dict[str, str]]:
    """Where all have joined, and their ids."""
    path = made.opened(made.once() / "joined")
    with _opened(path, None) as community:
        return path, community.ids


@contextmanager
def community_at(path: Path, **settings: Any) -> Iterator[Community]:
    """A community in `path`, as it is when all have joined."""
    joined, ids = _joined()
    shutil.copytree(joined, path)
    with _opened(path, dict(ids), **settings) as community:
        yield community


def sign_in(client: Client, name: str, password: str = PASSWORD, **form: str) -> Any:
    """What the form of signing in answers."""
    typed = {"name": f"{name}@example.org", "password": password, **form}
    return client.post("/sign-in", data=typed)


def form_token(client: Client, path: str = "/data") -> str:
    """What the forms of this browser's session carry."""
    found = re.search(r'name="form_token" value="([^"]+)"', client.get(path).text)
    return found[1] if found else ""


def send(client: Client, path: str, form: dict[str, str] | None = None, status: int = 303) -> Any:
    """Send a form of a page of this session."""
    response = client.post(path, data={"form_token": form_token(client), **(form or {})})
    assert response.status_code == status, response.text
    return response

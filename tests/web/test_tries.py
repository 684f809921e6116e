"""Tries to sign in: many of them keep the one who makes them waiting, and nobody else."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Event, Lock
from typing import Any, cast

import httpx
import pytest
from litestar import Litestar
from litestar.enums import ScopeType
from litestar.types import Receive, Scope, Send
from msgspec import structs

from kb.accounts.attempts import Attempts, Few
from kb.accounts.passwords import Passwords
from tests.worlds.base import END, PASSWORD, CountingHasher, at_once
from tests.worlds.web import (
    SITE,
    Browsers,
    Client,
    Community,
    app_of,
    attempts,
    few,
    generous,
    numbers,
    send,
    sign_in,
)
from web.visit import one_place

WRONG = "some other words"
DEVICE = "__Host-tributary-device"
HERE, THERE = "192.0.2.7", "198.51.100.9"

From = Callable[..., Client]


@pytest.fixture
def app(community: Community, monkeypatch: pytest.MonkeyPatch) -> Litestar:
    """Three tries for each name and address; who sends `x-from` comes from there."""
    app = app_of(community.base, limits=generous(name=3))
    inner = app.asgi_handler

    async def from_elsewhere(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP and (given := dict(scope["headers"]).get(b"x-from")):
            scope["client"] = (given.decode(), 50_000)
        await inner(scope, receive, send)

    monkeypatch.setattr(app, "asgi_handler", from_elsewhere)
    return app


@pytest.fixture
def coming_from(browser: Browsers, app: Litestar) -> From:
    """A new browser at an address, in which `names` have signed in, and out again."""

    def come(address: str, *names: str) -> Client:
        client = browser(app=app)
        client.headers["x-from"] = address
        for name in names:
            assert sign_in(client, name).status_code == 303
            send(client, "/sign-out")
        return client

    return come


def use_up(client: Client, name: str) -> Any:
    """Try until there is a wait; the answer that tells so."""
    tried = [sign_in(client, name, WRONG).status_code for _ in range(3)]
    assert tried == [401] * 3
    late = sign_in(client, name)
    assert late.status_code == 429
    return late


def test_after_some_tries_a_name_has_to_wait_at_that_address(coming_from: From) -> None:
    late = use_up(coming_from(HERE), "Mara")
    assert late.headers["retry-after"] == "60"
    assert "wait 60 s" in late.text
    assert sign_in(coming_from(HERE), "mARA").status_code == 429


def test_an_unknown_name_is_made_to_wait_in_the_same_words(coming_from: From) -> None:
    known, unknown = (use_up(coming_from(HERE), name) for name in ("Mara", "Nora"))
    assert unknown.text.replace("Nora", "Mara") == known.text
    assert unknown.headers["retry-after"] == known.headers["retry-after"]


def test_tries_from_elsewhere_keep_nobody_out(coming_from: From) -> None:
    for number in range(20):
        use_up(coming_from(f"198.51.100.{number}"), "Mara")
    assert sign_in(coming_from(HERE), "Mara").status_code == 303


def test_tries_at_an_address_keep_no_other_name_there_waiting(coming_from: From) -> None:
    client = coming_from(HERE)
    for number in range(100):
        assert sign_in(client, f"Someone {number}", WRONG).status_code == 401
    use_up(client, "Cleo")
    assert sign_in(coming_from(HERE), "Mara").status_code == 303


@pytest.mark.parametrize("way", ["password", "link", "invitation"])
def test_a_known_browser_is_not_kept_waiting_by_others(
    coming_from: From, community: Community, way: str
) -> None:
    """Whichever way its member signed in there, also when they signed out."""
    mine, me = coming_from(HERE), "Mara"
    if way == "password":
        assert sign_in(mine, me).status_code == 303
    elif way == "link":
        secret = community.base.accounts.links.make("sign-in", community.ids[me], END)
        assert mine.post(f"/enter/{secret}").status_code == 303
    else:
        invited, me = community.base.session.people.invite().id, "Nora"
        secret = community.base.session.credentials.make_link("invitation", invited, END)
        form = {"name": me, "sign_in_name": f"{me}@example.org", "password": PASSWORD}
        assert mine.post(f"/join/{secret}", data=form).status_code == 303
    send(mine, "/sign-out")
    use_up(coming_from(HERE), me)
    assert sign_in(mine, me, WRONG).status_code == 401
    assert sign_in(mine, me).status_code == 303


def test_a_known_browser_has_tries_of_its_own_and_then_those_of_its_address(
    coming_from: From,
) -> None:
    mine = coming_from(HERE, "Mara")
    assert [sign_in(mine, "Mara", WRONG).status_code for _ in range(7)] == [401] * 6 + [429]


def test_a_browser_is_known_for_its_members_alone(coming_from: From) -> None:
    mine = coming_from(HERE, "Mara")
    use_up(coming_from(HERE), "Cleo")
    assert sign_in(mine, "Cleo").status_code == 429
    assert sign_in(coming_from(THERE), "Cleo").status_code == 303


@pytest.mark.parametrize("name", ["Mara", "Cleo"])
def test_a_shared_browser_is_known_for_each_who_signed_in_there(
    coming_from: From, name: str
) -> None:
    shared = coming_from(HERE, "Mara", "Cleo", "Mara")
    use_up(coming_from(HERE), name)
    assert sign_in(shared, name).status_code == 303


def test_a_cookie_that_someone_made_up_gives_no_tries(coming_from: From) -> None:
    use_up(coming_from(HERE), "Mara")
    number, own, mark = coming_from(THERE, "Cleo").cookies[DEVICE].split(".")
    for forged in (f"{number}.{own}", f"{number}.{own}.{mark}", f"x.{own}.{mark}", "x.y.z", "."):
        client = coming_from(HERE)
        client.cookies.set(DEVICE, forged, domain="kb.example.org")
        assert sign_in(client, "Mara").status_code == 429


def test_a_right_password_gives_the_tries_back(coming_from: From) -> None:
    for _ in range(5):
        client = coming_from(HERE)
        assert [sign_in(client, "Mara", WRONG).status_code for _ in range(2)] == [401, 401]
        assert sign_in(client, "Mara").status_code == 303


def test_tries_at_once_are_counted_before_they_are_answered(coming_from: From) -> None:
    clients = [coming_from(HERE) for _ in range(8)]
    answers = at_once(
        *[lambda client=client: sign_in(client, "Mara", WRONG).status_code for client in clients]
    )
    assert sorted(answers) == [401] * 3 + [429] * 5


def test_links_are_used_whatever_was_tried_at_the_address(
    coming_from: From, community: Community
) -> None:
    """Nobody guesses one, so they need no limit that someone else could use up."""
    client = coming_from(HERE)
    for name in ("Mara", "Cleo"):
        use_up(client, name)
    for _ in range(60):
        assert client.post("/enter/made-up").status_code == 404
        assert client.post("/join/made-up", data={"name": "x"}).status_code == 404
    secret = community.base.accounts.links.make("sign-in", community.ids["Mara"], END)
    assert client.post(f"/enter/{secret}").status_code == 303


def test_what_one_address_costs_is_bounded_and_known_browsers_are_left_in_peace(
    coming_from: From, community: Community, app: Litestar
) -> None:
    mine = coming_from(HERE, "Mara")
    app.state["visits"].serve(community.base, generous(address=5))
    tried = [sign_in(coming_from(HERE), f"Name {number}").status_code for number in range(7)]
    assert tried == [401] * 5 + [429] * 2
    assert sign_in(mine, "Mara").status_code == 303
    assert sign_in(coming_from(THERE), "Cleo").status_code == 303


def test_tries_that_are_refused_use_up_nothing(
    coming_from: From, community: Community, app: Litestar
) -> None:
    """While an address is kept waiting, and while a name there is."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    every = timedelta(seconds=1)
    address = Attempts(4, every, clock=lambda: now, random=numbers)
    limits = structs.replace(generous(name=3), address=address)
    app.state["visits"].serve(community.base, limits)
    attacked = [sign_in(coming_from(HERE), f"Name {number}").status_code for number in range(9)]
    assert attacked == [401] * 4 + [429] * 5
    assert [sign_in(coming_from(HERE), "Mara").status_code for _ in range(9)] == [429] * 9
    now += every
    assert sign_in(coming_from(HERE), "Mara").status_code == 303
    now += 4 * every
    use_up(coming_from(HERE), "Cleo")
    for _ in range(9):
        assert sign_in(coming_from(HERE), "Cleo").status_code == 429
    assert sign_in(coming_from(HERE), "Mara").status_code == 303


@pytest.fixture
def hours(community: Community, app: Litestar) -> Callable[[int], None]:
    """Moves a clock on; an address has 4 tries an hour, and each name 3 where these are used up."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    hour = timedelta(hours=1)

    def move(many: int) -> None:
        nonlocal now
        now += many * hour

    address = Attempts(4, hour, clock=lambda: now, random=numbers)
    few = Few(3, hour, clock=lambda: now)
    app.state["visits"].serve(
        community.base, structs.replace(generous(name=8), address=address, few=few)
    )
    return move


def test_who_tries_other_names_keeps_nobody_at_the_address_waiting(
    coming_from: From, hours: Callable[[int], None]
) -> None:
    assert {sign_in(coming_from(HERE), f"Name {n}").status_code for n in range(50)} == {401}
    assert sign_in(coming_from(HERE), "Mara", WRONG).status_code == 401
    assert sign_in(coming_from(HERE), "Mara").status_code == 303


def test_where_an_address_has_no_tries_left_each_name_has_a_few_whether_there_is_one_or_not(
    coming_from: From, hours: Callable[[int], None]
) -> None:
    for number in range(4):
        sign_in(coming_from(HERE), f"Name {number}")
    answers = []
    for name in ("Mara", "Nora"):
        tried = [sign_in(coming_from(HERE), name, WRONG) for _ in range(5)]
        assert [each.status_code for each in tried] == [401] * 3 + [429] * 2
        answers.append([(each.text.replace(name, ""), each.headers) for each in tried])
    for (text, headers), (other, others) in zip(*answers, strict=True):
        assert text == other
        assert headers.get("retry-after") == others.get("retry-after")
    assert sign_in(coming_from(HERE), "Mara").status_code == 429
    assert sign_in(coming_from(THERE), "Mara").status_code == 303
    hours(2)
    assert sign_in(coming_from(HERE), "Mara").status_code == 303


def test_the_few_give_no_name_more_than_its_own_limit(
    coming_from: From, community: Community, app: Litestar
) -> None:
    """Who has used up the tries of a name has none more where the address has none."""
    limits = structs.replace(generous(name=3, address=3), few=few(3))
    app.state["visits"].serve(community.base, limits)
    tried = [sign_in(coming_from(HERE), "Mara", WRONG).status_code for _ in range(9)]
    assert tried == [401] * 3 + [429] * 6


def test_many_tries_at_once_leave_pages_their_threads(
    community: Community, app: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They wait for their turn in no thread, and two at most are looked at at a time."""
    hasher = HeldHasher()
    accounts = community.base.accounts
    passwords = Passwords(accounts.store, hasher, community="Ours", random=bytes)
    monkeypatch.setattr(accounts, "passwords", passwords)

    async def attacked() -> None:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(4))
        transport = httpx.ASGITransport(app=cast("Any", app))
        async with httpx.AsyncClient(transport=transport, base_url=SITE) as client:
            form = {"name": "mara@example.org", "password": WRONG}
            limits = app.state["visits"].limits
            tries = [asyncio.create_task(client.post("/sign-in", data=form)) for _ in range(40)]
            while limits.line.waiting() < 38:
                assert (await client.get("/sign-in")).status_code == 200
            assert (await client.get("/about")).status_code == 200
            assert not any(each.done() for each in tries)
            hasher.held.set()
            assert {answer.status_code for answer in await asyncio.gather(*tries)} == {401}

    app.state["visits"].serve(community.base, generous())
    asyncio.run(attacked())
    assert hasher.most <= 2


class HeldHasher(CountingHasher):
    """Looks at no password before it may; `most` is how many it looked at at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.held = Event()
        self.most = self._now = 0
        self._lock = Lock()

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        self.held.wait()
        with self._lock:
            self._now -= 1
        return super().verify(hash, password)


def test_the_cookie_of_a_browser_lasts_a_year_and_goes_with_its_member(
    coming_from: From,
) -> None:
    client = coming_from(HERE)
    told = sign_in(client, "Mara").headers.get_list("set-cookie")
    (header,) = [each for each in told if each.startswith(DEVICE)]
    for part in ("Max-Age=31536000", "Path=/", "Secure", "HttpOnly", "SameSite=lax"):
        assert part in header
    send(client, "/sign-out")
    assert DEVICE in client.cookies
    assert sign_in(client, "Mara").status_code == 303
    send(client, "/account/leave", {"sure": "1"}, 200)
    assert DEVICE not in client.cookies


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.7", "192.0.2.8", False),
        ("::ffff:192.0.2.7", "192.0.2.7", True),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("", "", True),
        ("not an address", "not an address", True),
    ],
)
def test_an_address_is_what_one_customer_is_given(one: str, other: str, same: bool) -> None:
    assert (one_place(one) == one_place(other)) is same


def test_keys_of_tries_are_hashed() -> None:
    limits = attempts(3)
    assert b"192.0.2.7" not in limits.keyed("192.0.2.7")

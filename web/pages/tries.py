"""Counting of sign-in attempts, such that nobody uses up another's.

A browser in which the member signed in before has attempts of its own. Elsewhere they count by
name and address together, so that neither attempts on the same name from other addresses nor
attempts on other names from the same address get in the way. The total of one address is limited
far above that; once it is used up, each name has a few attempts left, one at a time (`web.line`).
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from litestar import Request, Response
from msgspec import Struct

from kb import KnowledgeBase
from kb.errors import TooManyAttempts
from web.visit import Limits, cookie_name, set_cookie, visit_of

KEPT = 365 * 24 * 3600
"""Seconds that a browser stays known after a sign-in."""


class Counted(Struct, frozen=True):
    """The keys that an attempt to sign in counts for.

    `own` is the name in a browser where its member signed in before, None in any other; `pair` is
    the name at this address.
    """

    own: bytes | None
    pair: bytes
    address: bytes

    @property
    def place(self) -> bytes:
        """The place in the queue: a known browser has its own."""
        return self.own or self.address


def counted(request: Request[Any, Any, Any], limits: Limits, name: str) -> Counted:
    """The keys of an attempt to sign in as `name`, whether or not that name exists."""
    visit = visit_of(request)
    accounts = visit.base.accounts
    hashes = accounts.names.hashes(name)
    looks = hashes[-1].hex()
    device = accounts.devices.knows(_cookie_of(request, visit.base), *hashes)
    return Counted(
        own=limits.name.keyed("device", device, looks) if device else None,
        pair=limits.name.keyed("address", visit.address, looks),
        address=limits.address.keyed(visit.address),
    )


def look(limits: Limits, what: Counted) -> bool:
    """Whether the address has no attempts left, and this is one of the few of the name.

    Counts nothing. Raises `TooManyAttempts` if the attempt has to wait.
    """
    if what.own and not limits.name.wait(what.own):
        return False
    if wait := limits.name.wait(what.pair):
        raise TooManyAttempts(wait)
    wait = limits.address.wait(what.address)
    if wait and not limits.few.left(what.pair):
        raise TooManyAttempts(wait)
    return bool(wait)


def admit_sign_in(limits: Limits, what: Counted) -> Callable[[], None]:
    """Count an attempt; returns a function to call if it succeeds.

    The few attempts of a name do not count for the name or the address, nor do other names count
    for them. Raises `TooManyAttempts`, in which case nothing is counted.
    """
    if what.own and not limits.name.take(what.own):
        return partial(limits.name.forgive, what.own)
    if wait := limits.name.wait(what.pair):
        raise TooManyAttempts(wait)
    if wait := limits.address.take(what.address):
        if limits.few.take(what.pair):
            return _nothing
        raise TooManyAttempts(wait)
    if wait := limits.name.take(what.pair):
        # No password is checked, so it costs the server nothing.
        limits.address.give_back(what.address)
        raise TooManyAttempts(wait)

    def right() -> None:
        limits.name.forgive(what.pair)
        limits.address.give_back(what.address)

    return right


def _nothing() -> None:
    """Success does not give one of the few attempts back."""


def place_of(request: Request[Any, Any, Any], limits: Limits) -> bytes:
    """The place in the queue of a request without a name: its known browser, or its address."""
    visit = visit_of(request)
    device = visit.base.accounts.devices.number(_cookie_of(request, visit.base))
    return limits.address.keyed("device", device) if device else limits.address.keyed(visit.address)


def remember_device(
    answer: Response[Any], request: Request[Any, Any, Any], base: KnowledgeBase, member: str
) -> None:
    """Set the cookie by which the browser is known to `member` at the next sign-in."""
    accounts = base.accounts
    name = accounts.names.hash_of(member)
    value = accounts.devices.remembering(_cookie_of(request, base), name)
    set_cookie(answer, base, _cookie(base), value, KEPT)


def forget_device(answer: Response[Any], base: KnowledgeBase) -> None:
    """Delete the cookie by which the browser is known."""
    set_cookie(answer, base, _cookie(base), "", 0)


def _cookie(base: KnowledgeBase) -> str:
    return f"{cookie_name(base)}-device"


def _cookie_of(request: Request[Any, Any, Any], base: KnowledgeBase) -> str:
    return request.cookies.get(_cookie(base), "")

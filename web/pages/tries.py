"""How tries to sign in are counted: nobody uses up those of another.

A browser in which the member signed in before has tries of its own. From elsewhere they count for
name and address together, so neither who tries a name elsewhere nor who tries others from the same
address is in the way. What one address may cost the server in all is bounded far above that; where
it has used that up, each name has a few tries left, one at a time, see `web.line`.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from litestar import Request, Response
from msgspec import Struct

from kb import KnowledgeBase
from kb.errors import TooManyAttempts
from web.visit import Limits, cookie_name, visit_of

KEPT = 365 * 24 * 3600
"""Seconds that a browser is known after a sign-in."""


class Counted(Struct, frozen=True):
    """What a try to sign in counts for.

    `own` is the name in a browser where its member signed in before, None in any other; `pair` is
    the name at this address.
    """

    own: bytes | None
    pair: bytes
    address: bytes

    @property
    def place(self) -> bytes:
        """Where it waits for its turn: those in known browsers wait for no others."""
        return self.own or self.address


def counted(request: Request[Any, Any, Any], limits: Limits, name: str) -> Counted:
    """What a try to sign in as `name` counts for, whether or not there is such a name."""
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
    """Whether it is one of the few that an address which has none left still has for each name.

    Uses up nothing. Raises `TooManyAttempts` if it has to wait.
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
    """Count a try; what to call if it was right. Raises `TooManyAttempts`, and counts nothing then.

    What other names did at an address takes nothing from the few tries of this one, and these take
    nothing from those of the name or of the address.
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
        # No password is looked at, so it costs the server nothing.
        limits.address.give_back(what.address)
        raise TooManyAttempts(wait)

    def right() -> None:
        limits.name.forgive(what.pair)
        limits.address.give_back(what.address)

    return right


def _nothing() -> None:
    """A right password gives none of the few back."""


def place_of(request: Request[Any, Any, Any], limits: Limits) -> bytes:
    """Where someone who has not said their name waits: in a known browser for no others."""
    visit = visit_of(request)
    device = visit.base.accounts.devices.number(_cookie_of(request, visit.base))
    return limits.address.keyed("device", device) if device else limits.address.keyed(visit.address)


def remember_device(
    answer: Response[Any], request: Request[Any, Any, Any], base: KnowledgeBase, member: str
) -> None:
    """Let the browser tell next time that `member` signed in there."""
    accounts = base.accounts
    name = accounts.names.hash_of(member)
    value = accounts.devices.remembering(_cookie_of(request, base), name)
    _set_cookie(answer, base, value, KEPT)


def forget_device(answer: Response[Any], base: KnowledgeBase) -> None:
    """Let the browser forget that anybody signed in there."""
    _set_cookie(answer, base, "", 0)


def _set_cookie(answer: Response[Any], base: KnowledgeBase, value: str, lasts: int) -> None:
    answer.set_cookie(
        _cookie(base),
        value,
        max_age=lasts,
        path="/",
        httponly=True,
        secure=base.settings.secure,
        samesite="lax",
    )


def _cookie(base: KnowledgeBase) -> str:
    return f"{cookie_name(base)}-device"


def _cookie_of(request: Request[Any, Any, Any], base: KnowledgeBase) -> str:
    return request.cookies.get(_cookie(base), "")

"""How tries to sign in are counted: nobody uses up those of somebody else.

A browser in which the member signed in before has tries of its own. From elsewhere they count for
name and address together, so neither who tries a name elsewhere nor who tries others from the same
address is in the way. What one address may cost the server in all is bounded far above that.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from litestar import Request, Response

from kb import KnowledgeBase
from kb.errors import TooManyAttempts
from web.visit import Limits, cookie_name, visit_of

KEPT = 365 * 24 * 3600
"""Seconds that a browser is known after a sign-in."""


def admit_sign_in(request: Request[Any, Any, Any], limits: Limits, name: str) -> Callable[[], None]:
    """Count a try to sign in as `name`; what to call if it was right. Raises `TooManyAttempts`."""
    visit = visit_of(request)
    accounts = visit.base.accounts
    hashes = accounts.names.hashes(name)
    looks = hashes[-1].hex()
    if device := accounts.devices.knows(_cookie_of(request, visit.base), *hashes):
        own = limits.name.keyed("device", device, looks)
        if not limits.name.take(own):
            return partial(limits.name.forgive, own)
    pair = limits.name.keyed("address", visit.address, looks)
    address = limits.address.keyed(visit.address)
    # The address first: a try that it may not make is none of this name.
    limits.address.admit(address)
    try:
        limits.name.admit(pair)
    except TooManyAttempts:
        # No password is looked at, so it costs the server nothing.
        limits.address.give_back(address)
        raise

    def right() -> None:
        limits.name.forgive(pair)
        limits.address.give_back(address)

    return right


def admit_begin(request: Request[Any, Any, Any], limits: Limits) -> None:
    """Count that a sign-in begins which names nobody yet. Raises `TooManyAttempts`."""
    visit = visit_of(request)
    device = visit.base.accounts.devices.number(_cookie_of(request, visit.base))
    parts = ("device", device) if device else (visit.address,)
    limits.address.admit(limits.address.keyed(*parts))


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

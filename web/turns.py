"""Lines that routes stand in: what grows with the base has its turn, and pages their threads."""

from asyncio import FIRST_COMPLETED, ensure_future, wait, wrap_future
from functools import partial
from typing import Any, Literal

from litestar import Request
from litestar.types import Receive, Scope

from kb.messages import _
from web.bodies import Unfinished
from web.line import Line
from web.visit import visit_of

Queue = Literal["", "searches", "reads", "long"]
"""Which line a route stands in: that of searches, that of other reads that grow, or none.

An entry stands in that of reads where its text is "long".
"""

LONG = 100_000
"""Bytes of a text whose page or answer takes a thread as long as a read that grows."""

_ENDS, _WAITED = "tributary.turn", "tributary.waited"


async def have_turn(request: Request[Any, Any, Any], line: Line, place: bytes) -> None:
    """Wait for a turn of `place`, for as long as the client waits; `end_turn` ends it.

    Who asks is to be settled again after that, where it `has_waited`.
    Raises `TooManyAttempts` if too many wait, `Unfinished` if the client went away.
    """
    mine = line.enter(place)
    request.scope.setdefault("state", {})[_ENDS] = partial(line.leave, mine)
    begun = wrap_future(mine)
    if not mine.done():
        request.scope["state"][_WAITED] = True
        visit_of(request).session.renew()  # while many wait, the views are read by none of them
        gone = ensure_future(_gone(request.receive))
        try:
            await wait((begun, gone), return_when=FIRST_COMPLETED)
        finally:
            gone.cancel()
        if not begun.done():
            begun.cancel()
            raise Unfinished(_("The client went away before it had its turn."))
    await begun


def end_turn(scope: Scope) -> None:
    """End the turn of a request, if it has one or waits for it."""
    if ends := scope.get("state", {}).pop(_ENDS, None):
        ends()


def has_waited(scope: Scope) -> bool:
    """Whether a request waited for its turn."""
    return bool(scope.get("state", {}).get(_WAITED))


async def _gone(receive: Receive) -> None:
    """Done once the client has gone; what stands in a line has no body."""
    while (await receive())["type"] != "http.disconnect":
        """The empty body."""

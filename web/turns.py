"""Queues for routes whose cost grows with the base, so that other pages keep their threads."""

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
"""The queue of a route: searches, other reads whose cost grows, or none.

With "long", an entry waits with the reads if its text is `LONG`.
"""

LONG = 100_000
"""Bytes of a text whose page or response occupies a thread as long as a read that grows."""

_ENDS, _WAITED = "tributary.turn", "tributary.waited"


async def have_turn(request: Request[Any, Any, Any], line: Line, place: bytes) -> None:
    """Wait for a turn of `place` while the client stays connected; `end_turn` ends the turn.

    A request that `has_waited` must be authenticated again.
    Raises `TooManyAttempts` if too many wait, `Unfinished` if the client disconnects.
    """
    mine = line.enter(place)
    request.scope.setdefault("state", {})[_ENDS] = partial(line.leave, mine)
    begun = wrap_future(mine)
    if not mine.done():
        request.scope["state"][_WAITED] = True
        visit_of(request).session.renew()  # waiting requests must not hold connections to the views
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
    """Whether the request had to wait for its turn."""
    return bool(scope.get("state", {}).get(_WAITED))


async def _gone(receive: Receive) -> None:
    """Return once the client has disconnected; requests with a queue have no body."""
    while (await receive())["type"] != "http.disconnect":
        """The empty body."""

"""Check in the log that a member still has the standing they had when they signed in."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from events.event import DamagedEvent, RecordedEvent
from kb.access import Principal, Role, is_operator
from kb.errors import Forbidden
from kb.messages import _

Holds = Callable[[Iterable[Any]], frozenset[Role]]
"""The roles of a member after the payloads of the events `OF_ROLES` on their stream."""

ENDED = frozenset({"member-left", "member-erased"})
"""After one of these events on their stream a member writes nothing more."""

OF_ROLES = frozenset({"member-invited", "member-role-given", "member-role-taken"})
"""The events on a member's stream that change their roles."""


def refuse_changed(
    principal: Principal,
    own: Sequence[RecordedEvent],
    decoded: Callable[[Iterable[RecordedEvent]], list[Any]],
    holds: Holds | None,
) -> None:
    """Raise `Forbidden` if `principal` left, was erased or (given `holds`) lost a role meanwhile.

    `own` is their stream, and `decoded` returns the payloads of events.
    """
    # A damaged event may have been the end; decoding it raises.
    decoded(event for event in own if isinstance(event, DamagedEvent))
    if any(event.type in ENDED for event in own):
        raise Forbidden(_("You are not a member any more, so you cannot change anything."))
    if holds is None or is_operator(principal):
        return
    if not principal.roles <= holds(decoded(event for event in own if event.type in OF_ROLES)):
        raise Forbidden(
            _("A role was taken from you meanwhile, so nothing was changed: see what you may now.")
        )

"""Whether a member is still who they were when they were asked who they are, as the log has it."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from events.event import DamagedEvent, RecordedEvent
from kb.access import Principal, Role, is_operator
from kb.errors import Forbidden
from kb.messages import _

Holds = Callable[[Iterable[Any]], frozenset[Role]]
"""Which roles a member has, from what the events `OF_ROLES` on their stream say."""

ENDED = frozenset({"member-left", "member-erased"})
"""After one of these events on their stream nobody writes any more."""

OF_ROLES = frozenset({"member-invited", "member-role-given", "member-role-taken"})
"""The events on a member's stream that say which roles they have."""


def refuse_changed(
    principal: Principal,
    own: Sequence[RecordedEvent],
    decoded: Callable[[Iterable[RecordedEvent]], list[Any]],
    holds: Holds | None,
) -> None:
    """Raise `Forbidden` for one who left, was erased or, if `holds` tells, lost a role meanwhile.

    `own` is the stream of `principal`, of which `decoded` tells what events say.
    """
    # One that is damaged may have been the end: decoding says so.
    decoded(event for event in own if isinstance(event, DamagedEvent))
    if any(event.type in ENDED for event in own):
        raise Forbidden(_("You are not a member any more, so you cannot change anything."))
    if holds is None or is_operator(principal):
        return
    if not principal.roles <= holds(decoded(event for event in own if event.type in OF_ROLES)):
        raise Forbidden(
            _("A role was taken from you meanwhile, so nothing was changed: see what you may now.")
        )

"""Commands on endorsements."""

from collections.abc import Callable, Sequence
from uuid import UUID

from kb import fields
from kb.access import require
from kb.aggregate import Aggregate
from kb.binding import bind
from kb.endorsements.actions import ENDORSE
from kb.endorsements.endorsement import (
    Endorsement,
    EndorsementEvent,
    endorse,
    evolve,
    is_own,
    withdraw,
)
from kb.entries.decide import refuse_archived, refuse_shown_to_more
from kb.entries.stream import load_entry
from kb.errors import Refused
from kb.ids import endorsement_id, endorsement_stream
from kb.messages import _
from kb.writer import Receipt, Writer


class Endorsements:
    """Commands on endorsements; receipts have the entry's id and the endorsement's version."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    def endorse(
        self,
        entry_id: str,
        reason: str,
        *,
        entry_version: int | None = None,
        command_id: UUID | None = None,
    ) -> Receipt:
        """Vouch for an entry of another member that is not archived.

        The same reason again adds nothing.

        Raises `InvalidInput`, `NotFound` or `Refused`, and `ShownToMore` if more people see the
        entry than at `entry_version`, even if that changes concurrently.
        """
        decide = bind(endorse, reason=fields.text("reason", reason))
        version = fields.optional_version(entry_version)

        def guard() -> None:
            require(self._writer.principal, ENDORSE)
            entry = load_entry(self._writer, entry_id)
            if is_own(entry.author, entry.source, self._writer.principal.member):
                raise Refused(_("Entry {id} is your own: others vouch for it.", id=entry.id))
            refuse_archived(entry, _("endorsed"))
            refuse_shown_to_more(entry, version)

        return self._execute(entry_id, decide, guard, command_id)

    def withdraw(self, entry_id: str, *, command_id: UUID | None = None) -> Receipt:
        """Take the endorsement back. Raises `NotFound`, or `Refused` if there is none."""
        return self._execute(entry_id, withdraw, None, command_id)

    def _execute(
        self,
        entry_id: str,
        decide: Callable[[Endorsement], Sequence[EndorsementEvent]],
        guard: Callable[[], object] | None,
        command_id: UUID | None,
    ) -> Receipt:
        # Even for a repeated command, as the entry may be hidden from them by now.
        entry_id = load_entry(self._writer, entry_id).id
        member = self._writer.actor
        aggregate = Aggregate(
            entry_id,
            endorsement_stream(endorsement_id(entry_id, member)),
            Endorsement(entry_id=entry_id, member=member),
            evolve,
        )
        return self._writer.execute(aggregate, decide, guard=guard, command_id=command_id).receipt

"""Commands on reuse."""

from functools import partial
from uuid import UUID

from kb.commands import Aggregate, NewId, Receipt, Writer, checked
from kb.entries import validation
from kb.entries.commands import refuse_archived
from kb.entries.service import load_entry
from kb.errors import InvalidInput
from kb.ids import id_for_command, reuse_stream
from kb.reuse.reuse import (
    OUTCOMES,
    Outcome,
    Reuse,
    ReuseRecorded,
    UpdateOutcome,
    decide,
    evolve,
)


class Reuses:
    """A group takes an entry into its work, and later tells what became of it.

    Commands raise `InvalidInput`, `NotFound` or `Refused`; receipts carry the reuse's id.
    """

    def __init__(self, writer: Writer, new_id: NewId) -> None:
        self._writer = writer
        self._new_id = new_id

    def record(
        self,
        entry_id: str,
        *,
        group: str,
        context: str,
        outcome: Outcome,
        resulting_entry: str | None = None,
        evidence: str | None = None,
        actor: str | None = None,
        command_id: UUID | None = None,
    ) -> Receipt:
        """Record that `group` reused an entry that is not archived; `evidence` is a web link."""
        entry = load_entry(self._writer, entry_id)
        refuse_archived(entry, "reused")
        recorded = ReuseRecorded(
            entry_id=entry.id,
            group=validation.group_name(group),
            context=validation.text("context", context),
            outcome=_outcome(outcome),
            resulting_entry=self._existing(resulting_entry),
            evidence=validation.link("evidence", evidence),
        )
        reuse_id = id_for_command(checked(command_id)) if command_id else str(self._new_id())
        return self._execute(reuse_id, recorded, actor, command_id)

    def update_outcome(
        self,
        reuse_id: str,
        outcome: Outcome,
        note: str,
        *,
        resulting_entry: str | None = None,
        evidence: str | None = None,
        actor: str | None = None,
        command_id: UUID | None = None,
    ) -> Receipt:
        """Tell what became of a reuse; a resulting entry or evidence left out stays as it is."""
        command = UpdateOutcome(
            outcome=_outcome(outcome),
            note=validation.text("note", note),
            resulting_entry=self._existing(resulting_entry),
            evidence=validation.link("evidence", evidence),
        )
        return self._execute(reuse_id, command, actor, command_id)

    def _existing(self, entry_id: str | None) -> str | None:
        return load_entry(self._writer, entry_id).id if entry_id else None

    def _execute(
        self,
        reuse_id: str,
        command: ReuseRecorded | UpdateOutcome,
        actor: str | None,
        command_id: UUID | None,
    ) -> Receipt:
        reuse_id = validation.known_id("reuse", reuse_id)
        aggregate = Aggregate(reuse_id, reuse_stream(reuse_id), Reuse(id=reuse_id), evolve)
        done = self._writer.execute(
            aggregate, partial(decide, command), actor=actor, command_id=command_id
        )
        return done.receipt


def _outcome(outcome: Outcome) -> Outcome:
    # Checked here as well, for callers that no type checker watches: the CLI and forms.
    if outcome not in OUTCOMES:
        raise InvalidInput(f"The outcome must be one of {', '.join(OUTCOMES)}.", "outcome")
    return outcome

"""Commands on reuse."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar
from uuid import UUID

from msgspec import UNSET, UnsetType

from kb import fields
from kb.access import Action, require
from kb.aggregate import Aggregate
from kb.binding import bind
from kb.entries.decide import refuse_archived, refuse_shown_to_more
from kb.entries.stream import load_entry, sees
from kb.errors import InvalidInput, Mistakes, NotFound
from kb.ids import id_for_command, reuse_stream
from kb.messages import _
from kb.reuse.actions import REUSE, UPDATE_REUSE, WITHDRAW_REUSE
from kb.reuse.reuse import (
    OUTCOMES,
    Outcome,
    Reuse,
    ReuseEvent,
    ReuseRecorded,
    evolve,
    record,
    update_outcome,
    withdraw,
)
from kb.writer import NewId, Receipt, Writer, checked

S = TypeVar("S")


class Reuses:
    """A group takes an entry into its work, and later tells what became of it.

    Commands raise `InvalidInput`, `NotFound` or `Refused`, `ShownToMore` where others see the entry
    than at `entry_version`; receipts carry the reuse's id.
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
        entry_version: int | None = None,
        command_id: UUID | None = None,
        beside: Mistakes | None = None,
    ) -> Receipt:
        """Record that `group` reused an entry that is not archived; `evidence` is a web link."""
        wrong = beside or Mistakes()
        version = wrong.of(fields.optional_version, entry_version)
        recorded = ReuseRecorded(
            entry_id=fields.known_id("entry", entry_id),
            recorded_by=self._writer.actor,
            group=wrong.of(fields.group_name, group),
            context=wrong.of(fields.text, "context", context),
            outcome=wrong.of(_outcome, outcome),
            resulting_entry=_known(resulting_entry),
            evidence=wrong.of(fields.link, "evidence", evidence),
        )
        wrong.refuse()

        def guard() -> None:
            require(self._writer.principal, REUSE)
            entry = load_entry(self._writer, recorded.entry_id)
            refuse_archived(entry, _("reused"))
            refuse_shown_to_more(entry, version)
            self._require(recorded.resulting_entry)

        # Even for a repeated command, as the entry may be hidden from them by now.
        load_entry(self._writer, recorded.entry_id)
        reuse_id = id_for_command(checked(command_id)) if command_id else str(self._new_id())
        return self._execute(reuse_id, bind(record, recorded=recorded), guard, command_id)

    def update_outcome(
        self,
        reuse_id: str,
        outcome: Outcome | UnsetType,
        note: str | UnsetType,
        *,
        resulting_entry: str | UnsetType | None = UNSET,
        evidence: str | UnsetType | None = UNSET,
        version: int | None = None,
        entry_version: int | None = None,
        command_id: UUID | None = None,
        beside: Mistakes | None = None,
    ) -> Receipt:
        """Tell what became of a reuse; what is unset stays, None removes entry or evidence.

        Raises `ReuseConflict` where it is not at `version` any more, if that is given.
        """
        wrong = beside or Mistakes()
        resulting_entry = _if_set(_known, resulting_entry)
        decide = bind(
            update_outcome,
            outcome=wrong.of(_if_set, _outcome, outcome),
            note=wrong.of(_if_set, partial(fields.text, "note"), note),
            resulting_entry=resulting_entry,
            evidence=wrong.of(_if_set, partial(fields.link, "evidence"), evidence),
            version=wrong.of(fields.optional_version, version),
        )
        seen = wrong.of(fields.optional_version, entry_version)
        wrong.refuse()
        entry_id = self._require_own(reuse_id, UPDATE_REUSE)

        def guard() -> None:
            refuse_shown_to_more(load_entry(self._writer, entry_id), seen)
            self._require(resulting_entry)

        return self._execute(reuse_id, decide, guard, command_id)

    def withdraw(self, reuse_id: str, reason: str, *, command_id: UUID | None = None) -> Receipt:
        """Take back a reuse that was recorded by mistake, so that it counts nowhere.

        For the member who recorded it, and curators. The history of the entry keeps it.
        """
        decide = bind(withdraw, reason=fields.text("reason", reason))
        entry_id = self._require_own(reuse_id, WITHDRAW_REUSE)
        return self._execute(
            reuse_id, decide, lambda: load_entry(self._writer, entry_id), command_id
        )

    def _require(self, entry_id: str | UnsetType | None) -> None:
        if isinstance(entry_id, str):
            load_entry(self._writer, entry_id)

    def _require_own(self, reuse_id: str, action: Action) -> str:
        """The id of its entry, if the principal may do `action` with it.

        Raises `NotFound` for a reuse of what is not seen, `Forbidden` for that of others.
        """
        aggregate = _aggregate(reuse_id)
        shown = self._writer.shown("reuse", aggregate.id)
        recorded = self._writer.load(aggregate).recorded if shown else None
        if recorded is None or not sees(self._writer, recorded.entry_id):
            raise NotFound(_("There is no reuse {reuse_id}.", reuse_id=reuse_id))
        require(self._writer.principal, action, recorded.recorded_by)
        return recorded.entry_id

    def _execute(
        self,
        reuse_id: str,
        decide: Callable[[Reuse], Sequence[ReuseEvent]],
        guard: Callable[[], object],
        command_id: UUID | None,
    ) -> Receipt:
        aggregate = _aggregate(reuse_id)
        return self._writer.execute(aggregate, decide, guard=guard, command_id=command_id).receipt


def _aggregate(reuse_id: str) -> Aggregate[Reuse]:
    reuse_id = fields.known_id("reuse", reuse_id)
    return Aggregate(reuse_id, reuse_stream(reuse_id), Reuse(id=reuse_id), evolve)


def _known(entry_id: str | None) -> str | None:
    return fields.known_id("entry", entry_id) if entry_id else None


def _if_set(check: Callable[[S], S], value: S | UnsetType) -> S | UnsetType:
    return value if isinstance(value, UnsetType) else check(value)


def _outcome(outcome: Outcome) -> Outcome:
    # Checked here too, for input that no type checker sees: the CLI and forms.
    if outcome not in OUTCOMES:
        raise InvalidInput(
            _("The outcome must be one of {outcomes}.", outcomes=", ".join(OUTCOMES)), "outcome"
        )
    return outcome

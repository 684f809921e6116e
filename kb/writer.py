"""The writer: reads a stream, decides, and appends events, idempotently."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Generic, Literal, TypeVar
from uuid import UUID

from msgspec import Struct, structs

from events.codec import EventCodec
from events.errors import EventDataError, EventIdConflict, UnknownEventType, VersionConflict
from events.event import NewEvent, RecordedEvent
from kb.access import Principal
from kb.aggregate import Aggregate
from kb.errors import DataDirectoryError, Forbidden, InvalidInput, Refused, SentAlready
from kb.ids import event_id, member_stream
from kb.log_errors import log_errors
from kb.messages import _
from kb.noted_reads import NotedReads, StreamLog
from kb.standing import Holds, refuse_changed

Clock = Callable[[], datetime]
NewId = Callable[[], UUID]
Settle = Callable[[int], str | None]
Wrote = Callable[[str, int], None]
What = Literal["entry", "reuse", "erasure"]
Shown = Callable[[What, str], bool]
S = TypeVar("S")

ATTEMPTS = 20
"""How often a command is retried because its stream was changed meanwhile."""

UUID_VERSION = 7


class Receipt(Struct, frozen=True, omit_defaults=True):
    """The result of every command: the id of its entry or reuse, its version and position.

    The change is safe in any case; `behind` says if and why it is not visible yet.
    """

    id: str
    version: int
    position: int
    behind: str = ""


class Done(Struct, Generic[S], frozen=True):
    """The state before a command, and its receipt."""

    before: S
    receipt: Receipt


class Writer:
    """Appends what commands decide.

    A command has one UUIDv7: its correlation id, from which its events' ids are counted on. A
    command that is sent again with the same `command_id` gets the first receipt. A command that had
    nothing to change left no event to know it by: sent again, it is decided on what is there then.

    `settle` is called with a command's position, e.g. to wait until the views have taken it in, and
    answers in a sentence that they have not; `wrote` before that, with its stream and position;
    `shown` tells whether these show something to the principal, where there are views.
    Nobody writes after they have left or were erased, unless for `finishing` what they began; nor
    with a role that was taken from them meanwhile, where `holds` tells their roles; see
    `kb.standing`.
    """

    def __init__(
        self,
        log: StreamLog,
        codec: EventCodec,
        *,
        principal: Principal,
        new_event_id: NewId,
        settle: Settle,
        wrote: Wrote = lambda *_: None,
        shown: Shown = lambda *_: True,
        holds: Holds | None = None,
        finishing: bool = False,
    ) -> None:
        self._log = NotedReads(log)
        self._codec = codec
        self._new_event_id = new_event_id
        self._settle = settle
        self._wrote = wrote
        self._holds = holds
        self._finishing = finishing
        self.shown = shown
        self.principal = principal
        self.recorded = False
        """Whether anything was appended."""

    def as_(self, principal: Principal) -> "Writer":
        """A writer on behalf of another principal."""
        return Writer(
            self._log.log,
            self._codec,
            principal=principal,
            new_event_id=self._new_event_id,
            settle=self._settle,
            holds=self._holds,
        )

    @property
    def actor(self) -> str:
        """The member who acts. Raises `Forbidden` if they are not signed in."""
        if self.principal.member is None:
            raise Forbidden(_("Sign in to change anything."))
        return self.principal.member

    def prepare(self, streams: Iterable[str]) -> None:
        """Make the keys of many new streams with one sync of the disk."""
        with log_errors():
            self._codec.prepare(streams)

    def exists(self, stream: str) -> bool:
        """Whether `stream` has events."""
        return bool(self._read(stream))

    def load(self, aggregate: Aggregate[S]) -> S:
        """The present state of an aggregate; its empty state if it has no events."""
        return self._fold(aggregate, self._read(aggregate.stream))

    def told(self, stream: str) -> list[tuple[RecordedEvent, Any]]:
        """The events of `stream` with their payloads, whoever may see them."""
        recorded = self._read(stream)
        return list(zip(recorded, self._decoded(recorded), strict=True))

    def readable(
        self, stream: str
    ) -> tuple[list[tuple[RecordedEvent, Any]], list[tuple[RecordedEvent, str]]]:
        """As `told`, with a second list of unreadable events and the reasons."""
        told: list[tuple[RecordedEvent, Any]] = []
        lost: list[tuple[RecordedEvent, str]] = []
        for event in self._read(stream):
            try:
                told.append((event, self._decoded([event])[0]))
            except DataDirectoryError as error:
                lost.append((event, str(error)))
        return told, lost

    def execute(
        self,
        aggregate: Aggregate[S],
        decide: Callable[[S], Sequence[Struct]],
        *,
        guard: Callable[[], object] | None = None,
        turn: tuple[str, Struct] | None = None,
        command_id: UUID | None = None,
        settle: bool = True,
    ) -> Done[S]:
        """Append what `decide` makes of the present state, all or none.

        `guard` raises where other streams do not allow it; a repeated command is not asked again,
        for it has happened. All streams that both read through this writer are still as they were
        when the events are written: when another writer was faster, the command is decided anew on
        what that one left. `turn` names a stream and an event that is written to it as well: of two
        commands with a turn in the same stream, one is decided on all that the other did. Raises
        `SentAlready` if a command id was used for something else, `Refused` if the streams do not
        come to rest, `DataDirectoryError` if the log cannot be used, and whatever both raise.
        """
        command = checked(command_id) if command_id else self._new_event_id()
        for _attempt in range(ATTEMPTS):
            try:
                with self._log.noting():
                    done = self._attempt(aggregate, decide, guard, turn, command)
            except VersionConflict:
                continue
            if settle:
                self._wrote(aggregate.stream, done.receipt.position)
                done = Done(done.before, self.settle(done.receipt))
            return done
        raise Refused(
            _("Too many people are changing {id} at this moment; try again.", id=aggregate.id)
        )

    def settle(self, receipt: Receipt) -> Receipt:
        """Settle a receipt of an `execute` that did not."""
        return structs.replace(receipt, behind=self._settle(receipt.position) or "")

    def _attempt(
        self,
        aggregate: Aggregate[S],
        decide: Callable[[S], Sequence[Struct]],
        guard: Callable[[], object] | None,
        turn: tuple[str, Struct] | None,
        command: UUID,
    ) -> Done[S]:
        recorded = self._read(aggregate.stream)
        if done := self._repeated(aggregate, recorded, decide, command):
            return done
        if turn:
            self._read(turn[0])  # before all that is decided on
        if guard:
            guard()
        before = self._fold(aggregate, recorded)
        new = self._new_events(decide(before), aggregate.stream, command)
        if new:
            self._refuse_changed()
            also = {turn[0]: self._new_events(turn[1:], turn[0], command, len(new))} if turn else {}
            try:
                # What it is about comes last, so who waits for that has seen all of it.
                appended = self._log.append({**also, aggregate.stream: new})
            except EventIdConflict as error:
                raise _used_already(command) from error
            self.recorded, recorded = True, appended[-len(new) :]
        return Done(before, _receipt(aggregate.id, recorded))

    def _refuse_changed(self) -> None:
        # A principal who was a member then may be one no longer, e.g. in a long import.
        if self._finishing:
            return
        # Read here, it is compared when the events are written: nothing is taken in between.
        own = self._read(member_stream(self.actor))
        refuse_changed(self.principal, own, self._decoded, self._holds)

    def _read(self, stream: str) -> list[RecordedEvent]:
        return self._log.read_stream(stream)

    def _repeated(
        self,
        aggregate: Aggregate[S],
        recorded: list[RecordedEvent],
        decide: Callable[[S], Sequence[Struct]],
        command: UUID,
    ) -> Done[S] | None:
        """The first receipt of a command that is in the stream already."""
        first = [event for event in recorded if event.correlation_id == command]
        if not first:
            return None
        if first[0].actor != self.actor:
            raise _used_already(command)
        before = self._fold(aggregate, recorded[: first[0].version - 1])
        if list(decide(before)) != self._decoded(first):
            raise _used_already(command)
        return Done(before, _receipt(aggregate.id, first))

    def _new_events(
        self, events: Iterable[Struct], stream: str, command: UUID, start: int = 0
    ) -> list[NewEvent]:
        """Events of a command for `stream`, after `start` others of the same command."""
        found: list[NewEvent] = []
        for index, event in enumerate(events, start):
            id_ = event_id(command, index)
            with log_errors():
                name, schema_version, data = self._codec.encode(
                    event, id=id_, stream=stream, actor=self.actor
                )
            found.append(
                NewEvent(
                    id=id_,
                    type=name,
                    schema_version=schema_version,
                    data=data,
                    actor=self.actor,
                    correlation_id=command,
                )
            )
        return found

    def _decoded(self, recorded: Iterable[RecordedEvent]) -> list[Struct]:
        try:
            with log_errors(), self._codec.reading():
                return [self._codec.decode(event) for event in recorded]
        except (EventDataError, UnknownEventType) as error:
            raise DataDirectoryError(str(error)) from error

    def _fold(self, aggregate: Aggregate[S], recorded: Iterable[RecordedEvent]) -> S:
        return aggregate.fold(self._decoded(recorded))


def checked(command_id: UUID) -> UUID:
    """`command_id` if it is a UUIDv7; raises `InvalidInput` otherwise."""
    if command_id.version != UUID_VERSION:
        raise InvalidInput(
            _("The command id {command_id} is not a UUIDv7.", command_id=str(command_id)),
            "command_id",
        )
    return command_id


def _used_already(command: UUID) -> SentAlready:
    return SentAlready(
        _(
            "The command id {command} was used for something else already; send a new command id.",
            command=str(command),
        )
    )


def _receipt(aggregate_id: str, recorded: list[RecordedEvent]) -> Receipt:
    if not recorded:
        return Receipt(aggregate_id, 0, 0)
    return Receipt(aggregate_id, recorded[-1].version, recorded[-1].position)

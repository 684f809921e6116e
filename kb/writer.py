"""From a command to events in the log: read a stream, decide, append; repeating doubles nothing."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import reduce
from typing import Any, Generic, Literal, Protocol, TypeVar
from uuid import UUID

from msgspec import Struct, structs

from events.codec import EventCodec
from events.errors import EventDataError, EventIdConflict, UnknownEventType, VersionConflict
from events.event import DamagedEvent, NewEvent, RecordedEvent, StreamWrite
from kb.access import Asker
from kb.errors import DataDirectoryError, Forbidden, InvalidInput, Refused, SentAlready
from kb.ids import event_id, member_stream
from kb.log_errors import log_errors

Clock = Callable[[], datetime]
NewId = Callable[[], UUID]
Settle = Callable[[int], str | None]
Wrote = Callable[[str, int], None]
What = Literal["entry", "reuse", "erasure"]
Shown = Callable[[What, str], bool]
S = TypeVar("S")

ATTEMPTS = 20
"""How often a command is decided anew because its stream moved on meanwhile."""

UUID_VERSION = 7

ENDED = frozenset({"member-left", "member-erased"})
"""After one of these events on their stream nobody writes any more."""


class Receipt(Struct, frozen=True, omit_defaults=True):
    """What every command answers: the id of its entry or reuse, version and position now.

    What it wrote is safe in any case; `behind` says so where it is not shown yet, and why.
    """

    id: str
    version: int
    position: int
    behind: str = ""


class Aggregate(Struct, Generic[S], frozen=True):
    """One stream and how its events add up to a state, from `empty` on."""

    id: str
    stream: str
    empty: S
    evolve: Callable[[S, Any], S]

    def fold(self, events: Iterable[Any]) -> S:
        """The state that `events`, the first ones of the stream, add up to."""
        return reduce(self.evolve, events, self.empty)


class Done(Struct, Generic[S], frozen=True):
    """What a command met, and what it answers."""

    before: S
    receipt: Receipt


class StreamLog(Protocol):
    """What commands need of an `EventLog`."""

    def append(self, *writes: StreamWrite) -> list[RecordedEvent]:
        """See `EventLog.append`."""
        ...

    def read_stream(self, stream: str) -> list[RecordedEvent]:
        """See `EventLog.read_stream`."""
        ...


class Writer:
    """Appends what commands decide.

    A command has one UUIDv7: its correlation id, from which its events' ids are counted on. A
    command that is sent again with the same `command_id` gets the first receipt. A command that had
    nothing to change left no event to know it by: sent again, it is decided on what is there then.

    `settle` is called with a command's position, e.g. to wait until the views have taken it in, and
    answers in a sentence that they have not; `wrote` before that, with its stream and position;
    `shown` tells whether these show something to the asker, where there are views.
    Nobody writes after they have left or were erased, unless for `finishing` what they began.
    """

    def __init__(
        self,
        log: StreamLog,
        codec: EventCodec,
        *,
        asker: Asker,
        new_event_id: NewId,
        settle: Settle,
        wrote: Wrote = lambda *_: None,
        shown: Shown = lambda *_: True,
        finishing: bool = False,
    ) -> None:
        self._log = log
        self._codec = codec
        self._new_event_id = new_event_id
        self._settle = settle
        self._wrote = wrote
        self._finishing = finishing
        self.shown = shown
        self.asker = asker

    def acting_for(self, asker: Asker) -> "Writer":
        """The same, on behalf of another member."""
        return Writer(
            self._log,
            self._codec,
            asker=asker,
            new_event_id=self._new_event_id,
            settle=self._settle,
        )

    @property
    def actor(self) -> str:
        """The member whose events these are. Raises `Forbidden` for someone not known."""
        if self.asker.member is None:
            raise Forbidden("Sign in to change anything.")
        return self.asker.member

    def prepare(self, streams: Iterable[str]) -> None:
        """Make the keys of new streams at once, where many are to be written: one sync for all."""
        with log_errors():
            self._codec.prepare(streams)

    def exists(self, stream: str) -> bool:
        """Whether anything happened in `stream`."""
        return bool(self._read(stream))

    def load(self, aggregate: Aggregate[S]) -> S:
        """The present state of an aggregate; its empty state if it has no events."""
        return self._fold(aggregate, self._read(aggregate.stream))

    def told(self, stream: str) -> list[tuple[RecordedEvent, Any]]:
        """The events of `stream`, each with what it says, no matter who may see it."""
        recorded = self._read(stream)
        return list(zip(recorded, self._decoded(recorded), strict=True))

    def readable(
        self, stream: str
    ) -> tuple[list[tuple[RecordedEvent, Any]], list[tuple[RecordedEvent, str]]]:
        """As `told`, and beside it the events that cannot be read, each with the reason."""
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
        command_id: UUID | None = None,
        settle: bool = True,
    ) -> Done[S]:
        """Append what `decide` makes of the present state, all or none.

        `guard` raises where other streams do not allow it; a repeated command is not asked again,
        for it has happened. Streams are not decided together: another may change right after.
        When another writer was faster, the command is decided anew on what that one left. Raises
        `SentAlready` if a command id was used for something else, `Refused` if the stream does
        not come to rest,
        `DataDirectoryError` if the log cannot be used, and whatever `decide` raises.
        """
        command = checked(command_id) if command_id else self._new_event_id()
        for _ in range(ATTEMPTS):
            recorded = self._read(aggregate.stream)
            done = self._repeated(aggregate, recorded, decide, command)
            if done is None:
                if guard:
                    guard()
                try:
                    done = self._attempt(aggregate, recorded, decide, command)
                except VersionConflict:
                    continue
            if settle:
                self._wrote(aggregate.stream, done.receipt.position)
                done = Done(done.before, self.settle(done.receipt))
            return done
        raise Refused(f"Too many people are changing {aggregate.id} at this moment; try again.")

    def settle(self, receipt: Receipt) -> Receipt:
        """What `execute` ends with, for a caller who told it not to."""
        return structs.replace(receipt, behind=self._settle(receipt.position) or "")

    def _attempt(
        self,
        aggregate: Aggregate[S],
        recorded: list[RecordedEvent],
        decide: Callable[[S], Sequence[Struct]],
        command: UUID,
    ) -> Done[S]:
        before = self._fold(aggregate, recorded)
        new = [
            self._new_event(event, event_id(command, index), aggregate.stream, self.actor, command)
            for index, event in enumerate(decide(before))
        ]
        if new:
            self._refuse_ended()
            try:
                with log_errors():
                    recorded = self._log.append(StreamWrite(aggregate.stream, new, len(recorded)))
            except EventIdConflict as error:
                raise _used_already(command) from error
        return Done(before, _receipt(aggregate.id, recorded))

    def _refuse_ended(self) -> None:
        # An asker who was a member then may be one no longer, e.g. in a long import.
        if self._finishing:
            return
        own = self._read(member_stream(self.actor))
        # One that is damaged may have been the end: decoding says so.
        self._decoded(event for event in own if isinstance(event, DamagedEvent))
        if any(event.type in ENDED for event in own):
            raise Forbidden("You are not a member any more, so you cannot change anything.")

    def _read(self, stream: str) -> list[RecordedEvent]:
        with log_errors():
            return self._log.read_stream(stream)

    def _repeated(
        self,
        aggregate: Aggregate[S],
        recorded: list[RecordedEvent],
        decide: Callable[[S], Sequence[Struct]],
        command: UUID,
    ) -> Done[S] | None:
        """The first answer to a command that is in the stream already."""
        first = [event for event in recorded if event.correlation_id == command]
        if not first:
            return None
        if first[0].actor != self.actor:
            raise _used_already(command)
        before = self._fold(aggregate, recorded[: first[0].version - 1])
        if list(decide(before)) != self._decoded(first):
            raise _used_already(command)
        return Done(before, _receipt(aggregate.id, first))

    def _new_event(
        self, event: Struct, new_id: UUID, stream: str, actor: str, command: UUID
    ) -> NewEvent:
        with log_errors():
            name, schema_version, data = self._codec.encode(
                event, id=new_id, stream=stream, actor=actor
            )
        return NewEvent(
            id=new_id,
            type=name,
            schema_version=schema_version,
            data=data,
            actor=actor,
            correlation_id=command,
        )

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
        raise InvalidInput(f"The command id {command_id} is not a UUIDv7.", "command_id")
    return command_id


def _used_already(command: UUID) -> SentAlready:
    return SentAlready(
        f"The command id {command} was used for something else already; send a new command id."
    )


def _receipt(aggregate_id: str, recorded: list[RecordedEvent]) -> Receipt:
    if not recorded:
        return Receipt(aggregate_id, 0, 0)
    return Receipt(aggregate_id, recorded[-1].version, recorded[-1].position)

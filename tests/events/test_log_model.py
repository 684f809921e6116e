"""Whatever is asked of them in whatever order, both logs behave as a plain list would."""

import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from events.errors import EventIdConflict, VersionConflict
from events.event import NewEvent, RecordedEvent, StreamWrite
from events.log import EventLog
from events.memory import InMemoryEventLog
from events.sqlite import SqliteEventLog
from tests.contracts.event_log import NOW, content, new_event
from tests.examples import costly

NAMES = ["entry-1", "entry-2", "Größe \U0001f993"]
STREAMS = st.sampled_from(NAMES)
OFF = st.sampled_from([0, 0, 0, 0, 0, 1, -1])
DATA = st.sampled_from([b"{}", b'{"a":1}', '{"a":"ß"}'.encode()])
PAYLOADS = st.lists(DATA, max_size=4)
Row = tuple[str, int, tuple[object, ...]]


class LogMachine(RuleBasedStateMachine):
    """`rows` is the model: stream, version and content of every event in the order of positions."""

    @initialize()
    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "log.sqlite"
        self.sqlite = SqliteEventLog(self.path, create=True, clock=lambda: NOW)
        self.memory = InMemoryEventLog(clock=lambda: NOW, identity=self.sqlite.mark().identity)
        self.rows: list[Row] = []
        self.given: list[NewEvent] = []

    @property
    def logs(self) -> list[EventLog]:
        return [self.memory, self.sqlite]

    def version(self, stream: str) -> int:
        return sum(row[0] == stream for row in self.rows)

    def expect(self, writes: list[StreamWrite]) -> list[int] | str:
        """The positions that an append must answer, or the error that it must raise."""
        events = [(write.stream, event) for write in writes for event in write.events]
        ids = [event.id for _, event in events]
        known = {row[2][0]: place for place, row in enumerate(self.rows)}
        if len({write.stream for write in writes}) < len(writes):
            return ValueError.__name__
        if len(set(ids)) < len(ids):
            return EventIdConflict.__name__
        if any(id_ in known for id_ in ids):
            same = all(
                event.id in known
                and self.rows[known[event.id]][0] == stream
                and self.rows[known[event.id]][2] == content(event)
                for stream, event in events
            )
            return [known[id_] + 1 for id_ in ids] if same else EventIdConflict.__name__
        for write in writes:
            if write.expected_version != self.version(write.stream):
                return f"{VersionConflict.__name__} {write.stream} {self.version(write.stream)}"
        return [len(self.rows) + place for place in range(1, len(events) + 1)]

    def append(self, *writes: StreamWrite) -> None:
        wanted = self.expect([*writes])
        given = [event for write in writes for event in write.events]
        answers: list[list[RecordedEvent]] = []
        refusals: set[str] = set()
        for log in self.logs:
            try:
                answers.append(log.append(*writes))
            except VersionConflict as error:
                refusals.add(f"{type(error).__name__} {error.stream} {error.actual}")
            except (EventIdConflict, ValueError) as error:
                refusals.add(type(error).__name__)
            else:
                assert [event.position for event in answers[-1]] == wanted
                assert [content(event) for event in answers[-1]] == list(map(content, given))
        assert refusals == ({wanted} if isinstance(wanted, str) else set())
        if answers:
            assert answers[0] == answers[1]
            if answers[0] and answers[0][0].position > len(self.rows):
                self.rows += [
                    (write.stream, write.expected_version + place, content(event))
                    for write in writes
                    for place, event in enumerate(write.events, 1)
                ]
                self.given += given

    @rule(writes=st.lists(st.tuples(STREAMS, PAYLOADS, OFF), max_size=4))
    def append_new(self, writes: list[tuple[str, list[bytes], int]]) -> None:
        self.append(
            *(
                StreamWrite(stream, [new_event(data) for data in payloads], self.at(stream, off))
                for stream, payloads, off in writes
            )
        )

    @rule(
        streams=st.lists(STREAMS, min_size=1, max_size=3, unique=True),
        actors=st.lists(st.sampled_from(["a", "b"]), min_size=2, max_size=5),
        checked=st.lists(STREAMS, max_size=2, unique=True),
        off=OFF,
    )
    def append_by_many(
        self, streams: list[str], actors: list[str], checked: list[str], off: int
    ) -> None:
        """To several streams, each actor's events to one after the other, with checks of others."""
        shares = [actors[place :: len(streams)] for place in range(len(streams))]
        self.append(
            *(StreamWrite(each, [], self.at(each, off)) for each in checked if each not in streams),
            *(
                StreamWrite(stream, [new_event(actor=actor) for actor in share], self.at(stream, 0))
                for stream, share in zip(streams, shares, strict=True)
            ),
        )

    @rule(data=st.data(), new=st.integers(0, 1), expected=st.integers(0, 3), stream=STREAMS)
    def append_again(self, data: st.DataObject, new: int, expected: int, stream: str) -> None:
        """Known events where they stood, or in one other stream, perhaps beside new ones."""
        if self.given:
            known = data.draw(st.lists(st.sampled_from(self.given), min_size=1, max_size=3))
            places = {row[2][0]: row[0] for row in self.rows}
            home = data.draw(st.booleans())
            writes: dict[str, list[NewEvent]] = {stream: [new_event() for _ in range(new)]}
            for event in known:
                writes.setdefault(places[event.id] if home else stream, []).append(event)
            self.append(*(StreamWrite(name, each, expected) for name, each in writes.items()))

    @rule(data=st.data(), stream=STREAMS, payload=DATA)
    def append_known_id(self, data: st.DataObject, stream: str, payload: bytes) -> None:
        if self.given:
            known = data.draw(st.sampled_from(self.given))
            self.append(StreamWrite(stream, [new_event(payload, id=known.id)], self.at(stream, 0)))

    @rule(streams=st.permutations(NAMES), writers=st.integers(2, 3))
    def race(self, streams: list[str], writers: int) -> None:
        """Writers who all write to one stream and check the others: one of them wins."""
        own, *others = streams
        events = {event.id: event for event in [new_event() for _ in range(writers)]}
        checks = [StreamWrite(other, [], self.at(other, 0)) for other in others]
        version = self.version(own)

        def write(event: NewEvent) -> list[RecordedEvent]:
            try:
                return self.sqlite.append(*checks, StreamWrite(own, [event], version))
            except VersionConflict:
                return []

        with ThreadPoolExecutor(writers) as pool:
            [[won]] = filter(None, pool.map(write, events.values()))
        self.append(*checks, StreamWrite(own, [events[won.id]], version))

    def at(self, stream: str, off: int) -> int:
        return self.version(stream) + off

    @rule(after=st.integers(-2, 40), limit=st.integers(-1, 40))
    def read(self, after: int, limit: int) -> None:
        first, second = (log.read(after, limit) for log in self.logs)
        assert first == second
        start = max(after, 0)
        wanted = self.rows[start : start + max(limit, 0)]
        assert [(e.stream, e.version, content(e)) for e in first] == wanted
        assert [e.position for e in first] == list(range(start + 1, start + 1 + len(wanted)))

    @rule(data=st.data())
    def mark(self, data: st.DataObject) -> None:
        position = data.draw(st.integers(0, len(self.rows)))
        assert self.memory.mark(position) == self.sqlite.mark(position)

    @rule(stream=STREAMS, after=st.integers(-1, 10))
    def read_stream(self, stream: str, after: int) -> None:
        first, second = (log.read_stream(stream, after) for log in self.logs)
        assert first == second
        wanted = [row for row in self.rows if row[0] == stream and row[1] > after]
        assert [(e.stream, e.version, content(e)) for e in first] == wanted

    @rule()
    def open_again(self) -> None:
        self.sqlite.close()
        self.sqlite = SqliteEventLog(self.path, clock=lambda: NOW)

    @invariant()
    def heads_agree(self) -> None:
        for log in self.logs:
            assert log.head() == len(self.rows)
            assert log.mark() == self.memory.mark()
            assert log.wait(len(self.rows) - 1, 0.0)
            assert not log.wait(len(self.rows), 0.0) or not self.rows

    def teardown(self) -> None:
        self.sqlite.close()
        self.folder.cleanup()


TestLogModel = LogMachine.TestCase
TestLogModel.settings = costly(2)

"""Whatever is asked of them in whatever order, both logs behave as a plain list would."""

import tempfile
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from events.errors import EventIdConflict, VersionConflict
from events.event import NewEvent, RecordedEvent
from events.log import EventLog
from events.memory import InMemoryEventLog
from events.sqlite import SqliteEventLog
from tests.contracts.event_log import NOW, content, new_event
from tests.examples import costly

STREAMS = st.sampled_from(["entry-1", "entry-2", "Größe \U0001f993"])
DATA = st.sampled_from([b"{}", b'{"a":1}', '{"a":"ß"}'.encode()])
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

    def expect(self, stream: str, events: list[NewEvent], expected: int) -> list[int] | str:
        """The positions that an append must answer, or the name of the error it must raise."""
        ids = [event.id for event in events]
        known = {row[2][0]: place for place, row in enumerate(self.rows)}
        if len(set(ids)) < len(ids):
            return EventIdConflict.__name__
        if any(id_ in known for id_ in ids):
            same = all(
                event.id in known
                and self.rows[known[event.id]][0] == stream
                and self.rows[known[event.id]][2] == content(event)
                for event in events
            )
            return [known[id_] + 1 for id_ in ids] if same else EventIdConflict.__name__
        if events and expected != self.version(stream):
            return VersionConflict.__name__
        return [len(self.rows) + place for place in range(1, len(events) + 1)]

    def append(self, stream: str, events: list[NewEvent], expected: int) -> None:
        wanted = self.expect(stream, events, expected)
        answers: list[list[RecordedEvent]] = []
        refusals: set[str] = set()
        for log in self.logs:
            try:
                answers.append(log.append(stream, events, expected))
            except (EventIdConflict, VersionConflict) as error:
                refusals.add(type(error).__name__)
            else:
                assert [event.position for event in answers[-1]] == wanted
                assert [content(event) for event in answers[-1]] == list(map(content, events))
        assert refusals == ({wanted} if isinstance(wanted, str) else set())
        if answers:
            assert answers[0] == answers[1]
            if answers[0] and answers[0][0].position > len(self.rows):
                start = self.version(stream)
                self.rows += [
                    (stream, start + place, content(event)) for place, event in enumerate(events, 1)
                ]
                self.given += events

    @rule(
        stream=STREAMS, payloads=st.lists(DATA, max_size=4), off=st.sampled_from([0, 0, 0, 1, -1])
    )
    def append_new(self, stream: str, payloads: list[bytes], off: int) -> None:
        self.append(stream, [new_event(data) for data in payloads], self.version(stream) + off)

    @rule(stream=STREAMS, actors=st.lists(st.sampled_from(["a", "b"]), min_size=2, max_size=5))
    def append_by_many(self, stream: str, actors: list[str]) -> None:
        self.append(stream, [new_event(actor=actor) for actor in actors], self.version(stream))

    @rule(data=st.data(), stream=STREAMS, new=st.integers(0, 1), expected=st.integers(0, 3))
    def append_again(self, data: st.DataObject, stream: str, new: int, expected: int) -> None:
        if self.given:
            known = data.draw(st.lists(st.sampled_from(self.given), min_size=1, max_size=3))
            self.append(stream, [*known, *[new_event() for _ in range(new)]], expected)

    @rule(data=st.data(), stream=STREAMS, payload=DATA)
    def append_known_id(self, data: st.DataObject, stream: str, payload: bytes) -> None:
        if self.given:
            known = data.draw(st.sampled_from(self.given))
            self.append(stream, [new_event(payload, id=known.id)], self.version(stream))

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

"""The promises that every event log keeps: a backend is a subclass with a `log` fixture."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID, uuid4

import pytest
from msgspec import structs
from uuid_utils.compat import uuid7

from events.chain import chained
from events.errors import EventIdConflict, InvalidEvent, LogUnavailable, VersionConflict
from events.event import NewEvent, RecordedEvent, StreamWrite
from events.log import EventLog
from events.marks import misfit

CORRELATION = uuid7()
# Not UTC, so that a log has to turn it, and with microseconds, so that none are lost.
NOW = datetime(2031, 5, 17, 14, 30, 15, 123457, tzinfo=timezone(timedelta(hours=2)))


def new_event(
    data: bytes = b'{"tag":"calm"}',
    *,
    id: UUID | None = None,
    type: str = "entry.tagged",
    schema_version: int = 1,
    actor: str = "member-1",
    correlation_id: UUID = CORRELATION,
) -> NewEvent:
    """An event with an id of its own."""
    return NewEvent(
        id=id or uuid7(),
        type=type,
        schema_version=schema_version,
        data=data,
        actor=actor,
        correlation_id=correlation_id,
    )


def recorded_event(
    type: str,
    schema_version: int,
    data: bytes,
    *,
    id: UUID = CORRELATION,
    stream: str = "entry-1",
    actor: str = "member-1",
) -> RecordedEvent:
    """An event as a log answers it, for what only reads events."""
    return RecordedEvent(
        id=id,
        type=type,
        schema_version=schema_version,
        data=data,
        actor=actor,
        correlation_id=CORRELATION,
        stream=stream,
        version=1,
        position=1,
        recorded_at=NOW,
    )


def content(event: NewEvent) -> tuple[object, ...]:
    """What the caller gave."""
    return tuple(getattr(event, name) for name in NewEvent.__struct_fields__)


OTHER_CONTENT: list[tuple[str, Callable[[NewEvent], NewEvent]]] = [
    ("data", lambda e: new_event(b"{}", id=e.id)),
    ("type", lambda e: new_event(e.data, id=e.id, type="entry.untagged")),
    ("schema_version", lambda e: new_event(e.data, id=e.id, schema_version=2)),
    ("actor", lambda e: new_event(e.data, id=e.id, actor="member-2")),
    ("correlation_id", lambda e: new_event(e.data, id=e.id, correlation_id=uuid7())),
]


class EventLogContract:
    """Subclass it and give a fixture `log`: an empty log whose clock stands at `NOW`."""

    def test_an_empty_log_has_nothing(self, log: EventLog) -> None:
        assert log.head() == 0
        assert log.read(0, 10) == []
        assert log.read_stream("entry-1") == []

    def test_events_are_answered_with_their_places(self, log: EventLog) -> None:
        first, second = new_event(), new_event()
        recorded = log.append(StreamWrite("entry-1", [first, second], 0))
        assert [content(event) for event in recorded] == [content(first), content(second)]
        assert [(e.stream, e.version, e.position) for e in recorded] == [
            ("entry-1", 1, 1),
            ("entry-1", 2, 2),
        ]

    def test_what_is_read_is_what_was_answered(self, log: EventLog) -> None:
        words = "Größe \U0001f993 \u202eיום\x00"
        event = new_event(f'{{"a":"{words[:-1]}"}}'.encode(), type=words, actor=words)
        recorded = log.append(StreamWrite(words, [event], 0))
        assert log.read(0, 10) == recorded
        assert log.read_stream(words) == recorded

    def test_the_time_is_that_of_the_clock_in_utc(self, log: EventLog) -> None:
        [event] = log.append(StreamWrite("entry-1", [new_event()], 0))
        assert event.recorded_at == NOW
        assert log.read(0, 1)[0].recorded_at.tzinfo is UTC

    def test_versions_count_in_a_stream_and_positions_in_the_log(self, log: EventLog) -> None:
        log.append(StreamWrite("entry-1", [new_event()], 0))
        log.append(StreamWrite("entry-2", [new_event(), new_event()], 0))
        log.append(StreamWrite("entry-1", [new_event()], 1))
        assert [(e.stream, e.version, e.position) for e in log.read(0, 10)] == [
            ("entry-1", 1, 1),
            ("entry-2", 1, 2),
            ("entry-2", 2, 3),
            ("entry-1", 2, 4),
        ]
        assert log.head() == 4

    def test_a_stream_is_read_after_a_version(self, log: EventLog) -> None:
        recorded = log.append(StreamWrite("entry-1", [new_event() for _ in range(3)], 0))
        log.append(StreamWrite("entry-2", [new_event()], 0))
        assert log.read_stream("entry-1", 1) == recorded[1:]
        assert log.read_stream("entry-1", 3) == []
        assert log.read_stream("entry-1", -7) == recorded
        assert log.read_stream("entry-1", 2**70) == []

    def test_the_log_is_read_after_a_position_up_to_a_limit(self, log: EventLog) -> None:
        recorded = log.append(StreamWrite("entry-1", [new_event() for _ in range(5)], 0))
        assert log.read(1, 2) == recorded[1:3]
        assert log.read(4, 2) == recorded[4:]
        assert log.read(5, 2) == []
        assert log.read(-3, 2) == recorded[:2]
        assert log.read(2**70, 2) == []
        assert log.read(0, 0) == log.read(0, -1) == []

    def test_events_are_found_by_their_types(self, log: EventLog) -> None:
        log.append(
            StreamWrite("entry-1", [new_event(), new_event(type="entry.erased"), new_event()], 0)
        )
        log.append(StreamWrite("entry-2", [new_event(type="b")], 0))
        log.append(StreamWrite("entry-1", [new_event(type="entry.erased")], 3))
        recorded = log.read(0, 10)
        assert log.of_types({"entry.erased", "b", "c"}) == [recorded[at] for at in (1, 3, 4)]
        assert log.of_types({"c"}) == log.of_types(()) == []

    def test_long_reads_and_batches_come_whole(self, log: EventLog) -> None:
        recorded = log.append(StreamWrite("entry-1", [new_event() for _ in range(2345)], 0))
        assert [e.position for e in recorded] == list(range(1, 2346))
        assert log.read(0, 2**70) == log.read_stream("entry-1") == recorded
        assert log.read(7, 2001) == recorded[7:2008]

    @pytest.mark.parametrize("expected", [0, 2, -1, 2**70])
    def test_another_version_than_expected_is_refused(self, log: EventLog, expected: int) -> None:
        recorded = log.append(StreamWrite("entry-1", [new_event()], 0))
        with pytest.raises(VersionConflict) as caught:
            log.append(StreamWrite("entry-1", [new_event()], expected))
        assert (caught.value.stream, caught.value.actual) == ("entry-1", 1)
        assert caught.value.expected == expected
        assert log.read(0, 10) == recorded

    def test_a_known_event_is_answered_as_first_recorded(self, log: EventLog) -> None:
        events = [new_event(), new_event()]
        first = log.append(StreamWrite("entry-1", events, 0))
        log.append(StreamWrite("entry-1", [new_event()], 2))
        assert log.append(StreamWrite("entry-1", events, 0)) == first
        assert log.append(StreamWrite("entry-1", events[::-1], 3)) == first[::-1]
        assert log.append(StreamWrite("entry-1", events[1:], 99)) == first[1:]
        assert log.head() == 3

    def test_known_ids_are_looked_at_before_the_expected_version(self, log: EventLog) -> None:
        event = new_event()
        log.append(StreamWrite("entry-1", [event], 0))
        for expected in (0, 1, 5):
            with pytest.raises(EventIdConflict):
                log.append(StreamWrite("entry-1", [new_event(b"{}", id=event.id)], expected))

    @pytest.mark.parametrize(("what", "change"), OTHER_CONTENT, ids=[w for w, _ in OTHER_CONTENT])
    def test_a_known_id_with_other_content_is_refused(
        self, log: EventLog, what: str, change: Callable[[NewEvent], NewEvent]
    ) -> None:
        event = new_event()
        recorded = log.append(StreamWrite("entry-1", [event], 0))
        with pytest.raises(EventIdConflict, match="other content") as caught:
            log.append(StreamWrite("entry-1", [change(event)], 1))
        assert caught.value.event_id == event.id, what
        assert log.read(0, 10) == recorded

    def test_a_known_id_in_another_stream_is_refused(self, log: EventLog) -> None:
        event = new_event()
        log.append(StreamWrite("entry-1", [event], 0))
        with pytest.raises(EventIdConflict, match="other content"):
            log.append(StreamWrite("entry-2", [event], 0))
        assert log.read_stream("entry-2") == []

    @pytest.mark.parametrize("known_first", [True, False])
    def test_a_batch_known_in_part_is_refused_whole(self, log: EventLog, known_first: bool) -> None:
        known, unknown = new_event(), new_event()
        recorded = log.append(StreamWrite("entry-1", [known], 0))
        batch = [known, unknown] if known_first else [unknown, known]
        for expected in (0, 1):
            with pytest.raises(EventIdConflict, match="recorded already"):
                log.append(StreamWrite("entry-1", batch, expected))
        assert log.read(0, 10) == recorded

    def test_an_id_twice_in_a_batch_is_refused(self, log: EventLog) -> None:
        event = new_event()
        with pytest.raises(EventIdConflict, match="twice"):
            log.append(StreamWrite("entry-1", [event, event], 0))
        log.append(StreamWrite("entry-1", [event], 0))
        with pytest.raises(EventIdConflict, match="twice"):
            log.append(StreamWrite("entry-1", [event, event], 1))

    def test_nothing_to_record_is_answered_with_nothing(self, log: EventLog) -> None:
        assert log.append() == []
        assert log.append(StreamWrite("entry-1", [], 0), StreamWrite("entry-2", [], 0)) == []
        assert log.head() == 0

    def test_one_append_writes_to_several_streams_in_the_order_given(self, log: EventLog) -> None:
        log.append(StreamWrite("entry-1", [new_event()], 0))
        first, second, third, fourth = (new_event() for _ in range(4))
        recorded = log.append(
            StreamWrite("entry-2", [first, second], 0),
            StreamWrite("entry-1", [third], 1),
            StreamWrite("entry-3", [fourth], 0),
        )
        assert [content(event) for event in recorded] == [
            content(event) for event in (first, second, third, fourth)
        ]
        assert [(e.stream, e.version, e.position) for e in recorded] == [
            ("entry-2", 1, 2),
            ("entry-2", 2, 3),
            ("entry-1", 2, 4),
            ("entry-3", 1, 5),
        ]
        assert log.read(1, 10) == recorded
        assert log.read_stream("entry-2") == recorded[:2]
        assert log.read_stream("entry-1", 1) == recorded[2:3]
        assert {event.recorded_at for event in recorded} == {NOW}

    def test_the_hash_runs_through_the_streams_of_one_append(self, log: EventLog) -> None:
        hash_before = log.mark().hash
        recorded = log.append(
            StreamWrite("entry-1", [new_event(), new_event()], 0),
            StreamWrite("entry-2", [new_event()], 0),
        )
        for run in (recorded[:2], recorded[2:]):
            hash_before = chained(run, hash_before)
        assert log.mark().hash == hash_before

    @pytest.mark.parametrize("behind", [0, 1, 2])
    def test_one_stream_at_another_version_keeps_all_from_being_written(
        self, log: EventLog, behind: int
    ) -> None:
        streams = ["entry-1", "entry-2", "entry-3"]
        recorded = log.append(StreamWrite(streams[behind], [new_event()], 0))
        with pytest.raises(VersionConflict) as caught:
            log.append(*(StreamWrite(stream, [new_event()], 0) for stream in streams))
        found = caught.value
        assert (found.stream, found.expected, found.actual) == (streams[behind], 0, 1)
        assert log.read(0, 10) == recorded
        log.append(*(StreamWrite(each, [new_event()], each == streams[behind]) for each in streams))
        assert log.head() == 4

    def test_of_several_streams_at_other_versions_the_first_is_named(self, log: EventLog) -> None:
        writes = [StreamWrite(f"entry-{number}", [new_event()], number) for number in range(3)]
        with pytest.raises(VersionConflict, match="entry-1"):
            log.append(*writes)
        with pytest.raises(VersionConflict, match="entry-2"):
            log.append(*writes[::-1])

    @pytest.mark.parametrize("expected", [0, 2, -1, 2**70])
    @pytest.mark.parametrize("first", [True, False])
    def test_a_write_without_events_checks_its_stream(
        self, log: EventLog, expected: int, first: bool
    ) -> None:
        log.append(StreamWrite("entry-1", [new_event()], 0))
        check, write = (
            StreamWrite("entry-1", [], expected),
            StreamWrite("entry-2", [new_event()], 0),
        )
        for writes in ([check], [check, write] if first else [write, check]):
            with pytest.raises(VersionConflict) as caught:
                log.append(*writes)
            found = caught.value
            assert (found.stream, found.expected, found.actual) == ("entry-1", expected, 1)
        assert log.head() == 1

    def test_a_stream_that_is_only_checked_is_not_written_to(self, log: EventLog) -> None:
        log.append(StreamWrite("entry-1", [new_event()], 0))
        recorded = log.append(
            StreamWrite("entry-3", [], 0),
            StreamWrite("entry-2", [new_event()], 0),
            StreamWrite("entry-1", [], 1),
        )
        assert [(event.stream, event.position) for event in recorded] == [("entry-2", 2)]
        assert len(log.read_stream("entry-1")) == 1
        assert log.read_stream("entry-3") == []
        log.append(StreamWrite("entry-3", [new_event()], 0), StreamWrite("entry-1", [], 1))

    def test_known_events_of_several_streams_are_answered_as_first_recorded(
        self, log: EventLog
    ) -> None:
        one, two = new_event(), new_event()
        check = StreamWrite("entry-3", [], 0)
        first = log.append(
            StreamWrite("entry-1", [one], 0), StreamWrite("entry-2", [two], 0), check
        )
        log.append(StreamWrite("entry-3", [new_event()], 0))
        again = [StreamWrite("entry-2", [two], 7), StreamWrite("entry-1", [one], 0), check]
        assert log.append(*again) == first[::-1]
        assert log.append(again[1]) == first[:1]
        assert log.head() == 3

    def test_streams_known_in_part_are_refused_whole(self, log: EventLog) -> None:
        known = StreamWrite("entry-1", [new_event()], 0)
        log.append(known)
        for stream, expected in (("entry-2", 0), ("entry-2", 1), ("entry-1", 1)):
            new = StreamWrite("entry-3", [new_event()], 0)
            with pytest.raises(EventIdConflict, match="recorded already"):
                log.append(new, StreamWrite(stream, known.events, expected))
        assert log.head() == 1

    def test_an_id_twice_in_two_streams_is_refused(self, log: EventLog) -> None:
        event = new_event()
        with pytest.raises(EventIdConflict, match="twice"):
            log.append(StreamWrite("entry-1", [event], 0), StreamWrite("entry-2", [event], 0))
        assert log.head() == 0

    @pytest.mark.parametrize("events", [[], [new_event()]])
    def test_two_writes_to_one_stream_are_refused(
        self, log: EventLog, events: list[NewEvent]
    ) -> None:
        for writes in ([new_event()], events), (events, [new_event()]):
            with pytest.raises(ValueError, match="entry-1"):
                log.append(*(StreamWrite("entry-1", each, 0) for each in writes))
        assert log.head() == 0

    @pytest.mark.parametrize(
        "event",
        [
            new_event(id=uuid4()),
            new_event(id=UUID(int=7 << 76)),
            new_event(type=""),
            new_event(type="entry\ud800"),
            new_event(actor=""),
            new_event(actor="\udfff"),
            new_event(schema_version=0),
            new_event(schema_version=2**31),
        ],
    )
    def test_an_event_unfit_for_the_log_is_refused(self, log: EventLog, event: NewEvent) -> None:
        with pytest.raises(InvalidEvent):
            log.append(StreamWrite("entry-1", [new_event(), event], 0))
        assert log.head() == 0

    @pytest.mark.parametrize("stream", ["", "entry-\ud800"])
    def test_a_stream_needs_a_name(self, log: EventLog, stream: str) -> None:
        with pytest.raises(InvalidEvent):
            log.append(StreamWrite(stream, [new_event()], 0))

    def test_an_empty_log_has_its_identity_for_a_hash(self, log: EventLog) -> None:
        mark = log.mark()
        assert (mark.position, mark.hash) == (0, mark.identity)
        assert mark == log.mark(0)
        assert len(mark.identity) == 16

    def test_every_position_has_a_hash_that_stays(self, log: EventLog) -> None:
        log.append(
            StreamWrite("entry-1", [new_event(), new_event(actor="member-2"), new_event()], 0)
        )
        before = [log.mark(position) for position in range(4)]
        log.append(StreamWrite("entry-2", [new_event() for _ in range(3)], 0))
        log.append(StreamWrite("entry-1", [new_event()], 3))
        assert [log.mark(position) for position in range(4)] == before
        hashes = [log.mark(position).hash for position in range(8)]
        assert len(set(hashes)) == 8
        assert log.mark() == log.mark(7)
        assert {log.mark(position).identity for position in range(8)} == {hashes[0]}

    def test_the_hash_is_that_of_all_that_was_recorded_up_to_there(self, log: EventLog) -> None:
        before = log.mark().hash
        log.append(
            StreamWrite("entry-1", [new_event(), new_event(), new_event(actor="member-2")], 0)
        )
        log.append(StreamWrite("entry-2", [new_event()], 0))
        recorded = log.read(0, 10)
        for run in (recorded[:2], recorded[2:3], recorded[3:]):
            before = chained(run, before)
        assert log.mark().hash == before

    @pytest.mark.parametrize("position", [-1, 2, 2**70])
    def test_a_position_that_is_not_there_has_no_mark(self, log: EventLog, position: int) -> None:
        log.append(StreamWrite("entry-1", [new_event()], 0))
        with pytest.raises(ValueError, match=f"no position {position}"):
            log.mark(position)

    def test_what_was_made_from_this_log_fits_it(self, log: EventLog) -> None:
        early = log.mark()
        log.append(StreamWrite("entry-1", [new_event()], 0))
        assert [misfit(log, early), misfit(log, log.mark())] == [None, None]

    def test_what_was_made_from_more_from_another_or_from_another_past_does_not_fit(
        self, log: EventLog
    ) -> None:
        log.append(StreamWrite("entry-1", [new_event()], 0))
        mark = log.mark()
        ahead = structs.replace(mark, position=2)
        other_past = structs.replace(mark, hash=bytes(16))
        other = structs.replace(mark, identity=bytes(16))
        assert [misfit(log, each) for each in (ahead, other_past, other)] == [
            "ahead",
            "other past",
            "other log",
        ]

    def test_a_refused_append_leaves_the_hash_as_it_is(self, log: EventLog) -> None:
        event = new_event()
        log.append(StreamWrite("entry-1", [event], 0))
        mark = log.mark()
        for refused in ([new_event(b"{}", id=event.id)], [event, new_event()]):
            with pytest.raises(EventIdConflict):
                log.append(StreamWrite("entry-1", refused, 1))
        log.append(StreamWrite("entry-1", [event], 0))
        assert log.mark() == mark
        log.append(StreamWrite("entry-1", [new_event()], 1))
        assert log.mark().hash == chained(log.read(1, 1), mark.hash)

    def test_waiting_for_what_is_there_ends_at_once(self, log: EventLog) -> None:
        log.append(StreamWrite("entry-1", [new_event()], 0))
        assert log.wait(0, 3600.0)
        assert log.wait(-1, 0.0)

    def test_waiting_in_vain_answers_no(self, log: EventLog) -> None:
        log.append(StreamWrite("entry-1", [new_event()], 0))
        assert not log.wait(1, 0.0)
        assert not log.wait(1, -1.0)
        assert not log.wait(1, 0.001)

    def test_an_append_wakes_who_waits(self, log: EventLog) -> None:
        with ThreadPoolExecutor() as pool:
            waiters = [pool.submit(log.wait, after, 3600.0) for after in (0, 0, 1)]
            log.append(StreamWrite("entry-1", [new_event()], 0))
            log.append(StreamWrite("entry-1", [new_event()], 1))
            assert all(waiter.result() for waiter in waiters)

    def test_closing_ends_waiting(self, log: EventLog) -> None:
        started = threading.Barrier(3)

        def wait() -> bool:
            started.wait()
            try:
                return log.wait(0, float("inf"))
            except LogUnavailable:  # closed before this thread came to wait
                return False

        with ThreadPoolExecutor() as pool:
            waiters = [pool.submit(wait) for _ in range(2)]
            started.wait()
            log.close()
            assert not any(waiter.result() for waiter in waiters)

    @pytest.mark.parametrize(
        "use",
        [
            lambda log: log.append(StreamWrite("entry-1", [new_event()], 0)),
            lambda log: log.read_stream("entry-1"),
            lambda log: log.read(0, 10),
            lambda log: log.head(),
            lambda log: log.mark(),
            lambda log: log.wait(0, 0.0),
        ],
    )
    def test_a_closed_log_says_so(self, log: EventLog, use: Callable[[EventLog], object]) -> None:
        with log as same:
            assert same is log
        log.close()
        with pytest.raises(LogUnavailable, match="closed"):
            use(log)

    def test_threads_compete_for_each_version_and_one_wins(self, log: EventLog) -> None:
        def write(member: int) -> list[RecordedEvent]:
            own: list[RecordedEvent] = []
            while len(own) < 10:
                seen = len(log.read_stream("entry-1"))
                try:
                    own += log.append(
                        StreamWrite("entry-1", [new_event(actor=f"member-{member}")], seen)
                    )
                except VersionConflict:
                    continue
            return own

        with ThreadPoolExecutor(4) as pool:
            won = [event for events in pool.map(write, range(4)) for event in events]
        won.sort(key=lambda event: event.position)
        assert log.read(0, 100) == won
        assert [event.position for event in won] == list(range(1, 41))
        assert [event.version for event in won] == list(range(1, 41))

    def test_of_writers_that_check_what_the_other_writes_one_wins(self, log: EventLog) -> None:
        """As two who leave at once, each only while the other stays."""
        both = threading.Barrier(2)
        refusals: list[tuple[str, int]] = []

        def write(own: str, other: str) -> bool:
            both.wait()
            try:
                log.append(StreamWrite(own, [new_event()], 0), StreamWrite(other, [], 0))
            except VersionConflict as conflict:
                refusals.append((conflict.stream, conflict.actual))
                return False
            return True

        with ThreadPoolExecutor(2) as pool:
            for turn in range(25):
                one, two = f"member-{turn}", f"member-{turn}-other"
                won = [pool.submit(write, *pair) for pair in ((one, two), (two, one))]
                assert sorted(each.result() for each in won) == [False, True]
                assert refusals.pop() == (one if won[0].result() else two, 1)
        assert log.head() == 25

    def test_threads_that_write_to_the_same_streams_lose_and_double_nothing(
        self, log: EventLog
    ) -> None:
        def write(streams: list[str]) -> None:
            written = 0
            while written < 10:
                seen = {stream: len(log.read_stream(stream)) for stream in streams}
                with suppress(VersionConflict):
                    log.append(*(StreamWrite(s, [new_event()], at) for s, at in seen.items()))
                    written += 1

        names = ["entry-1", "entry-2", "entry-3"]
        with ThreadPoolExecutor(3) as pool:
            list(pool.map(write, [names, names[::-1], names[:2]]))
        assert [len(log.read_stream(name)) for name in names] == [30, 30, 20]
        assert [event.position for event in log.read(0, 100)] == list(range(1, 81))

    def test_a_reader_beside_writers_sees_positions_in_order(self, log: EventLog) -> None:
        def write(stream: str) -> None:
            for version in range(20):
                log.append(StreamWrite(stream, [new_event()], version))

        seen: list[int] = []
        with ThreadPoolExecutor(4) as pool:
            writers = [pool.submit(write, f"entry-{number}") for number in range(3)]
            while len(seen) < 60:
                if log.wait(len(seen), 3600.0):
                    seen += [event.position for event in log.read(len(seen), 7)]
            for writer in writers:
                writer.result()
        assert seen == list(range(1, 61))

    def test_a_repeated_append_by_many_threads_is_recorded_once(self, log: EventLog) -> None:
        events = [new_event(), new_event()]
        with ThreadPoolExecutor(8) as pool:
            answers = list(
                pool.map(lambda _: log.append(StreamWrite("entry-1", events, 0)), range(16))
            )
        assert all(answer == answers[0] for answer in answers)
        assert log.head() == 2

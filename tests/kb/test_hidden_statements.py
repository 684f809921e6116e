"""A command on what is hidden reads what one on something missing reads, and no more."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from events.event import RecordedEvent
from kb import KnowledgeBase, access
from kb.access import Visibility
from kb.entries.content import Draft
from kb.errors import NotFound
from kb.ids import entry_stream, id_for_command
from tests.commands import ON_ENTRIES, Asked
from tests.kb.test_hidden_commands import NEW, REUSE
from tests.worlds.log import ABSENT, command, everything, some_content

BEN = access.of_member("ben", ["member", "curator", "steward"], [])


@contextmanager
def streams_read(base: KnowledgeBase) -> Iterator[list[str]]:
    """The streams about entries and reuses that are read meanwhile."""
    log, read = base.parts.log, []
    original = log.read_stream

    def noted(stream: str) -> list[RecordedEvent]:
        if stream.startswith(("entry", "reuse")):
            read.append(stream)
        return original(stream)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(log, "read_stream", noted)
        yield read


@pytest.mark.parametrize("name", ON_ENTRIES)
def test_no_event_of_what_is_hidden_is_read(base: KnowledgeBase, name: str) -> None:
    entry = base.session.entries.contribute(Draft(kind="practice", content=some_content())).id
    base.session.reuses.record(
        entry, group="W", context="x", outcome="adopted", command_id=command(4_000)
    )
    assert id_for_command(command(4_000)) == REUSE
    base.session.entries.show(entry, Visibility("author"))
    ben = base.as_(BEN)
    for known in (entry, ABSENT):
        with streams_read(base) as read, pytest.raises(NotFound):
            ON_ENTRIES[name].ask(ben, Asked(entry=known, reuse=REUSE, command_id=NEW))
        assert read == []


def test_a_command_on_what_is_seen_reads_its_events(base: KnowledgeBase) -> None:
    entry = base.session.entries.contribute(Draft(kind="practice", content=some_content())).id
    with streams_read(base) as read:
        base.as_(everything("ben")).entries.tag(entry, ["night"])
    assert set(read) == {entry_stream(entry)}

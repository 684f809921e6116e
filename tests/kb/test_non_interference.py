"""What a member may not see changes nothing of what they are told.

For every log L and member m, each answer is the same from L as from L without the streams that m
may not see now.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.event import NewEvent, RecordedEvent, StreamWrite
from events.memory import InMemoryEventLog
from kb import access
from kb.access import SIGHTS, Principal, Visibility
from kb.entries.catalogue import Catalogue
from kb.entries.results import EntryFilter
from kb.entries.stream import entry_aggregate
from kb.errors import KnowledgeBaseError
from kb.ids import group_id, new_id
from kb.measures.reuse_report import Reports
from kb.people.service import People
from kb.reuse.actions import REPORT
from kb.reuse.reuse import OUTCOMES
from tests.commands import BEGINNING, COMMANDS, ON_ENTRIES, Asked, material
from tests.examples import costly
from tests.worlds.log import ABSENT, ViewedWorld, World, counted, some_content

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
MEMBERS = ("ada", "ben")
GROUPS = tuple(map(group_id, ("team", "other")))
ASKERS = {
    "ada": access.of_member("ada", ["member"], GROUPS[:1]),
    "ben": access.of_member("ben", ["member"], []),
    "nobody": access.anonymous(world=True),
    "reporter": access.of_member("carl", ["reporter"], []),
}
SORTS = ("recent", "title", "reused")
Numbers = tuple[int, int, int]


def entries(world: World) -> list[str]:
    return list(
        dict.fromkeys(e.stream[6:] for e in world.recorded() if e.type.startswith("entry-c"))
    )


def chosen(known: list[str], number: int) -> str:
    """One of these, or one that is not there."""
    return known[number % len(known)] if known else ABSENT


def asked(world: World, n: Numbers) -> Asked:
    """What a command is asked with."""
    known = entries(world)
    reuses = [e.stream[6:] for e in world.recorded() if e.type == "reuse-recorded"]
    return Asked(
        entry=chosen(known, n[0]),
        other=chosen([*known, ""], n[2]) or None,
        reuse=chosen(reuses, n[0]),
        content=some_content(f"Entry {n[1] % 7}"),
        tags=(f"tag{n[1] % 4}",),
        relation="IsDerivedFrom",
        ward=f"Ward {n[1] % 3}",
        outcome=OUTCOMES[n[2] % 3],
        visibility=_visibility(n[1]),
    )


steps = st.lists(
    st.tuples(
        st.sampled_from(material([*BEGINNING, *ON_ENTRIES])),
        st.sampled_from(MEMBERS),
        st.tuples(*[st.integers(0, 6)] * 3),
    ),
    min_size=16,
    max_size=40,
)


def _visibility(number: int) -> Visibility:
    shown = [Visibility(sight) for sight in SIGHTS if sight != "groups"]
    shown += [Visibility("groups", (group,)) for group in GROUPS]
    return shown[number % len(shown)]


def lived(given_steps: list[tuple[str, str, Numbers]]) -> World:
    """A log in which this happened, as far as it could."""
    world = World(InMemoryEventLog(clock=lambda: NOW))
    for name in ("team", "other"):
        People(world.writer.as_(access.operator()), new_id).form_group(name)
    for number in range(5):
        world.by(MEMBERS[number % 2]).practice(f"Entry {number}", tags=(f"tag{number % 3}",))
    for name, member, numbers in given_steps:
        try:
            COMMANDS[name].ask(world.by(member), asked(world, numbers))
        except KnowledgeBaseError:
            continue
    return world


def seen_part(world: World, principal: Principal) -> World:
    """The same without the streams that `principal` may not see now."""
    part = World(InMemoryEventLog(clock=lambda: NOW))
    known = {entry_id: world.seen_by(entry_id, principal) for entry_id in entries(world)}
    for event in world.recorded():
        payload: Any = world.codec.decode(event)
        entry_id = getattr(payload, "entry_id", event.stream.removeprefix("entry-"))
        if known.get(entry_id, True):  # groups are nobody's secret
            version = len(part.log.read_stream(event.stream))
            part.log.append(StreamWrite(event.stream, [_new(event)], version))
    return part


def _new(event: RecordedEvent) -> NewEvent:
    return NewEvent(**{name: getattr(event, name) for name in NewEvent.__struct_fields__})


def told(world: World, path: Path, principal: Principal, ids: list[str]) -> list[object]:
    """Everything that `principal` can be told about these entries and all others."""
    viewed = ViewedWorld(path, world.log)
    try:
        viewed.catch_up()
        catalogue = Catalogue(viewed.reader, principal.labels)
        answers: list[object] = [
            *(
                catalogue.browse(EntryFilter(archived=None), sort=s)
                for s in ("recent", "title", "reused")
            ),
            *(catalogue.browse(EntryFilter(tags=(f"tag{n}",))) for n in range(4)),
            catalogue.tags(),
            catalogue.groups(),
            list(catalogue.all_ids()),
            catalogue.summaries(ids),
        ]
        for entry_id in ids:
            for ask in (
                catalogue.get,
                catalogue.history,
                catalogue.lineage,
                catalogue.revisions,
                catalogue.compared,
                catalogue.resolve,
            ):
                answers.append(_answered(ask, entry_id))
            answers.append(_answered(catalogue.resolve, entry_id[:8]))
            answers.append(_answered(lambda e: catalogue.text_at(e, 9), entry_id))
        if access.may(principal, REPORT):
            reports = Reports(viewed.reader, principal, counted(path))
            answers += [reports.reuse(by=by) for by in ("kind", "tag", "group", "month")]
        return answers
    finally:
        viewed.close()


def _answered(ask: Callable[[str], object], entry_id: str) -> object:
    try:
        return ask(entry_id)
    except KnowledgeBaseError as error:
        return str(error)


@costly(1)
@given(steps, st.sampled_from(sorted(ASKERS)))
def test_what_is_hidden_changes_no_answer(
    given_steps: list[tuple[str, str, Numbers]], name: str
) -> None:
    principal = ASKERS[name]
    world = lived(given_steps)
    ids = [*entries(world), ABSENT]
    counted = Principal(principal.member, principal.roles, principal.reported)
    with TemporaryDirectory() as folder:
        whole = told(world, Path(folder) / "whole.sqlite", principal, ids)
        part = told(seen_part(world, counted), Path(folder) / "part.sqlite", principal, ids)
    assert whole == part


@costly(2)
@given(steps)
def test_a_command_on_what_is_hidden_is_answered_as_one_on_what_is_missing(
    given_steps: list[tuple[str, str, Numbers]],
) -> None:
    world = lived(given_steps)
    ben = ASKERS["ben"]
    # What ben wrote and erased is no secret to him: erasing it again is answered.
    others = (
        each for each in entries(world) if world.writer.load(entry_aggregate(each)).author != "ben"
    )
    hidden = [entry_id for entry_id in others if not world.seen_by(entry_id, ben)]
    for entry_id in hidden:
        of_hidden, of_missing = (_try(World(world.log, ben), each) for each in (entry_id, ABSENT))
        assert of_hidden == [(kind, text.replace(ABSENT, entry_id)) for kind, text in of_missing]


def _try(world: World, entry_id: str) -> list[tuple[str, str]]:
    """What each command on an entry that is not to be found says."""
    said = []
    for command in ON_ENTRIES.values():
        with pytest.raises(KnowledgeBaseError) as refused:
            command.ask(world, Asked(entry=entry_id, reuse=entry_id))
        said.append((type(refused.value).__name__, str(refused.value)))
    return said

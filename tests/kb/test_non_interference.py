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

from events.event import NewEvent, RecordedEvent
from events.memory import InMemoryEventLog
from kb import access
from kb.access import SIGHTS, Asker, Visibility
from kb.entries.catalogue import BrowseFilter, Catalogue
from kb.entries.content import Relation
from kb.entries.stream import entry_aggregate
from kb.errors import KnowledgeBaseError, NotFound, Refused
from kb.ids import group_id, new_id
from kb.people.service import People
from kb.reuse.report import Reports
from tests.examples import costly
from tests.kb.domain_world import ABSENT, World, some_content
from tests.kb.viewed_world import ViewedWorld, counted

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
OUTCOMES = ("adopted", "adapted", "tried-and-stopped")
Numbers = tuple[int, int, int]


def entries(world: World) -> list[str]:
    return list(
        dict.fromkeys(e.stream[6:] for e in world.recorded() if e.type.startswith("entry-c"))
    )


def chosen(world: World, number: int) -> str:
    """One of the entries, or one that is not there."""
    known = entries(world)
    return known[number % len(known)] if known else ABSENT


STEPS: dict[str, Callable[[World, Numbers], object]] = {
    "contribute": lambda w, n: w.practice(f"Entry {n[0] % 5}", tags=(f"tag{n[1] % 3}",)),
    "show": lambda w, n: w.entries.show(chosen(w, n[0]), _visibility(n[1])),
    "tag": lambda w, n: w.entries.tag(chosen(w, n[0]), [f"tag{n[1] % 4}"]),
    "revise": lambda w, n: w.entries.revise(
        chosen(w, n[0]), some_content(f"Entry {n[1] % 7}"), version=1
    ),
    "relate": lambda w, n: w.entries.relate(
        chosen(w, n[0]), Relation("IsDerivedFrom", chosen(w, n[1]))
    ),
    "archive": lambda w, n: w.entries.archive(chosen(w, n[0]), "Old", chosen(w, n[1])),
    "endorse": lambda w, n: w.by(MEMBERS[n[1] % 2]).endorsements.endorse(chosen(w, n[0]), "Good."),
    "reuse": lambda w, n: w.reuses.record(
        chosen(w, n[0]),
        group=f"Ward {n[1] % 3}",
        context="Nights",
        outcome=OUTCOMES[n[2] % 3],  # type: ignore[arg-type]  # one of them
        resulting_entry=chosen(w, n[2]),
    ),
    "erase": lambda w, n: w.entries.erase(chosen(w, n[0])),
}
steps = st.lists(
    st.tuples(
        st.sampled_from([*STEPS, "show", "reuse"]),
        st.sampled_from(MEMBERS),
        st.tuples(*[st.integers(0, 6)] * 3),
    ),
    min_size=12,
    max_size=30,
)


def _visibility(number: int) -> Visibility:
    shown = [Visibility(sight) for sight in SIGHTS if sight != "groups"]
    shown += [Visibility("groups", (group,)) for group in GROUPS]
    return shown[number % len(shown)]


def lived(given_steps: list[tuple[str, str, Numbers]]) -> World:
    """A log in which this happened, as far as it could."""
    world = World(InMemoryEventLog(clock=lambda: NOW))
    for name in ("team", "other"):
        People(world.writer.acting_for(access.operator()), new_id).form_group(name)
    for number in range(5):
        world.by(MEMBERS[number % 2]).practice(f"Entry {number}", tags=(f"tag{number % 3}",))
    for name, member, numbers in given_steps:
        try:
            STEPS[name](world.by(member), numbers)
        except (Refused, NotFound, KnowledgeBaseError):
            continue
    return world


def seen_part(world: World, asker: Asker) -> World:
    """The same without the streams that `asker` may not see now."""
    part = World(InMemoryEventLog(clock=lambda: NOW))
    known = {entry_id: world.seen_by(entry_id, asker) for entry_id in entries(world)}
    for event in world.recorded():
        payload: Any = world.codec.decode(event)
        entry_id = getattr(payload, "entry_id", event.stream.removeprefix("entry-"))
        if known.get(entry_id, True):  # groups are nobody's secret
            version = len(part.log.read_stream(event.stream))
            part.log.append(event.stream, [_new(event)], version)
    return part


def _new(event: RecordedEvent) -> NewEvent:
    return NewEvent(**{name: getattr(event, name) for name in NewEvent.__struct_fields__})


def told(world: World, path: Path, asker: Asker, ids: list[str]) -> list[object]:
    """Everything that `asker` can be told about these entries and all others."""
    viewed = ViewedWorld(path, world.log)
    try:
        viewed.catch_up()
        catalogue = Catalogue(viewed.reader, asker.labels)
        answers: list[object] = [
            *(
                catalogue.browse(BrowseFilter(archived=None), sort=s)
                for s in ("recent", "title", "reused")
            ),
            *(catalogue.browse(BrowseFilter(tags=(f"tag{n}",))) for n in range(4)),
            catalogue.tags(),
            catalogue.groups(),
            list(catalogue.all_ids()),
            catalogue.summaries(ids),
        ]
        for entry_id in ids:
            for ask in (catalogue.get, catalogue.history, catalogue.lineage, catalogue.resolve):
                answers.append(_answered(ask, entry_id))
            answers.append(_answered(catalogue.resolve, entry_id[:8]))
            answers.append(_answered(lambda e: catalogue.revision(e, 9), entry_id))
        if access.may(asker, "report"):
            reports = Reports(viewed.reader, asker, counted(path))
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
    asker = ASKERS[name]
    world = lived(given_steps)
    ids = [*entries(world), ABSENT]
    counted = Asker(asker.member, asker.roles, asker.reported)
    with TemporaryDirectory() as folder:
        whole = told(world, Path(folder) / "whole.sqlite", asker, ids)
        part = told(seen_part(world, counted), Path(folder) / "part.sqlite", asker, ids)
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
    commands: list[Callable[[], object]] = [
        lambda: world.entries.tag(entry_id, ["x"]),
        lambda: world.entries.revise(entry_id, some_content(), version=1),
        lambda: world.entries.archive(entry_id, "Old"),
        lambda: world.entries.restore(entry_id),
        lambda: world.entries.show(entry_id, Visibility()),
        lambda: world.entries.erase(entry_id),
        lambda: world.endorsements.endorse(entry_id, "Good."),
        lambda: world.endorsements.withdraw(entry_id),
        lambda: world.reuses.record(entry_id, group="W", context="x", outcome="adopted"),
    ]
    said = []
    for command in commands:
        with pytest.raises(KnowledgeBaseError) as refused:
            command()
        said.append((type(refused.value).__name__, str(refused.value)))
    return said

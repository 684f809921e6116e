"""What an entry was while fewer saw it stays theirs: showing it to more begins a history."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from events.projection import ProjectionRunner
from kb import access
from kb.access import Principal, Visibility
from kb.entries.catalogue import Catalogue
from kb.entries.content import Relation
from kb.errors import KnowledgeBaseError, NotFound
from kb.ids import group_id, new_id
from kb.people.directory import Directory
from kb.people.service import People
from tests.kb.unreadable import copied, damaged
from tests.worlds.log import ViewedWorld, some_content, some_draft

SECRET = "zebra"
TEAM = group_id("team")
AUTHOR = access.of_member("ada", ["member"], [])
OTHERS = {
    "member": access.of_member("ben", ["member"], [TEAM]),
    "curator": access.of_member("cy", ["member", "curator"], []),
    "steward": access.of_member("dan", ["member", "steward"], []),
    "nobody": access.anonymous(world=True),
}
Step = Callable[[ViewedWorld, str], object]


def revise(world: ViewedWorld, entry_id: str, title: str, note: str | None = None) -> None:
    world.entries.revise(
        entry_id, some_content(title), version=world.entry(entry_id).version, note=note
    )


PRIVATE: dict[str, Step] = {
    "revise": lambda w, e: revise(w, e, f"The {SECRET}", f"About a {SECRET}"),
    "tag": lambda w, e: (w.entries.tag(e, [SECRET]), w.entries.untag(e, [SECRET])),
    "relate": lambda w, e: (
        w.entries.relate(e, Relation("IsDerivedFrom", other := w.practice(f"From {SECRET}"))),
        w.entries.unrelate(e, Relation("IsDerivedFrom", other)),
        w.entries.show(other, Visibility("author")),
    ),
    "archive": lambda w, e: (w.entries.archive(e, f"Not the {SECRET}"), w.entries.restore(e)),
    "show": lambda w, e: (
        w.entries.show(e, Visibility("author")),
        w.entries.show(e, Visibility("draft")),
    ),
}
PUBLIC: dict[str, Step] = {
    "tag": lambda w, e: w.entries.tag(e, ["ward"]),
    "revise": lambda w, e: revise(w, e, "Public"),
    "archive": lambda w, e: (w.entries.archive(e, "Old"), w.entries.restore(e)),
}


def told(world: ViewedWorld, principal: Principal, entry_id: str) -> bytes:
    """Everything that `principal` can be told about an entry."""
    world.catch_up()
    catalogue = Catalogue(world.reader, principal.labels)
    answers: list[object] = []
    asks: list[Callable[[], object]] = [
        lambda: catalogue.get(entry_id),
        lambda: catalogue.history(entry_id),
        lambda: catalogue.lineage(entry_id),
        *(lambda version=n: catalogue.text_at(entry_id, version) for n in range(1, 30)),
        *(lambda version=n: catalogue.revision(entry_id, version) for n in range(1, 30)),
        lambda: catalogue.revisions(entry_id),
        lambda: catalogue.compared(entry_id),
        catalogue.browse,
        catalogue.tags,
        lambda: Directory(world.reader, principal).changes(),
    ]
    for ask in asks:
        try:
            answers.append(ask())
        except KnowledgeBaseError as error:
            answers.append(str(error))
    return msgspec.json.encode(answers, enc_hook=str)


@given(
    st.lists(st.sampled_from(sorted(PRIVATE)), max_size=6),
    st.sampled_from(["world", "members", "groups"]),
    st.lists(st.sampled_from(sorted(PUBLIC)), max_size=3),
    st.lists(st.sampled_from(sorted(PRIVATE)), max_size=4),
)
def test_nothing_of_what_was_done_in_private_is_told_to_others(
    draft: list[str], sight: str, shown: list[str], again: list[str]
) -> None:
    wide = Visibility(sight, (TEAM,) if sight == "groups" else ())  # type: ignore[arg-type]  # one of them
    with TemporaryDirectory() as folder:
        world = ViewedWorld(Path(folder) / "views.sqlite")
        world.open_to_world()
        entry_id = begun(world, Visibility("draft"))
        for name in draft:
            PRIVATE[name](world, entry_id)
        revise(world, entry_id, "Public title")
        world.entries.show(entry_id, wide)
        for name in shown:
            PUBLIC[name](world, entry_id)
        world.entries.show(entry_id, Visibility("author"))
        for name in again:
            PRIVATE[name](world, entry_id)
        revise(world, entry_id, "Public once more")
        world.entries.show(entry_id, wide)
        for name, principal in OTHERS.items():
            assert SECRET not in told(world, principal, entry_id).decode(), name
        assert SECRET in told(world, AUTHOR, entry_id).decode()
        assert SECRET in told(world, access.operator(), entry_id).decode()
        world.close()


def test_what_was_done_in_a_group_stays_with_it(world: ViewedWorld) -> None:
    entry_id = begun(world, Visibility("groups", (TEAM,)))
    revise(world, entry_id, "Public title", f"Not the {SECRET}")
    world.entries.show(entry_id, Visibility("members"))
    revise(world, entry_id, "Newer")
    assert SECRET not in told(world, OTHERS["curator"], entry_id).decode()
    for principal in (OTHERS["member"], AUTHOR, access.operator()):
        assert SECRET in told(world, principal, entry_id).decode()


def test_an_entry_is_contributed_when_others_are_first_shown_it(world: ViewedWorld) -> None:
    entry_id = begun(world, Visibility("draft"))
    revise(world, entry_id, "Public title")
    world.entries.show(entry_id, Visibility("author"))
    world.entries.show(entry_id, Visibility("members"))
    shown_at = world.recorded()[-1].recorded_at
    for again in ("author", "members"):
        world.entries.show(entry_id, Visibility(again))
        world.catch_up()
        for principal in (AUTHOR, *([OTHERS["curator"]] if again == "members" else [])):
            page = Catalogue(world.reader, principal.labels).get(entry_id)
            assert page.contributed_at == page.revised_at == shown_at


def test_a_text_that_was_shown_can_be_compared_with_after_a_revision(world: ViewedWorld) -> None:
    entry_id = begun(world, Visibility("draft"))
    revise(world, entry_id, "As shown")
    world.entries.show(entry_id, Visibility("members"))
    version = world.catalogue.get(entry_id).revision_version
    revise(world, entry_id, "Newer")
    world.catch_up()
    others = Catalogue(world.reader, OTHERS["member"].labels)
    assert others.text_at(entry_id, version).title == "As shown"
    with pytest.raises(NotFound):
        others.text_at(entry_id, version - 1)


def test_an_event_of_a_draft_that_cannot_be_read_is_told_to_its_author_alone(
    world: ViewedWorld,
) -> None:
    entry_id = begun(world, Visibility("draft"))
    world.entries.tag(entry_id, [SECRET])
    world.entries.show(entry_id, Visibility("members"))
    named, group, first, tagged, *rest = world.recorded()
    world.log = copied([named, group, first, damaged(tagged, "data"), *rest])
    ProjectionRunner(world.log, world.views).catch_up()
    assert Catalogue(world.reader, OTHERS["member"].labels).get(entry_id).lacking == ()
    assert Catalogue(world.reader, AUTHOR.labels).get(entry_id).lacking


def begun(world: ViewedWorld, visibility: Visibility) -> str:
    """The id of an entry with a secret title, shown to so many."""
    People(world.writer.as_(access.operator()), new_id).form_group("team")
    draft = replace(some_draft(some_content(f"First {SECRET}")), visibility=visibility)
    return world.entries.contribute(draft).id

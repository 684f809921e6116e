"""Searches, lists and commands of a whole knowledge base tell nothing of what is hidden.

For every log L, member m and question q: the answer is the same from L as from L without the
streams that m may not see now, over the same vectors.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from uuid import UUID

import msgspec
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from msgspec import structs

from events.event import NewEvent, RecordedEvent, StreamWrite
from events.sqlite import SqliteEventLog
from events.sqlite_vault import SqliteVault
from indexer.lexical import ENGINES
from indexer.ranking import ranking
from indexer.resident import memory
from kb import access
from kb.access import SIGHTS, Principal, Visibility
from kb.entries.content import Content, Draft, Scalar, Section, Source
from kb.entries.results import EntryFilter
from kb.errors import KnowledgeBaseError, NotFound
from kb.ids import entry_id_for, group_id
from kb.knowledge_base import KnowledgeBase
from kb.people.actions import SEE_PEOPLE
from kb.reuse.actions import REPORT
from kb.reuse.reuse import OUTCOMES
from kb.search.search import Answer
from kb.search.search_index import SearchIndex
from kb.session import Session
from kb.writer import Receipt
from tests.commands import COMMANDS, Asked, material
from tests.examples import costly
from tests.worlds.base import id_of, joined, opened
from tests.worlds.log import ABSENT, answered, everything, some_content

MEMBERS = ("ada", "ben", "carl", "dan")
GROUPS = ("team", "other")
WORDS = ("red", "green", "blue", "fox", "tree", "stone", "river")
TITLES = ("Green fox", "Red stone", "River", "Tree of stone")
KINDS = ("practice", "case-clinic", "experiment")
QUESTIONS = ("fox", "red stone", "river river tree", "Green fox", "nothing of this", "note-1.md")
NARROWED = (
    (EntryFilter(), 10),
    (EntryFilter(), 1),
    (EntryFilter(archived=None), 100),
    (EntryFilter(tags=("tag1",)), 10),
    (EntryFilter(kinds=("practice",), groups=("Ward 1", "Ward 2"), archived=None), 10),
)


class Past:
    """What happened in a new data directory, drawn from a seed: the same in every run."""

    def __init__(self, folder: Path, engine: str, draw: Random) -> None:
        self.draw = draw
        self.folder = folder
        KnowledgeBase.create(folder)
        self.base = opened(folder, fulltext=engine)
        self.base.session.people.open_to_world(True)
        for group in GROUPS:
            self.base.session.people.form_group(group)
        self.ids = {name: id_of(joined(self.base, name=name)) for name in MEMBERS}
        self.base.session.people.change_roles(self.ids["carl"], ["reporter"])
        self.base.session.people.join_group(group_id("team"), self.ids["ada"])
        self.entries: list[str] = []
        self.reuses: list[str] = []
        self.authors: dict[str, str | None] = {}

    def live(self, steps: int) -> None:
        """Let so much happen; what cannot be is left out."""
        for _ in range(7):
            bring(self)
        for name in self.draw.choices(STEPS, k=steps):
            with suppress(KnowledgeBaseError):
                self.happen(name)
        self.base.wait(self.base.head())

    def happen(self, name: str) -> None:
        """Let someone do what the table of commands calls so. Raises what they are refused with."""
        if name == "contribute":
            bring(self)
            return
        receipt = COMMANDS[name].ask(self.some(), self.asked(name))
        if name == "record reuse" and isinstance(receipt, Receipt):
            self.reuses.append(receipt.id)

    def principal(self, name: str) -> Principal:
        """Who that is now; nobody known once erased, or without a name."""
        try:
            return self.base.session.directory.principal(self.ids[name])
        except (KeyError, NotFound):
            return self.base.session.directory.anonymous()

    def some(self) -> Session:
        """The session of a member who sees and may do all."""
        return self.base.as_(everything(self.ids[self.draw.choice(("ada", "ben", "dan"))]))

    def entry(self) -> str:
        """One of the entries, or one that is not there."""
        return self.draw.choice([*self.entries, ABSENT])

    def visibility(self) -> Visibility:
        shown = [Visibility(sight) for sight in SIGHTS if sight != "groups"]
        return self.draw.choice([*shown, *(Visibility("groups", (group_id(g),)) for g in GROUPS)])

    def content(self) -> Content:
        """Of so few words that many entries are alike in words, passages or all."""
        texts = [
            Random(self.draw.randrange(9)).choices(WORDS, k=3)
            for _ in range(self.draw.randrange(1, 4))
        ]
        sections = tuple(Section("", " ".join([*words, "."] * 40)) for words in texts)
        properties: dict[str, Scalar] = {self.draw.choice(WORDS): self.draw.choice(WORDS)}
        return Content(title=self.draw.choice(TITLES), sections=sections, properties=properties)

    def asked(self, name: str) -> Asked:
        """What the command of that name is asked with."""
        draw = self.draw
        return Asked(
            entry=self.entry(),
            other=draw.choice((None, *(self.entry() for _ in range(3)))),
            reuse=draw.choice([*self.reuses, ABSENT]),
            member=self.ids[draw.choice(WHOM.get(name, ("ada", "ben")))],
            group=draw.choice(GROUPS),
            fate=draw.choice(("kept", "erased")),
            roles=draw.choice((("member",), ("member", "curator"))),
            kind=draw.choice(KINDS),
            content=self.content(),
            tags=(f"tag{draw.randrange(4)}",),
            relation="IsDerivedFrom",
            ward=f"Ward {draw.randrange(3)}",
            outcome=draw.choice(OUTCOMES),
            visibility=self.visibility(),
        )

    def hidden(self, member: str | None, labels: frozenset[str]) -> set[str]:
        """The entries that a member with these labels may not see now, nor know of.

        Erased ones are among them, but for the member's own: authors are told that one was erased.
        """

        def seen(entry_id: str) -> bool:
            try:
                page = self.base.session.catalogue.get(entry_id)
            except NotFound:
                return member is not None and self.authors[entry_id] == member
            return bool(access.audience(page.visibility, page.contributed_by) & labels)

        return {entry_id for entry_id in self.entries if not seen(entry_id)}


def bring(past: Past) -> None:
    """By an import, so that texts need no headings; under a path that others use as well."""
    base, path = past.some(), f"note-{past.draw.randrange(3)}.md"
    entry_id = entry_id_for("notes", path, str(len(past.entries)))
    first = structs.replace(past.asked("import"), entry=entry_id, other=None)
    COMMANDS["import"].ask(base, structs.replace(first, source=Source("notes", path)))
    past.entries.append(entry_id)
    past.authors[entry_id] = base.principal.member


STEPS = material(COMMANDS)
WHOM = {"change roles": ("ben",), "erase member": ("dan",)}
"""Whom some commands are about, so that the others stay who they are."""


def without(past: Past, hidden: set[str], folder: Path) -> None:
    """Make a data directory of all but the streams of some entries, over the same vectors.

    That in `past` must be closed.
    """
    KnowledgeBase.create(folder)
    for file in past.folder.glob("vault.sqlite*"):
        shutil.copy(file, folder / file.name)
    (folder / "index").mkdir()
    (folder / "index" / "vectors.sqlite").symlink_to(past.folder / "index" / "vectors.sqlite")
    with SqliteEventLog(past.folder / "log.sqlite") as log:
        events = log.read(0, 10_000)
    now = [events[0].recorded_at]
    with SqliteEventLog(folder / "log.sqlite", clock=lambda: now[0]) as log:
        for event in events:
            now[0] = event.recorded_at
            if _about(event) not in hidden:
                log.append(
                    StreamWrite(event.stream, [_new(event)], len(log.read_stream(event.stream)))
                )
        with SqliteVault(folder / "vault.sqlite") as vault:
            vault.place(log.mark(), frozenset())  # it is the vault of this log from now on


def _about(event: RecordedEvent) -> str:
    own = event.stream.removeprefix("entry-")
    return str(msgspec.json.decode(event.data).get("entry_id", own))


def _new(event: RecordedEvent) -> NewEvent:
    return NewEvent(**{name: getattr(event, name) for name in NewEvent.__struct_fields__})


def found(session: Session) -> list[Answer]:
    """Every answer to every question, but for the time that it took."""
    answers = [
        session.search(q, narrowed, limit=limit) for q in QUESTIONS for narrowed, limit in NARROWED
    ]
    return [structs.replace(answer, milliseconds=0.0) for answer in answers]


def listed(session: Session, ids: list[str]) -> list[object]:
    """Everything else that is told about these entries, of all together and of people."""
    catalogue, principal = session.catalogue, session.principal
    answers: list[object] = [
        catalogue.browse(EntryFilter(archived=None), sort="reused", limit=100),
        catalogue.browse(EntryFilter(tags=("tag1",)), sort="title"),
        catalogue.tags(),
        catalogue.groups(),
        list(catalogue.all_ids()),
        catalogue.summaries(ids),
    ]
    for entry_id in (*ids, *(f"note-{number}.md" for number in range(3))):
        asked = (catalogue.get, catalogue.history, catalogue.lineage, catalogue.resolve)
        answers += [answered(partial(ask, entry_id)) for ask in asked]
    if access.may(principal, REPORT):
        answers += [session.reports.reuse(by=by) for by in ("kind", "tag", "group", "month")]
    if access.may(principal, SEE_PEOPLE):
        answers += [session.directory.members(), session.directory.groups()]
        answers.append(session.directory.changes(principal.member or ""))
    return answers


def numbered(draw: Random) -> Callable[[], UUID]:
    """Ids that are the same in every run; ties are broken by them."""
    return lambda: UUID(int=draw.getrandbits(128), version=4)


@pytest.fixture(scope="module", autouse=True)
def _few_places() -> Iterator[None]:
    """Few candidates and a small sample, so that all that cuts off has something to cut."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ranking, "CANDIDATES", 3)
        patch.setattr(ranking, "PROPOSED", 4)
        patch.setattr(memory, "SAMPLE", 3)
        patch.setattr(memory, "COMPACT_AT", 4)
        patch.setattr("indexer.ranking.answer.JUDGED", 2)
        patch.setattr("indexer.index.JUDGED", 2)
        patch.setattr("kb.erasure.eraser.GATHER_SECONDS", 0.0)
        yield


@pytest.mark.parametrize("engine", sorted(ENGINES))
# A seed does not become simpler by shrinking.
@settings(costly(12), phases=[Phase.generate], print_blob=True)
@given(st.integers(0, 2**32), st.sampled_from([*MEMBERS, "nobody"]))
def test_a_knowledge_base_answers_as_if_what_is_hidden_were_not_in_its_log(
    engine: str, seed: int, name: str
) -> None:
    with TemporaryDirectory() as place, pytest.MonkeyPatch.context() as patch:
        draw = Random(seed)
        patch.setattr("kb.session.new_id", numbered(draw))
        past = Past(Path(place) / "whole", engine, draw)
        with past.base:
            past.live(30)
            principal = past.principal(name)
            counted = principal.reported
            hidden, ids = past.hidden(principal.member, counted), [*past.entries, ABSENT]
            whole = told(past, principal, ids)
        without(past, hidden, Path(place) / "part")
        past.base = opened(Path(place) / "part", fulltext=engine)
        with past.base:
            assert past.principal(name) == principal
            part = told(past, principal, ids)
    assert whole == part


def told(past: Past, principal: Principal, ids: list[str]) -> list[object]:
    session = past.base.as_(principal)
    return [*_settled(past.base, session), *listed(session, ids)]


def _settled(base: KnowledgeBase, session: Session) -> list[Answer]:
    """The answers of an index that has all in: after an erasure it is made anew meanwhile."""
    answers = found(session)
    while any(answer.behind for answer in answers):
        base.wait(base.head(), index=True)
        answers = found(session)
    return answers


BEN = access.of_member("ben", ["member"], [])


@pytest.fixture
def ben(base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch) -> Session:
    """The session of a member, with an index that takes in nothing any more."""
    for title in ("Bedside handover", "Handover at the bedside"):
        contribute(base, title, Visibility())
    ben = base.as_(BEN)
    assert len(ben.search("bedside handover").results) == 2

    def full(*_: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(SearchIndex, "catch_up", full)
    monkeypatch.setattr("kb.search.search.OWN_SECONDS", 0.0)
    monkeypatch.setattr("kb.search.search.OTHERS_SECONDS", 0.0)
    return ben


def contribute(base: KnowledgeBase, title: str, shown: Visibility) -> str:
    content = some_content(title)
    return base.session.entries.contribute(
        Draft(kind="practice", content=content, visibility=shown)
    ).id


def lack(answer: Answer) -> tuple[int, bool]:
    return answer.behind, answer.trouble is not None


def test_that_the_index_lacks_something_is_told_to_those_who_see_what_it_lacks(
    base: KnowledgeBase, ben: Session
) -> None:
    operator = base.as_(access.operator())
    contribute(base, "Hidden", Visibility("author"))
    stuck = base.parts.worker
    with stuck.moved:
        assert stuck.moved.wait_for(lambda: stuck.errors, 30)

    assert lack(ben.search("bedside handover")) == (0, False)
    assert lack(operator.search("bedside handover")) == (1, True)
    contribute(base, "Seen", Visibility("members"))
    assert lack(ben.search("bedside handover")) == (1, True)
    assert lack(operator.search("bedside handover")) == (2, True)


def test_what_was_hidden_since_takes_no_place_from_the_others(
    base: KnowledgeBase, ben: Session
) -> None:
    first, second = (result.id for result in ben.search("bedside handover").results)

    base.session.entries.show(first, Visibility("author"))

    assert [result.id for result in ben.search("bedside handover", limit=1).results] == [second]

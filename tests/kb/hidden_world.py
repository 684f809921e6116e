"""A data directory in which much happens, and the same without what someone may not see."""

import shutil
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from random import Random
from uuid import UUID

import msgspec
from msgspec import structs

from events.event import NewEvent, RecordedEvent, StreamWrite
from events.sqlite import SqliteEventLog
from events.sqlite_vault import SqliteVault
from indexer.testing import HashEmbedder
from kb import access
from kb.access import SIGHTS, Asker, Visibility
from kb.entries.catalogue import BrowseFilter
from kb.entries.content import Content, Scalar, Section, Source
from kb.errors import KnowledgeBaseError, NotFound
from kb.ids import entry_id_for, group_id
from kb.knowledge_base import KnowledgeBase
from kb.people.actions import SEE_PEOPLE
from kb.people.member import Profile
from kb.reuse.actions import REPORT
from kb.reuse.reuse import OUTCOMES
from kb.search import Answer
from kb.settings import Settings
from kb.writer import Receipt
from tests.commands import COMMANDS, Asked, material
from tests.kb.domain_world import ABSENT, everything

MEMBERS = ("ada", "ben", "carl", "dan")
GROUPS = ("team", "other")
WORDS = ("red", "green", "blue", "fox", "tree", "stone", "river")
TITLES = ("Green fox", "Red stone", "River", "Tree of stone")
KINDS = ("practice", "case-clinic", "experiment")
QUESTIONS = ("fox", "red stone", "river river tree", "Green fox", "nothing of this", "note-1.md")
NARROWED: tuple[dict[str, object], ...] = (
    {},
    {"limit": 1},
    {"limit": 100, "archived": None},
    {"tags": ["tag1"]},
    {"kinds": ["practice"], "groups": ["Ward 1", "Ward 2"], "archived": None},
)


class Past:
    """What happened in a new data directory, drawn from a seed: the same in every run."""

    def __init__(self, folder: Path, engine: str, draw: Random) -> None:
        self.draw = draw
        self.folder = folder
        self.base = opened(folder, engine, new=True)
        self.base.people.open_to_world(True)
        for group in GROUPS:
            self.base.people.form_group(group)
        self.ids = {name: self._joined(name) for name in MEMBERS}
        self.base.people.change_roles(self.ids["carl"], ["reporter"])
        self.base.people.join_group(group_id("team"), self.ids["ada"])
        self.entries: list[str] = []
        self.reuses: list[str] = []
        self.authors: dict[str, str | None] = {}

    def _joined(self, name: str) -> str:
        member = self.base.people.invite().id
        new = self.base.acting_for(access.of_member(member, (), ()))
        new.people.join(member, Profile(name=name))
        return member

    def live(self, steps: int) -> None:
        """Let so much happen; what cannot be is left out."""
        for _ in range(7):
            contribute(self)
        for name in self.draw.choices(STEPS, k=steps):
            with suppress(KnowledgeBaseError):
                self.happen(name)
        self.base.wait(self.base.head())

    def happen(self, name: str) -> None:
        """Let someone do what the table of commands calls so. Raises what they are refused with."""
        if name == "contribute":
            contribute(self)
            return
        receipt = COMMANDS[name].ask(self.some(), self.asked(name))
        if name == "record reuse" and isinstance(receipt, Receipt):
            self.reuses.append(receipt.id)

    def asker(self, name: str) -> Asker:
        """Who that is now; nobody known once erased, or without a name."""
        try:
            return self.base.directory.asker(self.ids[name])
        except (KeyError, NotFound):
            return self.base.directory.anonymous()

    def some(self) -> KnowledgeBase:
        """The base in the hands of a member who sees and may do all."""
        return self.base.acting_for(everything(self.ids[self.draw.choice(("ada", "ben", "dan"))]))

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
                page = self.base.catalogue.get(entry_id)
            except NotFound:
                return member is not None and self.authors[entry_id] == member
            return bool(access.audience(page.visibility, page.contributed_by) & labels)

        return {entry_id for entry_id in self.entries if not seen(entry_id)}


def contribute(past: Past) -> None:
    """By an import, so that texts need no headings; under a path that others use as well."""
    base, path = past.some(), f"note-{past.draw.randrange(3)}.md"
    entry_id = entry_id_for("notes", path, str(len(past.entries)))
    first = structs.replace(past.asked("import"), entry=entry_id, other=None)
    COMMANDS["import"].ask(base, structs.replace(first, source=Source("notes", path)))
    past.entries.append(entry_id)
    past.authors[entry_id] = base.asker.member


STEPS = material(COMMANDS)
WHOM = {"change roles": ("ben",), "erase member": ("dan",)}
"""Whom some commands are about, so that the others stay who they are."""


def opened(folder: Path, engine: str, *, new: bool = False) -> KnowledgeBase:
    settings = Settings(data=folder, fulltext=engine)
    if new:
        KnowledgeBase.create(folder, settings=settings)
    return KnowledgeBase.open(folder, settings=settings, embedder=HashEmbedder())


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


def found(base: KnowledgeBase) -> list[Answer]:
    """Every answer to every question, but for the time that it took."""
    answers = [base.search(q, **narrowed) for q in QUESTIONS for narrowed in NARROWED]  # type: ignore[arg-type]
    return [structs.replace(answer, milliseconds=0.0) for answer in answers]


def listed(base: KnowledgeBase, ids: list[str]) -> list[object]:
    """Everything else that is told about these entries, of all together and of people."""
    catalogue, asker = base.catalogue, base.asker
    answers: list[object] = [
        catalogue.browse(BrowseFilter(archived=None), sort="reused", limit=100),
        catalogue.browse(BrowseFilter(tags=("tag1",)), sort="title"),
        catalogue.tags(),
        catalogue.groups(),
        list(catalogue.all_ids()),
        catalogue.summaries(ids),
    ]
    for entry_id in (*ids, *(f"note-{number}.md" for number in range(3))):
        asked = (catalogue.get, catalogue.history, catalogue.lineage, catalogue.resolve)
        answers += [answered(partial(ask, entry_id)) for ask in asked]
    if access.may(asker, REPORT):
        answers += [base.reports.reuse(by=by) for by in ("kind", "tag", "group", "month")]
    if access.may(asker, SEE_PEOPLE):
        answers += [base.directory.members(), base.directory.groups()]
        answers.append(base.directory.changes(asker.member or ""))
    return answers


def answered(ask: Callable[[], object]) -> object:
    """What a question or command answers, or what it is refused with."""
    try:
        return ask()
    except KnowledgeBaseError as error:
        return type(error).__name__, str(error)


def numbered(draw: Random) -> Callable[[], UUID]:
    """Ids that are the same in every run; ties are broken by them."""
    return lambda: UUID(int=draw.getrandbits(128), version=4)

"""Builds the sample community in a data directory, with a history of more than a year."""

import tomllib
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct, structs

from events.vault import KeyVault
from kb.access import ROLES, Principal, Visibility, operator
from kb.areas import build_codec
from kb.backends import Backends
from kb.drafts.service import Drafts
from kb.drafts.store import DraftStore
from kb.endorsements.service import Endorsements
from kb.entries.entry import Entry
from kb.entries.kinds import load_kinds
from kb.entries.service import Entries
from kb.entries.stream import entry_aggregate
from kb.errors import InvalidInput
from kb.ids import entry_id_for, group_id, new_event_id, new_id
from kb.importers.run import FolderImport, ImportOptions
from kb.knowledge_base import KnowledgeBase
from kb.people.member import Profile
from kb.people.service import People
from kb.reuse.service import Reuses
from kb.storage.data_directory import DataDirectory
from kb.storage.settings import Settings
from kb.writer import Writer

CONTENT = Path(__file__).parent / "content"
SOURCE = "sample-community"
COMMUNITY = "Sample community"
IMPORTER = "m-00"

# Days before today: when the entries came, and how long after a reuse its outcome was told.
BEGINNING, FIRST_ENTRY, LAST_ENTRY = 530.0, 520.0, 430.0
UNTIL_OUTCOME = 60
UNTIL_WITHDRAWN = 30


class _Act(Struct, frozen=True):
    """An event of the sample, a number of days before today."""

    days_ago: float
    do: Callable[[], object]


class _DemoClock:
    """A clock that shows the time it was set to."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._days_ago = 0.0

    def go_to(self, days_ago: float) -> None:
        self._days_ago = days_ago

    def __call__(self) -> datetime:
        return self._now - timedelta(days=self._days_ago)


class _Community:
    """The commands of a knowledge base without views, so that nothing waits for these."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self.entries = Entries(writer, load_kinds(), new_id)
        self.endorsements = Endorsements(writer)
        self.reuses = Reuses(writer, new_id)

    def by(self, name: str) -> "_Community":
        """The same on behalf of a member, without hidden entries."""
        principal = Principal(member_id(name), frozenset(ROLES), operator().labels)
        return _Community(self._writer.as_(principal))

    def text(self, entry_id: str) -> Entry:
        """An entry with its present text."""
        return self._writer.load(entry_aggregate(entry_id))

    def begin(self, content: Path) -> None:
        """Form the groups and let the members join, each as the steward settled it."""
        told = _toml(content / "people.toml")
        people = People(self._writer, new_id)
        for item in told["groups"]:
            people.form_group(item["name"], item.get("parent"), open=item.get("open", False))
        for item in told["members"]:
            places = People(self._writer, partial(UUID, member_id(item["id"])))
            places.invite(item["roles"], item["groups"])
            profile = msgspec.convert(item["profile"], Profile)
            self.by(item["id"]).join(profile)
        people.open_to_world(True)

    def join(self, profile: Profile) -> None:
        """Take the invitation of the member who acts."""
        People(self._writer, new_id).join(self._writer.actor, profile)


def build(
    directory: Path, now: datetime, content: Path = CONTENT, *, settings: Settings | None = None
) -> Iterator[tuple[int, int]]:
    """Make the data directory and fill its log; yields (done, of).

    Raises `InvalidInput` for a file of the sample that the importer refuses.
    """
    settings = settings or Settings(data=directory)
    KnowledgeBase.create(directory, settings=structs.replace(settings, community=COMMUNITY))
    clock = _DemoClock(now)
    backends = Backends(DataDirectory(directory))
    with backends.open_log(clock) as log, backends.open_vault() as vault:
        community = _Community(
            Writer(
                log,
                build_codec(vault),
                principal=operator(),
                new_event_id=new_event_id,
                settle=lambda _: None,
            )
        ).by(IMPORTER)
        run = FolderImport(community.entries, content, ImportOptions(source=SOURCE))
        begun = _drafts(backends.open_drafts(log), vault, clock, content)
        acts = sorted([*_acts(community, content), *begun], key=lambda act: -act.days_ago)
        total = len(run.paths) + len(acts)
        step = (FIRST_ENTRY - LAST_ENTRY) / max(len(run.paths), 1)
        clock.go_to(BEGINNING)
        community.begin(content)
        clock.go_to(FIRST_ENTRY)
        for done, outcome in enumerate(run.run(), 1):
            if outcome.reason:
                raise InvalidInput(f"{outcome.path} is not taken: {outcome.reason}")
            clock.go_to(FIRST_ENTRY - step * done)
            yield done, total
        for done, act in enumerate(acts, len(run.paths) + 1):
            clock.go_to(act.days_ago)
            act.do()
            yield done, total


def questions(content: Path = CONTENT) -> list[str]:
    """The questions that the demo asks."""
    return [item["text"] for item in _toml(content / "questions.toml")["questions"]]


def _acts(community: _Community, content: Path) -> Iterator[_Act]:
    told = _toml(content / "community.toml")
    for item in told["endorsements"]:
        yield from _endorsement(community, item)
    for item in told["reuses"]:
        yield from _reuse(community, item)
    for item in told["revisions"]:
        yield _revision(community, item)
    for item in told["archives"]:
        yield _archive(community, item)
    for item in told["shown"]:
        yield _shown(community, item)


def _drafts(store: DraftStore, vault: KeyVault, clock: _DemoClock, content: Path) -> Iterator[_Act]:
    for item in _toml(content / "community.toml")["drafts"]:
        writer = Principal(member_id(item["member"]), frozenset(ROLES), frozenset())
        kinds = load_kinds()
        drafts = Drafts(store, vault, writer, kinds=kinds, kind_of=lambda _: None, clock=clock)
        save = partial(drafts.save, str(new_id()), item["fields"], number=0, kind=item["kind"])
        yield _Act(item["days_ago"], save)


def _endorsement(community: _Community, item: dict[str, Any]) -> Iterator[_Act]:
    entry, member, days_ago = _id(item["entry"]), item["member"], item["days_ago"]
    endorsements = community.by(member).endorsements
    yield _Act(days_ago, lambda: endorsements.endorse(entry, item["reason"]))
    if item.get("withdrawn"):
        later = max(days_ago - UNTIL_WITHDRAWN, 0.5)
        yield _Act(later, lambda: endorsements.withdraw(entry))


def _reuse(community: _Community, item: dict[str, Any]) -> Iterator[_Act]:
    ids: list[str] = []
    result = item.get("resulting_entry")
    member, days_ago, later = item["member"], item["days_ago"], item.get("later")

    def record() -> None:
        receipt = community.by(member).reuses.record(
            _id(item["entry"]),
            group=item["group"],
            context=item["context"],
            outcome=item["outcome"],
            resulting_entry=_id(result) if result else None,
            evidence=item.get("evidence"),
        )
        ids.append(receipt.id)

    yield _Act(days_ago, record)
    if later:
        yield _Act(
            max(days_ago - UNTIL_OUTCOME, 0.5),
            lambda: community.by(member).reuses.update_outcome(
                ids[0], later["outcome"], later["note"]
            ),
        )


def _revision(community: _Community, item: dict[str, Any]) -> _Act:
    entry, was, now = _id(item["entry"]), item["was"], item["now"]

    def revise() -> None:
        text = community.text(entry)
        changed = text.content and text.content.with_texts(lambda each: each.replace(was, now))
        if not changed or changed == text.content:
            raise InvalidInput(f"{item['entry']} has no text {was!r} to revise.")
        entries = community.by(item["member"]).entries
        entries.revise(entry, changed, version=text.version, note=item["note"])

    return _Act(item["days_ago"], revise)


def _archive(community: _Community, item: dict[str, Any]) -> _Act:
    successor = item.get("successor")
    return _Act(
        item["days_ago"],
        lambda: community.entries.archive(
            _id(item["entry"]), item["reason"], _id(successor) if successor else None
        ),
    )


def _shown(community: _Community, item: dict[str, Any]) -> _Act:
    groups = tuple(map(group_id, item.get("groups", ())))
    visibility = Visibility(item["to"], groups)
    return _Act(item["days_ago"], lambda: community.entries.show(_id(item["entry"]), visibility))


def member_id(name: str) -> str:
    """The id of a member of the sample."""
    return entry_id_for("sample-member", name)


def _id(name: str) -> str:
    return entry_id_for(SOURCE, name)


def _toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))

"""Every role at every command of `kb`, for entries of every visibility: what the rules say.

The commands are those that the program has, so a new one without a row of the page or without an
example fails here; what is expected comes from docs/reference/access.md and tests/allowed.py.
"""

import os
import re
import shlex
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path
from uuid import uuid4

import pytest
from msgspec import Struct

from indexer.embedding.testing import HashEmbedder
from kb import access
from kb.access import OPERATOR, Visibility
from kb.cli.invocation import Invocation
from kb.entries.content import Content, Draft, Section
from kb.errors import Forbidden
from kb.ids import group_id
from kb.knowledge_base import KnowledgeBase
from kb.session import Session
from tests import access_tables
from tests.access_tables import COMMANDS, MEMBERS, PAGE, SIGHT, table
from tests.allowed import MAY
from tests.commands import LINES, NAMING, WARD
from tests.worlds.base import id_of, joined
from tests.worlds.log import ABSENT
from tests.worlds.shell import CommandLine, Ran, leaves, prints_json

pytestmark = pytest.mark.exhaustive

WHO = {"operator": ("operator", ()), **MEMBERS}


class Shared(KnowledgeBase):
    """Opened once for many commands, of which none closes it; `end` does."""

    def close(self) -> None:
        """Leave it open for the next command."""

    def end(self) -> None:
        """Close it."""
        super().close()


class OpenedOnce(Invocation):
    """Gives each command the same base in the hands of who types it."""

    def __init__(self, base: Shared) -> None:
        super().__init__()
        self._base = base

    def open(self, notice: Callable[[str], None] | None = None) -> KnowledgeBase:
        """The base as the member of KB_MEMBER sees and changes it."""
        member = os.environ.get("KB_MEMBER", OPERATOR)
        operator = member == OPERATOR
        session = self._base.as_(access.operator()) if operator else self._base.as_member(member)
        return Shared(self._base.parts, session.principal)


class World:
    """The community; whatever is asked for is made anew, so that no cell disturbs another."""

    def __init__(self, folder: Path) -> None:
        CommandLine(folder).ok("init", str(folder / "data"))
        self.base = Shared.open(folder / "data", embedder=HashEmbedder())
        self.line = CommandLine(folder, OpenedOnce(self.base))
        self._numbers = count()
        for name in (WARD, "Night"):
            self.base.session.people.form_group(name)
        self.members = {name: self.person(name) for name in WHO if name != "operator"}
        self.members["operator"] = OPERATOR
        self.other = self.entry("members")
        self.file = self.line.file()
        self.line.file(name="notes/one.md")

    def rest(self) -> None:
        """Take nothing into the index until a search or an erasure needs it."""
        self.base.parts.worker.stop()

    def person(self, like: str = "outside") -> str:
        """The id of another member with the roles and groups of `like`."""
        groups = [group_id(WARD)] if like in ("inside", "author") else []
        return id_of(joined(self.base, *WHO[like][1], groups=groups, name=f"Like {like}"))

    def by(self, who: str) -> Session:
        """What someone sees and does."""
        if who == "operator":
            return self.base.as_(access.operator())
        return self.base.as_member(self.members[who])

    def entry(self, sight: str, title: str = "Bedside handover", who: str = "author") -> str:
        """The id of a new entry, not shown like that from the beginning."""
        session = self.by(who)
        content = Content(title=title, sections=(Section("The problem", "Slow."), WHAT))
        first = Visibility("draft" if sight == "author" else "author")
        draft = Draft(kind="practice", content=content, tags=("morning",), visibility=first)
        made = session.entries.contribute(draft).id
        groups = (group_id(WARD),) if sight == "groups" else ()
        shown = Visibility(sight, groups)  # type: ignore[arg-type]  # one of SIGHTS
        if sight != "world" or self.base.session.directory.open_to_world():
            session.entries.show(made, shown)
        else:  # nothing can be shown to it while it is closed
            self.base.session.people.open_to_world(True)
            session.entries.show(made, shown)
            self.base.session.people.open_to_world(False)
        return made

    def about_an_entry(self, sight: str, title: str, *needed: str) -> dict[str, str]:
        """The ids of a new entry and of those `needed`, by the names that examples have."""
        entry, author = self.entry(sight, title), self.by("author")
        ids = {"entry_id": entry}
        if "reuse_id" in needed:
            reuse = author.reuses.record(
                entry, group=f"Ward of {sight}", context="Nights", outcome="adopted"
            )
            ids["reuse_id"] = reuse.id
        if "archived_id" in needed:
            ids["archived_id"] = self.entry(sight, "Archived")
            author.entries.archive(ids["archived_id"], "Old")
        return ids

    def about_others(self, member: str, command: str) -> dict[str, str]:
        """What the example of `command` names of people, groups and files, about `member`."""
        number = next(self._numbers)
        named = LINES[command]
        values = {"member_id": member, "group": f"Group {number}", "new_group": f"New {number}"}
        values["new_folder"] = str(self.line.folder / f"new {number}")
        values["folder"] = str(self.line.folder / "notes")
        if "{group}" in named:
            self.base.session.people.form_group(values["group"], open=True)
        if "{token_id}" in named:
            made = ("token", "make", member, "--scope", "search", "--name", "x", "--json")
            values["token_id"] = self.line.ok(*made).json["id"]
        if "{draft_id}" in named:
            values["draft_id"] = str(uuid4())
            for session in (self.base.as_member(member), self.by("operator")):
                with suppress(Forbidden):
                    saved = session.drafts.save
                    saved(values["draft_id"], {"title": "x"}, number=0, kind="practice")
        if "{invited_id}" in named:
            values["invited_id"] = self.base.session.people.invite().id
        return values

    def naming(self, who: str, entry_id: str) -> dict[str, str]:
        """An entry that `who` contributed and one who is to be named there."""
        own = self.entry("members", who=who)
        reuse = self.by(who).reuses.record(own, group="A", context="B", outcome="adopted")
        place = self.line.folder / f"naming {next(self._numbers)}.md"
        place.write_text(NAMES.format(entry_id), encoding="utf-8")
        own_ids = {"own_id": own, "own_reuse_id": reuse.id, "naming_file": str(place)}
        return {**own_ids, "entry_id": entry_id}

    def run(self, member: str, command: str, rest: str, values: dict[str, str]) -> Ran:
        """What someone is told who types `command` and `rest`, with `values` filled in."""
        values = {"file": self.file, "other_id": self.other, **values}
        words = [word.format(**values) for word in shlex.split(rest)]
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("KB_MEMBER", member)
            patch.setattr("web.server.serve", lambda *_, **__: None)
            ran = self.line.run(*command.split(), *words)
        if command == "export" and ran.code == 0:
            pages = "".join(page.read_text("utf-8") for page in Path(words[0]).rglob("*.md"))
            return Ran(ran.code, pages, ran.err)
        return ran


WHAT = Section("What we do", "Walk.")
NAMES = (
    "---\ntitle: One that cites\nrelations:\n  - {{type: Cites, target: {}}}\n---\n"
    "## The problem\n\nSlow.\n\n## What we do\n\nWalk.\n"
)


def as_if_missing(ran: Ran, ids: dict[str, str]) -> Ran:
    """What was said of some ids, said of those that are not there."""
    out, err = ran.out, ran.err
    for known in ids.values():
        out, err = (
            text.replace(known, ABSENT).replace(known[:8], ABSENT[:8]) for text in (out, err)
        )
    return Ran(ran.code, out, err)


LISTS = ("audit", "export", "list", "report reuse", "search")
"""Commands that tell of many entries: each shows those that are seen, and no others."""

SUBJECTS = ("entry_id", "archived_id", "reuse_id")
ABOUT_ONESELF = ("self", "join-group", "draft", "read-drafts")
OF_MEMBERS = ("member data", "member language")
STEWARDED = "member first-steward"
OWN = ("endorse", "author")
"""A command refused for what is one's own, with the same role, and who is refused."""
REFUSAL = re.compile(r"Only [^\n]+\.\n")


class Command(Struct, frozen=True):
    """A command and its rule; `world open` is one of those that `world` has."""

    rule: str
    name: str

    @property
    def example(self) -> str:
        return LINES[self.name]

    @property
    def about_an_entry(self) -> bool:
        return bool(self.needed)

    @property
    def needed(self) -> list[str]:
        """Which of the ids that belong to an entry the example has."""
        return [each for each in SUBJECTS if f"{{{each}}}" in self.example]


def commands() -> list[Command]:
    """Every row of the page, split; what takes longer the more there is comes first."""
    rows = [
        Command(row["rule"].strip("`"), name)
        for row in table(COMMANDS)
        for name in re.findall(r"`([\w -]+)`", row["commands"])
    ]
    return sorted(rows, key=lambda one: (one.name not in LISTS, "erase" not in one.name))


def seen(who: str, sight: str, command: str = "") -> bool:
    """Whether the page says that `who` sees an entry, or that it counts for them in a report."""
    counts = command == "report reuse" and who == "reporter"
    return access_tables.seen("member" if counts else WHO[who][0], sight)


def allowed(who: str, command: Command) -> bool:
    """Whether the page says that `who` may do it, with what they see."""
    if command.rule == "public" or who == "operator":
        return command.name not in OF_MEMBERS
    if command.rule in ("self", "operator"):
        return command.rule == "self"
    own = who == "author" and command.about_an_entry
    return access_tables.allowed([*WHO[who][1], *(["its author"] if own else [])], command.rule)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    world = World(tmp_path_factory.mktemp("matrix"))
    yield world
    world.base.end()


class Cells:
    """Looks at each cell, and keeps those that are not as the page says."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.checked = 0
        self.wrong: list[object] = []
        self.titles = {sight: f"Bedside handover for {sight}" for sight in SIGHT}
        self.standing = {
            sight: world.about_an_entry(sight, title, *SUBJECTS)
            for sight, title in self.titles.items()
        }

    def check(self, command: Command, who: str) -> None:
        if command.name in LISTS:
            self.check_list(command, who)
        elif command.about_an_entry:
            for sight in SIGHT:
                self.check_entry(command, who, sight)
        else:
            self.check_other(command, who)

    def check_list(self, command: Command, who: str) -> None:
        values = self.world.about_others(self.world.members["outside"], command.name)
        fits, ran = self.told(command, who, values)
        for sight, title in self.titles.items():
            marks = (title, self.standing[sight]["entry_id"], f"Ward of {sight} ")
            shown = any(mark in ran.out for mark in marks)
            expected = allowed(who, command) and seen(who, sight, command.name)
            self.note(fits and shown == expected, command, sight, who, ran)

    def check_entry(self, command: Command, who: str, sight: str) -> None:
        world, may = self.world, allowed(who, command)
        if not seen(who, sight):
            missing = self.told(command, who, dict.fromkeys(self.standing[sight], ABSENT))[1]
            self.note(
                self.is_as_missing(command, who, self.standing[sight], missing),
                *(command, sight, who, missing),
            )
            return
        changes = may and command.rule != "read"
        title = self.titles[sight]
        ids = self.standing[sight]
        if changes:
            ids = world.about_an_entry(sight, title, *command.needed)
        fits, ran = self.told(command, who, ids)
        names = (title, *(value[:8] for value in ids.values()), "Recorded reuse", "reuse-recorded")
        named = not may or (command.name, who) == OWN or any(name in ran.out for name in names)
        self.note(fits and named, command, sight, who, ran)

    def is_as_missing(self, command: Command, who: str, ids: dict[str, str], missing: Ran) -> bool:
        """Whether a hidden entry is answered word by word as one that is not there."""
        before = self.world.base.head()
        ran = self.world.run(self.world.members[who], command.name, command.example, ids)
        unchanged = self.world.base.head() == before
        return unchanged and ran.code == 1 and as_if_missing(ran, ids) == missing

    def check_other(self, command: Command, who: str) -> None:
        own = command.rule in ABOUT_ONESELF
        about = self.world.person("outside" if who == "operator" or not own else who)
        acting = about if own and who != "operator" else self.world.members[who]
        fits, ran = self.told(command, who, self.world.about_others(about, command.name), acting)
        self.note(fits, command, "", who, ran)

    def told(
        self, command: Command, who: str, values: dict[str, str], acting: str | None = None
    ) -> tuple[bool, Ran]:
        """Whether it was allowed or refused as it should be, and what was said."""
        world, before = self.world, self.world.base.head()
        ran = world.run(acting or world.members[who], command.name, command.example, values)
        if not allowed(who, command):
            refused = (ran.code, ran.out) == (1, "") and REFUSAL.fullmatch(ran.err)
            return bool(refused) and world.base.head() == before, ran
        if command.name == STEWARDED:
            return "There is a steward already" in ran.err, ran
        if (command.name, who) == OWN:
            return "is your own: others vouch for it" in ran.err, ran
        return ran.code == 0, ran

    def note(self, right: bool, *cell: object) -> None:
        self.checked += 1
        if not right:
            self.wrong.append(cell)


def test_every_cell_of_the_matrix_is_as_the_page_says(world: World) -> None:
    cells = Cells(world)
    for command in commands():
        for who in WHO:
            cells.check(command, who)
        world.rest()
    assert not cells.wrong, "\n".join(map(str, cells.wrong))
    (told,) = re.findall(r"\*\*([\d,]+) cells of commands\*\*", PAGE.read_text("utf-8"))
    assert f"{cells.checked:,}" == told


@pytest.mark.parametrize("command", NAMING)
def test_a_hidden_entry_is_named_in_vain_beside_what_is_ones_own(
    world: World, command: str
) -> None:
    world.rest()
    for who in ("operator", "outside", "inside", "curator", "steward"):
        missing = world.naming(who, ABSENT)
        of_missing = world.run(world.members[who], command, NAMING[command], missing)
        for sight in SIGHT:
            named = world.entry(sight)
            ids = world.naming(who, named)
            before = world.base.head()
            ran = world.run(world.members[who], command, NAMING[command], ids)
            if seen(who, sight):
                assert ran.code == 0, (who, sight, ran)
                continue
            assert (ran.code, world.base.head()) == (1, before), (who, sight, ran)
            assert as_if_missing(ran, {"": named}) == as_if_missing(of_missing, {})


def test_no_member_is_told_a_position_of_the_log(world: World) -> None:
    """It would tell how much happens that they do not see. The operator is told."""
    for command in commands():
        if not prints_json(command.name) or command.rule == "operator":
            continue
        who = next(who for who in ("curator", "author", "steward") if allowed(who, command))
        about = world.person(who if command.rule in ABOUT_ONESELF else "outside")
        acting = about if command.rule in ABOUT_ONESELF else world.members[who]
        ids = world.about_others(about, command.name)
        ids |= world.about_an_entry("members", "Told", *command.needed)
        ran = world.run(acting, command.name, f"{command.example} --json", ids)
        world.rest()
        assert ran.code == 0 or command.name == STEWARDED, (command, ran)
        assert '"position":' not in ran.out, command
    for name in ("contribute", "import"):
        ids = world.about_others(world.members["outside"], name)
        told = world.run("local", name, f"{LINES[name]} --json", ids)
        assert '"position":' in told.out


def test_every_command_has_a_row_of_the_page_and_every_row_a_command() -> None:
    there = set(leaves())
    stated = {command.name for command in commands()}
    of = {name: [leaf for leaf in there if f"{name} ".startswith(f"{leaf} ")] for name in stated}

    assert {leaf for found in of.values() for leaf in found} == there
    assert all(of.values()), of


def test_every_rule_of_a_command_is_a_row_of_the_page_or_one_of_three() -> None:
    assert {command.rule for command in commands()} <= {
        *MAY,
        *("self", "public", "operator"),
    }

"""Every role at every command of `kb`, for entries of every visibility: what the rules say.

The commands are those that the program has, so a new one without a row of the page or without an
example fails here; what is expected comes from docs/reference/access.md alone.
"""

import re
from collections.abc import Iterator

import pytest
from msgspec import Struct

from tests import access_tables
from tests.access_tables import COMMANDS, PAGE, SIGHT, table
from tests.kb.cli_matrix_world import (
    EXAMPLES,
    NAMING,
    WHO,
    World,
    as_if_missing,
    leaves,
    prints_json,
)
from tests.kb.cli_world import Ran
from tests.kb.domain_world import ABSENT

pytestmark = pytest.mark.exhaustive

LISTS = ("audit", "export", "list", "report reuse", "search")
"""Commands that tell of many entries: each shows those that are seen, and no others."""

SUBJECTS = ("entry_id", "archived_id", "reuse_id")
ABOUT_ONESELF = ("self", "join-group")
OF_MEMBERS = "member data"
STEWARDED = "member first-steward"
REFUSAL = re.compile(r"Only [^\n]+\.\n")


class Command(Struct, frozen=True):
    """A command and its rule; `world open` is one of those that `world` has."""

    rule: str
    name: str

    @property
    def example(self) -> str:
        return EXAMPLES[self.name]

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
        return command.name != OF_MEMBERS
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
        named = not may or any(name in ran.out for name in names)
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
    assert not cells.wrong, "\n".join(map(str, cells.wrong))
    (told,) = re.findall(r"\*\*([\d,]+) cells of commands\*\*", PAGE.read_text("utf-8"))
    assert f"{cells.checked:,}" == told


@pytest.mark.parametrize("command", NAMING)
def test_a_hidden_entry_is_named_in_vain_beside_what_is_ones_own(
    world: World, command: str
) -> None:
    for who in ("operator", "outside", "inside", "curator", "steward"):
        for sight in SIGHT:
            named = world.entry(sight)
            ids = world.naming(who, named)
            before = world.base.head()
            ran = world.run(world.members[who], command, NAMING[command], ids)
            if seen(who, sight):
                assert ran.code == 0, (who, sight, ran)
                continue
            assert (ran.code, world.base.head()) == (1, before), (who, sight, ran)
            missing = world.naming(who, ABSENT)
            of_missing = world.run(world.members[who], command, NAMING[command], missing)
            assert as_if_missing(ran, {"": named}) == as_if_missing(of_missing, {})


def test_no_member_is_told_a_position_of_the_log(world: World) -> None:
    """It would tell how much happens that they do not see. The operator is told."""
    for command in commands():
        if not prints_json(command.name) or command.rule == "operator":
            continue
        who = next(who for who in ("author", "curator", "steward") if allowed(who, command))
        about = world.person(who if command.rule in ABOUT_ONESELF else "outside")
        acting = about if command.rule in ABOUT_ONESELF else world.members[who]
        ids = world.about_others(about, command.name)
        ids |= world.about_an_entry("members", "Told", *command.needed)
        ran = world.run(acting, command.name, f"{command.example} --json", ids)
        assert ran.code == 0 or command.name == STEWARDED, (command, ran)
        assert '"position":' not in ran.out, command
    for name in ("contribute", "import"):
        ids = world.about_others(world.members["outside"], name)
        told = world.run("local", name, f"{EXAMPLES[name]} --json", ids)
        assert '"position":' in told.out


def test_every_command_has_a_row_of_the_page_and_every_row_a_command() -> None:
    there = set(leaves())
    stated = {command.name for command in commands()}
    of = {name: [leaf for leaf in there if f"{name} ".startswith(f"{leaf} ")] for name in stated}

    assert {leaf for found in of.values() for leaf in found} == there
    assert all(of.values()), of


def test_every_rule_of_a_command_is_a_row_of_the_page_or_one_of_three() -> None:
    assert {command.rule for command in commands()} <= {
        *access_tables.ACTIONS,
        *("self", "public", "operator"),
    }

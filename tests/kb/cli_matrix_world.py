"""One community with someone of each role, and the commands of `kb` typed in their names."""

import os
import shlex
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import click
import pytest

from indexer.testing import HashEmbedder
from kb import access
from kb.access import OPERATOR, Role, Visibility
from kb.cli import cli
from kb.cli.session import Session
from kb.entries.content import Content, Draft, Section
from kb.ids import group_id
from kb.knowledge_base import KnowledgeBase
from kb.people.member import Profile
from tests.commands import COMMANDS, WARD
from tests.kb.cli_world import CommandLine, Ran
from tests.kb.domain_world import ABSENT

WHO: dict[str, tuple[str, tuple[Role, ...]]] = {
    "operator": ("operator", ()),
    "outside": ("member", ("member",)),
    "inside": ("member of the group", ("member",)),
    "author": ("author", ("member",)),
    "curator": ("member", ("member", "curator")),
    "steward": ("member", ("member", "steward")),
    "reporter": ("", ("reporter",)),
}
"""Who acts: their column in the table of sight (a reporter alone has none), and their roles."""

EXAMPLES = {name: rest for command in COMMANDS.values() for name, rest in command.line.items()}
"""What is typed after each command."""

NAMING = {
    name: command.naming for command in COMMANDS.values() if command.naming for name in command.line
}
"""The same for commands on what is one's own that name another entry beside it."""


def leaves(group: click.Group = cli, begin: str = "") -> Iterator[str]:
    """The full name of every command, those of other packages too."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from leaves(command, f"{begin}{name} ")
        else:
            yield f"{begin}{name}"


def prints_json(name: str) -> bool:
    """Whether the command of that name has the option `--json`."""
    command: click.Command = cli
    for word in name.split():
        if isinstance(command, click.Group):
            below = command.get_command(click.Context(command), word)
            assert below is not None
            command = below
    return any("--json" in option.opts for option in command.params)


class Shared(KnowledgeBase):
    """Opened once for many commands, of which none closes it; `end` does."""

    def close(self) -> None:
        """Leave it open for the next command."""

    def end(self) -> None:
        """Close it."""
        super().close()


class OpenedOnce(Session):
    """Gives each command the same base in the hands of who types it."""

    def __init__(self, base: Shared) -> None:
        super().__init__()
        self._base = base

    def open(self, notice: Callable[[str], None] | None = None) -> KnowledgeBase:
        """The base as the member of KB_MEMBER sees and changes it."""
        member = os.environ.get("KB_MEMBER", OPERATOR)
        operator = member == OPERATOR
        asker = access.operator() if operator else self._base.directory.asker(member)
        return self._base.acting_for(asker)


class World:
    """The community; whatever is asked for is made anew, so that no cell disturbs another."""

    def __init__(self, folder: Path) -> None:
        CommandLine(folder).ok("init", str(folder / "data"))
        self.base = Shared.open(folder / "data", embedder=HashEmbedder())
        self.line = CommandLine(folder, OpenedOnce(self.base))
        self._numbers = count()
        for name in (WARD, "Night"):
            self.base.people.form_group(name)
        self.members = {name: self.person(name) for name in WHO if name != "operator"}
        self.members["operator"] = OPERATOR
        self.other = self.entry("members")
        self.file = self.line.file()
        self.line.file(name="notes/one.md")

    def person(self, like: str = "outside") -> str:
        """The id of another member with the roles and groups of `like`."""
        groups = [group_id(WARD)] if like in ("inside", "author") else []
        member = self.base.people.invite(WHO[like][1], groups).id
        asker = access.of_member(member, (), ())
        self.base.acting_for(asker).people.join(member, Profile(name=f"Like {like}"))
        return member

    def by(self, who: str) -> KnowledgeBase:
        """The knowledge base in the hands of someone."""
        member = self.members[who]
        asker = access.operator() if who == "operator" else self.base.directory.asker(member)
        return self.base.acting_for(asker)

    def entry(self, sight: str, title: str = "Bedside handover", who: str = "author") -> str:
        """The id of a new entry, not shown like that from the beginning."""
        base = self.by(who)
        content = Content(title=title, sections=(Section("The problem", "Slow."), WHAT))
        first = Visibility("draft" if sight == "author" else "author")
        draft = Draft(kind="practice", content=content, tags=("morning",), visibility=first)
        made = base.entries.contribute(draft).id
        groups = (group_id(WARD),) if sight == "groups" else ()
        shown = Visibility(sight, groups)  # type: ignore[arg-type]  # one of SIGHTS
        if sight != "world" or self.base.directory.open_to_world():
            base.entries.show(made, shown)
        else:  # nothing can be shown to it while it is closed
            self.base.people.open_to_world(True)
            base.entries.show(made, shown)
            self.base.people.open_to_world(False)
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
        named = EXAMPLES[command]
        values = {"member_id": member, "group": f"Group {number}", "new_group": f"New {number}"}
        values["new_folder"] = str(self.line.folder / f"new {number}")
        values["folder"] = str(self.line.folder / "notes")
        if "{group}" in named:
            self.base.people.form_group(values["group"], open=True)
        if "{token_id}" in named:
            made = ("token", "make", member, "--scope", "search", "--name", "x", "--json")
            values["token_id"] = self.line.ok(*made).json["id"]
        if "{invited_id}" in named:
            values["invited_id"] = self.base.people.invite().id
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

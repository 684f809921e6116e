"""The command line: commands of `kb` run in process, as `main` does, with the test embedder."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from click.testing import CliRunner, Result
from msgspec import Struct

from indexer.embedding.testing import HashEmbedder
from kb.cli import cli
from kb.cli.failures import exit_code
from kb.cli.invocation import Invocation

PRACTICE = """---
title: {title}
tags: [handover]
group: Ward 3
---
## The problem

{problem}

## What we do

We hand over at the bed, with the patient.
"""


class Ran(Struct, frozen=True):
    """What a command said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class CommandLine:
    """A data directory with the commands to use it; `run` answers what a shell would see."""

    def __init__(self, folder: Path, invocation: Invocation | None = None) -> None:
        self.folder = folder
        self.data = folder / "data"
        self._invocation = invocation

    def run(self, *arguments: str, stdin: str | None = None) -> Ran:
        invocation = self._invocation or Invocation(HashEmbedder())

        @click.command(
            context_settings={"ignore_unknown_options": True, "help_option_names": []},
            add_help_option=False,
        )
        @click.argument("rest", nargs=-1, type=click.UNPROCESSED)
        def outer(rest: tuple[str, ...]) -> None:
            code = exit_code(
                lambda: cli.main(list(rest), prog_name="kb", standalone_mode=False, obj=invocation)
            )
            click.get_current_context().exit(code)

        result: Result = CliRunner().invoke(
            outer, ["--", "--data", str(self.data), *arguments], input=stdin
        )
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Ran(result.exit_code, result.stdout, result.stderr)

    def ok(self, *arguments: str, stdin: str | None = None) -> Ran:
        """As `run`, for a command that must work."""
        ran = self.run(*arguments, stdin=stdin)
        assert ran.code == 0, ran.err
        return ran

    def file(
        self, title: str = "Bedside handover", problem: str = "Things got lost.", name: str = "x.md"
    ) -> str:
        """The path of a Markdown file with a practice."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(PRACTICE.format(title=title, problem=problem), encoding="utf-8")
        return str(path)

    def practice(self, title: str = "Bedside handover") -> str:
        """The id of a new entry."""
        entry_id: str = self.ok("contribute", self.file(title), "--json").json["id"]
        return entry_id

    def invited(self, *options: str) -> Any:
        """What is told of a new invitation."""
        return self.ok("member", "invite", "--json", *options).json

    def joined(self, name: str = "Ada", *options: str) -> str:
        """The id of a new member."""
        member: str = self.invited(*options)["id"]
        self.ok("member", "join", member, "--name", name)
        return member


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

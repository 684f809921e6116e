"""docs/reference/commands.md knows every command and option, and no others."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from kb.cli import cli
from kb.cli.commands import COMMANDS

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "commands.md"
OF_OTHERS = {"serve"}
"""Commands that another package adds, which is where they are compared."""


def tree() -> Iterator[tuple[str, click.Command]]:
    """Every command of ours with its full name."""
    context = click.Context(cli)
    for name in COMMANDS:
        command = cli.get_command(context, name)
        assert command is not None
        yield f"kb {name}", command
        if isinstance(command, click.Group):
            for inner, below in command.commands.items():
                yield f"kb {name} {inner}", below


def documented() -> dict[str, str]:
    """The text under each heading of a command."""
    pieces = re.split(r"^## (kb .+)$", REFERENCE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(pieces[1::2], pieces[2::2], strict=True))


def test_every_command_is_documented_and_no_other() -> None:
    others = {f"kb {name}" for name in OF_OTHERS}

    assert set(documented()) - others == {name for name, _ in tree()}


@pytest.mark.parametrize(("name", "command"), list(tree()))
def test_every_option_and_argument_is_documented_and_no_other(
    name: str, command: click.Command
) -> None:
    text = documented()[name]
    options = {
        option
        for param in command.params
        if isinstance(param, click.Option) and not param.hidden
        for option in (*param.opts, *param.secondary_opts)
    }

    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `-")]
    assert {option for row in rows for option in re.findall(r"`(-[^` ]+)`", row)} == options
    if not isinstance(command, click.Group):
        arguments = [p for p in command.params if isinstance(p, click.Argument)]
        usage = text.strip().splitlines()[0]
        assert all((p.metavar or str(p.name).upper()) in usage for p in arguments)


def test_the_exit_codes_and_the_common_option_are_documented() -> None:
    text = REFERENCE.read_text(encoding="utf-8")

    assert all(f"| {code} |" in text for code in (0, 1, 2))
    assert "`--data`" in text

"""The command `kb`, which loads each of its commands only when it is called."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import click

from kb.cli.commands import LazyGroup
from kb.cli.invocation import Invocation


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--data",
    metavar="DIR",
    envvar="KB_DATA",
    type=click.Path(path_type=Path),
    help="The data directory [KB_DATA; else this folder or ./kb-data, if it is one].",
)
@click.pass_context
def cli(context: click.Context, data: Path | None) -> None:
    """Keep and find what a community of practice knows."""
    invocation = context.ensure_object(Invocation)
    invocation.data = data or invocation.data


def main(args: Sequence[str] | None = None) -> NoReturn:
    """Run `kb`: exit code 0, 1 with one sentence on standard error, or 2 for wrong usage."""
    from kb.cli.failures import exit_code, open_streams

    open_streams()
    sys.exit(exit_code(lambda: cli.main(args, prog_name="kb", standalone_mode=False)))

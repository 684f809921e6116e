"""Commands that refuse an option given twice or without a value, where click says nothing."""

from collections import Counter
from typing import Any

import click


class Emptying(click.Option):
    """An option that takes away what is there where it is given as nothing."""


def _refuse_slips(command: click.Command, context: click.Context, args: list[str]) -> None:
    """Raise `UsageError` for an option of one value that `args` have several times, or blank."""
    if context.resilient_parsing:
        return
    given, _, order = command.make_parser(context).parse_args(list(args))
    _refuse_repeated(context, order)
    _refuse_blank(command, context, given)


def _refuse_repeated(context: click.Context, order: list[click.Parameter]) -> None:
    for parameter, count in Counter(order).items():
        takes_one = isinstance(parameter, click.Option) and not (
            parameter.multiple or parameter.is_flag or parameter.count
        )
        if takes_one and count > 1:
            raise click.UsageError(
                f"{parameter.opts[0]} is there {count} times; give it once.", context
            )


def _refuse_blank(command: click.Command, context: click.Context, given: dict[str, Any]) -> None:
    # A script whose variable is not set would get no filter, no group, or the folder that it is in.
    for parameter in command.get_params(context):
        named = isinstance(parameter, click.Option) or isinstance(parameter.type, click.Path)
        if not named or isinstance(parameter, Emptying):
            continue
        value = given.get(parameter.name or "")
        for text in value if isinstance(value, list | tuple) else (value,):
            if isinstance(text, str) and not text.strip():
                option = isinstance(parameter, click.Option)
                name = parameter.opts[0] if option else parameter.make_metavar(context)
                raise click.UsageError(
                    f"{name} is given as nothing: give it a value{', or leave it out' * option}.",
                    context,
                )


class Command(click.Command):
    """A command whose options of one value are given once, and with a value."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does, or `UsageError`."""
        _refuse_slips(self, ctx, args)
        return super().parse_args(ctx, args)


class Group(click.Group):
    """The same of a group, and of all commands in it."""

    command_class = Command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does, or `UsageError`."""
        _refuse_slips(self, ctx, args)
        return super().parse_args(ctx, args)

"""Commands that refuse an option given twice or blank, which click accepts silently."""

from collections import Counter
from copy import copy
from inspect import cleandoc
from typing import Any, TypeVar

import click

from kb.messages import Message, _, render, shell_language

C = TypeVar("C", bound=click.Command)


class Emptying(click.Option):
    """An option that may be empty, to remove a value."""


def _refuse_slips(command: click.Command, context: click.Context, args: list[str]) -> None:
    """Raise `UsageError` for an option of one value that `args` have twice, or blank."""
    if context.resilient_parsing:
        return
    given, _rest, order = command.make_parser(context).parse_args(list(args))
    _refuse_repeated(context, order)
    _refuse_blank(command, context, given)


def _refuse_repeated(context: click.Context, order: list[click.Parameter]) -> None:
    for parameter, count in Counter(order).items():
        takes_one = isinstance(parameter, click.Option) and not (
            parameter.multiple or parameter.is_flag or parameter.count
        )
        if takes_one and count > 1:
            raise click.UsageError(
                _(
                    "{option} is there {count} times; give it once.",
                    option=parameter.opts[0],
                    count=count,
                ),
                context,
            )


def _refuse_blank(command: click.Command, context: click.Context, given: dict[str, Any]) -> None:
    # A script with an unset variable would get no filter, no group, or its own folder.
    for parameter in command.get_params(context):
        named = isinstance(parameter, click.Option) or isinstance(parameter.type, click.Path)
        if not named or isinstance(parameter, Emptying):
            continue
        value = given.get(parameter.name or "")
        for text in value if isinstance(value, list | tuple) else (value,):
            if isinstance(text, str) and not text.strip():
                option = isinstance(parameter, click.Option)
                name = parameter.opts[0] if option else parameter.make_metavar(context)
                said = (
                    _("{name} is given as nothing: give it a value, or leave it out.", name=name)
                    if option
                    else _("{name} is given as nothing: give it a value.", name=name)
                )
                raise click.UsageError(said, context)


def spoken(command: C) -> C:
    """A copy of `command` whose help, with that of its options, is in the language of the shell."""
    told = copy(command)
    told.help = _told(command.help)
    told.params = [copy(each) for each in command.params]
    for each in told.params:
        if isinstance(each, click.Option):
            each.help = _told(each.help)
    return told


def _told(text: str | None) -> str | None:
    return render(Message(cleandoc(text), {}), shell_language()) if text else text


class Command(click.Command):
    """A command whose options of one value are given once, and with a value."""

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """As click does, in the language of the shell."""
        click.Command.format_help(spoken(self), ctx, formatter)

    def get_short_help_str(self, limit: int = 45) -> str:
        """As click does, in the language of the shell."""
        return click.Command.get_short_help_str(spoken(self), limit)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does, or `UsageError`."""
        _refuse_slips(self, ctx, args)
        return super().parse_args(ctx, args)


class Group(click.Group):
    """As `Command`, for a group and all commands in it."""

    command_class = Command

    def get_short_help_str(self, limit: int = 45) -> str:
        """As click does, in the language of the shell."""
        return click.Group.get_short_help_str(spoken(self), limit)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """As click does, in the language of the shell."""
        click.Group.format_help(spoken(self), ctx, formatter)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does, or `UsageError`."""
        _refuse_slips(self, ctx, args)
        return super().parse_args(ctx, args)

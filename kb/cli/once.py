"""Commands that refuse an option given twice, where click takes the last in silence."""

from collections import Counter

import click


def _refuse_repeated(command: click.Command, context: click.Context, args: list[str]) -> None:
    """Raise `UsageError` for an option of one value that `args` have several times."""
    if context.resilient_parsing:
        return
    _, _, order = command.make_parser(context).parse_args(list(args))
    for parameter, count in Counter(order).items():
        takes_one = isinstance(parameter, click.Option) and not (
            parameter.multiple or parameter.is_flag or parameter.count
        )
        if takes_one and count > 1:
            raise click.UsageError(
                f"{parameter.opts[0]} is there {count} times; give it once.", context
            )


class Command(click.Command):
    """A command whose options of one value are given once."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does, or `UsageError`."""
        _refuse_repeated(self, ctx, args)
        return super().parse_args(ctx, args)


class Group(click.Group):
    """The same of a group, and of all commands in it."""

    command_class = Command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does, or `UsageError`."""
        _refuse_repeated(self, ctx, args)
        return super().parse_args(ctx, args)

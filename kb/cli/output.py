"""Output on a terminal: plain tables, local times, and JSON for programs."""

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from kb import access
from kb.characters import escaped, visible
from kb.cli.invocation import echo, say, tell
from kb.messages import _, render, shell_language

if TYPE_CHECKING:
    from kb.entries.results import EntrySummary
    from kb.search.search import Result
    from kb.writer import Receipt

F = TypeVar("F", bound=Callable[..., Any])
SHORT_ID = 8


def known_kind(_context: click.Context, _option: click.Parameter, given: Any) -> Any:
    """A callback of options that name kinds; raises `click.BadParameter` for an unknown one."""
    from kb.entries.kinds import load_kinds

    kinds = load_kinds()
    for key in (given,) if isinstance(given, str) else given or ():
        if key not in kinds:
            raise click.BadParameter(
                _("There is no kind {key!r}; there are {words}.", key=key, words=joined(kinds))
            )
    return given


def filter_options(command: F) -> F:
    """Add the options that narrow a search or list: kinds, tags, groups.

    The command gets them as one argument `chosen`, which includes its own flag `--archived`.
    """

    @wraps(command)
    def narrowed(*args: Any, **options: Any) -> Any:
        from kb.entries.results import EntryFilter

        given = {name: options.pop(name) for name in EntryFilter.__struct_fields__}
        return command(*args, chosen=EntryFilter(**given), **options)

    found: Any = narrowed
    for option in (
        click.option(
            "--group", "groups", multiple=True, help="Only of this group; may be repeated."
        ),
        click.option(
            "--tag", "tags", multiple=True, help="With this tag; repeated: with all of them."
        ),
        click.option(
            "--kind",
            "kinds",
            metavar="KIND",
            callback=known_kind,
            multiple=True,
            help="Only this kind; may be repeated.",
        ),
    ):
        found = option(found)
    return cast("F", found)


visible_option = click.option(
    "--visible-to",
    "visible_to",
    metavar="WHO",
    multiple=True,
    help="Who sees it, if the file does not say: world, members, author, draft or group:NAME, "
    "this one several times if need be [members].",
)

entry_version_option = click.option(
    "--entry-version",
    type=int,
    help="The version of the entry that you read: refused if others see it by now.",
)

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")


def print_json(value: object) -> None:
    """Print a struct or plain data as indented JSON; times are UTC in ISO 8601."""
    import msgspec

    click.echo(msgspec.json.format(msgspec.json.encode(value, enc_hook=str), indent=2).decode())


def print_table(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows under headers, or that there are none; cells are printed as they are."""
    from tabulate import tabulate

    shown = [[_seen(cell) for cell in row] for row in rows]
    table = tabulate(shown, headers, tablefmt="simple", disable_numparse=True)
    say(table if shown else _("None."))


def print_facts(facts: Mapping[str, object]) -> None:
    """Print names and values, one a line; those without a value are left out."""
    shown = {name: value for name, value in facts.items() if value not in (None, "", ())}
    width = max(map(len, shown), default=0)
    for name, value in shown.items():
        echo(f"{name:{width}}  {_seen(value)}")


def _seen(value: object) -> object:
    """A cell in the language of the shell, without invisible or control characters."""
    return escaped(visible(render(value, shell_language()))) if isinstance(value, str) else value


INCOMPLETE = "not all of it can be read"
"""In lists, beside an entry of which a part is lost; its page says which."""

MIXED = "letters of two alphabets"
"""Beside a title that could be taken for another one."""


def odd(entry: "EntrySummary | Result") -> str:
    """Warnings about an entry beside its title in a list, in brackets."""
    said = [INCOMPLETE] * entry.incomplete + [MIXED] * entry.mixed
    return f" ({joined(said)})" if said else ""


def short(entry_id: str) -> str:
    """The beginning of an id, which suffices on the command line."""
    return entry_id[:SHORT_ID]


def local_time(moment: datetime) -> str:
    """A moment in this machine's time zone, to the minute."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M")


def local_day(moment: datetime) -> str:
    """A moment's day in this machine's time zone."""
    return moment.astimezone().strftime("%Y-%m-%d")


def cut(text: str, width: int) -> str:
    """`text` in at most `width` characters."""
    return text if len(text) <= width else text[: width - 1].rstrip() + "…"


def joined(words: Iterable[str]) -> str:
    """Words with commas between them."""
    return ", ".join(words)


def heading(text: str) -> str:
    """`text` as a heading, bold on a terminal; print it by click itself."""
    return click.style(escaped(text), bold=True) if sys.stdout.isatty() else escaped(text)


def size(count: int) -> str:
    """Bytes in words."""
    amount = float(count)
    for unit in ("bytes", "kB", "MB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit != "MB" else f"{amount:.1f} MB"
        amount /= 1000
    return f"{amount:.1f} GB"


def print_receipt(
    principal: access.Principal, receipt: "Receipt", sentence: str, as_json: bool
) -> None:
    """Print the result of a change; the log's position is for the operator only.

    It would tell members how much happens that they do not see.
    """
    if receipt.behind:
        tell(receipt.behind)
    if not as_json:
        say(sentence)
    elif access.is_operator(principal):
        print_json(receipt)
    else:
        print_json({"id": receipt.id, "version": receipt.version})

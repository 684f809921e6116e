"""The search command, which asks the running server if there is one."""

import shutil
import sys
import textwrap
from typing import TYPE_CHECKING

import click
from msgspec import structs

from kb.characters import escaped
from kb.cli.invocation import Invocation, echo, pass_invocation, say, tell
from kb.cli.once import Command
from kb.cli.output import (
    INCOMPLETE,
    MIXED,
    filter_options,
    heading,
    json_option,
    odd,
    print_json,
    short,
)
from kb.counting import counted
from kb.messages import _

if TYPE_CHECKING:
    from kb.entries.results import EntryFilter
    from kb.search.search import Answer, Result

WIDEST = 100
# Stand for start and end of a mark while text is wrapped: private-use characters.
_OPEN, _CLOSE = "\ue000", "\ue001"
_BOLD, _PLAIN = "\x1b[1m", "\x1b[22m"


@click.command("search", cls=Command)
@click.argument("question", nargs=-1, required=True)
@filter_options
@click.option("--archived", is_flag=True, help="Among archived entries as well.")
@click.option(
    "--limit", type=click.IntRange(1, 100), default=5, show_default=True, help="How many."
)
@json_option
@pass_invocation
def search_command(
    invocation: Invocation,
    question: tuple[str, ...],
    chosen: "EntryFilter",
    limit: int,
    as_json: bool,
) -> None:
    """Ask QUESTION and get the entries that answer it, each with the passage that does.

    The question goes to the running server, if there is one, which answers at once.
    """
    words = " ".join(question)
    chosen = structs.replace(chosen, archived=None if chosen.archived else False)
    answer = from_server(invocation, words, chosen, limit)
    if answer is None:
        with invocation.reading() as session:
            answer = session.search(words, chosen, limit=limit)
            tell(
                _("No server runs for this data directory; beside kb serve, answers come at once.")
            )
    if as_json:
        print_json(answer)
    else:
        print_answer(answer)


def print_answer(answer: "Answer") -> None:
    """Print the results with their passages; less close ones by title only."""
    if answer.nothing_close:
        say(_("Nothing matches closely. Nearest:\n") if answer.results else _("Nothing close."))
    whole = [each for each in answer.results if each.close or answer.nothing_close]
    for place, result in enumerate(whole, 1):
        click.echo(_described(place, result))
    if rest := answer.results[len(whole) :]:
        say(_("Less close:"))
        for place, result in enumerate(rest, len(whole) + 1):
            echo(f"{place}. {result.title}  {short(result.id)} {odd(result)}".rstrip())
        echo()
    echo(f"{answer.milliseconds:.0f} ms")
    if answer.behind:
        texts = counted(answer.behind, "new text is", "new texts are")
        tell(_("{texts} not in yet: see kb status.", texts=texts))
    if answer.trouble:
        tell(answer.trouble)


def from_server(
    invocation: Invocation, question: str, chosen: "EntryFilter", limit: int
) -> "Answer | None":
    """The answer of the running server of the data directory, None if there is none."""
    from kb.entries.results import PARAMETERS
    from kb.storage.local_socket import request

    several = structs.asdict(chosen)
    del several["archived"]
    parameters = [
        ("q", question),
        ("limit", str(limit)),
        ("archived", "all" if chosen.archived is None else "false"),
        *((PARAMETERS[name], value) for name, values in several.items() for value in values),
    ]
    found = request(invocation.directory, "GET", "/api/search", parameters)
    if found is None:
        return None
    import msgspec

    from kb.search.search import Answer

    return msgspec.convert(found, Answer)


def _described(place: int, result: "Result") -> str:
    """A result for a terminal, already escaped, since it has bold marks of its own."""
    width = min(shutil.get_terminal_size().columns, WIDEST)
    about = [result.kind, result.group, *result.tags, "archived" if result.archived else None]
    about += [INCOMPLETE] * result.incomplete + [MIXED] * result.mixed
    lines = [
        f"{place}. {heading(result.title)}  {short(result.id)}",
        escaped(f"   {', '.join(text for text in about if text)}"),
        escaped(f"   why: {result.why}"),
    ]
    if result.heading:
        lines.append(escaped(f"   {result.heading}:"))
    if result.passage:
        lines.append(textwrap.indent(_passage(result, width - 3), "   "))
    return "\n".join(lines) + "\n"


def _passage(result: "Result", width: int) -> str:
    """The part of the passage worth showing, wrapped; marked words are bold on a terminal."""
    begin, end = result.snippet_range
    bold = sys.stdout.isatty()
    pieces, at = [], begin
    for start, stop in result.marks:
        if bold and begin <= start and stop <= end:
            pieces += [result.passage[at:start], _OPEN, result.passage[start:stop], _CLOSE]
            at = stop
    text = " ".join("".join([*pieces, result.passage[at:end]]).split())
    text = ("… " if begin else "") + text + (" …" if end < len(result.passage) else "")
    return textwrap.fill(escaped(text), width).replace(_OPEN, _BOLD).replace(_CLOSE, _PLAIN)

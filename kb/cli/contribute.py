"""Commands that read a Markdown file: as a new entry, or as a revision."""

import re
import shlex
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kb.cli.invocation import Invocation, pass_invocation, tell
from kb.cli.names import Names
from kb.cli.once import Command
from kb.cli.output import joined, json_option, known_kind, print_receipt, short, visible_option
from kb.cli.visibility import chosen_visibility
from kb.messages import _

if TYPE_CHECKING:
    from kb.entries.kinds import Kind
    from kb.entries.results import EntryPage
    from kb.errors import InvalidInput
    from kb.importers.markdown import ParsedFile
    from kb.session import Session

file_type = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)


def _print_template(context: click.Context, option: click.Parameter, key: str | None) -> None:
    if key is None:
        return
    from kb.entries.kinds import load_kinds

    click.echo(template(load_kinds()[known_kind(context, option, key)]), nl=False)
    context.exit()


@click.command("contribute", cls=Command)
@click.argument("file", type=file_type, metavar="FILE")
@click.option(
    "--kind",
    metavar="KIND",
    callback=known_kind,
    help="The kind, if the file names none [practice].",
)
@click.option("--group", help="The group, if the file names none.")
@visible_option
@click.option(
    "--template",
    metavar="KIND",
    expose_value=False,
    is_eager=True,
    callback=_print_template,
    help="Print an empty file of this kind and end.",
)
@json_option
@pass_invocation
def contribute_command(
    invocation: Invocation,
    file: Path,
    kind: str | None,
    group: str | None,
    visible_to: tuple[str, ...],
    as_json: bool,
) -> None:
    """Contribute the Markdown file FILE, or standard input for "-", as an entry."""
    from kb.entries.content import Draft, Relation
    from kb.entries.entry import EntryArchived
    from kb.errors import InvalidInput

    parsed = _parsed(file)
    _refuse_contradictions(parsed, kind, group, visible_to)
    with invocation.session() as session:
        key = parsed.kind or kind or "practice"
        resolve = session.catalogue.resolve
        draft = Draft(
            kind=key,
            content=parsed.content,
            group=parsed.group or group,
            tags=parsed.tags,
            relations=tuple(Relation(r.type, resolve(r.target)) for r in parsed.relations),
            visibility=chosen_visibility(session, parsed.visible_to or visible_to),
        )
        archived = None
        if (named := parsed.archived) is not None:
            successor = named.successor and resolve(named.successor)
            archived = EntryArchived(reason=named.reason, successor=successor)
        try:
            receipt = session.entries.contribute(draft, archived=archived)
        except InvalidInput as error:
            raise _with_template(error, session.kinds[key]) from error
    for remark in parsed.remarks:
        tell(remark)
    print_receipt(
        session.principal,
        receipt,
        _("Contributed archived entry {id}.", id=receipt.id)
        if archived
        else _("Contributed entry {id}.", id=receipt.id),
        as_json,
    )


@click.command("revise", cls=Command)
@click.argument("entry_id", metavar="ID")
@click.argument("file", type=file_type, metavar="FILE")
@click.option("--version", type=int, help="The version that FILE started from [the present one].")
@click.option("--note", help="What changed, for the history.")
@json_option
@pass_invocation
def revise_command(
    invocation: Invocation,
    entry_id: str,
    file: Path,
    version: int | None,
    note: str | None,
    as_json: bool,
) -> None:
    """Replace the text of the entry ID by that of the Markdown file FILE ("-" is standard input).

    Title, sections, properties and group are taken from the file; tags, relations and who sees it
    have commands of their own. With --version, a text that another member revised since then is not
    overwritten.
    """
    from msgspec import UNSET, structs

    parsed = _parsed(file)
    with invocation.session() as session:
        page = session.catalogue.get(session.catalogue.resolve(entry_id))
        _refuse_narrower(session, parsed, page)
        content = parsed.content
        if not content.title:
            content = structs.replace(content, title=page.title)
        left = _left_out(parsed, page, Names(session).groups)
        receipt = session.entries.revise(
            page.id,
            content,
            version=page.version if version is None else version,
            group=parsed.group or UNSET,
            note=note,
        )
    for remark in (*parsed.remarks, *left):
        tell(remark)
    print_receipt(
        session.principal,
        receipt,
        _("Entry {id} is at version {version}.", id=short(receipt.id), version=receipt.version),
        as_json,
    )


def _with_template(error: "InvalidInput", kind: "Kind") -> "InvalidInput":
    """`error`, followed by how to print the template if required sections are missing."""
    from kb.errors import InvalidInput

    if not any(one.field in kind.required for one in error.each):
        return error
    return InvalidInput(
        _("{why} To see what it has: kb contribute --template {key}.", why=str(error), key=kind.key)
    )


def _refuse_contradictions(
    parsed: "ParsedFile", kind: str | None, group: str | None, visible_to: tuple[str, ...]
) -> None:
    """Raise `InvalidInput` if file and options disagree, rather than ignore one of them."""
    from kb.errors import InvalidInput
    from kb.visibility_words import spelled

    said = (
        ("--kind", (kind or "",), (parsed.kind or "",)),
        ("--group", (group or "",), (parsed.group or "",)),
        ("--visible-to", spelled(visible_to), parsed.visible_to),
    )
    for option, typed, written in said:
        if any(typed) and any(written) and {*typed} != {*written}:
            raise InvalidInput(
                _(
                    "{option} says {words}, and the file {written}: take one of them away.",
                    option=option,
                    words=joined(typed),
                    written=joined(written),
                ),
                option,
            )


def _refuse_narrower(session: "Session", parsed: "ParsedFile", page: "EntryPage") -> None:
    """Raise `Refused` if the file is for fewer people than the entry is shown to."""
    from kb.access import narrows
    from kb.errors import Refused

    said = parsed.visible_to
    if said and narrows(chosen_visibility(session, said), page.visibility):
        shown = Names(session).seen_by(page.visibility)
        raise Refused(
            _(
                "The file says {words}, and the entry is shown to {shown}: narrow that "
                "first (kb visibility {id} {option}), or take away what says so in "
                "the file or its place.",
                words=joined(said),
                shown=shown,
                id=short(page.id),
                option=shlex.join(said),
            )
        )


def _left_out(parsed: "ParsedFile", page: "EntryPage", groups: Mapping[str, str]) -> Iterator[str]:
    """A sentence for each difference in the file that a revision does not apply."""
    from kb.entries.tags import tag_keys
    from kb.visibility_words import words

    shown = words(page.visibility, groups)
    if parsed.kind and parsed.kind != page.kind:
        yield _(
            "The kind stays {kind}: the file says {given}, and nothing changes it.",
            kind=page.kind,
            given=parsed.kind,
        )
    if parsed.tags and {*tag_keys(parsed.tags)} != {*tag_keys(page.tags)}:
        yield _("The tags stay as they are, though the file has others: see kb tag and kb untag.")
    if parsed.visible_to and {*parsed.visible_to} != {*shown}:
        yield _(
            "It is shown to {words} still, and not as the file says: see kb visibility.",
            words=joined(shown),
        )
    if parsed.relations and {(one.type, one.target) for one in parsed.relations} != {
        (one.type, one.id) for one in page.relations if one.direction == "out"
    }:
        yield _("The relations stay as they are, though the file has others: see kb relate.")
    if (parsed.archived is not None) != page.archived and parsed.archived is not None:
        yield _("It is not archived by this, though the file says so: see kb archive.")


def template(kind: "Kind") -> str:
    """An empty file of a kind, with its prompts as comments."""
    lines = ["---", f"kind: {kind.key}", "title:", "group:", "tags: []", "---"]
    for section in kind.sections:
        lines += ["", f"## {section.heading}", "", _prompt(section.prompt, section.required)]
    return "\n".join(lines) + "\n"


def _prompt(prompt: str, required: bool) -> str:
    return f"<!-- {prompt}{' Required.' if required else ''} -->"


def without_template(data: bytes) -> bytes:
    """`data` without sections of a template that were left empty, and without its prompts."""
    from kb.entries.kinds import load_kinds

    for section in (each for kind in load_kinds().values() for each in kind.sections):
        heading = re.escape(f"## {section.heading}".encode())
        prompt = re.escape(_prompt(section.prompt, section.required).encode())
        unfilled = rb"^%b[ \t]*\r?\n\s*%b\s*(?=^##? |\Z)" % (heading, prompt)
        data = re.sub(unfilled, b"", data, flags=re.MULTILINE)
        data = re.sub(prompt, b"", data)
    return data


def _parsed(file: Path) -> "ParsedFile":
    from kb.importers.cascades import parse_alone
    from kb.importers.files import read, read_stream
    from kb.importers.markdown import parse_markdown

    # A symbolic link named on the command line is followed, wherever it leads.
    place = file.resolve()
    data = read_stream(sys.stdin.buffer) if str(file) == "-" else read(place.parent, place.name)
    # Without a path, the name of the file does not become a missing title.
    data = without_template(data)
    return parse_markdown(data, "") if str(file) == "-" else parse_alone(data, file)

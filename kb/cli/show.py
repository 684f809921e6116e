"""Commands that list and show entries."""

from typing import TYPE_CHECKING, get_args

import click
from msgspec import structs

from kb.cli.invocation import Invocation, echo, pass_invocation, say, tell
from kb.cli.names import Names
from kb.cli.once import Command
from kb.cli.output import (
    MIXED,
    cut,
    filter_options,
    heading,
    joined,
    json_option,
    local_day,
    local_time,
    odd,
    print_facts,
    print_json,
    print_table,
    short,
)
from kb.cli.pieces import USUAL, newest_options, oldest_first, only, which
from kb.counting import counted
from kb.entries.content import shown
from kb.entries.results import LARGEST_OFFSET, EntryFilter, Sort
from kb.messages import _

if TYPE_CHECKING:
    from kb.entries.results import EntryPage, Page, RelatedEntry

TITLE_WIDTH = 60
TAGS_WIDTH = 40


@click.command("list", cls=Command)
@filter_options
@click.option("--archived", is_flag=True, help="Only archived entries.")
@click.option("--all", "everything", is_flag=True, help="Archived entries as well.")
@click.option(
    "--sort",
    type=click.Choice(get_args(Sort)),
    default="recent",
    show_default=True,
    help="What comes first.",
)
@click.option(
    "--offset", type=click.IntRange(0, LARGEST_OFFSET), default=0, help="How many to pass over."
)
@click.option(
    "--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="How many."
)
@json_option
@pass_invocation
def list_command(
    invocation: Invocation,
    chosen: EntryFilter,
    everything: bool,
    sort: str,
    offset: int,
    limit: int,
    as_json: bool,
) -> None:
    """Browse entries, without a question."""
    if chosen.archived and everything:
        raise click.UsageError(_("Give either --archived or --all."))
    wanted = structs.replace(chosen, archived=None) if everything else chosen
    with invocation.reading() as session:
        page = session.catalogue.browse(wanted, sort=sort, offset=offset, limit=limit)
        names = Names(session)
    if as_json:
        print_json(page)
    else:
        narrowed = chosen.named or bool(chosen.archived)
        _print_page(page, offset, names, _nothing(page.facets.archived, narrowed=narrowed))


@click.command("show", cls=Command)
@click.argument("entry_id", metavar="ID")
@click.option(
    "--markdown", is_flag=True, help="Print it as a file that kb revise and kb import read."
)
@click.option(
    "--limit",
    type=click.IntRange(1, LARGEST_OFFSET),
    default=USUAL,
    show_default=True,
    help="How many of its relations, endorsements and reuses.",
)
@click.option(
    "--revision",
    type=click.IntRange(1, 2**53),
    help="The text that was written as this version; kb history --revisions lists them.",
)
@json_option
@pass_invocation
def show_command(
    invocation: Invocation,
    entry_id: str,
    markdown: bool,
    limit: int,
    revision: int | None,
    as_json: bool,
) -> None:
    """Show the entry ID: its text and all that belongs to it.

    ID is an entry's id, the beginning of one, or the path that it was imported from.
    """
    from kb.cli.revisions import show_revision
    from kb.exporters.markdown import render

    if markdown and as_json:
        raise click.UsageError(_("Give either --markdown or --json."))
    with invocation.reading() as session:
        if revision is not None:
            show_revision(session, entry_id, revision, markdown=markdown, as_json=as_json)
            return
        page = session.catalogue.get(session.catalogue.resolve(entry_id), most=limit)
        names = Names(session, (page.contributed_by, *(item.member for item in page.endorsed)))
    if markdown:
        click.echo(render(page, names.groups), nl=False)
        return
    longest = max(len(page.relations), page.endorsements, page.reuses)
    page = structs.replace(page, relations=page.relations[:limit])
    if as_json:
        print_json(page)
    else:
        _print_entry(page, names)
    if longest > limit:
        tell(
            _(
                "Of relations, endorsements and reuses the first {limit:,} of each; see --limit.",
                limit=limit,
            )
        )


@click.command("history", cls=Command)
@click.argument("entry_id", metavar="ID")
@click.option("--revisions", is_flag=True, help="Only its texts, with the version that names each.")
@newest_options
@json_option
@pass_invocation
def history_command(
    invocation: Invocation,
    entry_id: str,
    revisions: bool,
    offset: int,
    limit: int,
    as_json: bool,
) -> None:
    """Show every event of the entry ID, with who and when."""
    from kb.cli.revisions import list_revisions

    with invocation.reading() as session:
        entry, catalogue = session.catalogue.resolve(entry_id), session.catalogue
        if revisions:
            list_revisions(session, entry, offset, limit, as_json=as_json)
            return
        found = catalogue.history(entry, offset=offset, limit=limit, newest_first=True)
        items = oldest_first(found, catalogue.happened(entry))
        names = Names(session, (item.actor for item in items))
    if as_json:
        print_json(items)
        return
    print_table(
        ("when", "who", "what", "detail"),
        [(local_time(item.at), names.member(item.actor), item.what, item.detail) for item in items],
    )


def _nothing(archived: int, *, narrowed: bool) -> str:
    """The sentence for an empty list."""
    if narrowed:
        return _("No entry fits.")
    if archived:
        return _(
            "Only {counted}: see --all.",
            counted=counted(archived, "archived entry", "archived entries"),
        )
    return _("There are no entries yet: see kb contribute and kb import.")


def _print_page(page: "Page", offset: int, names: Names, nothing: str) -> None:
    if not page.items:
        say(only(page.total) if page.total else nothing)
        return
    print_table(
        ("id", "title", "kind", "group", "tags", "shown to", "reused", "revised"),
        [
            (
                short(item.id),
                cut(item.title, TITLE_WIDTH) + (" (archived)" if item.archived else "") + odd(item),
                item.kind,
                item.group or "",
                cut(joined(item.tags), TAGS_WIDTH),
                cut(names.sees(item), TAGS_WIDTH),
                item.reuses or "",
                local_day(item.revised_at),
            )
            for item in page.items
        ],
    )
    if len(page.items) < page.total:
        click.echo()
        say(which(len(page.items), offset, page.total))


def _print_entry(page: "EntryPage", names: Names) -> None:
    click.echo(heading(page.title) + (f" ({MIXED})" if page.mixed else ""))
    for sentence in page.lacking:
        say(sentence)
    if page.archived:
        successor = (
            _(" Replaced by {successor}.", successor=page.successor) if page.successor else ""
        )
        echo(f"Archived: {page.archived_reason}{successor}")
    echo()
    print_facts(
        {
            "id": page.id,
            "kind": page.kind,
            "group": page.group,
            "tags": joined(page.tags),
            "contributed": f"{local_time(page.contributed_at)} by "
            f"{names.member(page.contributed_by)}",
            "shown to": names.sees(page),
            "revised": local_time(page.revised_at) if page.version > 1 else None,
            "version": page.version,
            "source": page.source and f"{page.source.name}, {page.source.external_id}",
        }
    )
    if page.properties:
        # Apart, as they may have the same names as the lines above.
        click.echo(f"\n{heading('## Properties')}\n")
        print_facts({name: shown(value) for name, value in page.properties.items()})
    for section in page.sections:
        click.echo(f"\n{heading('## ' + section.heading)}\n" if section.heading else "")
        echo(section.text)
    _print_around(page, names)


def _print_around(page: "EntryPage", names: Names) -> None:
    """What others said about an entry and did with it."""
    if page.relations:
        click.echo(f"\n{heading('## Related entries')}\n")
        for related in page.relations:
            echo(f"- {_relation(related)}")
    if page.endorsed:
        click.echo(f"\n{heading('## Endorsed by')}\n")
        for item in page.endorsed:
            echo(f"- {names.member(item.member)}, {local_day(item.endorsed_at)}: {item.reason}")
    if page.reuse:
        click.echo(f"\n{heading('## Reuse')}\n")
        for use in page.reuse:
            echo(f"- {use.group}, {local_day(use.recorded_at)}, {use.outcome}: {use.context}")
            echo(f"  {use.note + ' ' if use.note else ''}(reuse {short(use.id)})")


def _relation(related: "RelatedEntry") -> str:
    from kb.entries.relation import reads

    words = reads(related.type, incoming=related.direction == "in")
    archived = ", archived" if related.archived else ""
    return f"{words} {related.title} ({short(related.id)}{archived})"

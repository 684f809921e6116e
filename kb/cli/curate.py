"""Commands of curators: tags, archive, relations."""

import click

from kb.cli.once import Command
from kb.cli.output import entry_version_option, joined, json_option, print_receipt, short
from kb.cli.session import Session, pass_session


@click.command("tag", cls=Command)
@click.argument("entry_id", metavar="ID")
@click.argument("tags", metavar="TAG...", nargs=-1, required=True)
@entry_version_option
@json_option
@pass_session
def tag_command(
    session: Session,
    entry_id: str,
    tags: tuple[str, ...],
    entry_version: int | None,
    as_json: bool,
) -> None:
    """Put tags on the entry ID. "a, b" are two tags."""
    with session.open() as base:
        receipt = base.entries.tag(
            base.catalogue.resolve(entry_id), tags, entry_version=entry_version
        )
        now = base.catalogue.summaries([receipt.id])[receipt.id].tags
    print_receipt(
        base.principal, receipt, f"Entry {short(receipt.id)} has the tags {joined(now)}.", as_json
    )


@click.command("untag", cls=Command)
@click.argument("entry_id", metavar="ID")
@click.argument("tags", metavar="TAG...", nargs=-1, required=True)
@json_option
@pass_session
def untag_command(session: Session, entry_id: str, tags: tuple[str, ...], as_json: bool) -> None:
    """Take tags off the entry ID."""
    with session.open() as base:
        receipt = base.entries.untag(base.catalogue.resolve(entry_id), tags)
        now = base.catalogue.summaries([receipt.id])[receipt.id].tags
    left = f"the tags {joined(now)}" if now else "no tags"
    print_receipt(base.principal, receipt, f"Entry {short(receipt.id)} has {left}.", as_json)


@click.command("archive", cls=Command)
@click.argument("entry_id", metavar="ID")
@click.option("--reason", required=True, help="Why it is no longer recommended.")
@click.option("--successor", metavar="ID", help="The entry that takes its place.")
@entry_version_option
@json_option
@pass_session
def archive_command(
    session: Session,
    entry_id: str,
    reason: str,
    successor: str | None,
    entry_version: int | None,
    as_json: bool,
) -> None:
    """Stop recommending the entry ID. It stays readable and can be restored."""
    with session.open() as base:
        resolve = base.catalogue.resolve
        receipt = base.entries.archive(
            resolve(entry_id),
            reason,
            successor and resolve(successor),
            entry_version=entry_version,
        )
    print_receipt(base.principal, receipt, f"Entry {short(receipt.id)} is archived.", as_json)


@click.command("restore", cls=Command)
@click.argument("entry_id", metavar="ID")
@json_option
@pass_session
def restore_command(session: Session, entry_id: str, as_json: bool) -> None:
    """Recommend the archived entry ID again."""
    with session.open() as base:
        receipt = base.entries.restore(base.catalogue.resolve(entry_id))
    print_receipt(base.principal, receipt, f"Entry {short(receipt.id)} is not archived.", as_json)


@click.command("relate", cls=Command)
@click.argument("entry_id", metavar="ID")
@click.argument("relation_type", metavar="TYPE")
@click.argument("target", metavar="TARGET")
@click.option("--remove", is_flag=True, help="Take the relation back.")
@json_option
@pass_session
def relate_command(
    session: Session, entry_id: str, relation_type: str, target: str, remove: bool, as_json: bool
) -> None:
    """State that the entry ID relates to the entry TARGET.

    TYPE is one of DataCite's relation types, e.g. IsDerivedFrom, IsVersionOf, Cites or Obsoletes;
    any other word is answered with all of them.
    """
    from kb.entries.content import Relation
    from kb.entries.validation import relation as checked

    with session.open() as base:
        page = base.catalogue.get(base.catalogue.resolve(entry_id))
        relation = checked(Relation(relation_type, base.catalogue.resolve(target)))
        change = base.entries.unrelate if remove else base.entries.relate
        receipt = change(page.id, relation)
    stood = receipt.version > page.version
    state = "now stands" if not remove else "no longer stands" if stood else "did not stand"
    print_receipt(
        base.principal,
        receipt,
        f"{relation.type} {short(relation.target)} {state} at entry {short(receipt.id)}.",
        as_json,
    )

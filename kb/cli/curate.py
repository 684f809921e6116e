"""Commands of curators: tags, archive, relations."""

from typing import TYPE_CHECKING

import click

from kb.cli.invocation import Invocation, pass_invocation
from kb.cli.once import Command
from kb.cli.output import entry_version_option, joined, json_option, print_receipt, short
from kb.messages import _

if TYPE_CHECKING:
    from kb import Session
    from kb.writer import Receipt


@click.command("tag", cls=Command)
@click.argument("entry_id", metavar="ID")
@click.argument("tags", metavar="TAG...", nargs=-1, required=True)
@entry_version_option
@json_option
@pass_invocation
def tag_command(
    invocation: Invocation,
    entry_id: str,
    tags: tuple[str, ...],
    entry_version: int | None,
    as_json: bool,
) -> None:
    """Put tags on the entry ID. "a, b" are two tags."""
    with invocation.session() as session:
        receipt = session.entries.tag(
            session.catalogue.resolve(entry_id), tags, entry_version=entry_version
        )
        sentence = _tagged(session, receipt)
    print_receipt(session.principal, receipt, sentence, as_json)


@click.command("untag", cls=Command)
@click.argument("entry_id", metavar="ID")
@click.argument("tags", metavar="TAG...", nargs=-1, required=True)
@json_option
@pass_invocation
def untag_command(
    invocation: Invocation, entry_id: str, tags: tuple[str, ...], as_json: bool
) -> None:
    """Take tags off the entry ID."""
    with invocation.session() as session:
        receipt = session.entries.untag(session.catalogue.resolve(entry_id), tags)
        sentence = _tagged(session, receipt)
    print_receipt(session.principal, receipt, sentence, as_json)


def _tagged(session: "Session", receipt: "Receipt") -> str:
    """The tags as they are now, unless the views do not show that yet."""
    entry = short(receipt.id)
    if receipt.behind:
        return _("The tags of entry {id} are changed.", id=entry)
    tags = session.catalogue.summaries([receipt.id])[receipt.id].tags
    if not tags:
        return _("Entry {id} has no tags.", id=entry)
    return _("Entry {id} has the tags {words}.", id=entry, words=joined(tags))


@click.command("archive", cls=Command)
@click.argument("entry_id", metavar="ID")
@click.option("--reason", required=True, help="Why it is no longer recommended.")
@click.option("--successor", metavar="ID", help="The entry that takes its place.")
@entry_version_option
@json_option
@pass_invocation
def archive_command(
    invocation: Invocation,
    entry_id: str,
    reason: str,
    successor: str | None,
    entry_version: int | None,
    as_json: bool,
) -> None:
    """Stop recommending the entry ID. It stays readable and can be restored."""
    with invocation.session() as session:
        resolve = session.catalogue.resolve
        receipt = session.entries.archive(
            resolve(entry_id),
            reason,
            successor and resolve(successor),
            entry_version=entry_version,
        )
    print_receipt(
        session.principal, receipt, _("Entry {id} is archived.", id=short(receipt.id)), as_json
    )


@click.command("restore", cls=Command)
@click.argument("entry_id", metavar="ID")
@json_option
@pass_invocation
def restore_command(invocation: Invocation, entry_id: str, as_json: bool) -> None:
    """Recommend the archived entry ID again."""
    with invocation.session() as session:
        receipt = session.entries.restore(session.catalogue.resolve(entry_id))
    print_receipt(
        session.principal, receipt, _("Entry {id} is not archived.", id=short(receipt.id)), as_json
    )


@click.command("relate", cls=Command)
@click.argument("entry_id", metavar="ID")
@click.argument("relation_type", metavar="TYPE")
@click.argument("target", metavar="TARGET")
@click.option("--remove", is_flag=True, help="Take the relation back.")
@json_option
@pass_invocation
def relate_command(
    invocation: Invocation,
    entry_id: str,
    relation_type: str,
    target: str,
    remove: bool,
    as_json: bool,
) -> None:
    """State that the entry ID relates to the entry TARGET.

    TYPE is one of DataCite's relation types, e.g. IsDerivedFrom, IsVersionOf, Cites or Obsoletes;
    any other word is answered with all of them.
    """
    from kb.entries.content import Relation
    from kb.entries.validation import relation as checked

    with invocation.session() as session:
        page = session.catalogue.get(session.catalogue.resolve(entry_id))
        relation = checked(Relation(relation_type, session.catalogue.resolve(target)))
        change = session.entries.unrelate if remove else session.entries.relate
        receipt = change(page.id, relation)
    ends = {"id": short(receipt.id), "relation": f"{relation.type} {short(relation.target)}"}
    if not remove:
        sentence = _("Entry {id} now has the relation {relation}.", **ends)
    elif receipt.version > page.version:
        sentence = _("Entry {id} no longer has the relation {relation}.", **ends)
    else:
        sentence = _("Entry {id} did not have the relation {relation}.", **ends)
    print_receipt(session.principal, receipt, sentence, as_json)

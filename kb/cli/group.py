"""Commands on groups: form them, one inside another, and say who is in them."""

import click
from msgspec import UNSET

from kb import fields
from kb.cli.invocation import Invocation, echo, pass_invocation
from kb.cli.once import Group
from kb.cli.output import json_option, print_json, print_receipt
from kb.cli.pieces import piece_options, tell_left_out
from kb.counting import counted
from kb.messages import _

group_argument = click.argument("group", metavar="GROUP")
member_argument = click.argument("member_id", metavar="MEMBER")


@click.group("group", cls=Group)
def group_command() -> None:
    """Form groups of members and look after them. GROUP is a group's name or id."""


@group_command.command("form")
@click.argument("name", metavar="NAME")
@click.option("--in", "parent", metavar="GROUP", help="The group that it is inside.")
@click.option("--open", "is_open", is_flag=True, help="Members may join it by themselves.")
@json_option
@pass_invocation
def form(
    invocation: Invocation, name: str, parent: str | None, is_open: bool, as_json: bool
) -> None:
    """Begin the group NAME."""
    with invocation.session() as session:
        around = session.directory.group(parent).id if parent else None
        receipt = session.people.form_group(name, around, open=is_open)
    print_receipt(session.principal, receipt, _("Formed the group {name}.", name=name), as_json)


@group_command.command("list")
@piece_options
@json_option
@pass_invocation
def list_groups(invocation: Invocation, offset: int, limit: int, as_json: bool) -> None:
    """List all groups, each under the one that it is inside; with --json by name."""
    with invocation.reading() as session:
        if as_json:
            by_name = session.directory.groups_listed(offset=offset, limit=limit)
            tell_left_out(len(by_name.items), offset, by_name.total)
            print_json(by_name.items)
            return
        found = session.directory.nested(offset=offset, limit=limit)
        sizes = session.directory.sizes(group.id for group, _ in found.items)
    for group, depth in found.items:
        many = counted(sizes.get(group.id, 0), "member", "members")
        about = ["closed" if group.closed else "open" if group.open else "", many]
        echo(f"{'  ' * depth}{group.name}  ({', '.join(word for word in about if word)})")
    tell_left_out(len(found.items), offset, found.total)


@group_command.command("change")
@group_argument
@click.option("--name", help="What it is called from now on.")
@click.option("--in", "parent", metavar="GROUP", help="The group that it is inside from now on.")
@click.option("--in-none", is_flag=True, help="It is inside no other group from now on.")
@click.option(
    "--open/--not-open",
    "is_open",
    default=None,
    help="Whether members may join it, and open ones inside it, by themselves. "
    "A closed group takes members again.",
)
@json_option
@pass_invocation
def change(
    invocation: Invocation,
    group: str,
    name: str | None,
    parent: str | None,
    in_none: bool,
    is_open: bool | None,
    as_json: bool,
) -> None:
    """Change name, place or openness of GROUP; what is not given stays."""
    if parent and in_none:
        raise click.UsageError(_("Give either --in or --in-none."))
    if not (name or parent or in_none) and is_open is None:
        raise click.UsageError(_("Say what to change."))
    with invocation.session() as session:
        around = session.directory.group(parent).id if parent else None
        found = session.directory.group(group)
        receipt = session.people.change_group(
            found.id,
            name=UNSET if name is None else name,
            parent=around if around or in_none else UNSET,
            open=UNSET if is_open is None else is_open,
            closed=UNSET if is_open is None else False,
        )
    called = found.name if name is None else fields.group_name(name)
    print_receipt(
        session.principal, receipt, _("Changed the group {called}.", called=called), as_json
    )


@group_command.command("close")
@group_argument
@json_option
@pass_invocation
def close(invocation: Invocation, group: str, as_json: bool) -> None:
    """Let nobody join GROUP, or a group inside it, any longer; those who are in it still see what
    it sees."""
    with invocation.session() as session:
        found = session.directory.group(group)
        receipt = session.people.close_group(found.id)
    print_receipt(
        session.principal, receipt, _("Closed the group {name}.", name=found.name), as_json
    )


@group_command.command("add")
@member_argument
@group_argument
@json_option
@pass_invocation
def add(invocation: Invocation, member_id: str, group: str, as_json: bool) -> None:
    """Let the member MEMBER be in GROUP, and see what it sees."""
    with invocation.session() as session:
        member, found = session.directory.member(member_id), session.directory.group(group)
        receipt = session.people.join_group(found.id, member.id)
    print_receipt(
        session.principal,
        receipt,
        _("{name} is in the group {group}.", name=member.name, group=found.name),
        as_json,
    )


@group_command.command("remove")
@member_argument
@group_argument
@json_option
@pass_invocation
def remove(invocation: Invocation, member_id: str, group: str, as_json: bool) -> None:
    """Let the member MEMBER be in GROUP no longer."""
    with invocation.session() as session:
        member, found = session.directory.member(member_id), session.directory.group(group)
        receipt = session.people.leave_group(found.id, member.id)
    print_receipt(
        session.principal,
        receipt,
        _("{name} is not in the group {group}.", name=member.name, group=found.name),
        as_json,
    )

"""Commands of stewards who look after members: invitations, roles, leaving, and what changed."""

from typing import TYPE_CHECKING

import click

from kb import access
from kb.access import ROLES, Role
from kb.cli.invocation import Invocation, pass_invocation, say
from kb.cli.names import Names
from kb.cli.once import Group
from kb.cli.output import (
    joined,
    json_option,
    local_day,
    local_time,
    print_facts,
    print_json,
    print_receipt,
    print_table,
    short,
)
from kb.cli.own import data, language
from kb.cli.pieces import newest_options, oldest_first, piece_options, tell_left_out
from kb.messages import _
from kb.people.actions import LOOK_AFTER_PEOPLE

if TYPE_CHECKING:
    from kb.accounts.links import Purpose
    from kb.one_time_links import OneTimeLink
    from kb.people.directory import MemberView
    from kb.storage.settings import Settings

member_argument = click.argument("member_id", metavar="ID")


@click.group("member", cls=Group)
def member_command() -> None:
    """Invite members and look after them. ID is a member's id or its first 6 or more characters."""


@member_command.command("invite")
@click.option(
    "--role",
    "roles",
    type=click.Choice(ROLES),
    multiple=True,
    help="A role to begin with [member]; may be repeated.",
)
@click.option("--group", "groups", multiple=True, help="A group to be in; may be repeated.")
@json_option
@pass_invocation
def invite(
    invocation: Invocation, roles: tuple[Role, ...], groups: tuple[str, ...], as_json: bool
) -> None:
    """Make a place for a new member, and a link by which they take it."""
    from kb.one_time_links import one_time_link

    with invocation.changing() as base:
        session = base.session
        inside = [session.directory.group(group).id for group in groups]
        receipt = session.people.invite(roles or ("member",), inside)
        link = one_time_link(session, base.settings, "invitation", receipt.id)
        _print_link(base.settings, link, as_json)


@member_command.command("first-steward")
@json_option
@pass_invocation
def first_steward(invocation: Invocation, as_json: bool) -> None:
    """Make a link for the first steward, who then invites the others in the pages.

    Refused while nobody signs in (see the settings sign_in and base_url), and as soon as there
    is a steward. Asked again before that, it makes another link for the same place, and the one
    before works no longer.
    """
    from kb.errors import Refused
    from kb.one_time_links import one_time_link

    with invocation.changing() as base:
        session = base.session
        access.require(session.principal, LOOK_AFTER_PEOPLE)
        if session.directory.stewards():
            raise Refused(
                _("There is a steward already, who can invite others: see kb member list.")
            )
        if not base.settings.ways:
            raise Refused(
                _(
                    "Signing in is off, so a link would lead nowhere: set sign_in and base_url in "
                    "settings.toml, or KB_SIGN_IN and KB_BASE_URL, and ask again."
                )
            )
        waiting = [m.id for m in session.directory.members() if "steward" in m.roles]
        member = waiting[0] if waiting else session.people.invite(("member", "steward")).id
        link = one_time_link(session, base.settings, "first-steward", member)
        _print_link(base.settings, link, as_json)


@member_command.command("link")
@member_argument
@json_option
@pass_invocation
def link(invocation: Invocation, member_id: str, as_json: bool) -> None:
    """Make a link that signs the member ID in once, or that takes the invitation of ID."""
    from kb.errors import Refused
    from kb.one_time_links import one_time_link

    with invocation.changing() as base:
        member = base.session.directory.member(member_id)
        if member.standing not in ("invited", "joined"):
            raise Refused(_("{name} is no longer a member: invite them again.", name=member.name))
        purpose: Purpose = "invitation" if member.standing == "invited" else "sign-in"
        made = one_time_link(base.session, base.settings, purpose, member.id)
        _print_link(base.settings, made, as_json)


@member_command.command("list")
@piece_options
@json_option
@pass_invocation
def list_members(invocation: Invocation, offset: int, limit: int, as_json: bool) -> None:
    """List everybody who has joined; stewards are shown who is invited too."""
    with invocation.reading() as session:
        found, names = session.directory.members_joined(offset=offset, limit=limit), Names(session)
    members = found.items
    tell_left_out(len(members), offset, found.total)
    if as_json:
        print_json(members)
        return
    print_table(
        ("id", "name", "roles", "groups", "joined"),
        [(short(m.id), m.name, joined(m.roles), _groups(m, names), _joined_on(m)) for m in members],
    )


@member_command.command("show")
@member_argument
@json_option
@pass_invocation
def show_member(invocation: Invocation, member_id: str, as_json: bool) -> None:
    """Show what the member ID tells about themselves, their roles and groups."""
    with invocation.reading() as session:
        member, names = session.directory.member(member_id), Names(session)
    if as_json:
        print_json(member)
        return
    told = member.profile
    print_facts(
        {
            "id": member.id,
            "name": member.name,
            "is": member.standing,
            "roles": joined(member.roles),
            "groups": _groups(member, names),
            "joined": _joined_on(member),
            "address": told and told.address,
            "time zone": told and told.time_zone,
            "languages": told and joined(told.languages),
            "spoken to in": told and told.display_language,
            "pronouns": told and told.pronouns,
            "can help with": told and told.help,
        }
    )


@member_command.command("roles")
@member_argument
@click.argument("roles", metavar="ROLE...", nargs=-1, required=True, type=click.Choice(ROLES))
@json_option
@pass_invocation
def change_roles(
    invocation: Invocation, member_id: str, roles: tuple[Role, ...], as_json: bool
) -> None:
    """Let the member ID have exactly the roles ROLE: member, curator, steward, reporter."""
    with invocation.session() as session:
        member = session.directory.member(member_id)
        receipt = session.people.change_roles(member.id, roles)
    sentence = _(
        "{name} has the roles {roles}.", name=member.name, roles=joined(sorted(set(roles)))
    )
    print_receipt(session.principal, receipt, sentence, as_json)


@member_command.command("join")
@member_argument
@click.option("--name", required=True, help="What they are called.")
@click.option("--address", help="Where they can be reached, e.g. an e-mail address.")
@click.option("--time-zone", default="UTC", show_default=True, help="E.g. Europe/Vienna.")
@click.option("--language", "languages", multiple=True, help="E.g. de; may be repeated.")
@json_option
@pass_invocation
def join(
    invocation: Invocation,
    member_id: str,
    name: str,
    address: str | None,
    time_zone: str,
    languages: tuple[str, ...],
    as_json: bool,
) -> None:
    """Take the invitation of ID in their place: they then need no link."""
    from kb.people.member import Profile

    profile = Profile(name=name, address=address, time_zone=time_zone, languages=languages)
    with invocation.changing() as base:
        principal = base.session.principal
        access.require(principal, LOOK_AFTER_PEOPLE)
        invited = base.session.directory.member(member_id).id
        receipt = base.as_(access.invited(invited)).credentials.join(profile)
    sentence = _("{name} has joined as {id}.", name=profile.name, id=invited)
    print_receipt(principal, receipt, sentence, as_json)


@member_command.command("remove")
@member_argument
@click.confirmation_option(prompt=_("Coming back takes an invitation. Take the member out?"))
@json_option
@pass_invocation
def remove(invocation: Invocation, member_id: str, as_json: bool) -> None:
    """Take the member ID out of the community, or leave it oneself. What they wrote stays.

    Whatever they could sign in with is gone as well.
    """
    with invocation.session() as session:
        member = session.directory.member(member_id)
        receipt = session.people.leave(member.id)
    sentence = _("{name} is no longer a member.", name=member.name)
    print_receipt(session.principal, receipt, sentence, as_json)


@member_command.command("history")
@member_argument
@newest_options
@json_option
@pass_invocation
def history(invocation: Invocation, member_id: str, offset: int, limit: int, as_json: bool) -> None:
    """Show who changed roles, groups, tokens and sign-in of the member ID, and when.

    Your own also has who changed who sees your entries, or erased one.
    """
    with invocation.reading() as session:
        about = session.directory.member(member_id).id
        found = session.directory.newest_changes(about, offset=offset, limit=limit)
        listed = oldest_first(found, session.directory.count_changes(about))
        changes = [each.change for each in listed]
        names = Names(session, (change.actor for change in changes))
    if as_json:
        print_json(changes)
        return
    print_table(
        ("when", "who", "what", "entry"),
        [
            (local_time(c.at), names.member(c.actor), c.detail, short(c.entry_id or ""))
            for c in changes
        ],
    )


def _groups(member: "MemberView", names: Names) -> str:
    from kb.collation import sort_key

    return joined(sorted((names.groups.get(group, group) for group in member.groups), key=sort_key))


def _joined_on(member: "MemberView") -> str:
    return local_day(member.joined_at) if member.joined_at else _("not yet")


def _print_link(settings: "Settings", link: "OneTimeLink", as_json: bool) -> None:
    if not settings.ways:
        say(
            _("Signing in is off, so this link leads nowhere until sign_in and base_url are set."),
            err=True,
        )
    if as_json:
        print_json(link)
        return
    click.echo(link.link)
    say(
        _(
            "Give it to nobody else: it is for member {id}, works once, and until {when}.",
            id=short(link.id),
            when=local_time(link.expires_at),
        )
    )


for own in (data, language):
    member_command.add_command(own)

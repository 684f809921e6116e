"""Who is here: members and groups, and what stewards do for them."""

from collections.abc import Callable, Mapping, Sequence

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from msgspec import Struct

from kb import KnowledgeBase
from kb.access import ROLES, Role, require
from kb.accounts.links import Purpose
from kb.collation import sort_key
from kb.errors import Forbidden, InvalidInput, NotFound, Refused
from kb.people.directory import GroupView, MemberView
from kb.people.links import OneTimeLink, one_time_link
from kb.people.member import Standing
from kb.writer import Receipt
from web.errors import status_of
from web.pages.erasing import fate
from web.pages.forms import Form, FormBody, Posted, ticked, typed
from web.pages.shell import Pages, see_other
from web.pages.sign_in import require_signing_in

ROLE_NAMES: Mapping[Role, str] = {
    "member": "Member",
    "curator": "Curator",
    "steward": "Steward",
    "reporter": "Reporter",
}
PURPOSES: Mapping[Standing, Purpose] = {"invited": "invitation", "joined": "sign-in"}
"""What a link is for, by how far somebody is."""


class PeoplePage(Struct, frozen=True, kw_only=True):
    """All members and groups."""

    members: tuple[MemberView, ...]
    groups: dict[str, GroupView]
    roles: Mapping[Role, str]
    form: Form
    open_to_world: bool
    shown_to_world: int


class MemberPage(Struct, frozen=True, kw_only=True):
    """One member; `mine` says that it is the viewer."""

    member: MemberView
    groups: dict[str, GroupView]
    roles: Mapping[Role, str]
    mine: bool
    problem: str = ""
    link: OneTimeLink | None = None


@get("/people", sync_to_thread=True, rule="see-people")
def people(
    base: NamedDependency[KnowledgeBase],
    pages: NamedDependency[Pages],
    done: FromQuery[str] = "",
) -> Response[str]:
    """Everybody who is here."""
    return _people(base, pages, _invitation(("member",), ()), done=done)


@post("/people/invite", sync_to_thread=True, rule="look-after-people")
def invite(
    base: NamedDependency[KnowledgeBase], pages: NamedDependency[Pages], data: FormBody
) -> Response[str]:
    """Make a place for somebody, and the link to it."""
    require_signing_in(base)
    roles, groups = ticked(data, "role"), ticked(data, "group")
    try:
        receipt = base.people.invite(roles, groups)  # type: ignore[arg-type]  # checked there
    except (InvalidInput, Refused, NotFound) as error:
        form = _invitation(roles, groups).with_error(error)
        return _people(base, pages, form, status=status_of(error))
    link = one_time_link(base, "invitation", receipt.id)
    return _member(base, pages, receipt.id, link=link)


@get("/people/{member_id:str}", sync_to_thread=True, rule="see-people")
def member(
    base: NamedDependency[KnowledgeBase],
    pages: NamedDependency[Pages],
    member_id: FromPath[str],
    done: FromQuery[str] = "",
) -> Response[str]:
    """One of them."""
    return _member(base, pages, member_id, done=done)


@post("/people/{member_id:str}/link", sync_to_thread=True, rule="look-after-people")
def new_link(
    base: NamedDependency[KnowledgeBase],
    pages: NamedDependency[Pages],
    member_id: FromPath[str],
) -> Response[str]:
    """A new link for somebody invited, or for a member who lost their password."""
    require_signing_in(base)
    found = base.directory.member(member_id)
    if found.standing not in PURPOSES:
        raise NotFound(f"There is no member {member_id}.")
    link = one_time_link(base, PURPOSES[found.standing], found.id)
    return _member(base, pages, found.id, link=link)


@post("/people/{member_id:str}/roles", sync_to_thread=True, rule="look-after-people")
def change_roles(
    base: NamedDependency[KnowledgeBase],
    pages: NamedDependency[Pages],
    member_id: FromPath[str],
    data: FormBody,
) -> Response[str] | Redirect:
    """Give and take the roles that were ticked otherwise than they were shown."""
    more, less = _ticked_otherwise(data, "role")

    def command() -> None:
        now = {*base.directory.member(member_id).roles}
        base.people.change_roles(member_id, [one for one in ROLES if one in (now | more) - less])

    return _act(base, pages, member_id, "roles", command)


@post("/people/{member_id:str}/groups", sync_to_thread=True, rule="look-after-groups")
def change_groups(
    base: NamedDependency[KnowledgeBase],
    pages: NamedDependency[Pages],
    member_id: FromPath[str],
    data: FormBody,
) -> Response[str] | Redirect:
    """Let them join and leave the groups that were ticked otherwise than they were shown."""
    more, less = _ticked_otherwise(data, "group")
    now = set(base.directory.member(member_id).groups)

    def command() -> None:
        for group in sorted(more - now):
            base.people.join_group(group, member_id)
        for group in sorted(less & now):
            base.people.leave_group(group, member_id)

    return _act(base, pages, member_id, "grouped", command)


@post("/people/{member_id:str}/remove", sync_to_thread=True, rule="look-after-people")
def remove(
    base: NamedDependency[KnowledgeBase],
    pages: NamedDependency[Pages],
    member_id: FromPath[str],
) -> Response[str] | Redirect:
    """Take them out of the community, with all that they sign in with."""
    found = base.directory.member(member_id)
    try:
        base.people.leave(found.id)
    except Refused as error:
        return _member(base, pages, found.id, problem=str(error), status=status_of(error))
    return see_other("/people", "removed")


@post("/people/{member_id:str}/erase", sync_to_thread=True, rule="erase-member")
def erase(
    base: NamedDependency[KnowledgeBase],
    pages: NamedDependency[Pages],
    member_id: FromPath[str],
    data: FormBody,
) -> Response[str] | Redirect:
    """Forget them; those who may not are refused before anybody is looked for."""
    try:
        entries = fate(data)
        require(base.asker, "erase-member", member_id)
        base.erasure.member(base.directory.member(member_id).id, entries=entries)
    except (InvalidInput, Refused) as error:
        return _member(base, pages, member_id, problem=str(error), status=status_of(error))
    return see_other("/people", "member-erased")


@post("/community/world", sync_to_thread=True, rule="change-settings")
def open_to_world(base: NamedDependency[KnowledgeBase], data: FormBody) -> Redirect:
    """Let entries be shown to everybody, or no longer."""
    base.people.open_to_world(typed(data, "allowed") == "yes")
    return see_other("/people", "world")


def _invitation(roles: Sequence[str], groups: Sequence[str]) -> Form:
    return Form({"roles": " ".join(roles), "groups": " ".join(groups)})


def _ticked_otherwise(data: Posted, what: str) -> tuple[set[str], set[str]]:
    """What was ticked anew, and of what the tick was taken away, since the form was shown.

    Somebody else may have changed them meanwhile, which a form of before is not to undo.
    """
    chosen, shown = set(ticked(data, what)), set(ticked(data, f"shown-{what}"))
    return chosen - shown, shown - chosen


def _known_groups(base: KnowledgeBase) -> dict[str, GroupView]:
    return {group.id: group for group in base.directory.groups()}


def _act(
    base: KnowledgeBase,
    pages: Pages,
    member_id: str,
    done: str,
    command: Callable[[], Receipt | None],
) -> Response[str] | Redirect:
    try:
        command()
    except (InvalidInput, Refused, Forbidden, NotFound) as error:
        return _member(base, pages, member_id, problem=str(error), status=status_of(error))
    return see_other(f"/people/{member_id}", done)


def _people(
    base: KnowledgeBase, pages: Pages, form: Form, *, done: str = "", status: int = 200
) -> Response[str]:
    page = PeoplePage(
        members=tuple(sorted(base.directory.members(), key=lambda one: sort_key(one.name))),
        groups=_known_groups(base),
        roles=ROLE_NAMES,
        form=form,
        open_to_world=base.directory.open_to_world(),
        shown_to_world=base.directory.shown_to_world(),
    )
    return pages.render("people.html", page, at="people", done=done, status=status)


def _member(
    base: KnowledgeBase,
    pages: Pages,
    member_id: str,
    *,
    problem: str = "",
    link: OneTimeLink | None = None,
    done: str = "",
    status: int = 200,
) -> Response[str]:
    found = base.directory.member(member_id)
    page = MemberPage(
        member=found,
        groups=_known_groups(base),
        roles=ROLE_NAMES,
        mine=found.id == base.asker.member,
        problem=problem,
        link=link,
    )
    return pages.render("member.html", page, at="people", done=done, status=status)

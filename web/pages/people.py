"""Pages about members, and the forms for stewards on them."""

from collections.abc import Callable, Mapping, Sequence

from litestar import Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from msgspec import Struct

from kb import KnowledgeBase, Session
from kb.access import require
from kb.accounts.links import Purpose
from kb.errors import Forbidden, InvalidInput, KnowledgeBaseError, Mistakes, NotFound, Refused
from kb.messages import _
from kb.one_time_links import OneTimeLink, one_time_link
from kb.people import actions
from kb.people.checks import checked_roles
from kb.people.directory import GroupView, MemberView
from kb.people.member import Standing
from kb.writer import Receipt
from web.errors import status_of
from web.pages.erasing import erased, fate
from web.pages.forms import Form, FormBody, ticked, ticked_otherwise, typed
from web.pages.given import GivenPage, shown_once
from web.pages.parts import NAMED, PIECE, PageNumber, Part, offset, part
from web.pages.picking import Offer, named_groups, offered
from web.pages.shell import Pages, see_changed, see_other
from web.pages.sign_in import require_signing_in

FEW = 5
"""How many groups of each member the list of members shows."""

Chosen = tuple[set[str], set[str], str]
"""Groups newly ticked, groups unticked, and the text that names no group."""

NOTHING: Chosen = (set(), set(), "")
ASKED = Form(dict.fromkeys(("roles", "groups", "entries", "sure"), ""))
"""The empty forms on a member's page."""
PURPOSES: Mapping[Standing, Purpose] = {"invited": "invitation", "joined": "sign-in"}
"""The purpose of a new link by the member's standing."""


class PeoplePage(Struct, frozen=True, kw_only=True):
    """Members by name, only those matching `named` if given; `groups` are those of the members."""

    members: Part[MemberView]
    named: str
    groups: dict[str, GroupView]
    form: Form
    offer: Offer
    open_to_world: bool
    shown_to_world: int


class MemberPage(Struct, frozen=True, kw_only=True):
    """One member; `mine`: it is the viewer; `named` is the text that names groups to add.

    Only their groups on this page of the list are shown, and offered beside others.
    """

    member: MemberView
    groups: Part[GroupView]
    offer: Offer
    ticked: set[str]
    named: str = ""
    mine: bool
    form: Form
    link: OneTimeLink | None = None


@get("/people", sync_to_thread=True, rule=actions.SEE_PEOPLE)
def people(
    session: NamedDependency[Session],
    pages: NamedDependency[Pages],
    name: FromQuery[str] = "",
    page: PageNumber = 1,
    done: FromQuery[str] = "",
) -> Response[str]:
    """The members by name, `page` by page; `name` finds members by the start of a word."""
    form = _invitation(("member",), ())
    return _people(session, pages, form, named=name[:NAMED], number=page, done=done)


@post("/people/invite", sync_to_thread=True, rule=actions.LOOK_AFTER_PEOPLE)
def invite(
    base: NamedDependency[KnowledgeBase],
    session: NamedDependency[Session],
    pages: NamedDependency[Pages],
    data: FormBody,
) -> Response[str] | Redirect:
    """Invite a new member; the link is shown once."""
    require_signing_in(base)
    roles, named = ticked(data, "role"), named_groups(session, typed(data, "group"))
    groups = tuple(dict.fromkeys((*ticked(data, "group"), *named.groups)))
    wrong = Mistakes()
    try:
        wrong.of(named.check)
        wrong.of(checked_roles, roles)  # type: ignore[arg-type]  # that is what it checks
        wrong.refuse()
        receipt = session.people.invite(roles, groups)  # type: ignore[arg-type]  # checked above
    except (InvalidInput, Refused, NotFound) as error:
        form = _invitation(roles, groups, named.rest).with_error(error)
        return _people(session, pages, form, status=status_of(error))
    if receipt.behind:
        return see_other("/people", "invited-unseen")
    return _with_link(base, session, pages, receipt.id, "invited")


@get("/people/{member_id:str}", sync_to_thread=True, rule=actions.SEE_PEOPLE, queue="reads")
def member(
    session: NamedDependency[Session],
    pages: NamedDependency[Pages],
    member_id: FromPath[str],
    groups: PageNumber = 1,
    done: FromQuery[str] = "",
) -> Response[str]:
    """One member; `groups`: which page of their groups."""
    return _member(session, pages, member_id, number=groups, done=done)


@post("/people/{member_id:str}/link", sync_to_thread=True, rule=actions.LOOK_AFTER_PEOPLE)
def new_link(
    base: NamedDependency[KnowledgeBase],
    session: NamedDependency[Session],
    pages: NamedDependency[Pages],
    member_id: FromPath[str],
) -> Response[str]:
    """A new invitation, or a link that signs a member in once."""
    require_signing_in(base)
    found = session.directory.member(member_id)
    if found.standing not in PURPOSES:
        raise NotFound(_("There is no member {member_id}.", member_id=member_id))
    return _with_link(base, session, pages, found.id, found.standing)


@post("/people/{member_id:str}/roles", sync_to_thread=True, rule=actions.LOOK_AFTER_PEOPLE)
def change_roles(
    session: NamedDependency[Session],
    pages: NamedDependency[Pages],
    member_id: FromPath[str],
    data: FormBody,
) -> Response[str] | Redirect:
    """Give roles that were newly ticked, and take away those that were unticked."""
    more, less = ticked_otherwise(data, "role")

    def command() -> Receipt:
        return session.people.change_roles(member_id, more, taken=less)  # type: ignore[arg-type]  # checked there

    form = ASKED.with_values(roles=" ".join(ticked(data, "role")))
    return _act(session, pages, member_id, "roles", command, form=form)


@post("/people/{member_id:str}/groups", sync_to_thread=True, rule=actions.LOOK_AFTER_GROUPS)
def change_groups(
    session: NamedDependency[Session],
    pages: NamedDependency[Pages],
    member_id: FromPath[str],
    data: FormBody,
) -> Response[str] | Redirect:
    """Add a member to groups that were newly ticked, and remove them from unticked ones."""
    more, less = ticked_otherwise(data, "group")
    named = named_groups(session, typed(data, "group"))
    more |= {*named.groups}

    def command() -> Receipt:
        named.check()
        return session.people.change_groups(member_id, more, less)

    return _act(session, pages, member_id, "grouped", command, (more, less, named.rest))


@post("/people/{member_id:str}/remove", sync_to_thread=True, rule=actions.LOOK_AFTER_PEOPLE)
def remove(
    session: NamedDependency[Session], pages: NamedDependency[Pages], member_id: FromPath[str]
) -> Response[str] | Redirect:
    """Remove a member from the community, with their credentials."""
    found = session.directory.member(member_id)
    try:
        receipt = session.people.leave(found.id)
    except Refused as error:
        return _member(session, pages, found.id, error=error)
    return see_changed("/people", "removed", receipt)


@post("/people/{member_id:str}/erase", rule=actions.ERASE_MEMBER)
async def erase(
    session: NamedDependency[Session],
    pages: NamedDependency[Pages],
    member_id: FromPath[str],
    data: FormBody,
) -> Response[str] | Redirect:
    """Erase a member."""
    try:
        entries = fate(data)
        directory, erasure = session.directory, session.erasure
        require(session.principal, actions.ERASE_MEMBER, member_id)
        finished = await erased(
            lambda: erasure.begin_member(directory.member(member_id).id, entries=entries)
        )
    except (InvalidInput, Refused) as error:
        form = ASKED.with_values(entries=typed(data, "entries"))
        return await sync_to_thread(_member, session, pages, member_id, form=form, error=error)
    return see_other("/people", "member-erased" if finished else "erasing")


@post("/community/world", sync_to_thread=True, rule=actions.CHANGE_SETTINGS)
def open_to_world(session: NamedDependency[Session], data: FormBody) -> Redirect:
    """Allow or forbid showing entries to people who are not signed in."""
    receipt = session.people.open_to_world(typed(data, "allowed") == "yes")
    return see_changed("/people", "world", receipt)


def _with_link(
    base: KnowledgeBase, session: Session, pages: Pages, member_id: str, standing: Standing
) -> Response[str]:
    """The page of a member of this `standing`, with a new link."""
    link = one_time_link(session, base.settings, PURPOSES[standing], member_id)
    given = GivenPage(link=link, standing=standing, onward=f"/people/{member_id}")
    return shown_once(
        pages, lambda: _member(session, pages, member_id, link=link), given, at="people"
    )


def _invitation(roles: Sequence[str], groups: Sequence[str], named: str = "") -> Form:
    return Form({"roles": " ".join(roles), "groups": " ".join(groups), "named": named})


def _act(
    session: Session,
    pages: Pages,
    member_id: str,
    done: str,
    command: Callable[[], Receipt],
    chosen: Chosen = NOTHING,
    form: Form = ASKED,
) -> Response[str] | Redirect:
    try:
        receipt = command()
    except (InvalidInput, Refused, Forbidden, NotFound) as error:
        return _member(session, pages, member_id, chosen, form=form, error=error)
    return see_changed(f"/people/{member_id}", done, receipt)


def _people(
    session: Session,
    pages: Pages,
    form: Form,
    *,
    named: str = "",
    number: int = 1,
    done: str = "",
    status: int = 200,
) -> Response[str]:
    directory = session.directory
    found = directory.members_listed(named, offset=offset(number), limit=PIECE)
    kept = {"name": named} if named else {}
    page = PeoplePage(
        members=part(found.items, found.total, number, "/people", "page", kept),
        named=named,
        groups=directory.groups_of({each for one in found.items for each in one.groups[:FEW]}),
        form=form,
        offer=offered(session, form.values["groups"].split(), joinable=True),
        open_to_world=directory.open_to_world(),
        shown_to_world=directory.shown_to_world(),
    )
    return pages.render("people.html", page, at="people", done=done, status=status)


def _member(
    session: Session,
    pages: Pages,
    member_id: str,
    chosen: Chosen = NOTHING,
    *,
    number: int = 1,
    form: Form = ASKED,
    error: KnowledgeBaseError | None = None,
    link: OneTimeLink | None = None,
    done: str = "",
) -> Response[str]:
    found = session.directory.member(member_id)
    known = session.directory.groups_of(found.groups[offset(number) :][:PIECE]).values()
    groups = part(tuple(known), len(found.groups), number, f"/people/{found.id}", "groups")
    more, less, named = chosen
    shown = [each.id for each in groups.items]
    page = MemberPage(
        member=found,
        groups=groups,
        offer=offered(session, (*shown, *sorted(more)), joinable=True),
        ticked=({*shown} | more) - less,
        named=named,
        mine=found.id == session.principal.member,
        form=form.with_error(error) if error else form,
        link=link,
    )
    status = status_of(error) if error else 200
    return pages.render("member.html", page, at="people", done=done, status=status)

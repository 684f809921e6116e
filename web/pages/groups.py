"""Pages about groups: how they nest, who is in them, and forms for stewards."""

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from msgspec import UNSET, Struct

from kb import Session
from kb.access import OPERATOR
from kb.errors import InvalidInput, Mistakes, NotFound, Refused
from kb.people.actions import JOIN_GROUP, LOOK_AFTER_GROUPS, SEE_PEOPLE
from kb.people.directory import GroupView, Listed, MemberView
from kb.people.nesting import around
from kb.writer import Receipt
from web.errors import status_of
from web.pages.forms import Form, FormBody, changed, small_form, typed, with_before
from web.pages.parts import NAMED, OFFERED, PIECE, PageNumber, Part, offset, part
from web.pages.shell import Pages, see_changed

FEW = 5
"""How many members of each group the list of groups shows."""

GROUP = ("name", "parent", "open", "closed")
"""The fields of the form that changes a group."""

CALLED = {"name of the group": "name"}

Places = tuple[tuple[str, str], ...] | None
"""Ids and names of groups to be chosen from; None where there are too many."""


class GroupsPage(Struct, frozen=True, kw_only=True):
    """The tree of groups, each with its depth, or a flat list of those that match `named`.

    `around` are the ancestors of the first group, which are on an earlier page. `members` has a
    few of each group and `sizes` their number; for `places` see `GroupPage`.
    """

    groups: Part[tuple[GroupView, int]]
    around: tuple[GroupView, ...]
    named: str
    members: dict[str, tuple[MemberView, ...]]
    sizes: dict[str, int]
    places: Places
    form: Form


class GroupPage(Struct, frozen=True, kw_only=True):
    """One group, its ancestors from the outermost on, and the groups directly inside it.

    `places` are the groups that it may move into, None if there are too many to list; `mine`:
    the viewer is in it.
    """

    group: GroupView
    around: tuple[GroupView, ...]
    inside: Part[GroupView]
    members: Part[MemberView]
    places: Places
    mine: bool
    form: Form


@get("/groups", sync_to_thread=True, rule=SEE_PEOPLE, queue="reads")
def groups(
    session: NamedDependency[Session],
    pages: NamedDependency[Pages],
    name: FromQuery[str] = "",
    page: PageNumber = 1,
    done: FromQuery[str] = "",
) -> Response[str]:
    """The groups and their members, `page` by page; `name` finds groups by the start of a word."""
    form = Form({"name": "", "parent": "", "open": ""})
    return _groups(session, pages, form, named=name[:NAMED], number=page, done=done)


@post("/groups", sync_to_thread=True, rule=LOOK_AFTER_GROUPS)
def form_group(
    session: NamedDependency[Session], pages: NamedDependency[Pages], data: FormBody
) -> Response[str] | Redirect:
    """Form a group."""
    form, wrong = small_form(data, "name", "parent", "open"), Mistakes()
    parent, opened = wrong.of(_place, session, form), bool(form.values["open"])
    try:
        receipt = session.people.form_group(form.values["name"], parent, open=opened, beside=wrong)
    except (InvalidInput, Refused, NotFound) as error:
        return _groups(session, pages, form.with_error(error, CALLED), status=status_of(error))
    return see_changed("/groups", "formed", receipt)


@get("/groups/{group_id:str}", sync_to_thread=True, rule=SEE_PEOPLE)
def group_page(
    session: NamedDependency[Session],
    pages: NamedDependency[Pages],
    group_id: FromPath[str],
    members: PageNumber = 1,
    inside: PageNumber = 1,
    done: FromQuery[str] = "",
) -> Response[str]:
    """One group: the groups around it and inside it, and its members.

    `inside`, `members`: which page of each.
    """
    found = session.directory.group(group_id)
    place = _shown_place(session, found.parent)
    shown = {
        "name": found.name,
        "parent": place,
        "open": "1" * found.open,
        "closed": "1" * found.closed,
    }
    return _group(session, pages, found, with_before(shown), at=(members, inside), done=done)


@post("/groups/{group_id:str}/change", sync_to_thread=True, rule=LOOK_AFTER_GROUPS)
def change_group(
    session: NamedDependency[Session],
    pages: NamedDependency[Pages],
    group_id: FromPath[str],
    data: FormBody,
) -> Response[str] | Redirect:
    """Change a group's name or place, and whether members may join by themselves.

    Fields left as shown are not changed.
    """
    found = session.directory.group(group_id)
    form = small_form(data, *GROUP, *(f"{field}_before" for field in GROUP))
    wrong = Mistakes()
    name, parent, opened = (typed(data, f) if changed(data, f) else UNSET for f in GROUP[:3])
    try:
        receipt = session.people.change_group(
            found.id,
            name=name,
            parent=UNSET if parent is UNSET else wrong.of(_place, session, form),
            open=UNSET if opened is UNSET else bool(opened),
            closed=False if form.values["closed_before"] and not form.values["closed"] else UNSET,
            beside=wrong,
        )
    except (InvalidInput, Refused, NotFound) as error:
        told = form.with_error(error, CALLED)
        return _group(session, pages, found, told, status=status_of(error))
    return _see(found.id, receipt)


@post("/groups/{group_id:str}/close", sync_to_thread=True, rule=LOOK_AFTER_GROUPS)
def close_group(session: NamedDependency[Session], group_id: FromPath[str]) -> Redirect:
    """Close a group, and those inside it, to new members."""
    return _see(group_id, session.people.close_group(group_id))


@post("/groups/{group_id:str}/join", sync_to_thread=True, rule=JOIN_GROUP)
def join_group(session: NamedDependency[Session], group_id: FromPath[str]) -> Redirect:
    """Join a group that is open, and all around it too."""
    return _see(group_id, session.people.join_group(group_id))


@post("/groups/{group_id:str}/leave", sync_to_thread=True, rule=JOIN_GROUP)
def leave_group(session: NamedDependency[Session], group_id: FromPath[str]) -> Redirect:
    """Leave a group."""
    return _see(group_id, session.people.leave_group(group_id))


def _see(group_id: str, receipt: Receipt) -> Redirect:
    return see_changed(f"/groups/{group_id}", "grouped", receipt)


def _place(session: Session, form: Form) -> str | None:
    """The id of the parent group that was chosen or named. Raises `InvalidInput`."""
    text = form.values["parent"].strip()
    if not text:
        return None
    try:
        return session.directory.group(text).id
    except (NotFound, InvalidInput) as error:
        raise InvalidInput(str(error), "parent") from error


def _groups(
    session: Session,
    pages: Pages,
    form: Form,
    *,
    named: str = "",
    number: int = 1,
    done: str = "",
    status: int = 200,
) -> Response[str]:
    directory, passed = session.directory, offset(number)
    if named:
        flat = directory.groups_listed(named, offset=passed, limit=PIECE)
        found = Listed(tuple((group, 0) for group in flat.items), flat.total)
    else:
        found = directory.nested(offset=passed, limit=PIECE)
    ids = [group.id for group, _ in found.items]
    page = GroupsPage(
        groups=part(
            found.items, found.total, number, "/groups", "page", {"name": named} if named else {}
        ),
        around=directory.around(ids[0]) if ids and found.items[0][1] else (),
        named=named,
        members=directory.first_of_groups(ids, FEW),
        sizes=directory.sizes(ids),
        places=_places(session),
        form=form,
    )
    return pages.render("groups.html", page, at="people", done=done, status=status)


def _group(
    session: Session,
    pages: Pages,
    found: GroupView,
    form: Form,
    *,
    at: tuple[int, int] = (1, 1),
    done: str = "",
    status: int = 200,
) -> Response[str]:
    directory, url = session.directory, f"/groups/{found.id}"
    members = directory.members_listed(group=found.id, offset=offset(at[0]), limit=PIECE)
    inside = directory.groups_listed(inside=found.id, offset=offset(at[1]), limit=PIECE)
    line = directory.around(found.id)
    page = GroupPage(
        group=found,
        around=line[-PIECE:],
        inside=part(inside.items, inside.total, at[1], url, "inside"),
        members=part(members.items, members.total, at[0], url, "members"),
        places=_places(session, found),
        mine=_is_in(session, found.id),
        form=form,
    )
    return pages.render("group.html", page, at="people", done=done, status=status)


def _is_in(session: Session, group: str) -> bool:
    me = session.principal.member
    return me not in (None, OPERATOR) and group in session.directory.member(me or "").groups


def _places(session: Session, moved: GroupView | None = None) -> Places:
    """The groups that a new group, or `moved`, may be put into; None if there are too many."""
    known = session.directory.groups_listed(limit=OFFERED)
    if known.total > OFFERED:
        return None
    parents = {each.id: each.parent for each in known.items}

    def may_hold(each: GroupView) -> bool:
        if moved is None:
            return not each.closed
        within = each.id == moved.id or moved.id in around(each.id, parents)
        return each.id == moved.parent or not (each.closed or within)

    return tuple((each.id, each.name) for each in known.items if may_hold(each))


def _shown_place(session: Session, parent: str | None) -> str:
    """The form's value for the parent group: an id to choose, or a name to type."""
    if parent is None or _places(session) is not None:
        return parent or ""
    name = "".join(each.name for each in session.directory.groups_of([parent]).values())
    try:
        return name if session.directory.group(name).id == parent else parent
    except (NotFound, InvalidInput):
        return parent

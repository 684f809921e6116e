"""The groups: how they nest, who is in them, and what stewards do for them."""

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from msgspec import UNSET, Struct

from kb import KnowledgeBase
from kb.collation import sort_key
from kb.errors import InvalidInput, NotFound, Refused
from kb.people.directory import GroupView, MemberView
from web.errors import status_of
from web.pages.forms import Form, FormBody, changed, small_form, typed, with_before
from web.pages.shell import Pages, see_other

GROUP = ("name", "parent", "open")
"""The fields of the form that changes a group."""


class GroupsPage(Struct, frozen=True, kw_only=True):
    """The groups as they nest: each with how deep it lies."""

    groups: tuple[tuple[GroupView, int], ...]
    members: dict[str, list[MemberView]]
    form: Form


class GroupPage(Struct, frozen=True, kw_only=True):
    """One group, all that it is in from the outermost on, and what is directly inside it.

    `places` are the groups that it may be put into; `mine` says that the viewer is in it.
    """

    group: GroupView
    around: tuple[GroupView, ...]
    inside: tuple[GroupView, ...]
    members: list[MemberView]
    places: tuple[GroupView, ...]
    mine: bool
    form: Form


@get("/groups", sync_to_thread=True, rule="see-people")
def groups(
    base: NamedDependency[KnowledgeBase],
    pages: NamedDependency[Pages],
    done: FromQuery[str] = "",
) -> Response[str]:
    """The groups, and who is in them."""
    return _groups(base, pages, Form({"name": "", "parent": "", "open": ""}), done=done)


@post("/groups", sync_to_thread=True, rule="look-after-groups")
def form_group(
    base: NamedDependency[KnowledgeBase], pages: NamedDependency[Pages], data: FormBody
) -> Response[str] | Redirect:
    """Begin a group."""
    form = small_form(data, "name", "parent", "open")
    try:
        base.people.form_group(
            form.values["name"], form.values["parent"] or None, open=bool(form.values["open"])
        )
    except (InvalidInput, Refused, NotFound) as error:
        return _groups(base, pages, form.with_error(error), status=status_of(error))
    return see_other("/groups", "formed")


@get("/groups/{group_id:str}", sync_to_thread=True, rule="see-people")
def group_page(
    base: NamedDependency[KnowledgeBase],
    pages: NamedDependency[Pages],
    group_id: FromPath[str],
    done: FromQuery[str] = "",
) -> Response[str]:
    """One group, and what stewards may change of it."""
    found = base.directory.group(group_id)
    shown = {"name": found.name, "parent": found.parent or "", "open": "1" * found.open}
    return _group(base, pages, found, with_before(shown), done=done)


@post("/groups/{group_id:str}/change", sync_to_thread=True, rule="look-after-groups")
def change_group(
    base: NamedDependency[KnowledgeBase],
    pages: NamedDependency[Pages],
    group_id: FromPath[str],
    data: FormBody,
) -> Response[str] | Redirect:
    """Give it another name or place, open it, or let stewards say who is in it.

    What stands in the form as it was shown is left as it is: it may have been changed meanwhile.
    """
    found = base.directory.group(group_id)
    form = small_form(data, *GROUP, *(f"{field}_before" for field in GROUP))
    name, parent, opened = (typed(data, f) if changed(data, f) else UNSET for f in GROUP)
    try:
        base.people.change_group(
            found.id,
            name=name,
            parent=parent if parent is UNSET else parent or None,
            open=UNSET if opened is UNSET else bool(opened),
        )
    except (InvalidInput, Refused, NotFound) as error:
        return _group(base, pages, found, form.with_error(error), status=status_of(error))
    return _see(found.id)


@post("/groups/{group_id:str}/close", sync_to_thread=True, rule="look-after-groups")
def close_group(base: NamedDependency[KnowledgeBase], group_id: FromPath[str]) -> Redirect:
    """Let nobody join it any longer."""
    base.people.close_group(group_id)
    return _see(group_id)


@post("/groups/{group_id:str}/join", sync_to_thread=True, rule="join-group")
def join_group(base: NamedDependency[KnowledgeBase], group_id: FromPath[str]) -> Redirect:
    """Be in an open group."""
    base.people.join_group(group_id)
    return _see(group_id)


@post("/groups/{group_id:str}/leave", sync_to_thread=True, rule="join-group")
def leave_group(base: NamedDependency[KnowledgeBase], group_id: FromPath[str]) -> Redirect:
    """Be in it no longer."""
    base.people.leave_group(group_id)
    return _see(group_id)


def _see(group_id: str) -> Redirect:
    return see_other(f"/groups/{group_id}", "grouped")


def _groups(
    base: KnowledgeBase, pages: Pages, form: Form, *, done: str = "", status: int = 200
) -> Response[str]:
    page = GroupsPage(
        groups=_nested(base.directory.groups()), members=_members_by_group(base), form=form
    )
    return pages.render("groups.html", page, at="people", done=done, status=status)


def _group(
    base: KnowledgeBase,
    pages: Pages,
    found: GroupView,
    form: Form,
    *,
    done: str = "",
    status: int = 200,
) -> Response[str]:
    known = base.directory.groups()
    members = _members_by_group(base).get(found.id, [])
    page = GroupPage(
        group=found,
        around=_line(found, known)[:-1],
        inside=tuple(each for each in known if each.parent == found.id),
        members=members,
        places=tuple(
            each
            for each in known
            if each.id == found.parent or not (each.closed or found in _line(each, known))
        ),
        mine=base.asker.member in {each.id for each in members},
        form=form,
    )
    return pages.render("group.html", page, at="people", done=done, status=status)


def _members_by_group(base: KnowledgeBase) -> dict[str, list[MemberView]]:
    inside: dict[str, list[MemberView]] = {}
    for one in base.directory.members():
        for group in one.groups if one.standing == "joined" else ():
            inside.setdefault(group, []).append(one)
    return inside


def _line(group: GroupView, known: tuple[GroupView, ...]) -> tuple[GroupView, ...]:
    """All that a group is in, from the outermost on, and itself."""
    by_id = {each.id: each for each in known}
    line: tuple[GroupView, ...] = ()
    at: GroupView | None = group
    while at is not None and at not in line:
        line = (at, *line)
        at = by_id.get(at.parent) if at.parent else None
    return line


def _nested(known: tuple[GroupView, ...]) -> tuple[tuple[GroupView, int], ...]:
    """Each group after the one that it is in."""
    lines = {group.id: _line(group, known) for group in known}
    ordered = sorted(known, key=lambda group: [sort_key(each.name) for each in lines[group.id]])
    return tuple((group, len(lines[group.id]) - 1) for group in ordered)

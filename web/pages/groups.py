"""The groups: how they nest, who is in them, and what stewards do for them."""

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from msgspec import Struct

from kb import KnowledgeBase
from kb.errors import InvalidInput, NotFound, Refused
from kb.people.directory import GroupView, MemberView
from web.errors import status_of
from web.pages.forms import Form, FormBody, typed
from web.pages.shell import Pages, see_other


class GroupsPage(Struct, frozen=True, kw_only=True):
    """The groups as they nest: each with how deep it lies."""

    groups: tuple[tuple[GroupView, int], ...]
    members: dict[str, list[MemberView]]
    mine: tuple[str, ...]
    form: Form


@get("/groups", sync_to_thread=True, rule="see-people")
def groups(
    base: NamedDependency[KnowledgeBase],
    pages: NamedDependency[Pages],
    done: FromQuery[str] = "",
) -> Response[str]:
    """The groups, and who is in them."""
    return _groups(base, pages, Form({"name": "", "parent": ""}), done=done)


@post("/groups", sync_to_thread=True, rule="look-after-groups")
def form_group(
    base: NamedDependency[KnowledgeBase], pages: NamedDependency[Pages], data: FormBody
) -> Response[str] | Redirect:
    """Begin a group."""
    form = Form({"name": typed(data, "name"), "parent": typed(data, "parent")})
    try:
        base.people.form_group(
            form.values["name"], form.values["parent"] or None, open=bool(typed(data, "open"))
        )
    except (InvalidInput, Refused, NotFound) as error:
        return _groups(base, pages, form.with_error(error), status=status_of(error))
    return see_other("/groups", "formed")


@post("/groups/{group_id:str}/close", sync_to_thread=True, rule="look-after-groups")
def close_group(base: NamedDependency[KnowledgeBase], group_id: FromPath[str]) -> Redirect:
    """Let nobody join it any longer."""
    base.people.close_group(group_id)
    return see_other("/groups", "closed")


@post("/groups/{group_id:str}/join", sync_to_thread=True, rule="join-group")
def join_group(base: NamedDependency[KnowledgeBase], group_id: FromPath[str]) -> Redirect:
    """Be in an open group."""
    base.people.join_group(group_id)
    return see_other("/groups", "grouped")


@post("/groups/{group_id:str}/leave", sync_to_thread=True, rule="join-group")
def leave_group(base: NamedDependency[KnowledgeBase], group_id: FromPath[str]) -> Redirect:
    """Be in it no longer."""
    base.people.leave_group(group_id)
    return see_other("/groups", "grouped")


def _groups(
    base: KnowledgeBase, pages: Pages, form: Form, *, done: str = "", status: int = 200
) -> Response[str]:
    inside: dict[str, list[MemberView]] = {}
    for one in base.directory.members():
        for group in one.groups if one.standing == "joined" else ():
            inside.setdefault(group, []).append(one)
    known = base.directory.groups()
    mine = (group for group, there in inside.items() if base.asker.member in {m.id for m in there})
    page = GroupsPage(groups=_nested(known), members=inside, mine=tuple(mine), form=form)
    return pages.render("groups.html", page, at="people", done=done, status=status)


def _nested(known: tuple[GroupView, ...]) -> tuple[tuple[GroupView, int], ...]:
    """Each group after the one that it is in."""
    by_id = {group.id: group for group in known}

    def line(group: GroupView) -> tuple[str, ...]:
        above: tuple[str, ...] = ()
        at: GroupView | None = group
        while at is not None and at.name not in above:
            above = (at.name, *above)
            at = by_id.get(at.parent) if at.parent else None
        return above

    return tuple((group, len(line(group)) - 1) for group in sorted(known, key=line))

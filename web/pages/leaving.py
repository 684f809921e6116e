"""Leaving the community: a page that says what goes and what stays, and asks first."""

from litestar import Response, get, post
from litestar.di import NamedDependency
from msgspec import Struct

from kb.errors import InvalidInput, Refused
from web.errors import status_of
from web.pages.erasing import require_sure
from web.pages.forms import Form, FormBody
from web.pages.shell import Pages
from web.pages.sign_in import forget_session, own_session
from web.visit import Visit


class LeavePage(Struct, frozen=True):
    """Asks for confirmation."""

    form: Form


class LeftPage(Struct, frozen=True):
    """Confirmation that a member has left."""


@get("/account/leave", sync_to_thread=True, rule="self")
def leave_form(visit: NamedDependency[Visit], pages: NamedDependency[Pages]) -> Response[str]:
    """Ask for confirmation before leaving."""
    own_session(visit)
    return pages.render("leave.html", LeavePage(Form({"sure": ""})), at="account")


@post("/account/leave", sync_to_thread=True, rule="self")
def leave(
    visit: NamedDependency[Visit], pages: NamedDependency[Pages], data: FormBody
) -> Response[str]:
    """End one's membership."""
    member = own_session(visit).member
    try:
        require_sure(data)
        visit.session.people.leave(member)
    except (InvalidInput, Refused) as error:
        page = LeavePage(Form({"sure": ""}).with_error(error))
        return pages.render("leave.html", page, at="account", status=status_of(error))
    nobody = Visit(visit.base, visit.base.as_(visit.session.directory.anonymous()))
    answer = pages.for_visit(nobody).render("left.html", LeftPage())
    forget_session(answer, visit.base, for_good=True)
    return answer

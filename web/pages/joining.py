"""Accepting an invitation: a profile, and a way to sign in."""

from collections.abc import Mapping
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import UNSET, Struct

from kb import KnowledgeBase
from kb.access import invited
from kb.accounts.links import VOID, Purpose
from kb.accounts.names import checked_name
from kb.accounts.password_rules import checked_password
from kb.accounts.sessions import Via
from kb.errors import InvalidInput, Mistakes, NotFound, Refused
from kb.people.checks import checked_profile
from kb.people.member import Profile
from web.bodies import NOTES
from web.errors import status_of
from web.pages.forms import Form, FormBody, Posted, small_form, typed
from web.pages.shell import Pages, see_other
from web.pages.sign_in import has_joined, require_signing_in, set_session
from web.visit import Limits, cookie_of, visit_of

PURPOSES: Mapping[str, Purpose] = {"join": "invitation", "welcome": "first-steward"}
PROFILE = ("name", "address", "time_zone", "languages", "pronouns", "help", "display_language")


class JoinPage(Struct, frozen=True):
    """The form of an invitation; `word` is "join", or "welcome" for the first steward."""

    form: Form
    word: str
    secret: str
    password: bool


@get("/join/{secret:str}", sync_to_thread=True, rule="public")
def join_form(
    base: NamedDependency[KnowledgeBase], pages: NamedDependency[Pages], secret: FromPath[str]
) -> Response[str]:
    """The form of an invitation: profile, sign-in name, password."""
    return _form(base, pages, "join", secret)


@get("/welcome/{secret:str}", sync_to_thread=True, rule="public")
def welcome_form(
    base: NamedDependency[KnowledgeBase], pages: NamedDependency[Pages], secret: FromPath[str]
) -> Response[str]:
    """The same for the first steward."""
    return _form(base, pages, "welcome", secret)


@post("/join/{secret:str}", sync_to_thread=True, rule="public", request_max_body_size=NOTES)
def join(
    request: Request[Any, Any, Any],
    pages: NamedDependency[Pages],
    limits: NamedDependency[Limits],
    secret: FromPath[str],
    data: FormBody,
) -> Response[str] | Redirect:
    """Accept the invitation and begin a session, or show the form with its errors."""
    return _joined(request, pages, limits, "join", secret, data)


@post("/welcome/{secret:str}", sync_to_thread=True, rule="public", request_max_body_size=NOTES)
def welcome(
    request: Request[Any, Any, Any],
    pages: NamedDependency[Pages],
    limits: NamedDependency[Limits],
    secret: FromPath[str],
    data: FormBody,
) -> Response[str] | Redirect:
    """The same for the first steward."""
    return _joined(request, pages, limits, "welcome", secret, data)


def _form(base: KnowledgeBase, pages: Pages, word: str, secret: str) -> Response[str]:
    _invited(base, word, secret)
    form = Form(dict.fromkeys((*PROFILE, "sign_in_name", "password"), "") | {"time_zone": "UTC"})
    return _shown(base, pages, form, word, secret)


def _joined(
    request: Request[Any, Any, Any],
    pages: Pages,
    limits: Limits,
    word: str,
    secret: str,
    data: Posted,
) -> Response[str] | Redirect:
    visit = visit_of(request)
    base = visit.base
    member = _invited(base, word, secret)
    form = small_form(data, *PROFILE, "sign_in_name").with_values(password="")
    try:
        _take(base, limits, word, secret, member, data)
    except (InvalidInput, Refused) as error:
        return _shown(base, pages, form.with_error(error), word, secret, status_of(error))
    before = cookie_of(request, base) or None
    via: Via = "password" if "password" in base.settings.ways else "link"
    # Without a password they have yet to add what they sign in with.
    answer = see_other("/" if via == "password" else "/account", "joined")
    token = base.accounts.sessions.begin(member, via, replacing=before)
    set_session(answer, request, base, member, token)
    return answer


def profile_of(posted: Posted) -> Profile:
    """The profile in the form."""
    values = {name: typed(posted, name).strip() for name in PROFILE}
    languages = tuple(each.strip() for each in values["languages"].split(",") if each.strip())
    return Profile(
        name=values["name"],
        address=values["address"] or None,
        time_zone=values["time_zone"] or "UTC",
        languages=languages,
        pronouns=values["pronouns"] or None,
        help=values["help"] or None,
        display_language=values["display_language"] or UNSET,
    )


def _take(
    base: KnowledgeBase, limits: Limits, word: str, secret: str, member: str, posted: Posted
) -> None:
    """Join, after all checks, so that a mistake does not use up the link."""
    new, wrong = base.as_(invited(member)), Mistakes()
    profile = wrong.of(checked_profile, profile_of(posted))
    link = secret, PURPOSES[word]
    if "password" not in base.settings.ways:
        wrong.refuse()
        new.credentials.join(profile, link)
        return
    password = typed(posted, "password")
    wrong.of(checked_name, typed(posted, "sign_in_name"))
    wrong.of(checked_password, password, base.settings.community)
    wrong.refuse()
    # The answer tells whether a name is taken, so it is not given without end.
    limits.name.admit(limits.name.keyed("", member))
    name = typed(posted, "sign_in_name")
    new.credentials.join(profile, link, name=name, password=password)


def _invited(base: KnowledgeBase, word: str, secret: str) -> str:
    require_signing_in(base)
    member = base.accounts.links.look(secret, PURPOSES[word])
    if member is None or has_joined(base, member):
        raise NotFound(VOID)
    return member


def _shown(
    base: KnowledgeBase, pages: Pages, form: Form, word: str, secret: str, status: int = 200
) -> Response[str]:
    page = JoinPage(form, word, secret, "password" in base.settings.ways)
    return pages.render("join.html", page, status=status)

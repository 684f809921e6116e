"""The account page: profile, password, sessions, tokens, and changes made by others."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from litestar import MediaType, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect
from msgspec import Struct, structs

from kb import KnowledgeBase
from kb.access import SCOPES, may
from kb.accounts.passkeys import PasskeyInfo
from kb.accounts.sessions import SessionInfo
from kb.accounts.tokens import TokenInfo
from kb.areas import OWN
from kb.clock import utc_now
from kb.errors import InvalidInput, Mistakes
from kb.messages import _
from kb.own_data.markdown import as_markdown
from kb.own_data.read import as_json
from kb.people.actions import CHANGE_SELF, SEE_PEOPLE
from kb.people.member import Profile
from kb.people.results import GroupView, ListedChange, MemberView
from web.bodies import NOTES
from web.errors import status_of
from web.pages.forms import Form, FormBody, changed, small_form, typed, with_before
from web.pages.given import GivenPage, Made, shown_once
from web.pages.joining import PROFILE, profile_of
from web.pages.parts import PageNumber, Part, beyond, of_more
from web.pages.passkeys import passkeys_of
from web.pages.shell import Pages, see_changed, see_other
from web.pages.sign_in import own_session, set_session
from web.visit import Limits, Visit

DAYS: Mapping[str, str] = {
    "7": _("A week"),
    "30": _("30 days"),
    "90": _("90 days"),
    "365": _("A year"),
}


class Numbers(Struct, frozen=True):
    """The page numbers of the lists of an account."""

    passkeys: int = 1
    sessions: int = 1
    tokens: int = 1
    changes: int = 1


class AccountPage(Struct, frozen=True, kw_only=True):
    """A member's account; `groups` is empty for those who may not see groups, such as reporters.

    `here` is the present session, `made` a token made just now, `opens` the ways in which the
    member can sign in again.
    """

    me: MemberView
    groups: dict[str, GroupView]
    sessions: Part[SessionInfo]
    here: str
    tokens: Part[TokenInfo]
    scopes: tuple[str, ...]
    days: Mapping[str, str]
    changes: Part[ListedChange]
    ways: tuple[str, ...]
    passkeys: Part[PasskeyInfo]
    has_name: bool
    opens: tuple[str, ...]
    asks_password: bool
    linked: bool
    forms: dict[str, Form]
    made: Made | None = None


@get("/account", sync_to_thread=True, rule="self")
def account(
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    passkeys: PageNumber = 1,
    sessions: PageNumber = 1,
    tokens: PageNumber = 1,
    changes: PageNumber = 1,
    done: FromQuery[str] = "",
) -> Response[str]:
    """One's own profile, sessions, tokens, and changes made by others.

    `passkeys`, `sessions`, `tokens`, `changes`: which page of each list.
    """
    page = _page(visit, at=Numbers(passkeys, sessions, tokens, changes))
    return pages.render("account.html", page, at="account", done=done)


@post("/account/profile", sync_to_thread=True, rule=CHANGE_SELF, request_max_body_size=NOTES)
def change_profile(
    visit: NamedDependency[Visit], pages: NamedDependency[Pages], data: FormBody
) -> Response[str] | Redirect:
    """Change one's profile.

    Fields left as shown are not changed.
    """
    own_session(visit)
    fields = [each for each in PROFILE if changed(data, each)]
    try:
        receipt = visit.session.people.change_profile(profile_of(data), fields)
    except InvalidInput as error:
        form = small_form(data, *PROFILE, *(f"{each}_before" for each in PROFILE))
        return _again(visit, pages, "profile", form.with_error(error), error)
    return see_changed("/account", "profile", receipt)


@post("/account/password", sync_to_thread=True, rule="self")
def change_password(
    request: Request[Any, Any, Any],
    visit: NamedDependency[Visit],
    limits: NamedDependency[Limits],
    pages: NamedDependency[Pages],
    data: FormBody,
) -> Response[str] | Redirect:
    """Choose another name or password to sign in with; every other session ends."""
    signed_in, accounts = own_session(visit, "password"), visit.base.accounts
    wrong = Mistakes()
    try:
        # Limited, as the form would let one guess the password and others' names.
        limits.name.admit(limits.name.keyed("", signed_in.member))
        wrong.of(_check_current, visit, typed(data, "current"))
        visit.session.credentials.set_password(
            typed(data, "password"), typed(data, "sign_in_name"), beside=wrong
        )
    except InvalidInput as error:
        form = small_form(data, "sign_in_name").with_values(password="", current="")
        return _again(visit, pages, "password", form.with_error(error), error)
    accounts.sessions.end_all(signed_in.member, but=visit.cookie)
    answer = see_other("/account", "secret")
    token = accounts.sessions.rotate(visit.cookie)
    set_session(answer, request, visit.base, signed_in.member, token)
    return answer


@post("/account/sessions/end", sync_to_thread=True, rule="self")
def end_session(visit: NamedDependency[Visit], data: FormBody) -> Redirect:
    """End another session."""
    signed_in = own_session(visit)
    visit.base.accounts.sessions.revoke(signed_in.member, typed(data, "session"))
    return see_other("/account", "ended")


@post("/account/sessions/end-all", sync_to_thread=True, rule="self")
def end_all_sessions(visit: NamedDependency[Visit]) -> Redirect:
    """End all other sessions."""
    visit.base.accounts.sessions.end_all(own_session(visit).member, but=visit.cookie)
    return see_other("/account", "ended-all")


@post("/account/tokens", sync_to_thread=True, rule="self")
def make_token(
    visit: NamedDependency[Visit], pages: NamedDependency[Pages], data: FormBody
) -> Response[str]:
    """Make a token and show its secret once."""
    signed_in = own_session(visit)
    chosen = [scope for scope in SCOPES if typed(data, f"scope-{scope}")]
    form = small_form(data, "token_name", "days").with_values(scopes=" ".join(chosen))
    try:
        days = form.values["days"]
        _token, secret = visit.session.credentials.make_token(
            signed_in.member,
            chosen,
            form.values["token_name"],
            utc_now() + timedelta(days=int(days) if days in DAYS else 0),
        )
    except InvalidInput as error:
        called = {"name": "token_name", "expires_at": "days"}
        return _again(visit, pages, "token", form.with_error(error, called), error)
    made = Made(form.values["token_name"], secret)

    def page() -> Response[str]:
        return pages.render("account.html", _page(visit, made=made), at="account")

    return shown_once(pages, page, GivenPage(made=made, onward="/account"), "account")


@post("/account/tokens/revoke", sync_to_thread=True, rule="self")
def revoke_token(visit: NamedDependency[Visit], data: FormBody) -> Redirect:
    """Revoke a token."""
    own_session(visit)
    visit.session.credentials.revoke_token(typed(data, "token"))
    return see_other("/account", "revoked")


@get("/account/data.json", sync_to_thread=True, rule="self", queue="reads")
def data_as_json(visit: NamedDependency[Visit]) -> Response[bytes]:
    """One's personal data, for programs."""
    return _to_keep(as_json(visit.session.own_data()), MediaType.JSON, "my-data.json")


@get("/account/data.md", sync_to_thread=True, rule="self", queue="reads")
def data_as_markdown(visit: NamedDependency[Visit]) -> Response[bytes]:
    """One's personal data, for reading."""
    text = as_markdown(visit.session.own_data(), OWN).encode()
    return _to_keep(text, "text/markdown", "my-data.md")


def _to_keep(content: bytes, media_type: str, name: str) -> Response[bytes]:
    """A download that the browser does not cache."""
    headers = {
        "content-disposition": f'attachment; filename="{name}"',
        "cache-control": "private, no-store",
    }
    return Response(content, media_type=media_type, headers=headers)


def _check_current(visit: Visit, password: str) -> None:
    if _asks_password(visit) and not visit.base.accounts.passwords.check(
        visit.principal.member, password
    ):
        raise InvalidInput(_("The present password is another one."), "current")


def _asks_password(visit: Visit) -> bool:
    """Whether a new password needs the present one; not after a link, which replaces a lost one."""
    signed_in = own_session(visit)
    return signed_in.via != "link" and visit.base.accounts.passwords.has(signed_in.member)


def _opens(base: KnowledgeBase, member: str) -> tuple[str, ...]:
    """The enabled ways in which `member` can sign in."""
    accounts = base.accounts
    can = {
        "password": lambda: accounts.names.has(member) and accounts.passwords.has(member),
        "passkey": lambda: bool(passkeys_of(base).of(member)),
        "openid": lambda: accounts.identities.has(member),
    }
    return tuple(way for way in base.settings.ways if can[way]())


def _again(visit: Visit, pages: Pages, name: str, form: Form, error: InvalidInput) -> Response[str]:
    page = _page(visit, {name: form})
    return pages.render("account.html", page, at="account", status=status_of(error))


def _page(
    visit: Visit,
    forms: dict[str, Form] | None = None,
    made: Made | None = None,
    at: Numbers = Numbers(),  # noqa: B008 - it is frozen
) -> AccountPage:
    signed_in, base = own_session(visit), visit.base
    accounts, member = base.accounts, signed_in.member
    directory = visit.session.directory
    me = directory.member(member)
    changes = directory.newest_changes(member, **beyond(at.changes))
    has_keys = "passkey" in base.settings.ways
    keys = passkeys_of(base).of(member, **beyond(at.passkeys)) if has_keys else []
    sessions = accounts.sessions.of(member, **beyond(at.sessions))
    tokens = accounts.tokens.of(member, **beyond(at.tokens))
    return AccountPage(
        me=me,
        groups=_groups_of(visit, me.groups),
        sessions=of_more(sessions, at.sessions, "/account", "sessions"),
        here=signed_in.id,
        tokens=of_more(tokens, at.tokens, "/account", "tokens"),
        scopes=SCOPES,
        days=DAYS,
        changes=of_more(changes, at.changes, "/account", "changes"),
        ways=base.settings.ways,
        passkeys=of_more(keys, at.passkeys, "/account", "passkeys"),
        has_name=accounts.names.has(member),
        opens=_opens(base, member),
        asks_password=_asks_password(visit),
        linked="openid" in base.settings.ways and accounts.identities.has(member),
        forms=_forms(me) | (forms or {}),
        made=made,
    )


def _groups_of(visit: Visit, ids: Iterable[str]) -> dict[str, GroupView]:
    return visit.session.directory.groups_of(ids) if may(visit.principal, SEE_PEOPLE) else {}


def _told(me: MemberView) -> dict[str, str]:
    """A profile as form values."""
    profile = me.profile or Profile(name="")
    told = structs.asdict(profile) | {"languages": ", ".join(profile.languages)}
    return {each: told[each] or "" for each in PROFILE}


def _forms(me: MemberView) -> dict[str, Form]:
    return {
        "profile": with_before(_told(me)),
        "password": Form({"sign_in_name": "", "password": "", "current": ""}),
        "token": Form({"token_name": "", "days": "90", "scopes": ""}),
    }

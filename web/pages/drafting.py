"""Drafts: saved while one writes, offered again, listed and discarded."""

from contextlib import suppress
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from litestar import MediaType, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from msgspec import Struct, structs

from kb import Session
from kb.access import may
from kb.drafts.actions import DRAFT, READ_DRAFTS
from kb.drafts.results import DraftSummary, SavedDraft
from kb.entries.kinds import Kind
from kb.errors import DataDirectoryError, DraftConflict, KnowledgeBaseError, NotFound
from web.bodies import FORM_TOKEN, TEXT
from web.pages.forms import (
    EntryForm,
    FormBody,
    Posted,
    blank_form,
    draft_number,
    new_command_id,
    posted_form,
    posted_version,
    typed,
)
from web.pages.links import entry_url
from web.pages.shell import Pages, see_other

OWN_FIELDS = frozenset({FORM_TOKEN, "draft_id", "draft_number"})
"""Fields about the draft, which are not of it."""


class Begun(Struct, frozen=True):
    """Drafts that are offered; `kept` is False while none can be kept or read."""

    drafts: tuple[DraftSummary, ...] = ()
    kept: bool = True


class DraftsPage(Struct, frozen=True):
    """One's own drafts, the last saved first."""

    drafts: tuple[DraftSummary, ...]


class Saved(Struct, frozen=True):
    """Answer to a page that saves by itself: the number of the save, its time, and where the form
    is shown with the draft.
    """

    number: int
    saved: datetime
    page: str


@get("/drafts", sync_to_thread=True, rule=READ_DRAFTS)
def drafts(
    session: NamedDependency[Session], pages: NamedDependency[Pages], done: FromQuery[str] = ""
) -> Response[str]:
    """One's own drafts, to go on with or to discard."""
    page = DraftsPage(session.drafts.list())
    return pages.render("drafts.html", page, at="contribute", done=done)


@post("/drafts", sync_to_thread=True, rule=DRAFT, request_max_body_size=TEXT)
def save_draft(
    request: Request[Any, Any, Any],
    session: NamedDependency[Session],
    pages: NamedDependency[Pages],
    data: FormBody,
) -> Response[Any] | Redirect:
    """Save the form as a draft; 409 and the form again if a newer text of it was saved."""
    try:
        saved = session.drafts.save(
            typed(data, "draft_id"),
            {name: typed(data, name) for name in data if name not in OWN_FIELDS},
            number=draft_number(data),
            kind=typed(data, "kind"),
            entry_id=typed(data, "entry") or None,
            version=posted_version(data, "version"),
        )
    except DraftConflict as error:
        return _as_another(session, pages, data, error)
    if "application/json" in request.headers.get("accept", ""):
        answer = Saved(saved.number, saved.saved_at, page_of(saved))
        return Response(answer, media_type=MediaType.JSON, status_code=200)
    return see_other(page_of(saved), "draft-saved")


@post("/drafts/{draft_id:str}/discard", sync_to_thread=True, rule=DRAFT)
def discard_draft(session: NamedDependency[Session], draft_id: FromPath[str]) -> Redirect:
    """Discard a draft."""
    session.drafts.discard(draft_id)
    return see_other("/drafts", "draft-discarded")


def page_of(draft: DraftSummary) -> str:
    """The address of the form with a draft."""
    if draft.entry_id:
        return f"{entry_url(draft.entry_id)}/revise?{urlencode({'draft': draft.id})}"
    return f"/entries/new?{urlencode({'kind': draft.kind, 'draft': draft.id})}"


def begun(session: Session, kind: str = "", entry_id: str | None = None, but: str = "") -> Begun:
    """Drafts of the principal: all, or those of a new entry of `kind`, or that revise an entry.

    That they cannot be read now keeps nobody from anything else.
    """
    if session.principal.member is None or not may(session.principal, READ_DRAFTS):
        return Begun()
    try:
        found = session.drafts.list()
    except DataDirectoryError:
        return Begun(kept=False)
    meant = (each for each in found if each.id != but)
    if kind or entry_id:
        meant = (each for each in meant if each.entry_id == entry_id)
        meant = (each for each in meant if entry_id or each.kind == kind)
    return Begun(tuple(meant))


def put_away(session: Session, form: EntryForm) -> None:
    """Discard the draft of a form whose text is in the log by now.

    What keeps it from being discarded is no error of that: the draft is offered once more.
    """
    if form.draft_id:
        with suppress(KnowledgeBaseError):
            session.drafts.used(form.draft_id, form.draft_number)


def form_of_draft(draft: SavedDraft, kind: Kind) -> EntryForm:
    """The form as it was saved."""
    form = posted_form(draft.fields, kind)
    return structs.replace(
        form,
        sections=form.sections or blank_form(kind).sections,
        version=draft.version,
        command_id=form.command_id or new_command_id(),
        draft_id=draft.id,
        draft_number=draft.number,
    )


def _as_another(
    session: Session, pages: Pages, data: Posted, error: DraftConflict
) -> Response[str]:
    """The form again, to be saved as another draft beside the newer one."""
    # `web.pages.writing` shows forms of drafts, too.
    from web.pages.writing import show_form

    newer = None
    if error.saved:
        with suppress(NotFound):
            newer = session.drafts.get(typed(data, "draft_id"))
    entry = session.catalogue.get(entry_id) if (entry_id := typed(data, "entry")) else None
    kind = session.kinds[entry.kind if entry else typed(data, "kind")]
    form = structs.replace(posted_form(data, kind), draft_id=new_command_id(), draft_number=0)
    return show_form(session, pages, form, entry, newer=newer, stale=True, status=409)

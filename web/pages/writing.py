"""Contributing and revising an entry, with the form made from its kind's template."""

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from msgspec import Struct, structs

from kb import Session
from kb.drafts.results import DraftSummary
from kb.entries.actions import CONTRIBUTE, REVISE
from kb.entries.results import EntryPage
from kb.errors import InvalidInput, Mistakes, NotFound, Refused, RevisionConflict
from kb.messages import _
from web.bodies import TEXT
from web.errors import status_of
from web.pages.conflict import conflict_page
from web.pages.drafting import Begun, begun, form_of_draft, put_away
from web.pages.entry import group_names
from web.pages.forms import (
    EntryForm,
    FormBody,
    blank_form,
    command_id,
    form_of,
    posted_form,
    typed,
)
from web.pages.links import entry_url
from web.pages.parts import SUGGESTED
from web.pages.picking import Offer, offered
from web.pages.shell import Pages, see_other
from web.pages.sight import groups_there
from web.written import when_searchable


class WritingPage(Struct, frozen=True):
    """A form for an entry; `entry` is the one being revised, `seen_by` names groups that see it.

    `begun` are further drafts of the same. `stale`: it was saved as a draft, but that was saved or
    discarded elsewhere since; `newer` is what it is by now, if it is there.
    """

    form: EntryForm
    groups: tuple[str, ...]
    tags: tuple[str, ...]
    entry: EntryPage | None = None
    offer: Offer = Offer()
    world: bool = False
    seen_by: dict[str, str] = {}
    begun: Begun = Begun()
    stale: bool = False
    newer: DraftSummary | None = None


class KindsPage(Struct, frozen=True):
    """The choice of a kind for a new entry, or of what was begun."""

    begun: Begun


@get("/entries/new", sync_to_thread=True, rule=CONTRIBUTE, queue="reads")
def new(
    session: NamedDependency[Session],
    pages: NamedDependency[Pages],
    kind: FromQuery[str] = "",
    draft: FromQuery[str] = "",
    done: FromQuery[str] = "",
) -> Response[str]:
    """Choose a kind; with `kind` its form, with `draft` as it was saved."""
    saved = session.drafts.get(draft) if draft else None
    if not kind and saved is None:
        return pages.render("kinds.html", KindsPage(begun(session)), at="contribute")
    kind = saved.kind if saved else kind
    if kind not in session.kinds:
        raise NotFound(
            _(
                "There is no kind of entry {kind!r}; see /entries/new for those there are.",
                kind=kind,
            )
        )
    meant = session.kinds[kind]
    form = form_of_draft(saved, meant) if saved else blank_form(meant)
    return show_form(session, pages, form, done=done)


@post("/entries/new", sync_to_thread=True, rule=CONTRIBUTE, request_max_body_size=TEXT)
def contribute(
    session: NamedDependency[Session], pages: NamedDependency[Pages], data: FormBody
) -> Response[str] | Redirect:
    """Contribute, or see the form again with what is wrong."""
    kind = session.kinds.get(typed(data, "kind"))
    if kind is None:
        raise InvalidInput(
            _("The form names no kind of entry; start again from /entries/new."), "kind"
        )
    form = posted_form(data, kind)
    form = structs.replace(form, chosen=form.chosen.with_named(session))
    wrong = Mistakes()
    draft = form.draft(wrong)
    try:
        with groups_there():
            receipt = session.entries.contribute(draft, command_id=command_id(data), beside=wrong)
    except (InvalidInput, Refused) as error:
        return show_form(session, pages, form.with_error(error), status=status_of(error))
    put_away(session, form)
    written = when_searchable(session, receipt)
    # An entry that the views do not show yet has no page.
    place = "/entries" if receipt.behind else entry_url(written.id)
    return see_other(place, "contributed", searchable=written.searchable)


@get("/entries/{entry_id:str}/revise", sync_to_thread=True, rule=REVISE, queue="reads")
def revise_form(
    session: NamedDependency[Session],
    pages: NamedDependency[Pages],
    entry_id: FromPath[str],
    draft: FromQuery[str] = "",
    done: FromQuery[str] = "",
) -> Response[str]:
    """The entry's text in a form; with `draft` as it was saved, based on the text of then."""
    entry = session.catalogue.get(entry_id)
    if entry.archived:
        raise Refused(
            _("This entry is archived and cannot be revised; restore it on its page first.")
        )
    kind = session.kinds[entry.kind]
    form = form_of_draft(session.drafts.get(draft), kind) if draft else form_of(entry, kind)
    return show_form(session, pages, form, entry, done=done)


@post(
    "/entries/{entry_id:str}/revise",
    sync_to_thread=True,
    rule=REVISE,
    request_max_body_size=TEXT,
)
def revise(
    session: NamedDependency[Session],
    pages: NamedDependency[Pages],
    entry_id: FromPath[str],
    data: FormBody,
) -> Response[str] | Redirect:
    """Save the revision; 409 and both texts when another member was faster."""
    entry = session.catalogue.get(entry_id)
    form = posted_form(data, session.kinds[entry.kind])
    try:
        receipt = session.entries.revise(
            entry_id,
            form.content(entry.properties),
            version=form.version,
            group=form.group or None,
            note=form.note or None,
        )
    except RevisionConflict as error:
        # Read again: the conflict may have arisen after the entry was read above.
        page = conflict_page(session, session.catalogue.get(entry_id), form, error.who)
        return pages.render("conflict.html", page, at="browse", status=status_of(error))
    except (InvalidInput, Refused) as error:
        entry = session.catalogue.get(entry_id)
        return show_form(session, pages, form.with_error(error), entry, status=status_of(error))
    put_away(session, form)
    written = when_searchable(session, receipt)
    return see_other(entry_url(entry_id), "revised", searchable=written.searchable)


def show_form(
    session: Session,
    pages: Pages,
    form: EntryForm,
    entry: EntryPage | None = None,
    *,
    newer: DraftSummary | None = None,
    stale: bool = False,
    status: int = 200,
    done: str = "",
) -> Response[str]:
    """The page with `form`; see `WritingPage`."""
    tags, groups = session.catalogue.suggested(SUGGESTED)
    page = WritingPage(
        form,
        groups,
        tags,
        entry,
        offer=offered(session, form.chosen.groups),
        world=session.directory.open_to_world(),
        seen_by=group_names(session, entry.visibility.groups) if entry else {},
        begun=begun(session, form.kind.key, entry.id if entry else None, but=form.draft_id),
        stale=stale,
        newer=newer,
    )
    at = "browse" if entry else "contribute"
    return pages.render("write.html", page, at=at, status=status, done=done)

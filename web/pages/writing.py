"""Contributing and revising an entry, with the form made from its kind's template."""

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from msgspec import Struct, structs

from kb import Session
from kb.entries.actions import CONTRIBUTE, REVISE
from kb.entries.results import EntryPage
from kb.errors import InvalidInput, Mistakes, NotFound, Refused, RevisionConflict
from kb.messages import _
from web.bodies import TEXT
from web.errors import status_of
from web.pages.conflict import conflict_page
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
    """A form for an entry; `entry` is the one being revised, `seen_by` names groups that see it."""

    form: EntryForm
    groups: tuple[str, ...]
    tags: tuple[str, ...]
    entry: EntryPage | None = None
    offer: Offer = Offer()
    world: bool = False
    seen_by: dict[str, str] = {}


class KindsPage(Struct, frozen=True):
    """The choice of a kind for a new entry."""


@get("/entries/new", sync_to_thread=True, rule=CONTRIBUTE, queue="reads")
def new(
    session: NamedDependency[Session],
    pages: NamedDependency[Pages],
    kind: FromQuery[str] = "",
) -> Response[str]:
    """Choose a kind; with `kind` its form."""
    if not kind:
        return pages.render("kinds.html", KindsPage(), at="contribute")
    if kind not in session.kinds:
        raise NotFound(
            _(
                "There is no kind of entry {kind!r}; see /entries/new for those there are.",
                kind=kind,
            )
        )
    return _form(session, pages, blank_form(session.kinds[kind]))


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
        return _form(session, pages, form.with_error(error), status=status_of(error))
    written = when_searchable(session, receipt)
    # An entry that the views do not show yet has no page.
    place = "/entries" if receipt.behind else entry_url(written.id)
    return see_other(place, "contributed", searchable=written.searchable)


@get("/entries/{entry_id:str}/revise", sync_to_thread=True, rule=REVISE, queue="reads")
def revise_form(
    session: NamedDependency[Session], pages: NamedDependency[Pages], entry_id: FromPath[str]
) -> Response[str]:
    """The entry's text in a form."""
    entry = session.catalogue.get(entry_id)
    if entry.archived:
        raise Refused(
            _("This entry is archived and cannot be revised; restore it on its page first.")
        )
    return _form(session, pages, form_of(entry, session.kinds[entry.kind]), entry)


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
        return _form(session, pages, form.with_error(error), entry, status=status_of(error))
    written = when_searchable(session, receipt)
    return see_other(entry_url(entry_id), "revised", searchable=written.searchable)


def _form(
    session: Session,
    pages: Pages,
    form: EntryForm,
    entry: EntryPage | None = None,
    *,
    status: int = 200,
) -> Response[str]:
    tags, groups = session.catalogue.suggested(SUGGESTED)
    page = WritingPage(
        form,
        groups,
        tags,
        entry,
        offer=offered(session, form.chosen.groups),
        world=session.directory.open_to_world(),
        seen_by=group_names(session, entry.visibility.groups) if entry else {},
    )
    return pages.render("write.html", page, at="browse" if entry else "contribute", status=status)

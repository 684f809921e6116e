"""Earlier texts of an entry: the list of them, one of them, two compared, one restored."""

from typing import Annotated, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, PathParameter, QueryParameter
from litestar.response import Redirect
from msgspec import Struct

from kb import Session
from kb.access import may
from kb.entries.actions import READ, REVISE
from kb.entries.results import Comparison, EntryPage, Revision, RevisionText
from kb.errors import InvalidInput, Refused, RevisionConflict
from kb.messages import _
from web.errors import status_of
from web.pages.forms import Form, FormBody, posted_version, small_form
from web.pages.links import entry_url
from web.pages.parts import PageNumber, Part, beyond, of_more
from web.pages.sections import ShownSection, shown_sections
from web.pages.shell import Pages, see_other
from web.written import when_searchable

CHANGED: Final = _(
    "Someone revised the entry after you opened this page: compare this text with the one that "
    "stands now, and restore it once more if it is still better."
)
LARGEST = 2**53
Version = Annotated[int, PathParameter(ge=1, le=LARGEST)]


class RevisionsPage(Struct, frozen=True):
    """The revisions of an entry, the newest first; two of them are chosen to be compared."""

    entry: EntryPage
    revisions: Part[Revision]


class RevisionPage(Struct, frozen=True, kw_only=True):
    """One text as it was written, with the form that restores it if the reader may."""

    entry: EntryPage
    revision: RevisionText
    sections: tuple[ShownSection, ...]
    form: Form
    may_restore: bool


class ComparePage(Struct, frozen=True):
    """Two texts of an entry and what differs."""

    entry: EntryPage
    compared: Comparison


@get("/entries/{entry_id:str}/revisions", sync_to_thread=True, rule=READ, queue="reads")
def revisions(
    session: NamedDependency[Session],
    pages: NamedDependency[Pages],
    entry_id: FromPath[str],
    page: PageNumber = 1,
) -> Response[str]:
    """The texts that an entry has and had, to read or to compare two of them."""
    entry = session.catalogue.get(entry_id, most=0, related=0)
    found = session.catalogue.revisions(entry_id, **beyond(page))
    part = of_more(found, page, f"{entry_url(entry.id)}/revisions", "page")
    members = {one.by for one in part.items if one.by}
    return pages.render("revisions.html", RevisionsPage(entry, part), at="browse", members=members)


@get(
    "/entries/{entry_id:str}/revisions/{version:int}",
    sync_to_thread=True,
    rule=READ,
    queue="reads",
)
def revision(
    session: NamedDependency[Session],
    pages: NamedDependency[Pages],
    entry_id: FromPath[str],
    version: Version,
) -> Response[str]:
    """One text as it was written; `version` names it."""
    return _revision(session, pages, entry_id, version)


@get("/entries/{entry_id:str}/compare", sync_to_thread=True, rule=READ, queue="reads")
def compare(
    session: NamedDependency[Session],
    pages: NamedDependency[Pages],
    entry_id: FromPath[str],
    earlier: Annotated[int | None, QueryParameter(name="from", ge=1, le=LARGEST)] = None,
    later: Annotated[int | None, QueryParameter(name="to", ge=1, le=LARGEST)] = None,
) -> Response[str]:
    """What differs between two texts; by default between the newest and the one before."""
    entry = session.catalogue.get(entry_id, most=0, related=0)
    found = session.catalogue.compared(entry_id, earlier, later)
    members = {one.by for one in (found.earlier, found.later) if one.by}
    return pages.render("compare.html", ComparePage(entry, found), at="browse", members=members)


@post("/entries/{entry_id:str}/restore-revision", sync_to_thread=True, rule=REVISE)
def restore(
    session: NamedDependency[Session],
    pages: NamedDependency[Pages],
    entry_id: FromPath[str],
    data: FormBody,
) -> Response[str] | Redirect:
    """Revise an entry to an earlier text."""
    form, wanted = small_form(data, "note"), posted_version(data, "revision")
    try:
        receipt = session.entries.restore_revision(
            entry_id,
            wanted,
            version=posted_version(data),
            note=form.values["note"] or None,
        )
    except (InvalidInput, Refused, RevisionConflict) as error:
        return _revision(session, pages, entry_id, wanted, form, error)
    answer = when_searchable(session, receipt)
    return see_other(entry_url(entry_id), "text-restored", searchable=answer.searchable)


def _revision(
    session: Session,
    pages: Pages,
    entry_id: str,
    version: int,
    form: Form | None = None,
    error: InvalidInput | Refused | RevisionConflict | None = None,
) -> Response[str]:
    entry = session.catalogue.get(entry_id, most=0, related=0)
    found = session.catalogue.revision(entry_id, version)
    form = form or Form({"note": ""})
    if isinstance(error, RevisionConflict):
        form = Form(form.values, problem=CHANGED)
    elif error:
        form = form.with_error(error)
    sections = shown_sections(
        found.content.sections,
        pages.layouts,
        session.catalogue.forgotten(),
        session.catalogue.links(entry.id),
        found.title,
    )
    page = RevisionPage(
        entry=entry,
        revision=found,
        sections=sections,
        form=form.with_values(entry_version=str(entry.version)),
        may_restore=not (found.latest or entry.archived) and may(session.principal, REVISE),
    )
    status = status_of(error) if error else 200
    members = {found.by} if found.by else ()
    return pages.render("revision.html", page, at="browse", status=status, members=members)

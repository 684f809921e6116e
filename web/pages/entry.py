"""The page of an entry, and the small forms on it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from litestar import Request, Response, get
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from msgspec import Struct, structs

from kb import Session
from kb.access import Principal, Visibility, audience, may
from kb.endorsements.endorsement import is_own
from kb.entries.actions import CURATE, ERASE_ENTRY, READ, REVISE, SHOW
from kb.entries.results import (
    EndorsementView,
    EntryPage,
    HistoryItem,
    LineageEntry,
    Piece,
    Pieces,
    RelatedEntry,
    ReuseView,
    WholeEntry,
)
from kb.errors import InvalidInput, Refused
from kb.messages import _
from kb.people.actions import SEE_PEOPLE
from kb.reuse.actions import UPDATE_REUSE
from kb.writer import Receipt
from web import laid_out
from web.errors import sign_in_url, status_of
from web.pages.forms import Form, new_command_id
from web.pages.links import entry_url
from web.pages.parts import PIECE, SUGGESTED, PageNumber, Part, offset, part
from web.pages.picking import Offer, offered
from web.pages.sections import ShownSection, shown_sections
from web.pages.shell import Pages, see_other
from web.pages.sight import ChosenSight
from web.rules import stand_in_line
from web.settled import settle_again
from web.turns import end_turn
from web.written import when_searchable, written

FORMS: Mapping[str, tuple[str, ...]] = {
    "tag": ("tags", "entry_version"),
    "untag": ("tag",),
    "archive": ("reason", "successor", "entry_version"),
    "show": ("visibility", "groups", "named", "unseen"),
    "endorse": ("reason", "entry_version"),
    "reuse": (
        "group",
        "context",
        "outcome",
        "evidence",
        "resulting_entry",
        "command_id",
        "entry_version",
    ),
}

CALLED = {"tag": "tags", "target": "successor"}
"""Form fields by the names that commands use, where these differ."""


class Numbers(Struct, frozen=True):
    """The page numbers of the lists of an entry."""

    endorsed: int = 1
    reuse: int = 1
    related: int = 1
    history: int = 1

    @property
    def pieces(self) -> Pieces:
        """The piece of each list."""
        numbers = structs.asdict(self).items()
        return Pieces(**{name: Piece(offset(number), PIECE) for name, number in numbers})


class EntryView(Struct, frozen=True, kw_only=True):
    """Everything on an entry's page.

    `mine` is the acting member's endorsement; `open` names a form with errors. `seen_by` are
    names of groups by id; `chosen` is the state of the visibility form. `may_update` are the ids
    of reuses whose outcome the viewer may update; `may_lose`: they could hide it from themselves.
    """

    entry: EntryPage
    sections: tuple[ShownSection, ...]
    endorsed: Part[EndorsementView]
    reuse: Part[ReuseView]
    related: Part[RelatedEntry]
    origins: tuple[LineageEntry, ...]
    derived: tuple[LineageEntry, ...]
    history: Part[HistoryItem]
    successor: str | None
    mine: EndorsementView | None
    groups: tuple[str, ...]
    forms: dict[str, Form]
    open: str = ""
    may_revise: bool
    may_endorse: bool
    may_show: bool
    may_curate: bool
    may_erase: bool
    may_update: frozenset[str]
    may_lose: bool
    seen_by: dict[str, str]
    chosen: ChosenSight
    offer: Offer
    world: bool


@get("/entries/{entry_id:str}", rule=READ, queue="long")
async def show(
    request: Request[Any, Any, Any],
    session: NamedDependency[Session],
    pages: NamedDependency[Pages],
    entry_id: FromPath[str],
    done: FromQuery[str] = "",
    endorsed: PageNumber = 1,
    reuse: PageNumber = 1,
    related: PageNumber = 1,
    history: PageNumber = 1,
) -> Response[str]:
    """One entry; `endorsed`, `reuse`, `related`, `history`: which page of each list."""
    at = Numbers(endorsed, reuse, related, history)
    view = await sync_to_thread(entry_view, session, pages, entry_id, at=at)
    if soon := next((one.soon for one in view.sections if one.soon), None):
        del view  # many requests may wait, and texts are long
        session.renew()
        end_turn(request.scope)
        await laid_out.wait(soon)
        await stand_in_line(request)
        visit = await settle_again(request)
        pages = pages.for_visit(visit, sign_in_url(request))
        view = await sync_to_thread(entry_view, visit.session, pages, entry_id, at=at)
    return await sync_to_thread(_shown, pages, view, done=done)


def act(
    session: Session,
    pages: Pages,
    entry_id: str,
    name: str,
    form: Form,
    done: str,
    command: Callable[[], Receipt],
    *,
    wait: bool = True,
) -> Response[str] | Redirect:
    """Run a small form's command and redirect to the page, or show it with the errors.

    `wait` until the index has it, for changes that searches show.
    """
    try:
        receipt = command()
    except (InvalidInput, Refused) as error:
        view = entry_view(session, pages, entry_id, name, form.with_error(error, CALLED))
        return _shown(pages, view, status=status_of(error))
    answer = when_searchable(session, receipt) if wait else written(receipt)
    return see_other(entry_url(entry_id), done, searchable=answer.searchable)


def _shown(pages: Pages, view: EntryView, *, done: str = "", status: int = 200) -> Response[str]:
    members = {view.entry.contributed_by}
    members |= {one.member for one in view.endorsed.items}
    members |= {one.actor for one in view.history.items}
    return pages.render("entry.html", view, at="browse", done=done, status=status, members=members)


def entry_view(
    session: Session,
    pages: Pages,
    entry_id: str,
    name: str = "",
    form: Form | None = None,
    at: Numbers = Numbers(),  # noqa: B008 - it is frozen
) -> EntryView:
    """The page's data; `form` replaces the empty form `name`. Raises `NotFound`."""
    whole = session.catalogue.whole(entry_id, session.principal.member, at.pieces)
    entry, mine = whole.entry, whole.mine
    forms = _empty_forms(mine, entry.version)
    principal, author = session.principal, entry.contributed_by
    now = ChosenSight.now(entry.visibility)
    chosen = ChosenSight.of(form.values) if form and name == "show" else now
    return EntryView(
        entry=entry,
        sections=shown_sections(
            entry.sections,
            pages.layouts,
            session.catalogue.forgotten(),
            whole.links,
            entry.title,
        ),
        **_parts(whole, at),
        origins=_further(whole.lineage.origins),
        derived=_further(whole.lineage.derived),
        successor=whole.successor_title,
        mine=mine,
        groups=session.catalogue.groups(limit=SUGGESTED),
        forms=forms | {name: form} if form else forms,
        open=name,
        may_revise=may(principal, REVISE),
        may_endorse=mine is not None
        or not is_own(entry.contributed_by, entry.source, principal.member),
        may_show=may(principal, SHOW, author),
        may_curate=may(principal, CURATE, author),
        may_erase=may(principal, ERASE_ENTRY, author),
        may_update=_to_update(principal, whole),
        may_lose=not audience(Visibility("author"), author) & principal.labels,
        seen_by=group_names(session, entry.visibility.groups),
        chosen=chosen,
        offer=offered(session, chosen.groups),
        world=whole.world,
    )


def _parts(whole: WholeEntry, at: Numbers) -> dict[str, Any]:
    """One page of each list of an entry."""
    entry = whole.entry
    lists = {
        "endorsed": (entry.endorsed, entry.endorsements),
        "reuse": (entry.reuse, entry.reuses),
        "related": (entry.relations, whole.related),
        "history": (whole.history, whole.happened),
    }
    url = entry_url(entry.id)
    return {
        name: part(items, total, getattr(at, name), url, name)
        for name, (items, total) in lists.items()
    }


def _to_update(principal: Principal, whole: WholeEntry) -> frozenset[str]:
    """The ids of the listed reuses whose outcome the principal may update."""
    if may(principal, UPDATE_REUSE):
        return frozenset(one.id for one in whole.entry.reuse)
    own = principal.member is not None and may(principal, UPDATE_REUSE, principal.member)
    return whole.own_reuses if own else frozenset()


def reuses_to_update(
    session: Session, entry_id: str, reuses: Iterable[ReuseView]
) -> frozenset[str]:
    """The ids of `reuses` of an entry whose outcome the principal may update."""
    principal = session.principal
    if may(principal, UPDATE_REUSE):
        return frozenset(one.id for one in reuses)
    if principal.member is None or not may(principal, UPDATE_REUSE, principal.member):
        return frozenset()
    return session.catalogue.reuses_by(entry_id, principal.member)


def group_names(session: Session, groups: Sequence[str]) -> dict[str, str]:
    """Names by id of the first of `groups`, by name; empty for those who are not members."""
    known = session.directory.groups_of(groups) if may(session.principal, SEE_PEOPLE) else {}
    names = {group: each.name for group, each in known.items()}
    named = names | {group: _("a group") for group in groups if group not in names}
    return dict(islice(named.items(), PIECE))


def _empty_forms(mine: EndorsementView | None, version: int) -> dict[str, Form]:
    shown = {"entry_version": str(version)}
    forms = {name: Form(dict.fromkeys(fields, "") | shown) for name, fields in FORMS.items()}
    forms["endorse"].values["reason"] = mine.reason if mine else ""
    forms["reuse"].values["command_id"] = new_command_id()
    return forms


def _further(entries: tuple[LineageEntry, ...]) -> tuple[LineageEntry, ...]:
    """The nearest steps of a lineage that lie beyond the entry's own relations."""
    return tuple(entry for entry in entries if entry.depth > 1)[:PIECE]

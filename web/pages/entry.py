"""An entry's own page, and the small forms on it."""

from collections.abc import Callable, Iterable, Mapping

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from msgspec import Struct

from kb import KnowledgeBase
from kb.access import Visibility, audience, may
from kb.entries.results import (
    EndorsementView,
    EntryPage,
    EntrySummary,
    HistoryItem,
    LineageEntry,
    ReuseView,
)
from kb.errors import InvalidInput, NotFound, Refused
from kb.writer import Receipt
from web.errors import status_of
from web.pages.forms import ChosenSight, Form, new_command_id
from web.pages.links import entry_url
from web.pages.sections import ShownSection, shown_sections
from web.pages.shell import Pages, see_other
from web.written import when_searchable

FORMS: Mapping[str, tuple[str, ...]] = {
    "tag": ("tags",),
    "archive": ("reason", "successor"),
    "show": ("visibility", "groups", "unseen"),
    "endorse": ("reason",),
    "reuse": ("group", "context", "outcome", "evidence", "resulting_entry", "command_id"),
}


class EntryView(Struct, frozen=True, kw_only=True):
    """Everything on an entry's page.

    `mine` is the acting member's endorsement; `open` names a form with errors. `seen_by` are the
    names of groups; `chosen` is what the form about visibility says. `may_update`
    are the ids of the reuses of which whoever looks may tell what became; `may_lose` says that
    they can choose not to see it any more.
    """

    entry: EntryPage
    sections: tuple[ShownSection, ...]
    origins: tuple[LineageEntry, ...]
    derived: tuple[LineageEntry, ...]
    history: tuple[HistoryItem, ...]
    successor: EntrySummary | None
    mine: EndorsementView | None
    groups: tuple[str, ...]
    forms: dict[str, Form]
    open: str = ""
    may_revise: bool
    may_show: bool
    may_curate: bool
    may_erase: bool
    may_update: frozenset[str]
    may_lose: bool
    seen_by: dict[str, str]
    chosen: ChosenSight
    groups_to_show: tuple[tuple[str, str], ...]
    world: bool


@get("/entries/{entry_id:str}", sync_to_thread=True, rule="read")
def show(
    base: NamedDependency[KnowledgeBase],
    pages: NamedDependency[Pages],
    entry_id: FromPath[str],
    done: FromQuery[str] = "",
) -> Response[str]:
    """The page of an entry."""
    return pages.render("entry.html", entry_view(base, pages, entry_id), at="browse", done=done)


def act(
    base: KnowledgeBase,
    pages: Pages,
    entry_id: str,
    name: str,
    form: Form,
    done: str,
    command: Callable[[], Receipt],
    *,
    wait: bool = True,
) -> Response[str] | Redirect:
    """Run a small form's command and send the browser back, or show the page with what is wrong.

    `wait` until the index has taken it in, for what searches show.
    """
    try:
        receipt = command()
    except (InvalidInput, Refused) as error:
        view = entry_view(base, pages, entry_id, name, form.with_error(error))
        return pages.render("entry.html", view, at="browse", status=status_of(error))
    searchable = when_searchable(base, receipt).searchable if wait else True
    return see_other(entry_url(entry_id), done, searchable=searchable)


def entry_view(
    base: KnowledgeBase, pages: Pages, entry_id: str, name: str = "", form: Form | None = None
) -> EntryView:
    """The page's data; `form` stands in for the empty form `name`. Raises `NotFound`."""
    entry = base.catalogue.get(entry_id)
    mine = next((e for e in entry.endorsed if e.member == base.asker.member), None)
    lineage = base.catalogue.lineage(entry_id)
    forms = _empty_forms(mine)
    asker, author = base.asker, entry.contributed_by
    known = group_names(base)
    return EntryView(
        entry=entry,
        sections=shown_sections(entry.sections, pages.layouts, base.catalogue.forgotten()),
        origins=_further(lineage.origins),
        derived=_further(lineage.derived),
        history=base.catalogue.history(entry_id),
        successor=_successor(base, entry.successor),
        mine=mine,
        groups=base.catalogue.groups(),
        forms=forms | {name: form} if form else forms,
        open=name,
        may_revise=may(asker, "revise"),
        may_show=may(asker, "show", author),
        may_curate=may(asker, "curate", author),
        may_erase=may(asker, "erase-entry", author),
        may_update=reuses_to_update(base, entry.id, entry.reuse),
        may_lose=not audience(Visibility("author"), author) & asker.labels,
        seen_by=known,
        chosen=ChosenSight.of(form) if form and name == "show" else _sight_of(entry),
        groups_to_show=tuple(known.items()),
        world=base.directory.open_to_world(),
    )


def reuses_to_update(
    base: KnowledgeBase, entry_id: str, reuses: Iterable[ReuseView]
) -> frozenset[str]:
    """The ids of those of `reuses` of an entry of which the asker may tell what became."""
    asker = base.asker
    if may(asker, "update-reuse"):
        return frozenset(one.id for one in reuses)
    if asker.member is None or not may(asker, "update-reuse", asker.member):
        return frozenset()
    return base.catalogue.reuses_by(entry_id, asker.member)


def _sight_of(entry: EntryPage) -> ChosenSight:
    shown = entry.visibility
    return ChosenSight(shown.sight, shown.groups, shown.sight)


def group_names(base: KnowledgeBase) -> dict[str, str]:
    """What groups are called, by id; nobody who is not a member is told."""
    if not may(base.asker, "see-people"):
        return {}
    return {group.id: group.name for group in base.directory.groups()}


def _empty_forms(mine: EndorsementView | None) -> dict[str, Form]:
    forms = {name: Form(dict.fromkeys(fields, "")) for name, fields in FORMS.items()}
    forms["endorse"].values["reason"] = mine.reason if mine else ""
    forms["reuse"].values["command_id"] = new_command_id()
    return forms


def _further(entries: tuple[LineageEntry, ...]) -> tuple[LineageEntry, ...]:
    """The steps of a lineage that lie beyond the entry's own relations."""
    return tuple(entry for entry in entries if entry.depth > 1)


def _successor(base: KnowledgeBase, entry_id: str | None) -> EntrySummary | None:
    try:
        return base.catalogue.get(entry_id) if entry_id else None
    except NotFound:
        return None

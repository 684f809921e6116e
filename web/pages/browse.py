"""The list of entries, with filters, counts and pages."""

from collections.abc import Mapping
from itertools import islice
from typing import Literal
from urllib.parse import urlencode

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from msgspec import Struct, structs

from kb import Session
from kb.characters import skeleton
from kb.entries.actions import READ
from kb.entries.results import EntryFilter, Facets, Page, Sort
from kb.entries.tags import tag_key, tag_names
from kb.messages import Message, _
from web.pages.parts import OFFERED, PageNumber, narrowing
from web.pages.shell import Pages

PAGE_SIZE = 20
SHOWN = 12
"""How many values of a facet are shown; the others are folded away."""

Archived = Literal["", "only", "all"]
ARCHIVED: Mapping[str, bool | None] = {"": False, "only": True, "all": None}


class ListQuery(Struct, frozen=True):
    """The parameters of a list, which make up its address."""

    kind: tuple[str, ...] = ()
    tag: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    archived: Archived = ""
    sort: Sort = "recent"
    page: int = 1

    @property
    def url(self) -> str:
        """The address of this list, without parameters that have their default."""
        usual = ListQuery()
        pairs = {
            name: value
            for name, value in structs.asdict(self).items()
            if value != getattr(usual, name)
        }
        query = urlencode(pairs, doseq=True)
        return f"/entries?{query}" if query else "/entries"

    @property
    def narrowed(self) -> bool:
        """Whether fewer entries may be listed than without filters."""
        return bool(self.kind or self.tag or self.group or self.archived == "only")

    def kept(self) -> tuple[tuple[str, str], ...]:
        """The hidden fields of a form that adds a value."""
        several = [(name, one) for name in ("kind", "tag", "group") for one in getattr(self, name)]
        return (*several, ("archived", self.archived), ("sort", self.sort))

    def toggled(self, name: str, value: str) -> "ListQuery":
        """The list with `value` of a facet added, or removed if it was there."""
        now: tuple[str, ...] = getattr(self, name)
        new = tuple(v for v in now if v != value) if value in now else (*now, value)
        return structs.replace(self, **{name: new}, page=1)


class Choice(Struct, frozen=True):
    """A link that changes the list; `count` is None where counting says nothing."""

    label: str
    url: str
    active: bool
    count: int | None = None


class FacetGroup(Struct, frozen=True):
    """The choices of one facet; `more` are folded away.

    If there are too many to show, `name` is the field into which others are typed.
    """

    title: str
    choices: tuple[Choice, ...]
    more: tuple[Choice, ...] = ()
    name: str = ""


class BrowsePage(Struct, frozen=True, kw_only=True):
    """One page of the list, with its filters."""

    list: Page
    view: ListQuery
    facets: tuple[FacetGroup, ...]
    sorts: tuple[Choice, ...]
    first: int
    last: int
    first_url: str
    previous_url: str
    next_url: str

    @property
    def chosen(self) -> tuple[Choice, ...]:
        """The active filters; their links remove them."""
        counted = (choice for group in self.facets for choice in group.choices)
        return tuple(choice for choice in counted if choice.active and choice.count is not None)


@get("/entries", sync_to_thread=True, rule=READ, queue="reads")
def browse(
    session: NamedDependency[Session],
    pages: NamedDependency[Pages],
    kind: FromQuery[tuple[str, ...]] = (),
    tag: FromQuery[tuple[str, ...]] = (),
    group: FromQuery[tuple[str, ...]] = (),
    archived: FromQuery[Archived] = "",
    sort: FromQuery[Sort] = "recent",
    page: PageNumber = 1,
    done: FromQuery[str] = "",
) -> Response[str]:
    """Browse entries.

    `kind`, `tag`, `group` (each may be repeated), `archived` (`only`, `all`), `sort`, `page`.
    """
    kind, tag, group = map(narrowing, (kind, tag, group))
    chosen = EntryFilter(kinds=kind, tags=tag, groups=group, archived=ARCHIVED[archived])
    offset = (page - 1) * PAGE_SIZE
    found = session.catalogue.browse(chosen, sort=sort, offset=offset, limit=PAGE_SIZE)
    stored = {skeleton(name): name for name in found.facets.groups}
    groups = tuple(dict.fromkeys(stored.get(skeleton(name), name) for name in group))
    counted = {tag_key(name): name for name in found.facets.tags} if tag else {}
    tags = tuple(counted.get(tag_key(name), name) for name in tag_names(tag))
    view = ListQuery(kind, tags, groups, archived, sort, page)
    names = {key: Message(made.name, {}) for key, made in session.kinds.items()}
    return pages.render("browse.html", _page(found, view, offset, names), at="browse", done=done)


def _page(found: Page, view: ListQuery, offset: int, names: Mapping[str, str]) -> BrowsePage:
    last = offset + len(found.items)
    back, on = (structs.replace(view, page=view.page + step).url for step in (-1, 1))
    return BrowsePage(
        list=found,
        view=view,
        facets=tuple(_facets(found.facets, view, names)),
        sorts=_sorts(view),
        first=offset + 1 if found.items else 0,
        last=last,
        first_url=structs.replace(view, page=1).url,
        previous_url=back if view.page > 1 else "",
        next_url=on if last < found.total else "",
    )


def _facets(facets: Facets, view: ListQuery, names: Mapping[str, str]) -> list[FacetGroup]:
    return [
        _group(_("Kind"), "kind", facets.kinds, view, names),
        _group(_("Tag"), "tag", facets.tags, view, {}),
        _group(_("Group"), "group", facets.groups, view, {}),
        _archived(view),
    ]


def _group(
    title: str, name: str, counts: Mapping[str, int], view: ListQuery, names: Mapping[str, str]
) -> FacetGroup:
    chosen: tuple[str, ...] = getattr(view, name)
    others = (value for value in counts if value not in chosen)
    values = [*chosen, *islice(others, OFFERED + 1)]
    choices = tuple(
        Choice(
            names.get(value, value),
            view.toggled(name, value).url,
            value in chosen,
            counts.get(value, 0),
        )
        for value in values
    )
    typed = name if len(choices) > OFFERED else ""
    return FacetGroup(title, choices[:SHOWN], choices[SHOWN:OFFERED], typed)


def _archived(view: ListQuery) -> FacetGroup:
    labels: Mapping[Archived, str] = {
        "": _("Left out"),
        "all": _("Shown too"),
        "only": _("Only these"),
    }
    choices = (
        Choice(label, structs.replace(view, archived=value, page=1).url, view.archived == value)
        for value, label in labels.items()
    )
    return FacetGroup(_("Archived"), tuple(choices))


def _sorts(view: ListQuery) -> tuple[Choice, ...]:
    labels: Mapping[Sort, str] = {
        "recent": _("Newest"),
        "title": _("Title"),
        "reused": _("Most reused"),
    }
    return tuple(
        Choice(label, structs.replace(view, sort=sort, page=1).url, view.sort == sort)
        for sort, label in labels.items()
    )

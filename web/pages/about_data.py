"""The privacy page and the audit page."""

from collections.abc import Iterable, Iterator

from litestar import Response, get
from litestar.di import NamedDependency
from msgspec import Struct

from kb import Session
from kb.people.actions import AUDIT
from kb.people.results import ListedChange
from web.pages.parts import PageNumber
from web.pages.shell import Pages

PAGE_SIZE = 100


class DataPage(Struct, frozen=True):
    """What is recorded, who sees it, for how long, and what is never recorded."""

    world: bool


class AuditPage(Struct, frozen=True):
    """One page of the changes of permissions and visibility, newest first."""

    changes: tuple[ListedChange, ...]
    previous_url: str
    next_url: str


@get("/data", sync_to_thread=True, rule="public")
def data_page(session: NamedDependency[Session], pages: NamedDependency[Pages]) -> Response[str]:
    """What is recorded, who sees it, for how long, and what is never recorded."""
    return pages.render("data.html", DataPage(session.directory.open_to_world()), at="data")


@get("/audit", sync_to_thread=True, rule=AUDIT)
def audit(
    session: NamedDependency[Session], pages: NamedDependency[Pages], page: PageNumber = 1
) -> Response[str]:
    """Who changed roles, groups, visibility, settings, tokens and what members sign in with.

    `page` by page.
    """
    passed = (page - 1) * PAGE_SIZE
    found = session.directory.newest_changes(offset=passed, limit=PAGE_SIZE + 1)
    shown = AuditPage(
        changes=found[:PAGE_SIZE],
        previous_url=f"/audit?page={page - 1}" if page > 1 else "",
        next_url=f"/audit?page={page + 1}" if len(found) > PAGE_SIZE else "",
    )
    return pages.render("audit.html", shown, at="people", members=named(shown.changes))


def named(changes: Iterable[ListedChange]) -> Iterator[str]:
    """The ids of members whose names a list of changes shows."""
    for each in changes:
        yield each.change.actor
        if each.change.subject and each.group is None:
            yield each.change.subject

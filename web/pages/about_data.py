"""What is recorded, in plain words, and who changed who may see or do what."""

from litestar import Response, get
from litestar.di import NamedDependency
from msgspec import Struct

from kb import KnowledgeBase
from kb.people.directory import AccessChange, GroupView
from web.pages.shell import Pages


class DataPage(Struct, frozen=True):
    """What is recorded, who sees it, how long, and what never is."""

    world: bool


class AuditPage(Struct, frozen=True):
    """Who changed who may see or do what, the newest first."""

    changes: tuple[AccessChange, ...]
    groups: dict[str, GroupView]


@get("/data", sync_to_thread=True, rule="public")
def data_page(base: NamedDependency[KnowledgeBase], pages: NamedDependency[Pages]) -> Response[str]:
    """The agreements about data."""
    return pages.render("data.html", DataPage(base.directory.open_to_world()), at="data")


@get("/audit", sync_to_thread=True, rule="audit")
def audit(base: NamedDependency[KnowledgeBase], pages: NamedDependency[Pages]) -> Response[str]:
    """Every change of roles, groups, visibility and settings."""
    groups = {group.id: group for group in base.directory.groups()}
    page = AuditPage(base.directory.changes()[::-1], groups)
    return pages.render("audit.html", page, at="people")

"""The first page and the page about the community."""

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from msgspec import Struct

from kb import Session
from kb.entries.actions import READ
from kb.entries.results import Facets, Page
from web.pages.drafting import Begun, begun
from web.pages.shell import Pages

RECENT = 6
TAGS = 24


class HomePage(Struct, frozen=True):
    """What is new and where to begin; `begun` are drafts of the viewer."""

    recent: Page
    tags: tuple[tuple[str, int], ...]
    begun: Begun = Begun()

    @property
    def facets(self) -> Facets:
        """Counts over all entries that are not archived."""
        return self.recent.facets


@get("/", sync_to_thread=True, rule=READ, queue="reads")
def home(
    session: NamedDependency[Session],
    pages: NamedDependency[Pages],
    done: FromQuery[str] = "",
) -> Response[str]:
    """The first page: a question, new entries, kinds and tags."""
    recent = session.catalogue.browse(limit=RECENT)
    tags = tuple(recent.facets.tags.items())[:TAGS]
    return pages.render("home.html", HomePage(recent, tags, begun(session)), at="ask", done=done)


@get("/about", sync_to_thread=True, rule="public", queue="reads")
def about(session: NamedDependency[Session], pages: NamedDependency[Pages]) -> Response[str]:
    """About the community."""
    return pages.render("about.html", session.catalogue.totals(), at="about")

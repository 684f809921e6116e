"""Pages for people: made on the server, complete without JavaScript."""

from litestar import Router

from web.pages import browse, curation, entry, home, reuse, search, writing


def pages_router() -> Router:
    """Every page."""
    return Router(
        "/",
        include_in_schema=False,
        route_handlers=[
            home.home,
            home.about,
            search.search,
            search.results,
            browse.browse,
            entry.show,
            writing.new,
            writing.contribute,
            writing.revise_form,
            writing.revise,
            curation.tag,
            curation.untag,
            curation.archive,
            curation.restore,
            curation.endorse,
            curation.withdraw,
            reuse.record,
            reuse.show_reuse,
            reuse.update_reuse,
            reuse.report,
        ],
    )

"""JSON for programs: the knowledge base's own values, under /api."""

from litestar import Router

from web.api import (
    about,
    account,
    curation,
    drafts,
    endorsements,
    entries,
    names,
    reuse,
    revisions,
    search,
)
from web.requests import look_at


def api_router() -> Router:
    """Every operation under /api."""
    return Router(
        "/api",
        before_request=look_at,
        route_handlers=[
            search.search,
            entries.list_entries,
            entries.contribute_entry,
            entries.get_entry,
            entries.revise_entry,
            entries.get_endorsements,
            entries.get_reuses,
            entries.get_history,
            entries.get_lineage,
            revisions.get_revisions,
            revisions.get_revision,
            revisions.get_differences,
            revisions.restore_revision,
            curation.add_tags,
            curation.remove_tags,
            curation.add_relation,
            curation.remove_relation,
            curation.archive_entry,
            curation.restore_entry,
            curation.show_entry,
            endorsements.endorse_entry,
            endorsements.withdraw_endorsement,
            reuse.record_reuse,
            reuse.get_reuse,
            reuse.update_reuse,
            reuse.withdraw_reuse,
            reuse.report_reuse,
            drafts.list_drafts,
            drafts.get_draft,
            drafts.save_draft,
            drafts.discard_draft,
            names.list_names,
            account.choose_language,
            about.list_kinds,
            about.get_status,
        ],
    )

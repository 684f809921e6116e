"""An entry as the catalogue answers it, for the tests of exports."""

from datetime import UTC, datetime

from msgspec import structs

from kb.entries.content import Content
from kb.entries.results import EntryPage

ID = "0123456789ab4def8123456789abcdef"
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def page(content: Content, **more: object) -> EntryPage:
    """The page of an entry with `content`; `more` replaces other fields."""
    plain = EntryPage(
        id=ID,
        title=content.title,
        kind="practice",
        group=None,
        tags=(),
        archived=False,
        summary="",
        endorsements=0,
        reuses=0,
        contributed_at=NOW,
        revised_at=NOW,
        version=1,
        revision_version=1,
        sections=content.sections,
        properties=content.properties,
        relations=(),
        archived_reason=None,
        successor=None,
        source=None,
        contributed_by="ada",
        endorsed=(),
        reuse=(),
    )
    return structs.replace(plain, **more)

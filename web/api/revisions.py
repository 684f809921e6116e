"""Earlier texts of entries: listed, read, compared and restored."""

from typing import Annotated

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, PathParameter, QueryParameter
from msgspec import structs

from kb import Session
from kb.entries.actions import READ, REVISE
from kb.entries.results import Comparison, Revision, RevisionText
from web.api.entries import MOST, Offset, known
from web.api.given import Given, Line, PathId, told
from web.api.search import Limit
from web.api.weight import light
from web.openapi import SENDS, operation
from web.written import Written, when_searchable

LARGEST = 2**53
Version = Annotated[int, PathParameter(ge=1, le=LARGEST)]
Chosen = Annotated[int | None, QueryParameter(ge=1, le=LARGEST)]


class Restoring(Given, frozen=True, forbid_unknown_fields=True):
    """The version whose text is to stand again, and the entry's as it was read."""

    revision: Annotated[int, told(minimum=1)]
    version: Annotated[int, told(minimum=1)]
    note: Line | None = None


@get("/entries/{entry_id:str}/revisions", **operation("revisions", 404, rule=READ, queue="reads"))
def get_revisions(
    session: NamedDependency[Session], entry_id: PathId, offset: Offset = 0, limit: Limit = MOST
) -> tuple[Revision, ...]:
    """The texts that an entry has and had, the newest first, without the texts themselves.

    `version` names each; `number` counts those that you see. What was written while fewer saw the
    entry is theirs alone.
    """
    found = session.catalogue.revisions(entry_id, offset=offset, limit=limit)
    return light(tuple(structs.replace(each, by=_by(session, each)) for each in found))


@get(
    "/entries/{entry_id:str}/revisions/{version:int}",
    **operation("revisions", 404, rule=READ, queue="reads"),
)
def get_revision(
    session: NamedDependency[Session], entry_id: PathId, version: Version
) -> RevisionText:
    """One text of an entry as it was written."""
    found = session.catalogue.revision(entry_id, version)
    return structs.replace(found, by=_by(session, found))


@get("/entries/{entry_id:str}/differences", **operation("revisions", 404, rule=READ, queue="reads"))
def get_differences(
    session: NamedDependency[Session],
    entry_id: PathId,
    earlier: Annotated[int | None, QueryParameter(name="from", ge=1, le=LARGEST)] = None,
    later: Annotated[int | None, QueryParameter(name="to", ge=1, le=LARGEST)] = None,
) -> Comparison:
    """What differs between the texts of two versions, section by section and word by word.

    By default of the newest text and the one before it. Each text is a row of `runs`: "same" in
    both, "removed" or "added"; of what is long and the same, only the `length` of what is
    "omitted".
    """
    found = session.catalogue.compared(entry_id, earlier, later)
    sides = {
        name: structs.replace(each, by=_by(session, each))
        for name, each in (("earlier", found.earlier), ("later", found.later))
    }
    return structs.replace(found, **sides)


@post("/entries/{entry_id:str}/restore-revision", **operation("revisions", *SENDS, rule=REVISE))
def restore_revision(
    session: NamedDependency[Session], entry_id: PathId, data: JSONBody[Restoring]
) -> Written:
    """Revise an entry to an earlier text and the group that it was of; 409 as for a revision.

    All who see the entry read that text from then on.
    """
    receipt = session.entries.restore_revision(
        entry_id, data.revision, version=data.version, note=data.note
    )
    return when_searchable(session, receipt)


def _by(session: Session, revision: Revision) -> str | None:
    return revision.by and known(session, revision.by)

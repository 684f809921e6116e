"""The acting member's own drafts: what is written and not contributed yet."""

from typing import Annotated

from litestar import delete, get, put
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Struct

from kb import Session
from kb.drafts.actions import DRAFT, READ_DRAFTS
from kb.drafts.results import DraftSummary, SavedDraft
from kb.drafts.service import FIELDS, LARGEST_VERSION
from web.api.given import Given, Id, KindKey, PathId, told
from web.api.weight import light
from web.bodies import TEXT
from web.openapi import CHANGES, SENDS, operation

FORM = [{"title": "Two bins", "heading-0": "The problem", "text-0": "Shelves ran empty"}]


class GivenSave(Given, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A save over save `number` of a draft, 0 for a new one.

    Name the `kind` of a new entry, or the `entry_id` that it revises with the `version` of the text
    that it started from. `fields` are those of the form on the page, by name.
    """

    number: Annotated[int, told(minimum=0, maximum=LARGEST_VERSION)]
    fields: Annotated[dict[str, str], told(maxProperties=FIELDS, examples=FORM)]
    kind: KindKey | None = None
    entry_id: Id | None = None
    version: Annotated[int, told(minimum=0, maximum=LARGEST_VERSION)] = 0


class Discarded(Struct, frozen=True):
    """The id of a draft that is gone."""

    id: str


@get("/drafts", **operation("drafts", rule=READ_DRAFTS))
def list_drafts(session: NamedDependency[Session]) -> tuple[DraftSummary, ...]:
    """The acting member's drafts, the last saved first, without their fields."""
    return light(session.drafts.list())


@get("/drafts/{draft_id:str}", **operation("drafts", 404, rule=READ_DRAFTS))
def get_draft(session: NamedDependency[Session], draft_id: PathId) -> SavedDraft:
    """One of the acting member's drafts, with all fields of its form."""
    return session.drafts.get(draft_id)


@put("/drafts/{draft_id:str}", **operation("drafts", *SENDS, rule=DRAFT, largest=TEXT))
def save_draft(
    session: NamedDependency[Session], draft_id: PathId, data: JSONBody[GivenSave]
) -> DraftSummary:
    """Save a draft under an id of one's own choice; 409 if it was saved or discarded meanwhile.

    Contributing over this interface leaves it: discard it then.
    """
    saved = session.drafts.save(
        draft_id,
        data.fields,
        number=data.number,
        kind=data.kind or "",
        entry_id=data.entry_id,
        version=data.version,
    )
    return saved.summary


@delete("/drafts/{draft_id:str}", **operation("drafts", *CHANGES, rule=DRAFT))
def discard_draft(session: NamedDependency[Session], draft_id: PathId) -> Discarded:
    """Discard a draft."""
    session.drafts.discard(draft_id)
    return Discarded(draft_id)

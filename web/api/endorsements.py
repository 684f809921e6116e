"""Endorsements of the acting member."""

from litestar import delete, put
from litestar.di import NamedDependency
from litestar.params import JSONBody

from kb import Session
from kb.endorsements.actions import ENDORSE
from web.api.given import EntryVersion, Given, PathId, Text
from web.openapi import CHANGES, SENDS, operation
from web.written import Written, written


class Reason(Given, frozen=True, forbid_unknown_fields=True):
    """Why the member vouches for an entry."""

    reason: Text
    entry_version: EntryVersion | None = None


@put("/entries/{entry_id:str}/endorsement", **operation("endorsements", *SENDS, rule=ENDORSE))
def endorse_entry(
    session: NamedDependency[Session], entry_id: PathId, data: JSONBody[Reason]
) -> Written:
    """Vouch for an entry as the acting member, or change the `reason` given before."""
    receipt = session.endorsements.endorse(entry_id, data.reason, entry_version=data.entry_version)
    return written(receipt)


@delete("/entries/{entry_id:str}/endorsement", **operation("endorsements", *CHANGES, rule=ENDORSE))
def withdraw_endorsement(session: NamedDependency[Session], entry_id: PathId) -> Written:
    """Take the endorsement back."""
    receipt = session.endorsements.withdraw(entry_id)
    return written(receipt)

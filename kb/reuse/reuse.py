"""The reuse aggregate: one stream per recorded reuse."""

from typing import Literal

from msgspec import Struct

Outcome = Literal["adopted", "adapted", "tried-and-stopped"]


class ReuseRecorded(Struct, frozen=True, kw_only=True):
    """A group took an entry into its work. `evidence` is a link, `resulting_entry` an entry made from it."""

    entry_id: str
    group: str
    context: str
    outcome: Outcome
    resulting_entry: str | None = None
    evidence: str | None = None


class ReuseOutcomeUpdated(Struct, frozen=True, kw_only=True):
    """What became of a reuse, as known later."""

    entry_id: str
    outcome: Outcome
    note: str
    resulting_entry: str | None = None
    evidence: str | None = None

"""What can be done with reuse, and by whom."""

from kb.access import Action

REUSE = Action("reuse", allowed=frozenset({"member"}), scope="contribute", wish="record a reuse")
UPDATE_REUSE = Action(
    "update-reuse",
    allowed=frozenset({"author", "curator"}),
    scope="curate",
    wish="update what became of a reuse",
    begun_by="the member who recorded it",
)
REPORT = Action(
    "report", allowed=frozenset({"member", "reporter"}), scope="report", wish="read reports"
)

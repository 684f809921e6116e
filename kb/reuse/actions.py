"""What can be done with reuse, and by whom."""

from kb.access import Action
from kb.messages import _

REUSE = Action("reuse", allowed=frozenset({"member"}), scope="contribute", wish=_("record a reuse"))
UPDATE_REUSE = Action(
    "update-reuse",
    allowed=frozenset({"author", "curator"}),
    scope="curate",
    wish=_("update what became of a reuse"),
    begun_by=_("the member who recorded it"),
)
WITHDRAW_REUSE = Action(
    "withdraw-reuse",
    allowed=frozenset({"author", "curator"}),
    scope="curate",
    wish=_("withdraw a reuse"),
    begun_by=_("the member who recorded it"),
)
REPORT = Action(
    "report", allowed=frozenset({"member", "reporter"}), scope="report", wish=_("read reports")
)

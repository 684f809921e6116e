"""What can be done with endorsements, and by whom."""

from kb.access import Action
from kb.messages import _

ENDORSE = Action(
    "endorse", allowed=frozenset({"member"}), scope="contribute", wish=_("endorse an entry")
)

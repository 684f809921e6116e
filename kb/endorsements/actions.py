"""What can be done with endorsements, and by whom."""

from kb.access import Action

ENDORSE = Action(
    "endorse", allowed=frozenset({"member"}), scope="contribute", wish="endorse an entry"
)

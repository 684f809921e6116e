"""What can be done with entries, and by whom."""

from kb.access import Action
from kb.messages import _

READ = Action("read", allowed=frozenset({"anybody"}), scope="search", wish=_("read this"))
CONTRIBUTE = Action(
    "contribute", allowed=frozenset({"member"}), scope="contribute", wish=_("contribute an entry")
)
REVISE = Action(
    "revise", allowed=frozenset({"member"}), scope="contribute", wish=_("revise an entry")
)
CURATE = Action(
    "curate",
    allowed=frozenset({"author", "curator"}),
    scope="curate",
    wish=_("tag, relate, archive or restore an entry"),
)
SHOW = Action(
    "show",
    allowed=frozenset({"author", "curator"}),
    scope="contribute",
    wish=_("change who sees an entry"),
)
ERASE_ENTRY = Action(
    "erase-entry", allowed=frozenset({"author", "steward"}), scope="admin", wish=_("erase an entry")
)

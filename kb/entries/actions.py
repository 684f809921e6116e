"""What can be done with entries, and by whom."""

from kb.access import Action

READ = Action("read", allowed=frozenset({"anybody"}), scope="search", wish="read this")
CONTRIBUTE = Action(
    "contribute", allowed=frozenset({"member"}), scope="contribute", wish="contribute an entry"
)
REVISE = Action("revise", allowed=frozenset({"member"}), scope="contribute", wish="revise an entry")
CURATE = Action(
    "curate",
    allowed=frozenset({"author", "curator"}),
    scope="curate",
    wish="tag, relate, archive or restore an entry",
)
SHOW = Action(
    "show",
    allowed=frozenset({"author", "curator"}),
    scope="contribute",
    wish="change who sees an entry",
)
ERASE_ENTRY = Action(
    "erase-entry", allowed=frozenset({"author", "steward"}), scope="admin", wish="erase an entry"
)

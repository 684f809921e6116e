"""What can be done with one's own drafts."""

from kb.access import Action
from kb.messages import _

DRAFT = Action(
    "draft", allowed=frozenset({"member"}), scope="contribute", wish=_("save or discard drafts")
)
READ_DRAFTS = Action(
    "read-drafts", allowed=frozenset({"member"}), scope="search", wish=_("read drafts")
)
"""Of another scope: a token that only contributes reads nothing, not even what its member wrote."""

"""What can be done with members, groups and the community, and by whom."""

from kb.access import Action
from kb.messages import _

SEE_PEOPLE = Action(
    "see-people", allowed=frozenset({"member"}), scope="admin", wish=_("see who is a member")
)
JOIN_GROUP = Action(
    "join-group", allowed=frozenset({"member"}), scope="admin", wish=_("join a group")
)
CHANGE_SELF = Action(
    "change-self",
    allowed=frozenset({"member", "reporter"}),
    scope="admin",
    wish=_("change a profile"),
)
LOOK_AFTER_PEOPLE = Action(
    "look-after-people",
    allowed=frozenset({"steward"}),
    scope="admin",
    wish=_("invite members, make links for them, or change their roles"),
)
LOOK_AFTER_GROUPS = Action(
    "look-after-groups",
    allowed=frozenset({"steward"}),
    scope="admin",
    wish=_("form groups or change who is in them"),
)
CHANGE_SETTINGS = Action(
    "change-settings",
    allowed=frozenset({"steward"}),
    scope="admin",
    wish=_("change what the community allows"),
)
AUDIT = Action(
    "audit",
    allowed=frozenset({"steward"}),
    scope="admin",
    wish=_("see who changed roles, groups, settings and tokens"),
)
ERASE_MEMBER = Action(
    "erase-member",
    allowed=frozenset({"author", "steward"}),
    scope="admin",
    wish=_("erase a member"),
    begun_by=_("the member themselves"),
)

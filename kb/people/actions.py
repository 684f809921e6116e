"""What can be done with members, groups and the community, and by whom."""

from kb.access import Action

SEE_PEOPLE = Action(
    "see-people", allowed=frozenset({"member"}), scope="admin", wish="see who is a member"
)
JOIN_GROUP = Action("join-group", allowed=frozenset({"member"}), scope="admin", wish="join a group")
CHANGE_SELF = Action(
    "change-self", allowed=frozenset({"member", "reporter"}), scope="admin", wish="change a profile"
)
LOOK_AFTER_PEOPLE = Action(
    "look-after-people",
    allowed=frozenset({"steward"}),
    scope="admin",
    wish="invite members, make links for them, or change their roles",
)
LOOK_AFTER_GROUPS = Action(
    "look-after-groups",
    allowed=frozenset({"steward"}),
    scope="admin",
    wish="form groups or change who is in them",
)
CHANGE_SETTINGS = Action(
    "change-settings",
    allowed=frozenset({"steward"}),
    scope="admin",
    wish="change what the community allows",
)
AUDIT = Action(
    "audit",
    allowed=frozenset({"steward"}),
    scope="admin",
    wish="see who changed roles, groups, settings and tokens",
)
ERASE_MEMBER = Action(
    "erase-member",
    allowed=frozenset({"author", "steward"}),
    scope="admin",
    wish="erase a member",
    begun_by="the member themselves",
)

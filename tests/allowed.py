"""What is allowed, by hand: what the program and the pages made of it are compared with.

The tables of docs/reference/api.md and of who may do what are made of the program, so they would
follow it into any mistake. A new action or route is written here as well, as it is meant to be.
"""

from collections.abc import Mapping

MAY: Mapping[str, tuple[str, ...]] = {
    "read": ("anybody", "member", "its author", "curator", "steward", "reporter"),
    "contribute": ("member", "its author"),
    "revise": ("member", "its author"),
    "draft": ("member", "its author"),
    "read-drafts": ("member", "its author"),
    "curate": ("its author", "curator"),
    "show": ("its author", "curator"),
    "endorse": ("member", "its author"),
    "reuse": ("member", "its author"),
    "update-reuse": ("its author", "curator"),
    "withdraw-reuse": ("its author", "curator"),
    "report": ("member", "its author", "reporter"),
    "see-people": ("member", "its author"),
    "join-group": ("member", "its author"),
    "change-self": ("member", "its author", "reporter"),
    "look-after-people": ("steward",),
    "look-after-groups": ("steward",),
    "change-settings": ("steward",),
    "audit": ("steward",),
    "erase-entry": ("its author", "steward"),
    "erase-member": ("its author", "steward"),
}
"""Action -> who may do it by that role alone; its author is a member."""

SCOPED: Mapping[str, tuple[str, ...]] = {
    "search": ("read", "read-drafts"),
    "contribute": (
        "contribute",
        "revise",
        "draft",
        "show",
        "endorse",
        "reuse",
    ),
    "curate": (
        "curate",
        "update-reuse",
        "withdraw-reuse",
    ),
    "report": ("report",),
    "admin": (
        "see-people",
        "join-group",
        "change-self",
        "look-after-people",
        "look-after-groups",
        "change-settings",
        "audit",
        "erase-member",
        "erase-entry",
    ),
}
"""Scope of a token -> the actions that it is good for."""

ROUTES: Mapping[str, tuple[str, ...]] = {
    "read": (
        "GET /api/search",
        "GET /api/entries",
        "GET /api/names",
        "GET /api/entries/{entry_id}",
        "GET /api/entries/{entry_id}/endorsements",
        "GET /api/entries/{entry_id}/reuses",
        "GET /api/entries/{entry_id}/history",
        "GET /api/entries/{entry_id}/lineage",
        "GET /api/reuses/{reuse_id}",
        "GET /",
        "GET /search",
        "GET /search/results",
        "GET /entries",
        "GET /entries/{entry_id}",
        "GET /reuses/{reuse_id}",
    ),
    "contribute": (
        "POST /api/entries",
        "GET /entries/new",
        "POST /entries/new",
    ),
    "revise": (
        "PUT /api/entries/{entry_id}",
        "GET /entries/{entry_id}/revise",
        "POST /entries/{entry_id}/revise",
    ),
    "curate": (
        "POST /api/entries/{entry_id}/tags",
        "DELETE /api/entries/{entry_id}/tags",
        "POST /api/entries/{entry_id}/relations",
        "DELETE /api/entries/{entry_id}/relations",
        "POST /api/entries/{entry_id}/archive",
        "POST /api/entries/{entry_id}/restore",
        "POST /entries/{entry_id}/tags",
        "POST /entries/{entry_id}/untag",
        "POST /entries/{entry_id}/archive",
        "POST /entries/{entry_id}/restore",
    ),
    "show": (
        "PUT /api/entries/{entry_id}/visibility",
        "POST /entries/{entry_id}/show",
    ),
    "endorse": (
        "PUT /api/entries/{entry_id}/endorsement",
        "DELETE /api/entries/{entry_id}/endorsement",
        "POST /entries/{entry_id}/endorse",
        "POST /entries/{entry_id}/withdraw",
    ),
    "reuse": (
        "POST /api/entries/{entry_id}/reuses",
        "POST /entries/{entry_id}/reuses",
    ),
    "update-reuse": (
        "PATCH /api/reuses/{reuse_id}",
        "POST /reuses/{reuse_id}",
    ),
    "withdraw-reuse": (
        "POST /api/reuses/{reuse_id}/withdraw",
        "POST /reuses/{reuse_id}/withdraw",
    ),
    "report": (
        "GET /api/reports/reuse",
        "GET /reuse",
    ),
    "public": (
        "GET /api/kinds",
        "GET /api/openapi.json",
        "GET /api/docs",
        "GET /api",
        "GET /about",
        "GET /data",
        "GET /sign-in",
        "POST /sign-in",
        "POST /sign-in/passkey/begin",
        "POST /sign-in/passkey",
        "GET /sign-in/openid",
        "GET /sign-in/openid/back",
        "POST /sign-out",
        "GET /enter/{secret}",
        "POST /enter/{secret}",
        "GET /join/{secret}",
        "POST /join/{secret}",
        "GET /welcome/{secret}",
        "POST /welcome/{secret}",
        "GET /static/{file_path}",
    ),
    "audit": (
        "GET /api/status",
        "GET /audit",
    ),
    "erase-entry": (
        "GET /entries/{entry_id}/erase",
        "POST /entries/{entry_id}/erase",
    ),
    "self": (
        "GET /account",
        "POST /account/password",
        "POST /account/passkeys/begin",
        "POST /account/passkeys",
        "POST /account/passkeys/remove",
        "POST /account/openid",
        "POST /account/openid/unlink",
        "POST /account/sessions/end",
        "POST /account/sessions/end-all",
        "POST /account/tokens",
        "POST /account/tokens/revoke",
        "GET /account/data.json",
        "GET /account/data.md",
        "GET /account/leave",
        "POST /account/leave",
        "GET /account/erase",
        "POST /account/erase",
    ),
    "change-self": (
        "PUT /api/account/language",
        "POST /account/profile",
    ),
    "see-people": (
        "GET /people",
        "GET /people/{member_id}",
        "GET /groups",
        "GET /groups/{group_id}",
    ),
    "look-after-people": (
        "POST /people/invite",
        "POST /people/{member_id}/link",
        "POST /people/{member_id}/roles",
        "POST /people/{member_id}/remove",
    ),
    "look-after-groups": (
        "POST /people/{member_id}/groups",
        "POST /groups",
        "POST /groups/{group_id}/change",
        "POST /groups/{group_id}/close",
    ),
    "erase-member": ("POST /people/{member_id}/erase",),
    "join-group": (
        "POST /groups/{group_id}/join",
        "POST /groups/{group_id}/leave",
    ),
    "change-settings": ("POST /community/world",),
}
"""Rule -> the addresses that need it: an action, or `self`, those known, or `public`, all."""

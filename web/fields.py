"""The fields that each form has. Others are refused, for to ignore them could be harmful.

A form with an ignored `visibility=author` would show a private entry to all members.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from kb.access import SCOPES
from web.bodies import FORM_TOKEN

_COUNT = re.compile(r"-(?:0|[1-9][0-9]{0,3})\Z")
"""The number of a section at the end of a field's name."""


def _fields(names: str, *more: Iterable[str]) -> frozenset[str]:
    return frozenset((*names.split(), *(name for each in more for name in each)))


def _with_before(names: str) -> Iterator[str]:
    """Each name, and the field that holds the value with which it was shown."""
    for name in names.split():
        yield from (name, f"{name}_before")


_SECTIONS = _fields("heading-# text-#")
_SIGHT = _fields("sight sight_before groups_before seen-by seen-by-*")
_DRAFT = "draft_id draft_number"
_NEW = _fields(f"kind title group tags command_id {_DRAFT}", _SECTIONS, _SIGHT)
_REVISED = _fields(f"entry title group group_before note version {_DRAFT}", _SECTIONS)
_PROFILE = "name address time_zone languages pronouns help display_language"
_JOINING = _fields(_PROFILE + " sign_in_name password")

FIELDS: Mapping[str, frozenset[str]] = {
    "/entries/new": _NEW,
    "/entries/{entry_id}/revise": _REVISED,
    "/drafts": _NEW | _REVISED,
    "/entries/{entry_id}/restore-revision": _fields("revision entry_version note"),
    "/entries/{entry_id}/tags": _fields("tags entry_version"),
    "/entries/{entry_id}/untag": _fields("tag"),
    "/entries/{entry_id}/archive": _fields("reason successor entry_version"),
    "/entries/{entry_id}/endorse": _fields("reason entry_version"),
    "/entries/{entry_id}/show": _fields("unseen", _SIGHT),
    "/entries/{entry_id}/erase": _fields("sure"),
    "/entries/{entry_id}/reuses": _fields(
        "group context outcome evidence resulting_entry command_id entry_version"
    ),
    "/reuses/{reuse_id}": _fields(
        "entry_version", _with_before("outcome note evidence resulting_entry")
    ),
    "/reuses/{reuse_id}/withdraw": _fields("reason"),
    "/account/profile": _fields("", _with_before(_PROFILE)),
    "/account/password": _fields("current sign_in_name password"),
    "/account/sessions/end": _fields("session"),
    "/account/tokens": _fields("token_name days", (f"scope-{scope}" for scope in SCOPES)),
    "/account/tokens/revoke": _fields("token"),
    "/account/passkeys/remove": _fields("passkey"),
    "/account/leave": _fields("sure"),
    "/account/erase": _fields("entries sure"),
    "/groups": _fields("name parent open"),
    "/groups/{group_id}/change": _fields("", _with_before("name parent open closed")),
    "/people/invite": _fields("role-* group group-*"),
    "/people/{member_id}/roles": _fields("role-* shown-role-*"),
    "/people/{member_id}/groups": _fields("group group-* shown-group-*"),
    "/people/{member_id}/erase": _fields("entries sure"),
    "/community/world": _fields("allowed"),
    "/join/{secret}": _JOINING,
    "/welcome/{secret}": _JOINING,
    "/sign-in": _fields("name password next"),
}
"""The fields of the form posted to each route; routes that are not here have only a button.

`role-*` stands for any name with that prefix, `text-#` for names that end in a number.
"""


def unknown(names: Iterable[str], address: str) -> list[str]:
    """Those of `names` that the form for `address`, a path template, does not have."""
    known = FIELDS.get(address, frozenset()) | {FORM_TOKEN}
    begins = tuple(each[:-1] for each in known if each.endswith("-*"))
    return [
        name
        for name in names
        if not (name in known or _COUNT.sub("-#", name) in known or name.startswith(begins))
    ]

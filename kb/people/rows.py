"""Conversion of rows of the views to the typed results of queries about people."""

import msgspec

from kb.messages import _
from kb.messages.message import restored
from kb.people.member import Profile
from kb.people.results import AccessChange, GroupView, ListedChange, MemberView, seen_name
from kb.views.rows import Row
from kb.views.view import read_time

ENTRY_ERASED = "entry-erased"

_CHANGE = ("actor", "subject", "entry_id", "what")


def member_view(row: Row, *, namesakes: bool) -> MemberView:
    """A member; `namesakes` says that others have a similar name."""
    return MemberView(
        id=row["id"],
        standing=row["standing"],
        profile=_profile(row),
        roles=tuple(sorted(msgspec.json.decode(row["roles"]))),
        groups=tuple(msgspec.json.decode(row["groups"])),
        joined_at=read_time(row["joined_at"]) if row["joined_at"] else None,
        namesakes=namesakes,
    )


def _profile(row: Row) -> Profile | None:
    if not row["profile"]:
        return None
    return msgspec.json.decode(row["profile"], type=Profile)


def group_view(row: Row) -> GroupView:
    """A group, including the effect of the groups that contain it."""
    told = {"open": bool(row["open"]), "closed": bool(row["closed"])}
    return GroupView(**row | told | {"name": seen_name(row["name"], row["id"][:8])})


def access_change(row: Row, *, own: bool) -> AccessChange:
    """A change of rights, in words for the person concerned if it is their `own`."""
    fields = {name: row[name] for name in _CHANGE}
    detail = restored(row["detail"])
    if own and row["what"] == ENTRY_ERASED:
        detail = _("An entry of yours was erased.")
    return AccessChange(at=read_time(row["at"]), detail=detail, **fields)


def listed_change(row: Row, *, own: bool) -> ListedChange:
    """A change of rights with the name of the group that it is about."""
    group = None if row["of_group"] is None else seen_name(row["of_group"], row["subject"][:8])
    return ListedChange(access_change(row, own=own), group)

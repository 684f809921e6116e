"""Typed results of queries about people, for pages, commands and the API."""

from datetime import datetime
from typing import Generic, TypeVar

from msgspec import Struct

from kb.access import Role
from kb.characters import NOTHING_SEEN, is_blank
from kb.messages import _
from kb.people.member import Profile, Standing

T = TypeVar("T")

FORMER = _("a former member")
"""The name of an erased member."""

OPERATOR_NAME = _("the operator of this machine")
"""The name of the operator, who is no member."""

UNREADABLE = _("a member whose profile cannot be read")
"""The name of a member whose last profile could not be taken in."""


class Listed(Struct, Generic[T], frozen=True):
    """A page of a list, and the length of the whole."""

    items: tuple[T, ...]
    total: int


class MemberView(Struct, frozen=True, kw_only=True):
    """A member as others see them; `profile` is None before they join."""

    id: str
    standing: Standing
    profile: Profile | None
    roles: tuple[Role, ...]
    groups: tuple[str, ...]
    joined_at: datetime | None
    namesakes: bool = False

    @property
    def name(self) -> str:
        """Their name, with the beginning of the id if others have a similar one."""
        if self.standing == "erased":
            return FORMER
        if self.profile:
            name = seen_name(self.profile.name, self.id[:8])
            return f"{name} ({self.id[:8]})" if self.namesakes else name
        return _("an invited person") if self.standing == "invited" else UNREADABLE


class GroupView(Struct, frozen=True, kw_only=True):
    """A group and the one that it is in.

    `open` says that members may join it by themselves, `closed` that nobody joins it: both are
    decided by those around it too.
    """

    id: str
    name: str
    parent: str | None
    open: bool
    closed: bool


class AccessChange(Struct, frozen=True, kw_only=True):
    """A change of who may see or do what; `subject` is a member or group, or nothing."""

    at: datetime
    actor: str
    subject: str
    entry_id: str | None
    what: str
    detail: str


class ListedChange(Struct, frozen=True):
    """A change in a list, with the name of the group that it is about, if any."""

    change: AccessChange
    group: str | None


def seen_name(name: str, otherwise: str) -> str:
    """`name`, or `otherwise` if nothing of it is visible; see `kb.as_seen`."""
    return otherwise if is_blank(name) or name == NOTHING_SEEN else name

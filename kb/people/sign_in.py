"""What a member signs in with, as the log tells of it: that it was given or taken, never what."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from kb.access import Scope
from kb.accounts.links import Purpose

SignInChange = Literal[
    "name-set",
    "password-set",
    "passkey-added",
    "passkey-removed",
    "identity-tied",
    "identity-untied",
]


class MemberTokenMade(Struct, frozen=True, kw_only=True):
    """A program can ask for the member; `token` is the id that lists show, which opens nothing."""

    token: str
    scopes: tuple[Scope, ...]
    expires_at: datetime


class MemberTokenRevoked(Struct, frozen=True, kw_only=True):
    """The token is void."""

    token: str


class MemberLinkMade(Struct, frozen=True, kw_only=True):
    """The holder of the link can come in as the member, once."""

    purpose: Purpose


class MemberSignInChanged(Struct, frozen=True, kw_only=True):
    """The member signs in with something else, or with one thing less."""

    what: SignInChange


SignInEvent = MemberTokenMade | MemberTokenRevoked | MemberLinkMade | MemberSignInChanged


def takes_away(event: SignInEvent) -> bool:
    """Whether less opens afterwards."""
    if isinstance(event, MemberSignInChanged):
        return event.what in ("passkey-removed", "identity-untied")
    return isinstance(event, MemberTokenRevoked)

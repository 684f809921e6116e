"""Permissions: who may see and do what. Every query and command asks here.

docs/reference/access.md has the same rules as tables, and tests compare the two.
"""

from collections.abc import Iterable, Mapping
from typing import Literal, get_args

from msgspec import Struct

from kb.errors import Forbidden, InvalidInput
from kb.messages import _
from kb.sentences import either

Role = Literal["member", "curator", "steward", "reporter"]
ROLES: tuple[Role, ...] = get_args(Role)

Sight = Literal["world", "members", "groups", "author", "draft"]
"""Who sees an entry: anybody, all members, some groups, or its author alone (twice)."""

SIGHTS: tuple[Sight, ...] = get_args(Sight)

AUTHOR_ONLY: frozenset[Sight] = frozenset({"author", "draft"})
"""The sights of which nobody but the author is shown anything."""

MOST_GROUPS = 100
"""How many groups an entry is shown to, or a person is invited into, at most."""

Who = Literal["anybody", "member", "author", "curator", "steward", "reporter"]

Scope = Literal["search", "contribute", "curate", "report", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
"""What a token can be good for."""


class Action(Struct, frozen=True):
    """Something that can be done with what one sees.

    `allowed` may do it; among them "author" is the person who began it, called `begun_by` in
    messages. A token needs `scope` for it, and its member the permission. `wish` names the action
    in the sentence of a refusal.
    """

    name: str
    allowed: frozenset[Who]
    scope: Scope
    wish: str
    begun_by: str = _("its author")


OPERATOR = "local"
"""The actor of the person who runs `kb` beside the data directory: they hold the disk and may do
everything."""

OPERATOR_LABEL = "operator"
WORLD_LABEL = "world"
MEMBERS_LABEL = "members"


class Visibility(Struct, frozen=True):
    """Who sees an entry; `groups` are ids, given for the sight "groups" alone."""

    sight: Sight = "members"
    groups: tuple[str, ...] = ()


class Principal(Struct, frozen=True):
    """The person who asks: a member or nobody known, their roles, and the labels of what they see.

    `scopes` are those of their token, None without one; a token only restricts. `language` is the
    one in which they chose to be addressed, None without a choice.
    """

    member: str | None
    roles: frozenset[Role]
    labels: frozenset[str]
    scopes: frozenset[Scope] | None = None
    language: str | None = None

    @property
    def readable(self) -> frozenset[str]:
        """The labels of what they may be shown; a token may allow changes alone."""
        return self.labels if self.holds("search") else frozenset()

    def holds(self, scope: Scope) -> bool:
        """Whether the token, if there is one, has `scope`."""
        return self.scopes is None or scope in self.scopes

    @property
    def reported(self) -> frozenset[str]:
        """The labels of what counts in reports for them: reporters count what all members see."""
        shared = {WORLD_LABEL, MEMBERS_LABEL} if "reporter" in self.roles else set()
        return self.labels | shared


def operator() -> Principal:
    """The holder of the data directory."""
    return Principal(OPERATOR, frozenset(ROLES), frozenset({OPERATOR_LABEL}))


def is_operator(principal: Principal) -> bool:
    """Whether it is the holder of the data directory, and no member."""
    return OPERATOR_LABEL in principal.labels


def unlimited(principal: Principal) -> Principal:
    """The same person without limits: for work done on their behalf on what they may not see."""
    return Principal(principal.member, frozenset(ROLES), operator().labels)


def anonymous(*, world: bool) -> Principal:
    """Nobody known; `world` says whether the community shows anything to the world."""
    return Principal(None, frozenset(), frozenset({WORLD_LABEL} if world else ()))


def of_member(
    member: str, roles: Iterable[Role], groups: Iterable[str], language: str | None = None
) -> Principal:
    """A member with their roles; `groups` are theirs and all that these are in."""
    roles = frozenset(roles)
    if "member" not in roles:
        return Principal(member, roles, frozenset(), language=language)
    own = {WORLD_LABEL, MEMBERS_LABEL, member_label(member), *map(group_label, groups)}
    return Principal(member, roles, frozenset(own), language=language)


def invited(member: str) -> Principal:
    """An invited person: until they have joined they do nothing that takes a role."""
    return of_member(member, (), ())


def audience(visibility: Visibility, author: str) -> frozenset[str]:
    """The labels of an entry; a principal with one of them sees it."""
    match visibility.sight:
        case "world":
            shown = {WORLD_LABEL}
        case "members":
            shown = {MEMBERS_LABEL}
        case "groups":
            shown = {member_label(author), *map(group_label, visibility.groups)}
        case _:
            shown = {member_label(author)}
    return frozenset({OPERATOR_LABEL, *shown})


def covers(seen: frozenset[str], others: frozenset[str]) -> bool:
    """Whether every principal with a label in `others` sees an entry with the labels `seen`.

    Nesting of groups is unknown here, so the answer may be no where it could be yes.
    """
    if MEMBERS_LABEL in seen:
        return WORLD_LABEL not in others
    return WORLD_LABEL in seen or others <= seen


def narrower_of(one: Visibility, other: Visibility) -> Visibility:
    """What both allow at most: the groups that are in both, or else the narrower of the two."""
    if one.sight == other.sight == "groups":
        both = tuple(sorted({*one.groups} & {*other.groups}))
        return Visibility("groups", both) if both else Visibility("author")
    return max(one, other, key=lambda shown: SIGHTS.index(shown.sight))


def narrows(said: Visibility, shown: Visibility) -> bool:
    """Whether `said` would show an entry to fewer people than `shown` does."""
    alone = {said.sight, shown.sight} <= AUTHOR_ONLY
    return not alone and narrower_of(shown, said) != shown


def told(visibility: Visibility) -> str:
    """To whom something is shown, in words that name nobody."""
    return _TOLD[visibility.sight]


def member_label(member: str) -> str:
    """The label of what one member alone sees."""
    return f"member:{member}"


def group_label(group: str) -> str:
    """The label of what a group and all groups inside it see."""
    return f"group:{group}"


def may(principal: Principal, action: Action, author: str | None = None) -> bool:
    """Whether `principal` may do `action` to something that they see and `author` began."""
    if not principal.holds(action.scope):
        return False
    allowed = action.allowed
    is_author = "member" in principal.roles and author is not None and author == principal.member
    return (
        "anybody" in allowed
        or bool(allowed & principal.roles)
        or ("author" in allowed and is_author)
    )


def require(
    principal: Principal, action: Action, author: str | None = None, *, wish: str = ""
) -> None:
    """Raise `Forbidden` unless `may`; `wish` replaces the one of `action` in the sentence."""
    if not principal.holds(action.scope):
        raise Forbidden(
            _(
                "This token may not {wish}: make one whose scopes allow that.",
                wish=wish or action.wish,
            )
        )
    if not may(principal, action, author):
        names = {**_NAMES, "author": action.begun_by}
        who = either([names[one] for one in sorted(action.allowed)])
        raise Forbidden(_("Only {who} may {wish}.", who=who, wish=wish or action.wish))


def require_operator(principal: Principal, wish: str) -> None:
    """Raise `Forbidden` for a member, whatever their roles; `wish` names the action.

    For answers about the whole data directory, and changes to the directory rather than an entry.
    """
    if not is_operator(principal):
        raise Forbidden(
            _(
                "Only the operator may {wish}: set KB_MEMBER={operator} to act as such.",
                wish=wish,
                operator=OPERATOR,
            )
        )


_NAMES: Mapping[Who, str] = {
    "anybody": _("anybody"),
    "member": _("members"),
    "author": _("its author"),
    "curator": _("curators"),
    "steward": _("stewards"),
    "reporter": _("reporters"),
}

_TOLD: Mapping[Sight, str] = {
    "world": _("the world"),
    "members": _("all members"),
    "groups": _("some groups"),
    "author": _("its author"),
    "draft": _("its author, as a draft"),
}


def checked(visibility: Visibility) -> Visibility:
    """`visibility` with its groups sorted; raises `InvalidInput` if it is inconsistent."""
    if visibility.sight not in SIGHTS:
        sights = ", ".join(SIGHTS)
        raise InvalidInput(_("An entry is shown to one of {sights}.", sights=sights), "visibility")
    if (visibility.sight == "groups") != bool(visibility.groups):
        raise InvalidInput(
            _("Name the groups that see the entry, and only if groups are to see it."), "groups"
        )
    if len(groups := set(visibility.groups)) > MOST_GROUPS:
        raise InvalidInput(
            _(
                "An entry is shown to at most {most} groups; these are {count:,}: form "
                "one that they are all in.",
                most=MOST_GROUPS,
                count=len(groups),
            ),
            "groups",
        )
    return Visibility(visibility.sight, tuple(sorted(groups)))

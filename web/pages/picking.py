"""Choosing groups in a form: boxes for a few of them, and a field in which others are named.

Shown are those that are chosen, one's own, and then as many as a form offers. Nothing that was
ticked or typed is dropped: a group that was named comes back as a box that is ticked, and what
names none as it was typed, with a sentence.
"""

from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct

from kb import Session
from kb.access import MOST_GROUPS, may
from kb.errors import InvalidInput, NotFound
from kb.messages import _
from kb.people.actions import SEE_PEOPLE
from kb.people.directory import GroupView
from kb.sentences import together
from web.pages.parts import OFFERED

_OF_GROUP = "group:"
MOST_COMMAS = 3
"""In the name of one group, where several are named with commas between."""


class Offer(Struct, frozen=True):
    """The boxes for groups, by id and name; `more` says that there are others to be named."""

    boxes: tuple[tuple[str, str], ...] = ()
    more: bool = False


class Named(Struct, frozen=True):
    """The ids of groups that were named, the rest as it was typed, and what is wrong with that."""

    groups: tuple[str, ...] = ()
    rest: str = ""
    problem: str = ""

    def check(self) -> None:
        """Raise `InvalidInput` for what names no group."""
        if self.problem:
            raise InvalidInput(self.problem, "groups")


def offered(session: Session, chosen: Iterable[str] = (), *, joinable: bool = False) -> Offer:
    """The groups that a form offers, of which `chosen` are ticked; nobody else is told of any.

    `joinable`: without those that nobody can be put into any longer.
    """
    if not may(session.principal, SEE_PEOPLE):
        return Offer()
    labels, chosen = session.principal.labels, {*chosen}
    own = {label.removeprefix(_OF_GROUP) for label in labels if _OF_GROUP in label}
    first, beside = session.directory.groups_offered(chosen | own, OFFERED)
    ticked = {each: group for each, group in beside.items() if each in chosen}
    few = first.total <= OFFERED
    others = (*(group for each, group in beside.items() if each in own and not few), *first.items)
    shown = {} if few else dict(ticked)
    for each in others:
        if (few or len(shown) < max(OFFERED, len(ticked))) and not (joinable and each.closed):
            shown.setdefault(each.id, each)
    if few:
        shown = {each.id: each for each in first.items if each.id in shown or each.id in ticked}
    return Offer(tuple((each.id, each.name) for each in shown.values()), not few)


def named_groups(session: Session, text: str) -> Named:
    """The groups that `text` names with commas between; each by its name, however written, or id.

    A name may have commas itself: what is between them is taken together as far as it names one.
    """
    pieces = text.split(",")
    if len(pieces) > MOST_GROUPS:
        return Named(
            rest=text, problem=_("Name at most {most} groups at a time.", most=MOST_GROUPS)
        )
    found: dict[str, None] = {}
    rest: list[str] = []
    problems: list[str] = []
    at = 0
    while at < len(pieces):
        taken, group, wrong = _longest(session.directory.group, pieces[at:])
        if group is not None:
            found[group.id] = None
        elif wrong:
            rest.append(pieces[at].strip())
            problems.append(wrong)
        at += taken
    return Named(tuple(found), ", ".join(rest), together(problems))


def _longest(
    group: Callable[[str], GroupView], pieces: Sequence[str]
) -> tuple[int, GroupView | None, str]:
    """How many pieces are taken, the group that they name, or why the first names none."""
    if not pieces[0].strip():
        return 1, None, ""
    for length in range(min(len(pieces), MOST_COMMAS + 1), 0, -1):
        name = ",".join(pieces[:length]).strip()
        try:
            return length, group(name), ""
        except NotFound:
            continue
        except InvalidInput as error:
            return 1, None, error.said
    name = pieces[0].strip()
    return 1, None, _("There is no group “{name}”: see the list of groups for its name.", name=name)

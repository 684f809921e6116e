"""Choice of groups in a form: checkboxes for some of them, and a field to name others.

The boxes are the chosen groups, the member's own, and others up to a limit. Nothing ticked or
typed is lost: a group that was named comes back as a ticked box, and text that names no group
comes back as typed, with an error.
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
"""The most commas in a group's name, in a field where commas separate names."""


class Offer(Struct, frozen=True):
    """The boxes for groups, by id and name; `more`: there are others, which can be named."""

    boxes: tuple[tuple[str, str], ...] = ()
    more: bool = False


class Named(Struct, frozen=True):
    """The ids of groups that were named, the rest of the text, and the error about that."""

    groups: tuple[str, ...] = ()
    rest: str = ""
    problem: str = ""

    def check(self) -> None:
        """Raise `InvalidInput` for text that names no group."""
        if self.problem:
            raise InvalidInput(self.problem, "groups")


def offered(session: Session, chosen: Iterable[str] = (), *, joinable: bool = False) -> Offer:
    """The groups that a form offers, with `chosen` ticked; none for those who may not see groups.

    `joinable`: without closed groups.
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
    """The groups that `text` names, by name or id, separated by commas.

    A name may contain commas itself: the longest run of pieces that names a group is taken.
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
    """The number of pieces used, the group that they name, or why the first names none."""
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

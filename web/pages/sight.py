"""Who is to see an entry, as a form says it beside what it was made with."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final, Self

from msgspec import Struct, structs

from kb import Session
from kb.access import Visibility, checked
from kb.errors import InvalidInput, Mistakes, NotFound
from kb.messages import _
from web.pages.picking import named_groups

CONTRADICTION: Final = _(
    "You ticked groups, but chose other people above them: choose “Some groups”, or take the "
    "ticks away."
)


@contextmanager
def groups_there() -> Iterator[None]:
    """Where a choice is carried out: a group that is not there is said at its field.

    A page made before it went names it; what else was typed into that is worth keeping.
    """
    try:
        yield
    except NotFound as error:
        raise InvalidInput(
            _("One of these groups is not there any more: choose again among those below."),
            "groups",
        ) from error


class ChosenSight(Struct, frozen=True):
    """What a form says about who sees an entry: the choice, the groups ticked below it.

    `before` is what stood in the choice when the page was made, `groups_before` what was ticked.
    `named` is what names groups beside the boxes; `problem` is wrong with it.
    """

    sight: str = "members"
    groups: tuple[str, ...] = ()
    before: str = "members"
    groups_before: tuple[str, ...] = ()
    named: str = ""
    problem: str = ""

    @classmethod
    def of(cls, values: Mapping[str, str]) -> Self:
        """What `values`, made by the method below, say."""
        return cls(
            values["visibility"],
            tuple(values["groups"].split()),
            values["sight_before"],
            tuple(values["groups_before"].split()),
            values["named"],
        )

    @classmethod
    def now(cls, shown: Visibility) -> Self:
        """What a form says of an entry `shown` like that, before anything is chosen."""
        return cls(shown.sight, shown.groups, shown.sight, shown.groups)

    def values(self, unseen: str = "") -> dict[str, str]:
        """The same for a small form; `unseen` says that it may be hidden from oneself."""
        return {
            "visibility": self.sight,
            "groups": " ".join(self.groups),
            "sight_before": self.before,
            "groups_before": " ".join(self.groups_before),
            "named": self.named,
            "unseen": unseen,
        }

    def with_named(self, session: Session) -> Self:
        """The same with the groups that were named ticked as well."""
        found = named_groups(session, self.named)
        groups = tuple(dict.fromkeys((*self.groups, *found.groups)))
        return structs.replace(self, groups=groups, named=found.rest, problem=found.problem)

    @property
    def shown_before(self) -> Visibility | None:
        """Who saw the entry when the page was made; None where the form does not tell."""
        before = Visibility(self.before, tuple(sorted(self.groups_before)))  # type: ignore[arg-type]  # only compared
        return before if self.before else None

    def visibility(self) -> Visibility:
        """What was meant. Ticking groups chooses them, unless something else was chosen as well.

        Raises `InvalidInput` for a contradiction: no tick is dropped, and no entry shown to more
        than was ticked.
        """
        wrong = Mistakes()
        sight = "groups" if self.groups and self.sight == self.before else self.sight
        with wrong:
            if self.groups and sight != "groups":
                raise InvalidInput(CONTRADICTION, "visibility")
        with wrong:
            if self.problem:
                raise InvalidInput(self.problem, "groups")
        wrong.refuse()
        return checked(Visibility(sight, self.groups))  # type: ignore[arg-type]  # checked there

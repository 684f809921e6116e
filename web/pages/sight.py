"""The visibility of an entry as chosen in a form, with the form's initial state."""

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
    """Turn `NotFound` of a chosen group into an error at its field.

    The group may have gone since the page was made; the rest of the form is worth keeping.
    """
    try:
        yield
    except NotFound as error:
        raise InvalidInput(
            _("One of these groups is not there any more: choose again among those below."),
            "groups",
        ) from error


class ChosenSight(Struct, frozen=True):
    """The visibility fields of a form: the choice, and the groups ticked below it.

    `before` and `groups_before` are their values when the page was made. `named` is the text that
    names further groups; `problem` is the error about it.
    """

    sight: str = "members"
    groups: tuple[str, ...] = ()
    before: str = "members"
    groups_before: tuple[str, ...] = ()
    named: str = ""
    problem: str = ""

    @classmethod
    def of(cls, values: Mapping[str, str]) -> Self:
        """The choice in `values`, the inverse of the method `values`."""
        return cls(
            values["visibility"],
            tuple(values["groups"].split()),
            values["sight_before"],
            tuple(values["groups_before"].split()),
            values["named"],
        )

    @classmethod
    def now(cls, shown: Visibility) -> Self:
        """The initial state of the form for an entry whose visibility is `shown`."""
        return cls(shown.sight, shown.groups, shown.sight, shown.groups)

    def values(self, unseen: str = "") -> dict[str, str]:
        """The values of a small form; `unseen` confirms hiding the entry from oneself."""
        return {
            "visibility": self.sight,
            "groups": " ".join(self.groups),
            "sight_before": self.before,
            "groups_before": " ".join(self.groups_before),
            "named": self.named,
            "unseen": unseen,
        }

    def with_named(self, session: Session) -> Self:
        """The same with the named groups ticked too."""
        found = named_groups(session, self.named)
        groups = tuple(dict.fromkeys((*self.groups, *found.groups)))
        return structs.replace(self, groups=groups, named=found.rest, problem=found.problem)

    @property
    def shown_before(self) -> Visibility | None:
        """Who saw the entry when the page was made; None if the form does not say."""
        before = Visibility(self.before, tuple(sorted(self.groups_before)))  # type: ignore[arg-type]  # only compared
        return before if self.before else None

    def visibility(self) -> Visibility:
        """The chosen visibility. Ticking groups selects "groups", unless another was chosen too.

        Raises `InvalidInput` for such a contradiction: ignoring the ticks could show the entry to
        more people than meant.
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

"""What can go wrong in the knowledge base; every text is one sentence for a person."""

from collections.abc import Callable
from types import TracebackType
from typing import ParamSpec, TypeVar, cast

P = ParamSpec("P")
T = TypeVar("T")


class KnowledgeBaseError(Exception):
    """The base of every error of this package."""


class NotFound(KnowledgeBaseError):
    """There is no such entry, reuse or kind."""


class InvalidInput(KnowledgeBaseError):
    """A field is missing, too long or of the wrong form; `field` names it where there is one.

    `others` are wrong at the same time, and the text has the sentence of each.
    """

    def __init__(
        self, message: str, field: str | None = None, others: tuple["InvalidInput", ...] = ()
    ) -> None:
        self.field = field
        self.each: tuple[InvalidInput, ...] = (self, *others)
        self.message = message
        super().__init__(" ".join([message, *map(str, others)]))


class Mistakes:
    """Gathers what is wrong, to tell all of it at once: `with` this around each check, or `of`."""

    def __init__(self) -> None:
        self.found: list[InvalidInput] = []

    def __enter__(self) -> None:
        """What is raised inside as `InvalidInput` is kept."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        if not isinstance(error, InvalidInput):
            return False
        self.found += (InvalidInput(one.message, one.field) for one in error.each)
        return True

    def of(self, check: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
        """What `check` makes of its arguments, for use after `refuse` alone: None if it refused."""
        with self:
            return check(*given, **named)
        return cast(T, None)

    def refuse(self) -> None:
        """Raise `InvalidInput` if anything was wrong."""
        if self.found:
            first, *others = self.found
            raise InvalidInput(first.message, first.field, tuple(others))


class Forbidden(KnowledgeBaseError):
    """The principal sees it, but may not do that with it."""


class Refused(KnowledgeBaseError):
    """The state does not allow it, e.g. an archived entry cannot be revised."""


class SentAlready(Refused):
    """The id of a command was used for another one; the text is for programs, which choose ids."""


class RevisionConflict(KnowledgeBaseError):
    """Another member changed the entry since the caller read it.

    `who` tells to whom it is shown by now, where they did not see it then.
    """

    def __init__(self, entry_id: str, expected: int, actual: int, who: str = "") -> None:
        self.who = who
        self.entry_id = entry_id
        self.expected = expected
        self.actual = actual
        super().__init__(
            f"Entry {entry_id} was changed meanwhile: "
            f"you started from version {expected}, it is now at {actual}"
            f"{f' and shown to {who}' if who else ''}."
        )


class ShownToMore(Refused):
    """More people see the entry than at the version on which words for it were written."""

    def __init__(self, entry_id: str, who: str, expected: int, actual: int) -> None:
        self.who = who
        self.expected = expected
        self.actual = actual
        super().__init__(
            f"Entry {entry_id} is shown to {who} by now, to whom it was not at version {expected} "
            f"that you started from: name version {actual} if they may read this too."
        )


class ReuseConflict(Refused):
    """Someone else told what became of a reuse since the caller read it."""

    def __init__(self, reuse_id: str, expected: int, actual: int) -> None:
        self.expected = expected
        self.actual = actual
        super().__init__(
            f"Reuse {reuse_id} was updated meanwhile: "
            f"you started from version {expected}, it is now at {actual}."
        )


class DataDirectoryError(KnowledgeBaseError):
    """The directory is missing, not ours, read-only, full, in use, or from another version."""


class NotYetSearchable(KnowledgeBaseError):
    """What was written is safe in the log, but views or index have not taken it in in time."""


class NotTaken(KnowledgeBaseError):
    """A file cannot be imported; the text says why."""


class SearchUnavailable(KnowledgeBaseError):
    """The index cannot be used, or the embedding model is missing; all else works."""


class Interrupted(KnowledgeBaseError):
    """A person stopped a long command; the text says what is safe and how to go on."""


class SignInRefused(KnowledgeBaseError):
    """Password, passkey, identity or session does not do; the text never tells which is known."""


class TooManyAttempts(KnowledgeBaseError):
    """It was tried too often; it may be tried again in `seconds`."""

    def __init__(self, seconds: int, what: str = "That was tried too often") -> None:
        self.seconds = seconds
        super().__init__(f"{what}: wait {seconds} s, then try again.")

"""What can go wrong in the knowledge base; every text is one sentence for a person.

Each class has a code that stays, for programs: `kb.error_codes` says what each means.
"""

from collections.abc import Callable
from typing import ClassVar, ParamSpec, TypeVar, cast

from events.errors import EventLogError
from indexer.errors import IndexerError
from kb.messages import Message, Value, _
from kb.sentences import together

P = ParamSpec("P")
T = TypeVar("T")


class KnowledgeBaseError(Exception):
    """The base of every error of this package."""

    code: ClassVar[str] = "failed"

    @property
    def said(self) -> str:
        """The sentence; a message, where it can be said in other languages."""
        return said_by(self)


def said_by(error: Exception) -> str:
    """The sentence of any error as it was given, where `str` makes plain English of a message.

    Log and index know no messages: what they say is one of their `pattern` and `arguments`.
    """
    said = error.args[0] if error.args else None
    if isinstance(error, EventLogError | IndexerError) and not isinstance(said, Message):
        simple = {
            name: value if isinstance(value, int | str) else str(value)
            for name, value in error.arguments.items()
        }
        return Message(error.pattern, simple)
    return said if isinstance(said, str) else str(error)


class NotFound(KnowledgeBaseError):
    """There is no such entry, reuse or kind."""

    code = "not-found"


class InvalidInput(KnowledgeBaseError):
    """A field is missing, too long or of the wrong form; `field` names it where there is one.

    `others` are wrong at the same time, and the text has the sentence of each.
    """

    code = "invalid-input"

    def __init__(
        self, message: str, field: str | None = None, others: tuple["InvalidInput", ...] = ()
    ) -> None:
        self.field = field
        self.each: tuple[InvalidInput, ...] = (self, *others)
        self.message = message
        super().__init__(together([message, *(other.said for other in others)]))


class Mistakes:
    """Gathers what is wrong, to tell all of it at once: `with` this around each check, or `of`."""

    def __init__(self) -> None:
        self.found: list[InvalidInput] = []

    def __enter__(self) -> None:
        """What is raised inside as `InvalidInput` is kept."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
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

    code = "forbidden"


class Refused(KnowledgeBaseError):
    """The state does not allow it, e.g. an archived entry cannot be revised."""

    code = "refused"


class SentAlready(Refused):
    """The id of a command was used for another one; the text is for programs, which choose ids."""

    code = "sent-already"


class RevisionConflict(KnowledgeBaseError):
    """Another member changed the entry since the caller read it.

    `who` tells to whom it is shown by now, where they did not see it then.
    """

    code = "revision-conflict"

    def __init__(self, entry_id: str, expected: int, actual: int, who: str = "") -> None:
        self.who = who
        self.entry_id = entry_id
        self.expected = expected
        self.actual = actual
        found: dict[str, Value] = {"id": entry_id, "expected": expected, "actual": actual}
        if who:
            message = _(
                "Entry {id} was changed meanwhile: you started from version {expected}, "
                "it is now at {actual} and shown to {who}.",
                **found,
                who=who,
            )
        else:
            message = _(
                "Entry {id} was changed meanwhile: you started from version {expected}, "
                "it is now at {actual}.",
                **found,
            )
        super().__init__(message)


class ShownToMore(Refused):
    """More people see the entry than at the version on which words for it were written."""

    code = "shown-to-more"

    def __init__(self, entry_id: str, who: str, expected: int, actual: int) -> None:
        self.who = who
        self.expected = expected
        self.actual = actual
        super().__init__(
            _(
                "Entry {id} is shown to {who} by now, to whom it was not at version {expected} "
                "that you started from: name version {actual} if they may read this too.",
                id=entry_id,
                who=who,
                expected=expected,
                actual=actual,
            )
        )


class ReuseConflict(Refused):
    """Someone else told what became of a reuse since the caller read it."""

    code = "reuse-conflict"

    def __init__(self, reuse_id: str, expected: int, actual: int) -> None:
        self.expected = expected
        self.actual = actual
        super().__init__(
            _(
                "Reuse {id} was updated meanwhile: you started from version {expected}, "
                "it is now at {actual}.",
                id=reuse_id,
                expected=expected,
                actual=actual,
            )
        )


class DraftConflict(Refused):
    """A draft was saved in another window since the caller read it, or discarded if not `saved`."""

    code = "draft-conflict"

    def __init__(self, draft_id: str, saved: bool) -> None:
        self.saved = saved
        if saved:
            message = _("A newer text of draft {id} was saved elsewhere meanwhile.", id=draft_id)
        else:
            message = _("Draft {id} was contributed or discarded meanwhile.", id=draft_id)
        super().__init__(message)


class DataDirectoryError(KnowledgeBaseError):
    """The directory is missing, not ours, read-only, full, in use, or from another version."""

    code = "data-directory"


class NotYetSearchable(KnowledgeBaseError):
    """What was written is safe in the log, but views or index have not taken it in in time."""

    code = "not-yet-searchable"


class StillErasing(NotYetSearchable):
    """An erasure is recorded, which nobody can undo, but something keeps it from being finished."""

    code = "still-erasing"


class NotRecorded(NotYetSearchable):
    """A change is not recorded, as the views that it is decided on cannot be read now."""

    code = "not-recorded"


HIDDEN = _(
    "Something was just hidden, or taken from people. That is recorded, but what is shown "
    "cannot follow yet, so nothing is shown: try again in a few seconds."
)


def not_recorded(why: NotYetSearchable) -> NotYetSearchable:
    """What one is told whose change was not recorded because the views could not be read."""
    if isinstance(why, NotRecorded | StillErasing):
        return why
    if why.said == HIDDEN:
        return NotRecorded(
            _(
                "This change is not recorded: something was hidden, or taken from people, before "
                "it, which what is shown cannot follow yet. Try again in a few seconds."
            )
        )
    return NotRecorded(_("This change is not recorded. {why}", why=why.said))


class NotTaken(KnowledgeBaseError):
    """A file cannot be imported; the text says why."""

    code = "not-taken"


class SearchUnavailable(KnowledgeBaseError):
    """The index cannot be used, or the embedding model is missing; all else works."""

    code = "search-unavailable"


class Interrupted(KnowledgeBaseError):
    """A person stopped a long command; the text says what is safe and how to go on."""

    code = "interrupted"


class SignInRefused(KnowledgeBaseError):
    """Password, passkey, identity or session does not do; the text never tells which is known."""

    code = "sign-in-refused"


class TooManyAttempts(KnowledgeBaseError):
    """It was tried too often; it may be tried again in `seconds`."""

    code = "too-many-attempts"

    def __init__(self, seconds: int, what: str = _("That was tried too often")) -> None:
        self.seconds = seconds
        message = _("{what}: wait {seconds} s, then try again.", what=what, seconds=seconds)
        super().__init__(message)

"""What became of the files of an import."""

from msgspec import Struct

from kb.entries.content import Section
from kb.errors import KnowledgeBaseError, NotTaken, said_by
from kb.messages import _

REFUSED = "refused"


class FileOutcome(Struct, frozen=True, kw_only=True):
    """What became of a file: contributed, revised, unchanged, or refused for `reason`.

    `remarks` name what of a file that was taken is not in its entry, or not as it was written.
    `said` is the number of its sections. `fault` is what this program failed at in it, if it did.
    `unread` says that it has fields that could not be read, such as an id; `alone` that its author
    alone sees the entry.
    """

    path: str
    outcome: str
    id: str | None = None
    reason: str | None = None
    remarks: tuple[str, ...] = ()
    position: int = 0
    said: int = 0
    fault: Exception | None = None
    unread: bool = False
    alone: bool = False


def said(sections: tuple[Section, ...]) -> int:
    """The number by which the same sections are known within a run, 0 for none."""
    return hash(sections) if sections else 0


def not_taken(path: str, error: Exception) -> FileOutcome:
    """The row of a file that is not taken, for the reason that `error` gives.

    Any error but ours and the system's is a fault of this program, which is no reason to keep other
    files out.
    """
    if isinstance(error, OSError) and error.strerror:  # e.g. a path longer than the system takes
        error = NotTaken(_("The file cannot be read: {strerror}.", strerror=error.strerror))
    ours = isinstance(error, KnowledgeBaseError)
    return FileOutcome(
        # A name that is not UTF-8 must still be shown.
        path=path.encode("utf-8", "backslashreplace").decode(),
        outcome=REFUSED,
        reason=said_by(error)
        if ours
        else _("It could not be read: {name}.", name=type(error).__name__),
        fault=None if ours else error,
    )

"""What can go wrong with log and vault; the docstring of each error says when it is raised."""

from uuid import UUID


class EventLogError(Exception):
    """The base of every error of this package.

    Its text is one sentence for a person: `pattern`, with `arguments` by their names in braces.
    """

    def __init__(self, pattern: str = "", **arguments: object) -> None:
        self.pattern = pattern
        self.arguments = arguments
        super().__init__(pattern.format(**arguments) if arguments else pattern)


class VersionConflict(EventLogError):
    """The stream is not at the version that the caller expected."""

    def __init__(self, stream: str, expected: int, actual: int) -> None:
        self.stream = stream
        self.expected = expected
        self.actual = actual
        super().__init__(
            "Stream {stream} is at version {actual}, not at {expected}: "
            "someone wrote to it meanwhile.",
            stream=stream,
            actual=actual,
            expected=expected,
        )


class InvalidEvent(EventLogError):
    """An event is not fit for the log, e.g. its id is no UUIDv7 or its type is empty."""


class EventIdConflict(EventLogError):
    """An event id is known already with other content, or a batch is known only in part."""

    def __init__(self, event_id: UUID, reason: str) -> None:
        self.event_id = event_id
        super().__init__("Event {id} cannot be appended: {why}.", id=event_id, why=reason)


class LogFormatError(EventLogError):
    """The file is no log or vault of ours, is damaged, or was written by another version."""


class LogUnavailable(EventLogError):
    """Log or vault cannot be read or written now: the disk is full, read-only, or a file locked."""


class InvalidEventType(EventLogError):
    """The event types of a program do not fit together: a name twice, or an upcaster missing."""


class UnknownEventType(EventLogError):
    """A stored event has a type name or schema version that this program does not know."""


class EventDataError(EventLogError):
    """A stored event's data does not fit its type."""


class SealedDataError(EventDataError):
    """A sealed value cannot be opened: it was altered, or its key is another one or missing."""


class KeyDestroyed(EventLogError):
    """The key of a subject was destroyed, so what it sealed is gone and nothing new is sealed."""

    def __init__(self, subject: str) -> None:
        self.subject = subject
        super().__init__(
            "The key of {subject} was destroyed: what it sealed was erased for good.",
            subject=subject,
        )


class KeyLost(EventLogError):
    """The vault has lost the key of a subject, so nothing is sealed for it until it is back."""

    def __init__(self, subject: str) -> None:
        self.subject = subject
        super().__init__(
            "The vault lacks the key of {subject}, so nothing is written there: "
            "put back a vault that has it.",
            subject=subject,
        )


class KeysLacking(EventLogError):
    """The vault has lost keys, as an older copy has, so it makes no new ones that only it has."""

    def __init__(self) -> None:
        super().__init__(
            "The vault is an older copy or damaged, so nothing that needs a new key is written, as "
            "only this copy would have it: put back the newer vault, or, if that is gone for good, "
            "say so with kb status --without-lost-keys."
        )


class ProjectionUnavailable(EventLogError):
    """A view cannot be written now, whatever the event; a projection raises it."""


class ProjectionStuck(EventLogError):
    """A projection took in events without moving its checkpoint."""

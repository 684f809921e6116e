"""Errors of log and vault as errors of the knowledge base."""

from collections.abc import Iterator
from contextlib import contextmanager

from events.errors import KeyDestroyed, KeyLost, KeysLacking, LogFormatError, LogUnavailable
from kb.errors import DataDirectoryError, Refused, said_by
from kb.messages import _


@contextmanager
def log_errors() -> Iterator[None]:
    """Turn them into `DataDirectoryError` or `Refused`, except conflicts, which writers handle."""
    try:
        yield
    except (KeyLost, KeysLacking, LogFormatError, LogUnavailable) as error:
        raise DataDirectoryError(said_by(error)) from error
    except KeyDestroyed as error:
        raise Refused(_("Nothing can be added here any more: {why}", why=said_by(error))) from error

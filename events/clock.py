"""The clock that a log uses when none is passed in."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """The present as an aware time in UTC."""
    return datetime.now(UTC)

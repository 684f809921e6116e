"""Times as stored in the file: whole seconds, or days for a last use."""

from collections.abc import Callable
from datetime import UTC, date, datetime

Clock = Callable[[], datetime]


def seconds(moment: datetime) -> int:
    """Whole seconds since 1970, rounded down; raises `ValueError` without a time zone."""
    if moment.tzinfo is None:
        raise ValueError(f"The time {moment.isoformat()} has no time zone: pass it in UTC.")
    return int(moment.timestamp() // 1)


def moment(stored: int) -> datetime:
    """The aware UTC time of `stored` seconds."""
    return datetime.fromtimestamp(stored, UTC)


def today(now: datetime) -> int:
    """The number of the UTC day of `now`."""
    return now.astimezone(UTC).date().toordinal()


def day(stored: int | None) -> date | None:
    """The day of a stored number; None for None."""
    return None if stored is None else date.fromordinal(stored)

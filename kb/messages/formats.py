"""Numbers and times in the format of a language; English loads nothing."""

from datetime import UTC, datetime

from kb.messages.message import ENGLISH

_PATTERNS = {",": "#,##0", ".2f": "0.00"}
"""Format of Python in a message -> pattern of CLDR."""


def number(value: float, spec: str, language: str) -> str:
    """`value` in the format `spec` of Python, with the separators of the language."""
    if language == ENGLISH or spec not in _PATTERNS:
        return format(value, spec)
    from babel.numbers import format_decimal

    return format_decimal(value, _PATTERNS[spec], locale=_locale(language))


def day(time: datetime, language: str) -> str:
    """The day of an aware time in UTC, as "1 December 2026"."""
    time = time.astimezone(UTC)
    if language == ENGLISH:
        return f"{time.day} {time:%B %Y}"
    from babel.dates import format_date

    return format_date(time, "long", locale=_locale(language))


def minute(time: datetime, language: str) -> str:
    """The day and the minute of an aware time in UTC, followed by "UTC"."""
    return f"{day(time, language)}, {time.astimezone(UTC):%H:%M} UTC"


def _locale(language: str) -> str:
    """The code of a language as Babel takes it."""
    return language.replace("-", "_")

"""Numbers and times as a language writes them; in English without loading anything."""

from datetime import UTC, datetime

from kb.messages.message import ENGLISH

_PATTERNS = {",": "#,##0", ".2f": "0.00"}
"""How the formats of Python that messages use are called in CLDR."""


def number(value: float, spec: str, language: str) -> str:
    """`value` in the format `spec` of Python, with the signs that the language takes."""
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
    """The day and the minute of an aware time in UTC, which it says."""
    return f"{day(time, language)}, {time.astimezone(UTC):%H:%M} UTC"


def _locale(language: str) -> str:
    """As Babel writes the name of a language."""
    return language.replace("-", "_")

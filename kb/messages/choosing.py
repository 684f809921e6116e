"""Choice of the language of a reader: the available one that they prefer."""

import os
from collections.abc import Iterator
from contextvars import ContextVar

from kb.messages.catalogues import languages
from kb.messages.message import ENGLISH

VARIABLE = "KB_LANG"
LONGEST = 1000
"""Characters of a header that are looked at."""


def chosen(accept_language: str, otherwise: str = "") -> str:
    """The language for a header `Accept-Language` (RFC 9110, 12.5.4).

    If none is available, that of `otherwise`, such as "de" or "de_AT.UTF-8"; else English.
    """
    there = {language.lower(): language for language in languages()}
    for name in _by_liking(accept_language[:LONGEST]):
        if name == "*":
            break
        for known in (name, name.partition("-")[0]):
            if known in there:
                return there[known]
    return chosen(otherwise.partition(".")[0].replace("_", "-")) if otherwise else ENGLISH


_of_shell: ContextVar[str] = ContextVar("language of the shell", default="")


def shell_language() -> str:
    """The language of the shell: the one set with `speak`, else that of `KB_LANG`."""
    return chosen("", _of_shell.get() or os.environ.get(VARIABLE, ""))


def speak(language: str) -> None:
    """Set the language of the shell, once its user is known."""
    _of_shell.set(language)


def _by_liking(header: str) -> Iterator[str]:
    """The languages of the header, best first, without rejected or malformed ones."""
    liked = []
    for piece in header.split(","):
        name, _, quality = piece.partition(";")
        weight = _weight(quality)
        if name.strip() and weight > 0:
            liked.append((weight, name.strip().lower()))
    return (name for _, name in sorted(liked, key=lambda each: -each[0]))


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if not name:
        return 1.0
    value = value.strip()
    number = value.replace(".", "", 1)
    usable = name.strip().lower() == "q" and number.isascii() and number.isdecimal()
    return min(float(value), 1.0) if usable else 0.0

"""Rules for passwords: not short, not endless, not among the first to be guessed."""

import re
import unicodedata

from kb.errors import InvalidInput
from kb.messages import _

SHORTEST, LONGEST = 12, 1024

# A password with little left once these are removed is among the first to be guessed.
WORDS = (
    *("password", "passwort", "motdepasse", "contrasena", "letmein", "iloveyou", "welcome"),
    *("changeme", "secret", "dragon", "monkey", "football", "baseball", "princess", "sunshine"),
    *("superman", "master", "hello", "login", "admin", "user", "test", "default", "trustno"),
)
ROWS = (
    *("abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm"),
    *("qwertzuiop", "yxcvbnm", "azertyuiop", "qsdfghjklm", "1qaz2wsx3edc4rfv5tgb"),
    "!@#$%^&*()_+",
)
LEAST_LEFT = 5
"""Different characters that must be left."""

RUN = 3
"""From this length on, a piece of a row counts as one."""

REPEATED = re.compile(r"(.{1,8}?)\1+")
FILLERS = re.compile(r"[\s._\-]+")


def checked_password(password: str, community: str) -> str:
    """`password`, normalised; raises `InvalidInput` if it breaks the rules."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise InvalidInput(
            _(
                "A password has {shortest} to {longest} characters; several words are "
                "easy to keep.",
                shortest=SHORTEST,
                longest=LONGEST,
            ),
            "password",
        )
    normalised = unicodedata.normalize("NFKC", password)
    if too_common(normalised, community):
        raise InvalidInput(
            _("This password is among the first that anybody would try: choose another one."),
            "password",
        )
    return normalised


def too_common(password: str, community: str) -> bool:
    """Whether it is little more than well-known words, rows of keys, repetition or our own name."""
    rest = _folded(password)
    for piece in sorted({_folded(community), *WORDS} - {""}, key=len, reverse=True):
        rest = rest.replace(piece, " ")
    rest = REPEATED.sub(r"\1", _without_rows(rest))
    return len(set(rest) - {" "}) < LEAST_LEFT


def _folded(text: str) -> str:
    return FILLERS.sub("", unicodedata.normalize("NFKC", text).casefold())


def _without_rows(text: str) -> str:
    kept, start = [], 0
    while start < len(text):
        end = start + RUN
        while end <= len(text) and _in_a_row(text[start:end]):
            end += 1
        taken = end - 1 - start
        if taken < RUN:
            kept.append(text[start])
            taken = 1
        start += taken
    return "".join(kept)


def _in_a_row(piece: str) -> bool:
    return any(piece in row or piece in row[::-1] for row in ROWS)

"""Compares names with questions: titles, identifiers and headings, with and without signs."""

import unicodedata

from indexer.text.analysis import name_key
from indexer.text.remembered import remembered
from indexer.text.sayings import has_code, other_version

_QUOTES = str.maketrans(
    dict.fromkeys("\u2018\u2019", "'") | dict.fromkeys("\u201c\u201d\u201e", '"')
)
_AROUND = " \"'`()[]{},:;"
_MARKS = "\u201c\u201d\u201e\u2018\u2019\u201a\u00ab\u00bb\u2039\u203a\u300c\u300d"
_ENDS = " .?!\u2026\u3002\uff1f\uff01"


ALIASED, UNSIGNED = 2, 4
"""The rungs of other names, and of a title that lacks the code signs of the question."""


def rung(question: str, title: str | None, *, signed: bool) -> int:
    """The first sort key of a document: lower rungs come first.

    `title` is None unless the question is one of the document's names. A title that matches sign
    by sign precedes one that matches in its letters (C before C++ and C#), then come other names. A
    `signed` document, which has the code signs of the question, precedes a title without them.
    """
    if title is None:
        return 3 if signed and has_code(question) else 5
    if _even(title) == _even(question):
        return 0
    if name_key(title) != name_key(question):
        return ALIASED
    return UNSIGNED if not signed and has_code(question) else 1


_asked = remembered(16)(name_key)  # of a question, which each heading is compared with


def bare(name: str) -> str:
    """`name` without quotation marks, brackets and ends of sentences around it."""
    return name.strip().rstrip(_ENDS).strip(_AROUND + _MARKS).rstrip(_ENDS)


def likeness(question: str, heading: str) -> int:
    """How well `heading` matches the question: 2 sign by sign, 1 in its letters, else 0.

    The heading of a version may also have a date and a word such as "Release".
    """
    if name_key(heading) != _asked(question):
        return _of_version(question, heading)
    return 2 if _even(heading) in (_even(question), _even(question).strip('"')) else 1


def _of_version(question: str, heading: str) -> int:
    asked = question.strip(_AROUND)
    if not (other := other_version(asked)):
        return 0
    words = [word.strip(_AROUND) for word in heading.split()]
    found = [word for word in words if other_version(word)]
    if len(found) != 1 or found[0] not in words[:2]:
        return 0
    return {asked.casefold(): 2, other.casefold(): 1}.get(found[0].casefold(), 0)


def _even(name: str) -> str:
    even = unicodedata.normalize("NFKC", name.translate(_QUOTES)).casefold()
    return " ".join(even.split()).rstrip(_ENDS)

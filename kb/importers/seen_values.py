"""Values of fields that hold a page back, compared by their words."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

AUTHOR, DRAFT = "author", "draft"


def word_set(text: str) -> frozenset[str]:
    """The words in `text`, which blanks set apart."""
    return frozenset(text.split())


PRIVATE = word_set(
    "private hidden secret confidential personal unlisted restricted unpublished internal "
    "protected privat privado confidentiel vertraulich"
)
UNFINISHED = word_set(
    "draft drafts wip unpublished unfinished scheduled entwurf brouillon borrador"
)
NO = word_set("false no off n 0 never none nope nein non")

_ALONE = word_set("author me myself self owner nobody noone onlyme")
_ASIDE = word_set("pending pendingreview trash trashed deleted workinprogress")
_YES = word_set("true yes on y 1")
_FOR_ALL = _YES | word_set(
    "public published everyone everybody anyone all world members member visible listed open "
    "default live"
)
_NOT = word_set("no not never")
_SHOWN = word_set("publish published public visible shared listed shown")
_NOT_YET = NO | PRIVATE | UNFINISHED | word_set("not notyet later soon pending tbd")
UNSEEN = "\ufeff\u200b-\u200f\u2060-\u2064\u202a-\u202e\u2066-\u2069\u00ad\u180e"
"""Letters that nobody sees, for a class of a regular expression."""

_UNSEEN = re.compile(f"[{UNSEEN}]")
_BETWEEN_MARKS = re.compile(r"[,;#/|:\[\]]+")
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_YEAR = re.compile(r"(?<!\d)\d{4}(?=\d{4}(?!\d)|(?!\d))")
_WORD = re.compile(r"[^\W\d_]+|\d+")
_CASE = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SHORT = 4  # words of a value whose field's name has other words as well


def plain(text: str) -> str:
    """`text` as it is compared: its letters and digits in lower case."""
    return re.sub(r"[\W_]", "", as_seen(text)).lower()


def words(text: str) -> list[str]:
    """The words of `text` in lower case, also those that only their case tells apart."""
    return _WORD.findall(_CASE.sub(" ", as_seen(text)).lower())


def as_seen(text: str) -> str:
    """`text` without what nobody sees in it, wide letters as all others."""
    return unicodedata.normalize("NFKC", _UNSEEN.sub("", text))


def says_so(text: str) -> bool:
    """Whether what the field is called is not denied."""
    return plain(text) not in NO


def says_yes(text: str) -> bool:
    """Whether what the field is called is affirmed."""
    return plain(text) in _YES


def affirms(text: str) -> bool:
    """Whether all may see it by `text`; what is neither yes nor no does not say so."""
    found = words(text)
    past = bool(_DAY.search(text)) and not is_to_come(text)
    return past or (bool(found) and {*found} <= _FOR_ALL)


def denies(text: str) -> bool:
    """Whether `text` says "no", "not yet" or a day to come, more than that as well."""
    found = words(text)
    first = bool(found) and found[0] in _NOT_YET - {"n", "0"}
    return plain(text) in _NOT_YET or first or is_private(text) or is_to_come(text)


def is_private(text: str) -> bool:
    """Whether a word in `text` keeps something from others."""
    return plain(text) in _ALONE or not PRIVATE.isdisjoint(words(text))


def is_unfinished(text: str) -> bool:
    """Whether `text` says that something is not finished or not shown yet."""
    found = {*words(text)}
    not_shown = not (_NOT.isdisjoint(found) or _SHOWN.isdisjoint(found))
    return not UNFINISHED.isdisjoint(found) or not_shown or plain(text) in _ASIDE


def shortly(holds: Callable[[str], bool]) -> Callable[[str], bool]:
    """`holds` for a few words alone, not for a sentence in which they stand."""
    return lambda text: len(words(text)) <= _SHORT and holds(text)


def is_marked(marks: Iterable[str]) -> Callable[[str], bool]:
    """Whether one of several words that are set apart is one of `marks`."""
    known = frozenset(marks)
    return lambda text: any(plain(mark) in known for mark in _BETWEEN_MARKS.split(text))


def names_a_group(text: str) -> bool:
    """Whether `text` begins as the name of a group does where it says who sees something."""
    return text.strip().lower().startswith("group")


def is_no_day_past(text: str) -> bool:
    """Whether `text` is a day to come, or none."""
    this_year = datetime.now(UTC).year
    past = _DAY.search(text) or any(int(year) < this_year for year in _YEAR.findall(text))
    return not past or is_to_come(text)


def is_over(text: str) -> bool:
    """Whether `text` is a day that is past, or none."""
    return plain(text) not in NO and not is_to_come(text)


def is_to_come(text: str) -> bool:
    """Whether a moment or day in `text` is not here yet, or a year where no day can be read."""
    now = datetime.now(UTC)
    if (moment := _moment(text)) and moment.tzinfo:
        return moment > now
    if day := _DAY.search(text):
        return day[0] > now.date().isoformat()
    return any(int(year) > now.year for year in _YEAR.findall(text))


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError:
        return None

"""Values of fields that hold a page back, compared by their words."""

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime

from kb.importers.seen_words import meant

AUTHOR, DRAFT = "author", "draft"
_FEW = 2


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

_EYES = word_set("eyes only")
_ALONE = word_set("author me myself self owner nobody noone onlyme")
_ASIDE = word_set("pending pendingreview trash trashed deleted workinprogress")
_WAITS = word_set(
    "pending awaiting waiting review approval unreviewed unapproved unready unreleased embargo "
    "embargoed editing preparation"
)
_YES = word_set("true yes on y 1")
_DOUBT = word_set("maybe perhaps tbd tba todo pending later soon")
_FOR_ALL = _YES | word_set(
    "public published everyone everybody anyone all world members member visible listed open "
    "default live free unrestricted anonymous"
)
_READS = word_set(
    "access read reader readers view viewer viewers general for to the users people visitors"
)
"""Words that change nothing in who it is that reads."""

_LEVELS = word_set("beginner beginners novice novices intermediate advanced levels level and")
_NONE = NO | word_set("nobody nothing null")
_NOT_SECRET = word_set("none low unclassified normal nonsensitive")
_OPEN_TLP = word_set("white clear")
_NOT = word_set("no not never")
_SHOWN = word_set(
    "publish published public visible shared listed shown ready final finished complete approved "
    "released cleared"
)
_NOT_YET = NO | PRIVATE | UNFINISHED | _DOUBT | word_set("not notyet")
_LONGEST_READERS = 8
"""Words; more of them tell about readers, and name none."""
UNSEEN = "\ufeff\u200b-\u200f\u2060-\u2064\u202a-\u202e\u2066-\u2069\u00ad\u180e"
"""Letters that nobody sees, for a class of a regular expression."""

_UNSEEN = re.compile(f"[{UNSEEN}]")
_BETWEEN_MARKS = re.compile(r"[,;#/|:\[\]]+")
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_YEAR = re.compile(r"(?<!\d)\d{4}(?=\d{4}(?!\d)|(?!\d))")
_WORD = re.compile(r"[^\W\d_]+|\d+")
_TLP = re.compile(r"\bTLP[\s:_-]{0,3}(?:red|amber|green)\b", re.IGNORECASE)
_CASE = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SHORT = 4  # words of a value whose field's name has other words as well


def plain(text: str) -> str:
    """`text` as it is compared: its letters and digits in lower case."""
    return re.sub(r"[\W_]", "", as_seen(text)).lower()


def words(text: str) -> list[str]:
    """The words of `text` in lower case, also those that only their case tells apart.

    Those of other languages that matter here are the English ones that they mean.
    """
    return [meant(word) for word in _WORD.findall(_CASE.sub(" ", as_seen(text)).lower())]


def said(text: str) -> str:
    """`text` as it is compared if it is one word: the English one that it means."""
    return meant(plain(text))


def as_seen(text: str) -> str:
    """`text` without what nobody sees in it, wide letters as all others."""
    return unicodedata.normalize("NFKC", _UNSEEN.sub("", text))


def says_so(text: str) -> bool:
    """Whether what the field is called is not denied."""
    return said(text) not in NO


def says_yes(text: str) -> bool:
    """Whether what the field is called is affirmed."""
    return said(text) in _YES


def affirms(text: str) -> bool:
    """Whether all may see it by `text`; what is neither yes nor no does not say so."""
    found = words(text)
    past = bool(_DAY.search(text)) and not is_to_come(text)
    return past or (bool(found) and {*found} <= _FOR_ALL)


def denies(text: str) -> bool:
    """Whether `text` says "no", "not yet" or a day to come, more than that as well."""
    found = words(text)
    first = bool(found) and found[0] in _NOT_YET - {"n", "0"}
    return said(text) in _NOT_YET or first or is_private(text) or is_to_come(text)


def denies_or_doubts(text: str) -> bool:
    """The same, and one or two words that are neither yes nor a day or year."""
    return denies(text) or (
        0 < len(words(text)) <= _FEW and not affirms(text) and not any(map(str.isdigit, text))
    )


def names_readers(text: str) -> bool:
    """Whether `text`, which says who reads something, says anything but "everybody".

    A description of readers says it of nobody, unless it keeps something from others.
    """
    found = words(text)
    return bool(found) and not (
        affirms(" ".join(word for word in found if word not in _READS))
        or (len(found) > _LONGEST_READERS and not is_private(text))
    )


def names_an_audience(text: str) -> bool:
    """The same where `text` may say for whom something is easy enough."""
    return names_readers(text) and not {*words(text)} <= _LEVELS


def restricts(text: str) -> bool:
    """Whether `text`, which says to whom something is restricted, says anything but "nobody"."""
    return names_readers(text) and said(text) not in _NONE


def is_closed(text: str) -> bool:
    """Whether `text`, which says how open something is, says anything but "open"; no measure."""
    measure = text.strip()[:1].isdigit()
    return not measure and said(text) not in _NOT_SECRET and names_readers(text)


def is_tlp(text: str) -> bool:
    """Whether `text` has a mark of the Traffic Light Protocol that is not for everybody."""
    return _TLP.search(text) is not None


def is_colour(text: str) -> bool:
    """Whether `text` is what such a mark says behind its letters."""
    return {*words(text)}.isdisjoint(_OPEN_TLP)


def is_private(text: str) -> bool:
    """Whether a word in `text` keeps something from others."""
    found = {*words(text)}
    return said(text) in _ALONE or not PRIVATE.isdisjoint(found) or found >= _EYES or is_tlp(text)


def is_unfinished(text: str) -> bool:
    """Whether `text` says that something is not finished or not shown yet."""
    found = {*words(text)}
    not_shown = not (_NOT.isdisjoint(found) or _SHOWN.isdisjoint(found))
    waits = len(found) <= _SHORT and not _WAITS.isdisjoint(found)
    return not UNFINISHED.isdisjoint(found) or not_shown or waits or said(text) in _ASIDE


def shortly(holds: Callable[[str], bool]) -> Callable[[str], bool]:
    """`holds` for a few words alone, not for a sentence in which they stand."""
    return lambda text: len(words(text)) <= _SHORT and holds(text)


def any_mark(holds: Callable[[str], object]) -> Callable[[str], bool]:
    """Whether `holds` for one of several words that are set apart."""
    return lambda text: any(holds(mark) for mark in _BETWEEN_MARKS.split(text))


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

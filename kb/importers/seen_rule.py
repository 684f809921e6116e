"""Whether words such as "notForPublication" say that a page is open to readers, or kept from them.

Words of a small lexicon are open ("publish") or closed ("draft"), and what denies turns the next of
them. So a name is read by its words, in whatever way they are put together; one with a word that is
of neither kind, such as "hide_title", is of a part of the page and says nothing.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise

from msgspec import Struct

from kb.importers.seen_values import (
    AUTHOR,
    DRAFT,
    NO,
    denies,
    is_no_day_past,
    said,
    says_yes,
    word_set,
    words,
)

_DENY = word_set("not no non none don dont doesnt isnt never without cannot cant mustnt nothing")
_PREFIX = word_set("un in non no not dont de")
"""What denies a word that is written as one with it."""

_NOT_YET = word_set("pending awaiting awaits needs need tobe")
"""What denies an open word alone: an embargo that is pending opens nothing."""

_OPEN = re.compile(
    r"publi(?:sh(?:ed|ing|able)?|c(?:ly|ations?)?|ci[sz]ed?)|releas(?:ed?|ing|able)|"
    r"distribut(?:ed?|ing|ion|able)|shar(?:ed?|ing|e?able)|circulat(?:ed?|ing|ion)|"
    r"disclos(?:ed?|ing|ure)|disseminat(?:ed?|ion|ing)|approv(?:ed?|al)|cleared|clearance|vetted|"
    r"ready|readiness|reveal(?:ed)?|exposed?|announced?|launched|authori[sz]ed|listed|posted|"
    r"syndicat(?:ed?|ion)|broadcast"
)
_OPEN_IF_DENIED = re.compile(
    r"open|final|finali[sz]ed?|finished|completed?|reviewed|visible|visibility|accessible|viewable|"
    r"readable|seen|shown|displayed|everyone|everybody|reproduc(?:ed?|tion)"
)
"""Words of which "no" keeps a page from nobody: `final: false` may be of much else."""

_CLOSED = re.compile(
    r"drafts?|wip|privat(?:e|ely)|confidential(?:ly)?|secret(?:ly)?|sensitive|internal(?:ly)?|"
    r"embargo(?:ed)?|restrict(?:ed|ions?)|hidden|classified|proprietary|privileged|withh[eo]ld|"
    r"suppressed|concealed|quarantined|nda"
)
_CLOSED_IF_SO = re.compile(r"hide|excluded?|protected|personal|confidence|limited")
"""Words that close a page where the field says yes, and in others may mean something else."""

_FILL = word_set(
    "a an the this that is are be been being it its do does must should may can will has have was "
    "page post note entry article doc document content file item site blog wiki dg for use only "
    "yet still very usage general wider purposes purpose any currently now audience else under"
)
_WAITS = word_set("under in pending awaiting awaits needs need for")
_FOR_WHAT = word_set("review approval revision moderation construction preparation discussion")

_OTHER_DOING = word_set(
    "translate edit modify change index noindex crawl follow track cache number count lint format "
    "check spellcheck test archive delete remove move merge rename minify sort link comment email "
    "call use eat touch open close disturb feed water mix wash heat miss forget panic render"
)
"""What may not be done with a page that is kept from nobody."""

_OTHER_FORM = word_set(
    "read write append text html pdf web online print printing mobile desktop dark light code "
    "video audio image css js json english title summary header menu api test example browser cash"
)
"""What a page may be for, or not for, that is kept from nobody."""

_UNTIL = {("until",), ("before",)}
_LONGEST = 40


class _Read(Struct, frozen=True):
    """What the words of a name say together: what they are if the field says yes, or no."""

    opens: bool
    closes: bool
    denied: bool
    """Whether a word that denies turned one of them."""
    loose: bool
    """Whether what they say of a page is sure only where the field says yes."""


def closes(name: str, value: str = "yes", *, any_words: bool = True) -> str | None:
    """To whom a field of this name shows the page by this value, if it keeps it from others.

    A value that is neither yes nor no does so where the name denies, or is a closed word. With
    `any_words` it may be whatever is "not for" somebody, not to be done, or "only" for somebody.
    """
    found, yes = _split(name), says_yes(value)
    if found[-1:] in _UNTIL and said(value) not in NO:  # "do_not_publish_until: 2030-01-01"
        found, yes, value = found[:-1], True, value if is_no_day_past(value) else ""
    if found and not {*found} <= _DENY | _FILL | {"for"}:
        read = _read(found)
    elif not _DENY.isdisjoint(found):  # "not_for: publication"
        found, yes, any_words = (*found, *_split(value)), True, False
        read = _read(found)
    else:
        return None
    if not value.strip() or not (
        _says(read, value, yes=yes)
        or (yes and _waits(found))
        or (any_words and read is None and said(value) not in NO and _by_form(found, yes=yes))
    ):
        return None
    drafts = any(word.startswith(("draft", "wip")) for word in found)
    private = read is not None and not drafts and any(map(_CLOSED.fullmatch, found))
    return AUTHOR if private else DRAFT


def says_of_sight(name: str) -> bool:
    """Whether a field of this name is closed, or denies that the page is open or closed."""
    read = _read(_split(name))
    return read is not None and (read.denied or (read.closes and not read.loose))


def shuts(text: str) -> str | None:
    """To whom a tag or mark shows the page, if it says of it what no single word of it does.

    "internal" may be what the page is about; "not for the public" and "internal use only" are not.
    """
    found = _split(text)
    read = _read(found)
    sure = read is not None and (read.denied or not {"for", "only", "embargoed"}.isdisjoint(found))
    return closes(text, any_words=False) if sure or _waits(found) else None


def _says(read: _Read | None, value: str, *, yes: bool) -> bool:
    """Whether what a name says, with this value, keeps the page from others."""
    if read is None:
        return False
    if yes:
        return read.closes
    if said(value) in NO:
        return read.opens and (read.denied or not read.loose)
    if read.closes or read.denied:
        return not read.loose or read.denied
    return not read.loose and denies(value)


@lru_cache(1024)
def _read(found: tuple[str, ...]) -> _Read | None:
    """What words say together; None where they are of neither kind, or one of them is unknown."""
    if any(_is_open(word) is None and word not in _DENY | _NOT_YET | _FILL for word in found):
        return None
    senses = _senses(found)
    if any(not is_open and not denied for is_open, denied in senses):
        # A closed word says how open the other is: "internal distribution".
        senses = [(is_open, denied) for is_open, denied in senses if denied or not is_open]
    loose = not any(_OPEN.fullmatch(word) or _CLOSED.fullmatch(word) for word in found)
    opens, shut = (any(each == which for each, _ in senses) for which in (True, False))
    denied = any(each for _, each in senses)
    return _Read(opens=opens, closes=shut, denied=denied, loose=loose) if senses else None


def _senses(found: Iterable[str]) -> list[tuple[bool, bool]]:
    """Of each word of the lexicon whether it says that a page is open, and whether denied."""
    senses: list[tuple[bool, bool]] = []
    times = soft = 0
    for word in found:
        times += word in _DENY
        soft = soft or word in _NOT_YET
        if (is_open := _is_open(word)) is not None:
            turned = times + (soft if is_open else 0)
            senses.append((is_open != bool(turned % 2), turned > 0))
            times = soft = 0
    if times and senses:  # "publish_never"
        senses[-1] = (senses[-1][0] != bool(times % 2), True)
    return senses


def _is_open(word: str) -> bool | None:
    """Whether a word of the lexicon is an open one; None for another."""
    if _OPEN.fullmatch(word) or _OPEN_IF_DENIED.fullmatch(word):
        return True
    return False if _CLOSED.fullmatch(word) or _CLOSED_IF_SO.fullmatch(word) else None


def _waits(found: Sequence[str]) -> bool:
    """Whether words such as "under review" stand among them, and nothing else of meaning."""
    rest = {*found} - _FILL - _WAITS - _FOR_WHAT - {"ready"}
    pairs = pairwise(found)
    return not rest and any(one in _WAITS and other in _FOR_WHAT for one, other in pairs)


def _by_form(found: Sequence[str], *, yes: bool) -> bool:
    """Whether unknown words stand where those do from whom, or what from, a page is kept."""
    rest = {*found} - _FILL - _DENY
    if not rest or rest <= _OTHER_FORM or any(map(str.isdigit, rest)):
        return False
    pairs = [*pairwise(found)]
    if any(one in _DENY and other == "for" for one, other in pairs):
        return True
    begins = found[:2] == ("do", "not") or found[0] in ("dont", "donot")
    doing = begins and not rest & _OTHER_DOING
    return yes and (doing or ("only" in found and _DENY.isdisjoint(found)))


@lru_cache(1024)
def _split(name: str) -> tuple[str, ...]:
    """The words of a name; those that are known and written as one are taken apart."""
    found = [part for word in words(name[:200]) for part in _parts(word) or (word,)]
    text = " ".join(found).replace("don t ", "dont ").replace("to be ", "tobe ")
    return tuple(text.split())


def _known(word: str) -> bool:
    in_sets = word in _DENY | _FILL | _NOT_YET | _WAITS | _FOR_WHAT
    return in_sets or _is_open(word) is not None


@lru_cache(1024)
def _parts(word: str) -> tuple[str, ...] | None:
    if _known(word) or len(word) > _LONGEST:
        return (word,)
    for length in range(len(word) - 1, 1, -1):
        first, rest = word[:length], word[length:]
        if (first in _PREFIX or _known(first)) and len(rest) > 1 and (parts := _parts(rest)):
            denies_it = first in _PREFIX and _is_open(parts[0]) is not None
            if denies_it or _known(first):
                return ("not" if denies_it else first, *parts)
    return None

"""Fields by which other tools hold a page back: names by their words, and which values do so.

A name is split at its case, signs and blanks, and where known words are written as one:
"pageStatus", "post_status" and "publishdate" mean what "status" and "publish date" do.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache

from msgspec import Struct

from kb.importers.seen_marks import among, of_tag
from kb.importers.seen_rule import closes, says_of_sight, shuts
from kb.importers.seen_values import (
    AUTHOR,
    DRAFT,
    PRIVATE,
    UNFINISHED,
    affirms,
    any_mark,
    denies,
    denies_or_doubts,
    is_closed,
    is_colour,
    is_no_day_past,
    is_over,
    is_private,
    is_tlp,
    is_to_come,
    is_unfinished,
    names_a_group,
    names_an_audience,
    names_readers,
    plain,
    restricts,
    said,
    says_so,
    says_yes,
    shortly,
    word_set,
    words,
)

LISTS = word_set("tags categories keywords labels topics")
DATE = ("date",)
"""The day of a page, unless it stands within another field, such as that of an event."""

_MARKED = LISTS | {"tag", "category", "label", "topic", "type", "layout", "kind"}
_KEPT = _MARKED | {"audience", "date"}
_DAYS = word_set("date day time datetime at on from after until since")
_FILL = word_set(
    "a the this is are be to it page post note entry article doc document content file item "
    "site blog wiki meta dg"
)
"""Words that change nothing in what a name means."""

_PUBLISH = word_set("publish published publishing render")
_WIDE = word_set(
    "status state access permission permissions privacy audience sharing classification "
    "confidentiality sensitivity visibility rights publication shown acl distribution "
    "handling marking"
)
_READERS = word_set(
    "access permission permissions acl reader readers viewer viewers readership recipients "
    "clearance entitlement entitlements allowlist whitelist"
)
_WHOM = word_set(
    "role roles group groups user users team teams people person persons department departments "
    "organization organizations organisation organisations email emails domain domains for to with"
)
_LOOSE = word_set("stage phase workflow scope level security lifecycle review")
_OFTEN_OTHER = _MARKED | _LOOSE | word_set("permalink list complete valid who")
"""Words in names of fields that seldom say who sees a page."""

_FLAGS = PRIVATE | word_set("password passphrase passcode encrypted deleted trashed")
_PEOPLE = word_set(
    "me for member members staff team board admin admins user users subscriber subscribers "
    "employee employees login"
)


_OF_READERS = (_READERS | _PEOPLE) - word_set("me for team board") | word_set(
    "visitor visitors claims session auth authenticated authorized authorised logged customer "
    "audience role roles premium"
)


class _Rule(Struct, frozen=True):
    """`holds` decides for names with a word of `one`, one of `other` if any, and few `beside`."""

    one: frozenset[str]
    holds: Callable[[str], bool]
    sight: str
    other: frozenset[str] = frozenset()
    beside: frozenset[str] | None = frozenset()
    """Words that may stand beside these; None for any."""

    def means(self, name: frozenset[str]) -> bool:
        """Whether a field with these words in its name is one of these."""
        rest = name - self.one - self.other
        known = self.beside is None or rest <= self.beside
        return bool(known and name & self.one and (not self.other or name & self.other))


_NO_NAME = word_set("not no non dont never skip")
_IN_MARKS = PRIVATE | UNFINISHED | _NO_NAME | word_set("only progress under embargoed unreleased")
_LONGEST_MARK = 60
_RULES = (
    _Rule(UNFINISHED, says_so, DRAFT, beside=word_set("status state mode only")),
    _Rule(_NO_NAME, says_so, DRAFT, _PUBLISH | word_set("public share"), word_set("do")),
    _Rule(_PUBLISH, denies, DRAFT),
    _Rule(_PUBLISH - {"render"}, denies_or_doubts, DRAFT),
    _Rule(
        word_set("approved approval ready cleared final finished complete completed reviewed"),
        denies,
        DRAFT,
        beside=_PUBLISH | word_set("publication release for review"),
    ),
    _Rule(word_set("progress"), says_so, DRAFT, word_set("work"), word_set("in")),
    _Rule(word_set("publish embargo"), is_no_day_past, DRAFT, _DAYS),
    _Rule(
        word_set("embargo embargoed"), lambda text: says_so(text) and is_no_day_past(text), DRAFT
    ),
    _Rule(
        word_set(
            "published publication pub posted release released available live visible go goes "
            "launch launched"
        ),
        denies,
        DRAFT,
        beside=_DAYS,
    ),
    _Rule(word_set("valid"), is_to_come, DRAFT, word_set("from since")),
    _Rule(word_set("hidden hide not"), is_to_come, DRAFT, word_set("until before")),
    _Rule(word_set("valid"), is_over, DRAFT, word_set("until to till through")),
    _Rule(
        word_set("expiry expiration expire expires expired unpublish"), is_over, DRAFT, beside=_DAYS
    ),
    _Rule(_FLAGS, says_so, AUTHOR, beside=word_set("status state level access mode only me for")),
    _Rule(word_set("hide headless"), says_yes, AUTHOR),
    _Rule(word_set("permalink"), lambda text: text.lower() == "false", DRAFT),
    _Rule(word_set("list"), lambda text: plain(text) == "never", AUTHOR),
    _Rule(word_set("only"), says_so, AUTHOR, _PEOPLE),
    _Rule(word_set("if"), lambda text: not says_yes(text), AUTHOR, beside=word_set("show visible")),
    _Rule(
        word_set("auth authentication login signin"),
        says_so,
        AUTHOR,
        word_set("required requires needs"),
    ),
    _Rule(word_set("eyes"), says_so, AUTHOR, word_set("only"), word_set("your for")),
    _Rule(word_set("tlp"), is_colour, AUTHOR, beside=word_set("level marking colour color")),
    _Rule(
        _READERS,
        names_readers,
        AUTHOR,
        beside=_WHOM | word_set("level levels list control right rights read view allowed by"),
    ),
    _Rule(
        word_set("allowed permitted authorized authorised accessible visible shown share shared"),
        names_readers,
        AUTHOR,
        _WHOM,
        word_set("who can may see view read"),
    ),
    _Rule(word_set("viewable readable visible seen"), names_readers, AUTHOR, word_set("by")),
    _Rule(word_set("who can may"), names_readers, AUTHOR, word_set("see read view access")),
    _Rule(
        word_set("restriction restrictions restrict restricted limited reserved"),
        restricts,
        AUTHOR,
        beside=_WHOM | word_set("access reader readers viewer viewers"),
    ),
    _Rule(word_set("audience"), names_an_audience, AUTHOR),
    _Rule(
        word_set("visibility confidentiality sensitivity secrecy privacy sharing"),
        is_closed,
        AUTHOR,
        beside=word_set("level levels"),
    ),
    _Rule(
        word_set("public publishable"),
        lambda text: not affirms(text),
        AUTHOR,
        beside=word_set("access"),
    ),
    _Rule(word_set("visible listed share shared sharing"), denies, AUTHOR),
    _Rule(_WIDE, is_unfinished, DRAFT),
    _Rule(_WIDE, is_private, AUTHOR),
    _Rule(_WIDE, shortly(is_unfinished), DRAFT, beside=None),
    _Rule(_WIDE, shortly(is_private), AUTHOR, beside=None),
    _Rule(_WIDE, shortly(lambda text: "only" in words(text)), AUTHOR, beside=None),
    _Rule(word_set("visibility visible shown show"), names_a_group, AUTHOR),
    _Rule(_LOOSE, any_mark(lambda mark: said(mark) in UNFINISHED), DRAFT, beside=None),
    _Rule(_LOOSE, any_mark(lambda mark: said(mark) in PRIVATE), AUTHOR, beside=None),
    _Rule(_WIDE | _LOOSE, lambda text: shuts(text) == DRAFT, DRAFT, beside=None),
    _Rule(_WIDE | _LOOSE, lambda text: shuts(text) == AUTHOR, AUTHOR, beside=None),
    _Rule(_MARKED, any_mark(lambda mark: of_tag(mark) == DRAFT), DRAFT),
    _Rule(_MARKED | word_set("distribution"), is_tlp, AUTHOR),
    _Rule(_MARKED, any_mark(lambda mark: of_tag(mark) == AUTHOR), AUTHOR),
)
_VOCABULARY = (
    frozenset().union(*(rule.one | rule.other | (rule.beside or frozenset()) for rule in _RULES))
    | _FILL
)


def held_back(
    name: str, texts: Iterable[str], items: Iterable[str] | None = None, *, any_words: bool = True
) -> str | None:
    """To whom a field of this name with these texts shows the page, if it holds it back.

    `items` are those of them that may be marks such as tags, if not all may. Without `any_words`
    only words that are known count in the name.
    """
    of_name, texts = name_words(name), list(texts)
    if of_name == DATE and any(map(is_to_come, texts)):
        return DRAFT
    by_rule = (rule.sight for rule in _rules(of_name) if any(map(rule.holds, texts)))
    by_words = (closes(name, text, any_words=any_words) for text in texts)
    found = next(by_rule, None) or next(filter(None, by_words), None)
    return found or among(of_name, texts if items is None else items)


def marked(text: str) -> str | None:
    """To whom a mark such as "draft" or "for members only" shows what has it, if it holds back."""
    found = [
        word for word in name_words(text[:_LONGEST_MARK]) if word != "v" and not word.isdigit()
    ]
    short = len(text) <= _LONGEST_MARK and not _IN_MARKS.isdisjoint(found)
    return held_back(" ".join(found), ["yes"], any_words=False) if short else None


def names_readers_of(found: Iterable[str]) -> bool:
    """Whether the words of a name are of those who read a page, as in "user.isAdmin"."""
    return not _OF_READERS.isdisjoint(found)


def may_hold_back(name: str) -> bool:
    """Whether a field of this name says who sees a page, or when, in whatever words."""
    by_rule = any(not rule.one & _OFTEN_OTHER for rule in _rules(name_words(name)))
    return by_rule or says_of_sight(name)


def is_kept(name: str) -> bool:
    """Whether a field means something of its own, besides holding the page back."""
    return bool(_KEPT & {*name_words(name)})


@lru_cache(1024)
def name_words(name: str) -> tuple[str, ...]:
    """The words of a name, those that are written as one taken apart if all of them are known."""
    return tuple(part for word in words(name) for part in _parts(word) or (word,))


@lru_cache(1024)
def _rules(name: tuple[str, ...]) -> tuple[_Rule, ...]:
    of_name = frozenset(name)
    core = of_name - _FILL
    return tuple(rule for rule in _RULES if rule.means(core))


@lru_cache(1024)
def _parts(word: str) -> tuple[str, ...] | None:
    if word in _VOCABULARY or len(word) > 40:
        return (word,)
    for length in range(len(word) - 1, 1, -1):
        if word[:length] in _VOCABULARY and (rest := _parts(word[length:])):
            return (word[:length], *rest) if len(word[length:]) > 1 else None
    return None

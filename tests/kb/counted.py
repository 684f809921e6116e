"""How often each word of a file stands in it, and how often in what is told of it.

Told once, however often a file has it, is only what is said here: a tag, a page that fields name,
and a first heading that says the field `title` again. What a remark quotes once stands there with
how often.
"""

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

OWN_FIELDS = (
    "id kind title subtitle group relations type target archived reason successor visibility "
    "aliases tags categories category keywords labels topics taxonomies perspectives related up "
    "properties label caption parent null href src alt img url link tributary true "
    "visible to description text"
)
"""Names of fields whose place tells what they are, so that the name itself stands nowhere."""

_WORD = re.compile(r"[^\W_]+")
_TAG_NAME = re.compile(
    r"</?(?:h[1-6]|[abipsu]|br|hr|t[dhr]|t(?:able|head|body)|li|[ou]l|d[ltd]|img|div|span|details"
    r"|summary|script|style|center|strong|em|code|kbd|pre|su[bp]|video|iframe|figure|figcaption|svg"
    r"|small|button|section|picture|source|abbr|input|caption|aside|blockquote|wbr|del|ins|mark"
    r"|colgroup|col|select|option|textarea|main|nav|header|footer|article|label|form|font|big|tt"
    r"|html|body|head|link|meta|audio|canvas|object|embed|address|cite|dfn|var|samp|q|time|ruby"
    r"|r[bpt]|strike|fieldset|legend|noscript|template|progress|meter|output|map|area)(?=[\s/>])"
)
_ADDRESS_MARK = re.compile(
    r"\{%-?\s*(?:page|page_url|link|post_url|ref)\b|\{\{[<%]\s*(?:rel)?ref\b|\|\s*(?:relative|absolute)_url\b"
    r"|(?<=\]\()g(?=\))"
)
"""Marks that stand for an address, of which the link stays."""

_LETTER = re.compile(r"([\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af])")
"""Letters of scripts in which no blank parts words: each counts as one."""

_TITLE = re.compile(r"(?:^|[{,])[ \"]*title\"?\s*[:=]", re.MULTILINE | re.IGNORECASE)
_HEADING = re.compile(r"^ {0,3}#[ \t]+(.+)$|^(.+)\n=+$", re.MULTILINE)
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def words(text: str) -> list[str]:
    """The words and numbers of a text, in any case; the names of elements are none."""
    said = _ADDRESS_MARK.sub(" ", _TAG_NAME.sub(" ", text))
    plain = _LETTER.sub(r" \1 ", unicodedata.normalize("NFKC", html.unescape(said)))
    # A hump parts words: whatIs is "what is".
    return [_folded(word) for word in _WORD.findall(_HUMP.sub(" ", plain))]


def _folded(word: str) -> str:
    """`word` in any case, without accents: addresses have none."""
    apart = unicodedata.normalize("NFKD", word.casefold())
    return "".join(each for each in apart if not unicodedata.combining(each))


def lost(source: str, kept: str, remarks: Iterable[str], named: Iterable[str] = ()) -> Counter[str]:
    """Words that `source` has more often than they are told: in `kept`, and in the `remarks`.

    `kept` begins with the title, in a line; `named` are the tags and the pages that fields name.
    """
    told = Counter(words(kept))
    for remark in remarks:
        for piece in remark.split("; "):
            quoted, _, times = piece.removesuffix(" times)").rpartition(" (")
            _add(told, piece, int(times) if quoted and times.isdecimal() else 1)
    missing = Counter(words(source)) - told
    for word in words(OWN_FIELDS):
        del missing[word]
    if missing:
        missing -= _named_again(source, named)
        missing -= _title_again(source, words(kept.partition("\n")[0]))
    return missing


def _named_again(source: str, named: Iterable[str]) -> Counter[str]:
    """The words of each tag or page, as often as the fields have it once more."""
    again = Counter[str]()
    for name in {*named}:
        said = r"\s+".join(map(re.escape, name.split()))
        item = rf"(?<=[\[,:;#\"'-])[ \t]*{said}[ \t]*(?=[\],;|\"'\n])"
        _add(again, name, len(re.findall(item, source, re.IGNORECASE)) - 1)
    return again


def _title_again(source: str, title: list[str]) -> Counter[str]:
    """The words of the title if a field says it, and a heading of level 1 as well."""
    field = _TITLE.search(source)
    said = field and any(title == words("".join(heading)) for heading in _HEADING.findall(source))
    return Counter(title if said else ())


def _add(counted: Counter[str], text: str, times: int) -> None:
    if times > 0:
        counted.update(words(text) * times)

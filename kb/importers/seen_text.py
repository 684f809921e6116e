"""What holds a page back besides its fields: its name, its tags and properties, its comments."""

import re
from collections.abc import Iterable, Iterator

from kb.importers.code import prose
from kb.importers.html_attributes import attributes_of
from kb.importers.seen_names import DATE, held_back, marked, name_words
from kb.importers.seen_values import AUTHOR, UNSEEN, is_tlp, plain

_TAG = re.compile(
    rf"(?:^|(?<=[\s,;|>*_])|(?<=[^\]]\()|(?<=^\())#(?:\[\[)?([\w{UNSEEN}][\w/{UNSEEN}-]{{0,100}})",
    re.M,
)
_ENDS_COMMENT = re.compile(r"[ \t]*(?:--!?>|\*/[ \t]*\}+|%\}|[#%-]*\}\}?)[ \t]*$")
_NAME = r"([^\W\d_][\w .'/-]{0,60}?)"
_PROPERTY = re.compile(
    r"^[ \t>*+-]{0,40}(?:\d{1,9}[.)][ \t]+)?(?:\[[^\]\n]\][ \t]+)?[*_~]{0,3}"
    rf"{_NAME}[*_~]{{0,3}}::[ \t]+([^\n]{{1,200}})",
    re.MULTILINE,
)
_INLINE = re.compile(
    rf"[\[(][ \t*_]{{0,9}}{_NAME}[*_ \t]{{0,9}}::[ \t]*((?:\[\[|\]\]|[^\[\]()\n]){{1,200}})"
)
_STATED = re.compile(rf"\W{{0,40}}{_NAME}[\"'*_ \t]{{0,9}}[:=：]{{1,2}}([^\n]{{1,200}})")
_PIECES = re.compile(r"[,;{}|]")
_OF_TASKS = (DATE, ("scheduled",))
"""Fields in a text that say when something is to be done."""

_BRACKETED = re.compile(r"[\[({【（]([^\[\](){}【】（）]{2,60})[\])}】）]")
_BEGINS = re.compile(r"\W{0,9}([^:：|–—]{2,60}?)(?:：|(?::|[ \t]{1,9}[|–—-])[ \t])")
_ENDS = re.compile(r"[ \t][|–—-][ \t]{1,9}([^:：|–—]{2,60})$")
_LONGEST_NAME = 500
_WORD = re.compile(r"[^\W_]+")
_SIGN = re.compile(r"\s{0,9}[🚧🔒🔐⛔🚫⚠🛑🔴]")
_META = re.compile(r"<meta\s([^<>]{1,400})>", re.IGNORECASE)

Held = Iterator[tuple[str, str]]
"""What holds a page back, and to whom it shows the page."""


def held_back_in(names: Iterable[str], text: str, comments: Iterable[str]) -> Held:
    """What holds a page back in its `names` (title, first heading, file), its text and comments."""
    for name in dict.fromkeys(each[:_LONGEST_NAME] for each in names):
        begun = _BEGINS.match(name)
        marks = [
            *_BRACKETED.findall(name),
            *_ENDS.findall(name),
            *(begun.groups() if begun else ()),
            *_in_capitals(name),
        ]
        found = next(filter(None, map(marked, marks)), None)
        if sight := found or (AUTHOR if is_tlp(name) else None):
            yield f"its name “{name}”", sight
    yield from _in_text(text)
    for comment in comments:
        yield from _in_comment(comment)


def held_back_in_html(text: str) -> Held:
    """What holds a page back in the `<meta>` of a text as it is written."""
    for rest in _META.findall(prose(text)) if _META.search(text) else ():
        has = attributes_of(rest)
        yield from _stated(has.get("name") or has.get("property") or "", has.get("content", ""))


def _in_capitals(name: str) -> Iterator[str]:
    """The first and the last word, if they are in capitals and not all words are.

    WIP always is, and is a mark before a further capital alone; behind a sign that warns, any is.
    """
    words = _WORD.findall(name)
    if not words or (name.isupper() and len(words) > 1):
        return
    first, following = words[0], "".join(words[1:2])
    marks = first != "WIP" or following[:1].isupper() or not following
    if _SIGN.match(name) or (first.isupper() and marks):
        yield first
    if words[-1].isupper() and words[-1] != "WIP":
        yield words[-1]


def _in_text(text: str) -> Held:
    if "#" not in text and "::" not in text:
        return
    text = prose(text)
    for tag in _TAG.findall(text):
        if sight := held_back("tags", [tag]):
            yield f"#{tag}", sight
    for name, value in (*_PROPERTY.findall(text), *_INLINE.findall(text)):
        yield from _stated(name, value)


def _in_comment(comment: str) -> Held:
    for line in _ENDS_COMMENT.sub("", comment).split("\n"):
        if sight := marked(line):
            yield f"a comment “{line.strip()}”", sight
        stated = (_STATED.match(piece) for piece in (line, *_PIECES.split(line)))
        said = dict.fromkeys((each[1], each[2].strip()) for each in stated if each)
        for name, value in said:
            yield from _stated(name, value)


def _stated(name: str, value: str) -> Held:
    tells = plain(value) and name_words(name) not in _OF_TASKS
    if tells and (sight := held_back(name, [value.strip()])):
        yield f"{name}: {value.strip()}", sight

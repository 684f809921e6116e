"""Takes out what pages show under a condition that never holds, or that asks who reads them.

Conditions are tags of Liquid, Jinja and GitBook (`{% if user %}`), of Handlebars (`{{#if user}}`),
and paired shortcodes. Others choose between editions of a website that all may read: these stay.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence

from msgspec import Struct

from kb.importers.code import Range, beyond, spliced
from kb.importers.remarks import Remarks, Why
from kb.importers.seen_names import marked, names_readers_of
from kb.importers.seen_values import word_set, words

_TAG = re.compile(
    r"\{[%{](?P<mark>[~#<%-]?)\s{0,9}(?P<end>end|/)?\s{0,9}(?P<name>[A-Za-z][\w-]{0,40})"
    r"(?P<said>(?:(?![%}]\}|\{[{%])[\s\S]){0,500})(?:%\}\}?|\}\})"
)
_CONDITION = re.compile(r"if\w*|unless|case|conditional-text", re.IGNORECASE)
_AROUND = ("for", "each", "with", "tablerow", "while")
"""Other tags that may have an `else` of their own."""

_ELSE = ("else", "elsif", "elseif", "elif", "when")
_NEVER = {"", "false", "nil", "null", "none", "undefined", "0", "not true", "!true"}
_NEVER |= {"not public", "!public", "public == false"}
_ALWAYS = {"true", "1", "not false", "!false", "public", "public == true"}
_AND = re.compile(r"\s+and\s+|&&")
_JSX = re.compile(r"\{\s{0,9}(?P<said>[^{}\n?]{1,200}?)\s{0,9}(?:&&|\?)\s{0,9}\(?\s{0,99}<")
_BRACE = re.compile(r"[{}]")
_KEPT = word_set("private internal confidential secret draft drafts wip unpublished")
_WORD = re.compile(r"\w+")
_DEFINED = re.compile(r"\s{1,9}(\w{1,60})\s{0,9}(?:\([^()=]{0,300}\)\s{0,9})?-?")
_NAMED = re.compile(r"\"([^\"\n]{0,200})\"|'([^'\n]{0,200})'|([A-Za-z_][\w.-]{0,200})")


def is_withheld(condition: str) -> bool:
    """Whether a condition asks who reads, or names what is kept from readers ("page.draft")."""
    named = ("".join(each) for each in _NAMED.findall(condition))
    return any(
        names_readers_of(found := words(name)) or not _KEPT.isdisjoint(found) or marked(name)
        for name in named
    )


def holds(condition: str) -> bool | None:
    """Whether a condition holds whatever is set, None if that depends."""
    parts = [" ".join(part.strip(" ()~-%<>/").lower().split()) for part in _AND.split(condition)]
    if not _NEVER.isdisjoint(parts):
        return False
    return True if _ALWAYS.issuperset(parts) else None


def has_conditions(text: str) -> bool:
    """Whether `text` may have a condition between marks."""
    return "{%" in text or "{{" in text


def without_unmet(text: str, code: Sequence[Range], remarks: Remarks) -> str:
    """`text` without what its conditions keep from readers; none begins in the ranges of `code`.

    One on the reader keeps all its branches, and one that never ends all that follows.
    """
    tags = [*beyond(_TAG.finditer(text), sorted(code))]
    ended = {tag["name"].lower() for tag in tags if tag["end"]}
    kept = {"macro", "set"} & ended  # their text is seen where they are named again, if anywhere
    counts = Counter(_WORD.findall(text) if kept else ())
    branches = _Branches(
        tag
        for tag in tags
        if tag["end"] or _counts(tag, ended) or (tag["name"] in kept and _is_unused(tag, counts))
    )
    return without(text, branches.hidden(len(text)), remarks)


def without_unmet_jsx(text: str, code: Sequence[Range], remarks: Remarks) -> str:
    """The same of a page in MDX: `{user && <p>...</p>}`."""
    found = list[Range]()
    for each in beyond(_JSX.finditer(text), sorted(code)):
        unmet = holds(each["said"]) is False or is_withheld(each["said"])
        if unmet and (not found or each.start() >= found[-1][1]):
            found.append((each.start(), _end_of_braces(text, each.start())))
    return without(text, found, remarks)


def _end_of_braces(text: str, start: int) -> int:
    depth = 0
    for brace in _BRACE.finditer(text, start):
        depth += 1 if brace[0] == "{" else -1
        if not depth:
            return brace.end()
    return len(text)


def without(text: str, hidden: Iterable[Range], remarks: Remarks) -> str:
    """`text` without what readers do not see, which is told."""
    found = list(hidden)
    for begin, end in found:
        remarks.add(Why.UNSEEN, text[begin:end])
    return spliced(text, ((begin, end, "") for begin, end in found))


def _counts(tag: re.Match[str], ended: Collection[str]) -> bool:
    """Whether a tag begins a branch, or something with an end that is hidden or has an `else`."""
    name = tag["name"].lower()
    if name in _ELSE or not (tag[0].startswith("{%") or tag["mark"] in ("#", "<", "%")):
        return name in _ELSE
    ends = name in ended and (name in _AROUND or marked(name) is not None)
    return ends or _CONDITION.fullmatch(name) is not None


def _is_unused(tag: re.Match[str], counts: Counter[str]) -> bool:
    """Whether a tag gives a name to what follows which the rest of the text does not have."""
    found = _DEFINED.fullmatch(tag["said"])
    return found is not None and counts[found[1]] == 1


class _Condition(Struct):
    """One that has begun; `withheld` if a branch of it asks who reads, `met` if one holds."""

    name: str
    withheld: bool = False
    met: bool = False

    def hides(self, name: str, said: str) -> bool:
        """Whether readers, or some of them, do not see the branch that begins with a tag."""
        if name in _AROUND:
            return False
        is_condition = name in _ELSE or _CONDITION.fullmatch(name)
        self.withheld |= not is_condition or is_withheld(said)
        if self.withheld or self.met or name in ("else", "case", "when"):
            return self.withheld or self.met
        is_met = holds(said)
        self.met = is_met is (name != "unless")
        return is_met is (name == "unless")


class _Branches:
    """Those of a text, tag by tag."""

    def __init__(self, tags: Iterable[re.Match[str]]) -> None:
        self._tags = tags
        self._begun: list[_Condition] = []
        self._names = Counter[str]()
        self._since, self._depth = -1, 0
        """Where what is hidden begins, and within how many conditions."""

    def hidden(self, last: int) -> Iterator[Range]:
        """Where what is hidden begins and ends, up to `last`."""
        for tag in self._tags:
            name = tag["name"].lower()
            if tag["end"]:
                self._end(name)
                yield from self._shown(tag.end()) if len(self._begun) < self._depth else ()
                continue
            if name not in _ELSE:
                self._begun.append(_Condition(name))
                self._names[name] += 1
            elif not self._begun or self._begun[-1].name in _AROUND:
                continue
            if self._since >= 0 and len(self._begun) > self._depth:
                continue
            if not self._begun[-1].hides(name, tag["said"]):
                yield from self._shown(tag.start())
            elif self._since < 0:
                self._since, self._depth = tag.start(), len(self._begun)
        yield from self._shown(last)

    def _shown(self, after: int) -> Iterator[Range]:
        if self._since >= 0:
            yield self._since, after
        self._since, self._depth = -1, 0

    def _end(self, name: str) -> None:
        """End the last condition of a name, with all that began within it."""
        while self._names[name]:
            ended = self._begun.pop().name
            self._names[ended] -= 1
            if ended == name:
                return

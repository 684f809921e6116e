"""Marks between which the fields of a file stand, as tools write them and editors change them."""

import re

from msgspec import Struct

from kb.importers.seen_names import may_hold_back
from kb.importers.seen_values import UNSEEN, as_seen

YAML, TOML, JSON = "yaml", "toml", "json"

_MARK = re.compile(
    rf"(?P<before>[\s{UNSEEN}]*)(?P<mark>-{{3,}}|\+{{3,}}|;{{3,}}|[–—]{{1,3}}|\*{{3,}}|={{3,}})"
    rf"[\s{UNSEEN}]*(?:(?P<language>[A-Za-z]{{1,12}})[\s{UNSEEN}]*)?(?:#.*)?"
)
_LANGUAGES = {"yaml": YAML, "yml": YAML, "toml": TOML, "json": JSON}
_BY_MARK = {"-": YAML, "+": TOML, ";": JSON}
_SAYS = re.compile(r"^[^\w\n]{0,40}([^\n:=：]{1,80}?)[ \t\"']{0,9}[:=：]", re.MULTILINE)


class Opened(Struct, frozen=True):
    """The first line of a head: its mark, and the language that follows from it ("" if unknown)."""

    mark: str
    language: str
    indented: bool

    def is_plain(self) -> bool:
        """Whether the line is one that tools write: such a one alone may be left without an end."""
        return self.mark in ("---", "+++") and not self.indented

    def ends(self, line: str) -> bool:
        """Whether `line` ends the head; one further in belongs to a value."""
        if self.mark not in line and "..." not in line:
            return False
        said = as_seen(line).strip()
        if said != self.mark and not (said == "..." and self.language == YAML):
            return False
        return self.indented or not line[:1].isspace()


def opened(line: str) -> Opened | None:
    """What `line` opens, if it is no more than a mark and a language."""
    found = _MARK.fullmatch(line)
    if not found:
        return None
    mark, language = found["mark"], (found["language"] or "").lower()
    meant = _LANGUAGES.get(language, "") if language else _BY_MARK.get(mark[0], YAML)
    return Opened(mark, meant, bool(found["before"]))


def between(text: str, mark: Opened) -> tuple[str, str] | None:
    """What stands between the first line of `text` and the one that ends `mark`, and the rest."""
    start = text.find("\n") + 1
    if not start:
        return None
    at = start
    while at <= len(text):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        if mark.ends(text[at:end]):
            return text[start:at], text[end + 1 :]
        at = end + 1
    return None


def below_marks(text: str, mark: Opened) -> str:
    """`text` without the blank lines and further marks that it begins with."""
    at = 0
    while at < len(text):
        end = text.find("\n", at)
        line = text[at : end if end >= 0 else len(text)]
        if line.strip() and not mark.ends(line):
            break
        at = end + 1 if end >= 0 else len(text)
    return text[at:]


def says_who_sees(text: str) -> bool:
    """Whether a line of `text` looks like a field that says who sees the page, broken or not."""
    return any(may_hold_back(found[1]) for found in _SAYS.finditer(text))

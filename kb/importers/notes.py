"""Footnotes, which files have at their end: each stands in the sections that refer to it."""

import re

from kb.importers.code import lines_of, without_code
from kb.importers.definitions import MOST

_NOTE = re.compile(r" {0,3}\[(\^[^\]\s]{1,200})\]:")
_USE = re.compile(r"\[(\^[^\]\s]{1,200})\](?!:)")
_INDENT = ("    ", "\t")
_BLOCK = re.compile(r" {0,3}(?:\[|#|>|[-*+] |\d{1,9}[.)] |\||:::|[-=_*]{3})")


class Notes:
    """Those of a whole file; `body` is its text without those that are referred to."""

    def __init__(self, body: str) -> None:
        self._notes: dict[str, str] = {}
        self._given: set[str] = set()
        self._room = MOST
        self.body = self._taken_out(body) if "[^" in body and "]:" in body else body

    def given_to(self, text: str) -> str:
        """`text` with the notes below it to which it refers."""
        if not self._notes or "[^" not in text:
            return text
        used = dict.fromkeys(each for each in _used(text) if each in self._notes)
        self._room -= sum(len(self._notes[each]) for each in used if each in self._given)
        if self._room < 0:
            used = dict.fromkeys(each for each in used if each not in self._given)
        self._given |= used.keys()
        return "\n\n".join([text, *(self._notes[each] for each in used)])

    def left(self) -> str:
        """The notes that were given to no text."""
        return "\n\n".join(note for each, note in self._notes.items() if each not in self._given)

    def _taken_out(self, body: str) -> str:
        lines = list(lines_of(body))
        blocks = _blocks(lines)
        within = {at for first, after, _ in blocks for at in range(first, after)}
        rest = "\n".join(line for at, (line, _) in enumerate(lines) if at not in within)
        used = {*_used(rest)}
        left_out: set[int] = set()
        for first, after, label in blocks:
            if label in used and label not in self._notes:
                self._notes[label] = "\n".join(line for line, _ in lines[first:after])
                left_out |= {*range(first, after)}
        return "\n".join(line for at, (line, _) in enumerate(lines) if at not in left_out)


def _used(text: str) -> list[str]:
    seen = "\n".join("" if is_code else line for line, is_code in lines_of(text))
    return _USE.findall(without_code(seen))


def _blocks(lines: list[tuple[str, bool]]) -> list[tuple[int, int, str]]:
    """The first line of each note, the one after its last, and what it is called."""
    found: list[tuple[int, int, str]] = []
    at = 0
    while at < len(lines):
        line, is_code = lines[at]
        note = None if is_code else _NOTE.match(line)
        after = _end(lines, at + 1) if note else at + 1
        if note:
            found.append((at, after, note[1]))
        at = after
    return found


def _end(lines: list[tuple[str, bool]], at: int) -> int:
    """Where a note ends: what is further in is of it, and what goes on with its paragraph."""
    after = at
    while at < len(lines):
        line, is_code = lines[at]
        goes_on = at == after and not is_code and not _BLOCK.match(line)
        if line.strip() and not (line.startswith(_INDENT) or goes_on):
            break
        at += 1
        after = at if line.strip() else after
    return after

"""Definitions of links, as `[name]: address`, and footnotes: files have them at their end.

A section has those to which it refers, as one holds for the text alone that it stands in.
"""

import re

from kb.importers.body import footnotes, references
from kb.importers.code import prose

_NAME = re.compile(r"(?<!\[)\[((?:[^\[\]\\]|\\.){1,999})\]")

MOST = 1_000_000
"""Characters that the texts of a file are given: many long ones in many sections fill memory."""


class Definitions:
    """Those of a whole file; a text is given those that it uses and does not have."""

    def __init__(self, body: str) -> None:
        self._by_name = references(body)
        self._room = MOST

    def given_to(self, text: str) -> str:
        """`text` with what it lacks below it."""
        from markdown_it.common.utils import normalizeReference

        if not self._by_name or "[" not in text:
            return text
        used = {normalizeReference(found[1]) for found in _NAME.finditer(text)}
        used -= references(text).keys()
        lacking = [line for name, line in self._by_name.items() if name in used]
        self._room -= sum(map(len, lacking))
        return "\n\n".join([text, "\n".join(lacking)]) if lacking and self._room > 0 else text


_USE = re.compile(r"\[\^([^\]\s]{1,200})\](?!:)")


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
        lines, notes = body.split("\n"), [*footnotes(body)]
        within = {at for first, after, _ in notes for at in range(first, after)}
        used = {*_used("\n".join(line for at, line in enumerate(lines) if at not in within))}
        left_out: set[int] = set()
        for first, after, label in notes:
            if label in used and label not in self._notes:
                self._notes[label] = "\n".join(lines[first:after])
                left_out |= {*range(first, after)}
        return "\n".join(line for at, line in enumerate(lines) if at not in left_out)


def _used(text: str) -> list[str]:
    return _USE.findall(prose(text))

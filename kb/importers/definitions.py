"""Definitions of links, as `[name]: address`: one holds for the text alone that it stands in."""

import re
from collections.abc import Iterator

from kb.importers.body import references

_DEFINITION = re.compile(r"^ {0,3}\[(?!\^)[^\]\n]+\]:", re.MULTILINE)
_NAME = re.compile(r"(?<!\[)\[((?:[^\[\]\\]|\\.){1,999})\]")

MOST = 1_000_000
"""Characters that the texts of a file are given: many long ones in many sections fill memory."""


class Definitions:
    """Those of a whole file; a text is given those that it uses and does not have."""

    def __init__(self, body: str) -> None:
        self._by_name = dict(_found(body)) if _DEFINITION.search(body) else {}
        self._room = MOST

    def given_to(self, text: str) -> str:
        """`text` with what it lacks below it."""
        if not self._by_name or "[" not in text:
            return text
        used = {_key(found[1]) for found in _NAME.finditer(text)} - dict(_found(text)).keys()
        lacking = [line for name, line in self._by_name.items() if name in used]
        self._room -= sum(map(len, lacking))
        return "\n\n".join([text, "\n".join(lacking)]) if lacking and self._room > 0 else text


def _found(text: str) -> Iterator[tuple[str, str]]:
    lines = text.split("\n")
    for first, after in references(text):
        definition = "\n".join(lines[first:after])
        if _DEFINITION.match(definition):
            name = _NAME.search(definition)
            yield _key(name[1] if name else ""), definition


def _key(name: str) -> str:
    """What names of definitions have in common that are the same, as CommonMark compares them."""
    return " ".join(name.split()).casefold()

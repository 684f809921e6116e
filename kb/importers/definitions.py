"""Definitions of links, as `[name]: address`: one holds for the text alone that it stands in."""

import re

from markdown_it.common.utils import normalizeReference

from kb.importers.body import references

_NAME = re.compile(r"(?<!\[)\[((?:[^\[\]\\]|\\.){1,999})\]")

MOST = 1_000_000
"""Characters that the texts of a file are given: many long ones in many sections fill memory."""


class Definitions:
    """Those of a whole file; a text is given those that it uses and does not have."""

    def __init__(self, body: str) -> None:
        self._by_name = references(body) if "]:" in body else {}
        self._room = MOST

    def given_to(self, text: str) -> str:
        """`text` with what it lacks below it."""
        if not self._by_name or "[" not in text:
            return text
        used = {normalizeReference(found[1]) for found in _NAME.finditer(text)}
        used -= references(text).keys()
        lacking = [line for name, line in self._by_name.items() if name in used]
        self._room -= sum(map(len, lacking))
        return "\n\n".join([text, "\n".join(lacking)]) if lacking and self._room > 0 else text

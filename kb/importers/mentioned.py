"""Marks in a text that say a field of the same file, as readers of the other tool see them."""

import re
from collections.abc import Mapping

from kb.importers.code import in_prose
from kb.importers.persons import may_name_persons
from kb.importers.remarks import Remarks, Why
from kb.importers.values import Plain, Value

_MENTION = re.compile(
    r"\{\{-?[ \t]{0,9}(?:fm|page(?:\.meta)?|\$?frontmatter)\.([\w-]{1,100})[ \t]{0,9}-?\}\}"
)
_LONGEST, _MOST = 1000, 100


def with_mentioned(body: str, fields: Mapping[str, Value], remarks: Remarks) -> str:
    """`body` with the value of each field that it mentions, if that is a line and names nobody."""
    left = iter(range(_MOST))

    def said(found: re.Match[str]) -> str:
        value = fields.get(found[1])
        text = value.text.strip() if isinstance(value, Plain) else ""
        shown = text and "\n" not in text and len(text) <= _LONGEST
        kept = not shown or may_name_persons(found[1]) or next(left, None) is None
        if not kept:
            remarks.add(Why.MARKS, found[0])
        return found[0] if kept else text

    return in_prose(body, lambda piece: _MENTION.sub(said, piece), "{{")

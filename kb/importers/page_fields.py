"""What a text says by fields of its page: conditions of Quarto's, and mentions of fields."""

import re
from collections.abc import Mapping

from kb.importers.code import in_prose
from kb.importers.persons import may_name_persons
from kb.importers.remarks import Remarks, Why
from kb.importers.values import Plain, Value

_CONDITION = re.compile(
    r"[ \t]{0,9}\b(when|unless)-meta=(?:\"([^\"\n]{1,200})\"|'([^'\n]{1,200})'|([^\s\"'{}]{1,200}))"
)
_NOT_MET = " when-format=none"


def with_conditions(
    body: str, fields: Mapping[str, Value], settings: Mapping[str, Value] | None = None
) -> str:
    """`body` without those that hold, and with others that never hold where they do not.

    `settings` are what the settings of the folders around the page give a value, None where nobody
    knows them: a condition on what they may say stays as it is, which hides.
    """

    def known(found: re.Match[str]) -> str:
        names = (found[2] or found[3] or found[4]).split(".")
        is_set = _is_set(fields, names)
        if is_set is None and (settings is None or names[0] in settings):
            return found[0]
        return "" if bool(is_set) == (found[1] == "when") else _NOT_MET

    return in_prose(body, lambda piece: _CONDITION.sub(known, piece), "-meta=")


def _is_set(fields: Mapping[str, Value], names: list[str]) -> bool | None:
    """Whether the page gives the field a value that is not false, None where it does not say."""
    value: Value | None = None
    for name in names:
        value = fields.get(name)
        if value is None:
            return None
        fields = value if isinstance(value, dict) else {}
    return value.value not in (None, False) if isinstance(value, Plain) else bool(value)


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

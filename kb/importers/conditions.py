"""Conditions of Quarto's on a field of the page, under which its readers see a part of it."""

import re
from collections.abc import Mapping, Set

from kb.importers.code import in_prose
from kb.importers.values import Plain, Value

_CONDITION = re.compile(
    r"[ \t]{0,9}\b(when|unless)-meta=(?:\"([^\"\n]{1,200})\"|'([^'\n]{1,200})'|([^\s\"'{}]{1,200}))"
)
_NOT_MET = " when-format=none"


def with_conditions(
    body: str, fields: Mapping[str, Value], settings: Set[str] | None = None
) -> str:
    """`body` without those that hold, and with others that never hold where they do not.

    `settings` are the names that the settings of the folders around the page give a value, None
    where nobody knows them: a condition on what they may say stays as it is, which hides.
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

"""Fields that a file has twice: lists are joined, of others one counts and the other is told."""

from kb.importers.remarks import Remarks, Why
from kb.importers.seen_names import LISTS, held_back, name_words
from kb.importers.seen_values import plain
from kb.importers.values import Plain, Value, flat

OURS = {"visibility", "visibleto", "shownto", "showto"}
"""Fields in which our own words for who sees it stand, as `plain` has them."""


def add(fields: dict[str, Value], name: str, value: Value, remarks: Remarks) -> None:
    """Put a field among `fields`, which may have one of its name already.

    Of two values that are no lists the first counts, or the one that holds the page back; of our
    own words for who sees it both stay, under names that mean the same.
    """
    before = fields.get(name)
    if before is None:
        fields[name] = value
    elif plain(name) in OURS:
        add(fields, f"{name} ", value, remarks)
    elif isinstance(before, Plain) and isinstance(value, Plain) and not _is_list(name):
        later = held_back(name, [value.text]) and not held_back(name, [before.text])
        counts, other = (value, before) if later else (before, value)
        fields[name] = counts
        remarks.add(Why.TWICE, f"{name}: {flat(other)}")
    elif isinstance(before, list):
        before += value if isinstance(value, list) else [value]
    else:
        fields[name] = [before, *(value if isinstance(value, list) else [value])]


def _is_list(name: str) -> bool:
    return bool(LISTS & {*name_words(name)})

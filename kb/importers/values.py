"""Values of fields as they are written, what they mean, and how they read as text."""

import re

from msgspec import Struct

from kb.entries.content import Scalar

LOST = "\ufffd"
"""Stands for what is no text in a file."""

LARGEST_INTEGER = 2**53 - 1
_INTEGER = re.compile(r"-?(0|[1-9]\d*)")
_FLOAT = re.compile(r"-?\d+(\.\d+)?(e[-+]\d+)?")
_NOTHING = ("", "~", "null", "Null", "NULL")
_TRUTH = {"true": True, "false": False}


class Plain(Struct, frozen=True):
    """A scalar: its text as written, and what it means (None for nothing)."""

    text: str
    value: Scalar | None


Value = Plain | list["Value"] | dict[str, "Value"]


def meaning(text: str) -> Scalar | None:
    """What a bare `text` means: nothing, a truth value, a number that reads the same, or itself."""
    if text in _NOTHING:
        return None
    if text.lower() in _TRUTH:
        return _TRUTH[text.lower()]
    if len(text) <= 17 and _INTEGER.fullmatch(text) and abs(int(text)) <= LARGEST_INTEGER:
        return int(text) if text != "-0" else text
    if len(text) <= 32 and _FLOAT.fullmatch(text) and repr(float(text)) == text:
        return float(text)
    return text


_BETWEEN = re.compile(r"[,;](?![^\[\]\n]{0,300}\]\])")
"""What stands between words; a page may have a comma in its name."""
_SIGNED = re.compile(r"#(\[\[[^\[\]\n]{1,300}\]\])|#[^\s,;#\[\]]{1,200}")
"""A tag; Logseq's of several words has the signs of a link around them."""


def described(item: dict[str, Value]) -> str:
    """A mapping in a line: a link with what it says, and the rest with names."""
    link = next((name for name in ("link", "url", "href") if _is_line(item.get(name))), "")
    said = next((name for name in ("description", "title", "text") if _is_line(item.get(name))), "")
    rest = {name: value for name, value in item.items() if name not in (link, said)}
    pieces = [_linked(flat(item[link]), flat(item[said]) if said else "")] if link else []
    pieces += [flat(item[said])] if said and not link else []
    pieces += [f"{name}: {flat(value)}" for name, value in rest.items()]
    return ", ".join(pieces)


def _linked(link: str, said: str) -> str:
    target = f"<{link}>" if not said or re.search(r"[\s()]", link) else link
    return f"[{said}]({target})" if said else target


def _is_line(value: Value | None) -> bool:
    return isinstance(value, Plain) and bool(value.text.strip())


def flat(value: Value) -> str:
    """A value in one line."""
    if isinstance(value, Plain):
        return " ".join(value.text.split())
    if isinstance(value, list):
        return ", ".join(flat(item) for item in value if not is_empty(item))
    return ", ".join(f"{name}: {flat(item)}" for name, item in value.items())


def is_empty(value: Value) -> bool:
    """Whether a field has nothing to say."""
    if isinstance(value, Plain):
        return not value.text.strip() or value.value is None
    return all(map(is_empty, value)) if isinstance(value, list) else not value


def filled(value: Value) -> Value:
    """A value, a list without the items that have nothing to say."""
    return [item for item in value if not is_empty(item)] if isinstance(value, list) else value


def said(value: Value) -> str:
    """A value as text, the items of a list on lines of their own."""
    if isinstance(value, list):
        return "\n".join(flat(item) for item in value)
    return value.text if isinstance(value, Plain) else flat(value)


def words(value: Value | None) -> list[str]:
    """The texts in a list, or in one text with commas between; mappings and blanks are left out."""
    if isinstance(value, Plain):
        texts = [] if value.value is None else _separated(value.text)
    elif isinstance(value, list):
        texts = [i.text for i in value if isinstance(i, Plain) and i.value is not None]
    else:
        texts = []
    return [text.strip() for text in texts if text.strip()]


def _separated(text: str) -> list[str]:
    """Words with commas between; where each has its sign, blanks are enough: "#one #two"."""
    if "#[[" in text and not _SIGNED.sub("", text).strip(" \t,;"):
        return [found[1] or found[0] for found in _SIGNED.finditer(text)]
    blanks = text.split()
    if len(blanks) > 1 and all(word.startswith("#") for word in blanks):
        return blanks
    return _BETWEEN.split(text)

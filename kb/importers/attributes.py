"""Attributes in braces, as Pandoc and Quarto have them: what they say, and what they hide."""

import re

from kb.importers.remarks import Remarks, Why

_CLASS = re.compile(r"(?<![\w-])(?:content-(hidden|visible)|hidden)(?![\w-])")
_VALUE = re.compile(r"=(\"[^\"\n]{0,2000}\"|'[^'\n]{0,2000}'|[^\s\"'{}]{1,2000})")
_CONDITION = re.compile(
    r"\b(when|unless)-(format|profile|meta)=(\"[^\"\n]{0,200}\"|'[^'\n]{0,200}'|[^\s\"'}]{1,200})"
)
_SAID = re.compile(r"(?<![\w-])(?:fig-cap|caption|fig-alt|alt)=(\"[^\"\n]+\"|'[^'\n]+')")
ATTRIBUTED = re.compile(
    r"(!?)\[((?:[^\[\]\n]|\[[^\[\]\n]{0,300}\]){0,1000})\](\([^()\n]{0,1000}\))?"
    r"(\{[^{}\n]{1,2000}\})"
)
"""A picture (with its sign), link or span: its words, target and attributes."""


def is_unseen(attributes: str) -> bool:
    """Whether readers of the website do not see what has these attributes, or some may not."""
    braced = attributes.startswith("{")
    names = _VALUE.sub("", attributes) if braced else attributes.strip(": ")
    named = _CLASS.search(names) if braced else _CLASS.fullmatch(names)
    if not named or not named[1]:
        return named is not None
    met = [_is_met(*condition) for condition in _CONDITION.findall(attributes)]
    return False not in met if named[1] == "hidden" else not all(met)


def _is_met(word: str, kind: str, value: str) -> bool | None:
    """Whether a condition holds on a website; nobody knows it of profiles and other settings."""
    is_page = value.strip("\"'").startswith("html")
    return is_page == (word == "when") if kind == "format" else None


def said_in(attributes: str) -> list[str]:
    """What attributes say of a picture to its readers: its caption, what it shows."""
    return [" ".join(value.strip("\"'").split()) for value in _SAID.findall(attributes)]


def with_alt_texts(text: str, remarks: Remarks) -> str:
    """`text` (no code) with what attributes say of pictures, and without words that they hide."""
    if "]{" not in text and "){" not in text:
        return text

    def put(found: re.Match[str]) -> str:
        picture, words, target, attributes = found.groups()
        if is_unseen(attributes):
            remarks.add(Why.UNSEEN, found[0])
            return ""
        if not picture or not target or not (said := said_in(attributes)):
            return found[0]
        remarks.add(Why.MARKS, attributes)
        return (
            f"![{' – '.join(dict.fromkeys(filter(None, (words, *map(_escaped, said)))))}]{target}"
        )

    return ATTRIBUTED.sub(put, text)


def _escaped(words: str) -> str:
    return re.sub(r"([\[\]])", r"\\\1", words)

"""Attributes of elements of HTML, and which of them lead to a page."""

import re
from collections.abc import Mapping

_ATTRIBUTE = re.compile(
    r"([\w:@.-]{1,60})(?:\s{0,9}=\s{0,9}(\"[^\"]*\"|'[^']*'|\{[^{}]*\}|[^\s\"'>{}]+))?"
)
_ADDRESS = re.compile(
    r"(?:\.{0,2}/|https?://)[^\s{}()<>]{1,1000}|[\w./-]{1,300}\.mdx?(?:#[^\s(){}<>]{1,300})?"
)
_PICTURE = re.compile(r"\.(?:png|jpe?g|gif|svg|webp|avif|ico|mp4|webm)$", re.IGNORECASE)


def attributes_of(rest: str) -> dict[str, str]:
    """The attributes in an element's beginning, `rest` of which follows its name."""
    found = _ATTRIBUTE.findall(rest)
    return {name.lower() if name.isupper() else name: value.strip("\"'") for name, value in found}


def leads(value: str) -> bool:
    """Whether a value of an attribute is the address of a page."""
    return _ADDRESS.fullmatch(value) is not None and not _PICTURE.search(value)


def written(attributes: Mapping[str, str]) -> str:
    """Attributes as a remark tells them."""
    return " ".join(f'{name}="{value}"' if value else name for name, value in attributes.items())

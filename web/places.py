"""Removal of this machine's folders from messages."""

import re
from pathlib import Path

from kb.messages import Message, _

FOLDERS = re.compile(r"(?<![\w:/.])/(?:[^\s/:;]+/)+(?=[^\s/])")
"""The folders of a file path, but not of a URL."""

PATHS = frozenset({"path", "place", "named", "folder", "file"})
"""The arguments of messages that are a path, and nothing else."""

PLACE, HERE = _("the data directory"), _("here")


def unplaced(detail: str, data: Path | None) -> str:
    """`detail` without folders; a `Message` stays one, with its arguments cleaned.

    Without arguments its source may be the words of another program, and is cleaned itself.
    """
    if isinstance(detail, Message) and detail.arguments:
        arguments = {
            name: _argument(name, value, data) if isinstance(value, str) else value
            for name, value in detail.arguments.items()
        }
        return Message(detail.source, arguments, detail.many, detail.number)
    if isinstance(detail, Message):
        plain = unplaced(str(detail), data)
        return detail if plain == detail else plain
    if data is not None:
        if detail in (str(data), str(data.resolve()), str(data.absolute())):
            return PLACE
        detail = without_place(detail, data)
    return FOLDERS.sub("", detail)


def _argument(name: str, value: str, data: Path | None) -> str:
    """The argument `name` of a message, where `FOLDERS` would leave a part of one with spaces."""
    cleaned = unplaced(value, data)
    if name == "path" and cleaned is PLACE:
        return HERE  # as in “The data directory {path} is locked”
    return Path(value).name if name in PATHS and cleaned not in (value, PLACE) else cleaned


def without_place(detail: str, data: Path) -> str:
    """`detail` without paths of the data directory, which `FOLDERS` misses if it has spaces.

    A relative path may be an ordinary word, so only absolute ones are replaced.
    """
    for path in {str(data.resolve()), str(data.absolute())}:
        whole = rf"(?<![\w.~/-]){re.escape(path)}"
        detail = re.sub(rf"{whole}/(?=\w)", "", detail)
        ends = rf"{whole}/?(?![\w/-]|\.\w)"
        detail = re.sub(rf"\b(the data directory) {ends}", r"\1", detail, flags=re.IGNORECASE)
        detail = re.sub(rf"(\A|[.!?] ){ends}", r"\1The data directory", detail)
        detail = re.sub(ends, "the data directory", detail)
    return detail

"""Takes the folders of this machine out of what people are told."""

import re
from pathlib import Path

from kb.messages import Message, _

FOLDERS = re.compile(r"(?<![\w:/.])/(?:[^\s/:;]+/)+(?=[^\s/])")
"""The folders of a file, not those of a web address."""


def unplaced(detail: str, data: Path | None) -> str:
    """`detail` without folders, and a message still: its words have none, its arguments may."""
    if isinstance(detail, Message):
        arguments = {
            name: unplaced(value, data) if isinstance(value, str) else value
            for name, value in detail.arguments.items()
        }
        return Message(detail.source, arguments, detail.many, detail.number)
    if data is not None:
        if detail in (str(data), str(data.resolve()), str(data.absolute())):
            return _("the data directory")
        detail = without_place(detail, data)
    return FOLDERS.sub("", detail)


def without_place(detail: str, data: Path) -> str:
    """`detail` with no path of the data directory at `data`, by itself as it may have spaces.

    A path that is no more than a name is a word like others, so only whole ones are looked for.
    """
    for path in {str(data.resolve()), str(data.absolute())}:
        whole = rf"(?<![\w.~/-]){re.escape(path)}"
        detail = re.sub(rf"{whole}/(?=\w)", "", detail)
        ends = rf"{whole}/?(?![\w/-]|\.\w)"
        detail = re.sub(rf"\b(the data directory) {ends}", r"\1", detail, flags=re.IGNORECASE)
        detail = re.sub(rf"(\A|[.!?] ){ends}", r"\1The data directory", detail)
        detail = re.sub(ends, "the data directory", detail)
    return detail

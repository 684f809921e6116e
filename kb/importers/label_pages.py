"""The pages of a folder that have the labels and ids to which links of other pages lead."""

import posixpath
import re
from collections.abc import Iterable
from urllib.parse import quote

_UNSAFE = re.compile(r"[\s()<>#%?]")
_LANGUAGE = re.compile(r"\.([a-z]{2,3}(?:-[a-z]{2,4})?)\.[^./]+$", re.IGNORECASE)


class LabelPages:
    """The page that has each label, in each language; one that two of them have leads nowhere."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], str] = {}

    def any(self) -> bool:
        """Whether a page has one."""
        return bool(self._known)

    def add(self, labels: Iterable[str], path: str) -> None:
        """Note that the page at `path` has `labels`."""
        language = language_of(path)
        for label in labels:
            known = self._known.setdefault((language, label), path)
            self._known[language, label] = path if known == path else ""

    def of(self, label: str, path: str) -> str:
        """The page of `label`, seen from that at `path`, in whose language it is, or in none.

        It is "" if nobody knows it.
        """
        found = self._known.get((language_of(path), label))
        page = self._known.get(("", label)) if found is None else found
        seen = posixpath.relpath(page, posixpath.dirname(path) or ".") if page else ""
        return quote(seen) if _UNSAFE.search(seen) else seen


def language_of(path: str) -> str:
    """The language that a file's name says it is in: "page.de.md" is in "de"."""
    found = _LANGUAGE.search(path)
    return found[1].lower() if found else ""

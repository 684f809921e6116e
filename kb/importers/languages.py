"""Which language a page of a website is in, by the folder of that language in which it lies."""

import posixpath
import re
from collections.abc import Iterable, Iterator

from kb.importers.seen_values import word_set

_CODE = re.compile(r"([a-z]{2})(?:[-_][a-z]{2,4})?")
_CODES = word_set(
    "ar az be bg bn bs ca cs cy da de el en eo es et eu fa fi fr ga gl gu he hi hr hu hy id is it "
    "ja ka kk km kn ko ky lo lt lv mk ml mn mr ms my nb ne nl nn no pa pl ps pt ro ru si sk sl sq "
    "sr sv sw ta te tg th tl tr uk ur uz vi zh"
)
_TRANSLATED = word_set("i18n l10n locale locales lang langs language languages translations")


class Languages:
    """The folders of languages among paths, told by two of them side by side.

    One alone is one where a page in it has its like beside it: "de/a.md" and "a.md".
    """

    def __init__(self) -> None:
        self._codes: dict[str, set[str]] = {}
        self._paths: set[str] = set()
        self._known: dict[tuple[str, str], bool] = {}

    def add(self, path: str) -> None:
        """Let `path` (with slashes) be one of the pages."""
        self._paths.add(path.lower())
        self._known.clear()
        for folder, code in _codes_in(path):
            self._codes.setdefault(folder, set()).add(code)

    def is_of_another(self, path: str, seen_from: str, written: Iterable[str]) -> bool:
        """Whether `path` is in a language that neither another page nor its link names."""
        known = {code for folder, code in _codes_in(seen_from)} | {part.lower() for part in written}
        return any(
            code not in known and self._is_language(folder, code)
            for folder, code in _codes_in(path)
        )

    def _is_language(self, folder: str, code: str) -> bool:
        key = (folder, code)
        if key not in self._known:
            several = len(self._codes.get(folder, ())) > 1
            translated = posixpath.basename(folder) in _TRANSLATED
            self._known[key] = several or translated or self._has_like(folder, code)
        return self._known[key]

    def _has_like(self, folder: str, code: str) -> bool:
        inside, before = (f"{each}/".lstrip("/") for each in (f"{folder}/{code}", folder))
        within = (path for path in self._paths if path.startswith(inside))
        return any(before + path.removeprefix(inside) in self._paths for path in within)


def _codes_in(path: str) -> Iterator[tuple[str, str]]:
    """The folders of a path that may be those of a language, each with the one around it."""
    parts = path.lower().split("/")[:-1]
    for at, part in enumerate(parts):
        if (found := _CODE.fullmatch(part)) and found[1] in _CODES:
            yield "/".join(parts[:at]), part

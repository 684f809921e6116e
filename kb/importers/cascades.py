"""What the page of a folder says of who sees those below it, as Hugo's `cascade` does."""

import posixpath
from collections.abc import Iterable, Iterator

from msgspec import structs

from kb.importers.markdown import ParsedFile
from kb.importers.naming import without_suffix
from kb.importers.remarks import Why
from kb.importers.seen import narrowest

_PAGES_OF_FOLDERS = ("_index", "index")


def in_order(paths: Iterable[str]) -> list[str]:
    """`paths` with the pages of folders first, each before those of the folders within."""
    return sorted(paths, key=lambda path: (not _is_of_folder(path), _depth(path), path))


class Cascades:
    """Collects what pages of folders say while files are read `in_order`."""

    def __init__(self) -> None:
        self._said: dict[str, ParsedFile] = {}

    def applied(self, parsed: ParsedFile) -> ParsedFile:
        """`parsed`, for no more people than the pages of the folders around it say."""
        if parsed.exact:
            return parsed
        folder = posixpath.dirname(parsed.path)
        for around in (self._said[each] for each in _around(folder) if each in self._said):
            shown = narrowest({*parsed.visible_to, *around.visible_below})
            told = f"{Why.SEEN}: {around.path} shows what lies below it to its author alone"
            parsed = structs.replace(parsed, visible_to=shown, remarks=(*parsed.remarks, told))
        if parsed.visible_below and _is_of_folder(parsed.path):
            self._said.setdefault(folder, parsed)
        return parsed


def _is_of_folder(path: str) -> bool:
    return without_suffix(posixpath.basename(path)).lower() in _PAGES_OF_FOLDERS


def _depth(path: str) -> int:
    return path.count("/") if _is_of_folder(path) else 0


def _around(folder: str) -> Iterator[str]:
    while folder:
        yield folder
        folder = posixpath.dirname(folder)
    yield ""

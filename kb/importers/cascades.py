"""What the page of a folder says of who sees those below it, as Hugo's `cascade` does."""

import posixpath
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from msgspec import structs

from kb.errors import NotTaken
from kb.importers.files import read
from kb.importers.markdown import ParsedFile, parse_markdown
from kb.importers.naming import SUFFIXES, without_suffix
from kb.importers.remarks import Why
from kb.importers.seen import narrowest
from kb.importers.seen_values import DRAFT

_PAGES_OF_FOLDERS = ("_index", "index")


def in_order(paths: Iterable[str]) -> list[str]:
    """`paths` with the pages of folders first, each before those of the folders within."""
    return sorted(paths, key=lambda path: (not _is_of_folder(path), _depth(path), path))


class Cascades:
    """Reads files and collects what pages of folders say, if these come `in_order`."""

    def __init__(self) -> None:
        self._said: dict[str, tuple[str, tuple[str, ...]]] = {}

    def parse(self, data: bytes, path: str, place: str = "", *, within: str = "") -> ParsedFile:
        """What a file says, shown to no more people than the pages of the folders around it say.

        `within` is where it lies among the folders, if not at `path`. Raises `NotTaken`.
        """
        within = within or path
        folder = posixpath.dirname(within)
        try:
            parsed = parse_markdown(data, path, place)
        except NotTaken:
            if _is_of_folder(within) and b"cascade" in data.lower():
                self._said.setdefault(folder, (within, (DRAFT,)))  # it may have said so
            raise
        if parsed.exact:
            return parsed
        for around, below in (self._said[each] for each in _around(folder) if each in self._said):
            told = f"{Why.SEEN}: {around} shows what lies below it to its author alone"
            shown = narrowest({*parsed.visible_to, *below})
            parsed = structs.replace(parsed, visible_to=shown, remarks=(*parsed.remarks, told))
        if parsed.visible_below and _is_of_folder(within):
            self._said.setdefault(folder, (within, parsed.visible_below))
        return parsed


def parse_alone(data: bytes, file: Path) -> ParsedFile:
    """What a file says that is not imported with the folders around it, whose pages count as well.

    It has no path, so that no title is made of it. Raises `NotTaken`.
    """
    cascades, place = Cascades(), file.absolute()
    names = [f"{name}{suffix}" for name in _PAGES_OF_FOLDERS for suffix in SUFFIXES]
    for page in (folder / name for folder in reversed(place.parents) for name in names):
        if page != place and page.is_file():
            with suppress(NotTaken):
                cascades.parse(read(page.parent, page.name), page.as_posix())
    return cascades.parse(data, "", place.as_posix(), within=place.as_posix())


def _is_of_folder(path: str) -> bool:
    return without_suffix(posixpath.basename(path)).lower() in _PAGES_OF_FOLDERS


def _depth(path: str) -> int:
    return path.count("/") if _is_of_folder(path) else 0


def _around(folder: str) -> Iterator[str]:
    while folder.strip("/"):
        yield folder
        folder = posixpath.dirname(folder)
    yield ""

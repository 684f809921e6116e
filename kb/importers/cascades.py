"""What the page of a folder says of who sees those below it, as Hugo's `cascade` does."""

import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path

from msgspec import Struct, structs

from kb.errors import NotTaken
from kb.importers import autorefs
from kb.importers.blocks import blocks_of
from kb.importers.crossrefs import labels_of
from kb.importers.decoding import decoded
from kb.importers.files import read
from kb.importers.front_matter import read_head
from kb.importers.head_yaml import load
from kb.importers.label_pages import LabelPages, language_of
from kb.importers.markdown import ParsedFile, parse_markdown
from kb.importers.myst import SETTINGS as MYST_SETTINGS
from kb.importers.myst import SPHINX as SPHINX_SETTINGS
from kb.importers.myst import is_myst, labels_in
from kb.importers.naming import is_markdown
from kb.importers.remarks import Remarks, Why
from kb.importers.seen import narrowest, seen_below
from kb.importers.seen_values import DRAFT
from kb.importers.values import Value

_PAGES_OF_FOLDERS = ("_index", "index")
SETTINGS = (".meta.yml", "_metadata.yml", "_metadata.yaml", "_data.yml", "_data.yaml")
"""What says something of all pages of a folder: Material for MkDocs', Quarto's and Lume's files."""
_QUARTO = ("_quarto.yml", "_quarto.yaml", "_bookdown.yml")
_DOCUSAURUS = tuple(f"docusaurus.config.{kind}" for kind in ("js", "ts", "mjs", "cjs", "mts"))


class _Said(Struct, frozen=True):
    """What a page says of those below it; `told` is how a remark of these says so."""

    language: str
    sight: str
    told: str


def in_order(paths: Iterable[str]) -> list[str]:
    """`paths` with the pages of folders first, each before those of the folders within."""
    return sorted(paths, key=lambda path: (not _is_of_folder(path), _depth(path), path))


class Cascades:
    """Reads files and collects what pages of folders say, if these come `in_order`."""

    def __init__(self) -> None:
        self._said: dict[str, list[_Said]] = {}
        self._set: dict[str, dict[str, Value]] | None = None
        """What Quarto's settings in each folder say; None where nobody knows."""
        self.books: set[str] = set()
        """The folders all pages below which are in MyST."""
        self._quarto: set[str] = set()
        self._sections: set[str] = set()
        """The folders with a page as Zola and Hugo give it to a section."""
        self._labels, self._headings, self._ids = LabelPages(), LabelPages(), LabelPages()
        self._mkdocs: set[str] = set()
        self.mdx: set[str] = set()
        """The folders all pages below which may be in MDX."""
        self._roots = (
            (_QUARTO, self._quarto),
            (autorefs.SETTINGS, self._mkdocs),
            (_DOCUSAURUS, self.mdx),
        )

    def parse(
        self, data_of: Callable[[], bytes], path: str, place: str = "", *, within: str = ""
    ) -> ParsedFile:
        """What a file says, shown to no more people than the pages of the folders around it say.

        `within` is where it lies among the folders, if not at `path`. Raises `NotTaken`.
        """
        within = within or path
        try:
            parsed = parse_markdown(
                data := data_of(),
                path,
                place,
                settings=self._settings_of(within),
                in_book=self._in_book(within),
                in_chapters=self._is_chapter(within),
                in_mdx=not self.mdx.isdisjoint(_folders(posixpath.dirname(within))),
                page_of=partial(self.page_of, path),
                id_of=partial(self.id_of, path) if self._ids.any() else None,
            )
        except Exception:
            self.refused(data_of, within)
            raise
        if parsed.exact:
            return parsed
        for said in self._around(within):
            remarks = (*parsed.remarks, f"{Why.SEEN}: {said.told}")
            shown = narrowest({*parsed.visible_to, said.sight})
            parsed = structs.replace(parsed, visible_to=shown, remarks=remarks)
        below = parsed.visible_below
        if self._is_of_section(within):
            below = narrowest({*below, *_below(data, is_section=True)})
        self._keep(within, below, "shows what lies below it to its author alone")
        return parsed

    def refused(self, data_of: Callable[[], bytes], within: str) -> None:
        """Note what a page of a folder that is not taken says, or may, if its head is not read."""
        if not _is_of_folder(within):
            return
        below: tuple[str, ...] = (DRAFT,) if posixpath.basename(within).startswith("_") else ()
        with suppress(Exception):  # what cannot be read for any reason counts as above
            below = _below(data_of(), is_section=self._is_of_section(within))
        self._keep(within, below, "is not taken and may keep what lies below it for its author")

    def read_settings(self, folder: Path, paths: Iterable[str]) -> None:
        """Note what the settings of all folders say in which `paths` below `folder` lie."""
        folders = {above for path in paths for above in Path(path).parents}
        with suppress(OSError, NotTaken):  # what is set for pages is known of all folders or none
            self._set = {each.as_posix().strip("."): _set_in(folder, each) for each in folders}
        self.mdx.update("" for _ in filter(_is_docusaurus, folder.resolve().parents))
        for within in folders:
            if _is_book(folder / within):
                self.books.add(within.as_posix().strip("."))
            for names, roots in self._roots:
                if any((folder / within / name).is_file() for name in names):
                    roots.add(within.as_posix().strip("."))
            for place in ((within / name).as_posix() for name in SETTINGS):
                if (folder / place).is_file():
                    self.settings(partial(read, folder, place), place)
        for path in (path for path in paths if is_markdown(posixpath.basename(path))):
            with suppress(OSError, NotTaken):
                self._read_labels(read(folder, path), path)

    def _read_labels(self, data: bytes, path: str) -> None:
        """Note the labels and ids in a file."""
        labelled, of_mkdocs = self._has_labels(path), self._of_mkdocs(path)
        has_ids = of_mkdocs or b"{#" in data or b"{ #" in data
        if not (labelled or has_ids or b"id::" in data or b")=" in data):
            return
        text = decoded(data)
        labelled = labelled or (b")=" in data and is_myst(text, {}))
        named = (*labels_in(text), *labels_of(text)) if labelled else ()
        ids = autorefs.ids_of(text, headings=of_mkdocs) if has_ids else ()
        of_headings = autorefs.ids_of(text, headings=True) if named or labelled else ()
        for known, found in (
            (self._labels, (*named, *blocks_of(text))),
            (self._headings, of_headings),
            (self._ids, ids),
        ):
            known.add(found, path)

    def _has_labels(self, path: str) -> bool:
        """Whether links of other pages know labels of that at `path`."""
        is_page = is_markdown(posixpath.basename(path))
        return is_page and (self._is_chapter(path) or self._in_book(path))

    def _is_chapter(self, path: str) -> bool:
        """Whether that at `path` is a page of Quarto's or bookdown's."""
        around = _folders(posixpath.dirname(path))
        return path.lower().endswith((".qmd", ".rmd")) or not self._quarto.isdisjoint(around)

    def _in_book(self, path: str) -> bool:
        return not self.books.isdisjoint(_folders(posixpath.dirname(path)))

    def page_of(self, path: str, label: str) -> str:
        """The page of a book in which `label` is, seen from that at `path`; "" if none is known."""
        return self._labels.of(label, path) or self._headings.of(label, path) or ""

    def _of_mkdocs(self, path: str) -> bool:
        return not self._mkdocs.isdisjoint(_folders(posixpath.dirname(path)))

    def id_of(self, path: str, name: str) -> str | None:
        """The page of an id, seen from that at `path`; where MkDocs knows of none, None."""
        found = self._ids.of(name, path)
        return found or (None if self._of_mkdocs(path) else "")

    def _settings_of(self, within: str) -> dict[str, Value] | None:
        """What is set for a page; for others around it the names alone, which it may have too."""
        if self._set is None:
            return None
        said: dict[str, Value] = {name: [] for each in self._set.values() for name in each}
        for folder in reversed([*_folders(posixpath.dirname(within))]):
            _put(said, self._set.get(folder, {}))
        return said

    def _is_of_section(self, within: str) -> bool:
        """Whether a page is that of a section, or of a bundle below one: its draft hides more."""
        if posixpath.basename(within).lower().startswith("_index."):
            self._sections.add(posixpath.dirname(within))
            return True
        folders = _folders(posixpath.dirname(within))
        return _is_of_folder(within) and not self._sections.isdisjoint(folders)

    def settings(self, data_of: Callable[[], bytes], within: str) -> None:
        """Note what settings of a folder say, as Material for MkDocs has them in `.meta.yml`."""
        below: tuple[str, ...] = (DRAFT,)
        with suppress(Exception):
            head = read_head(f"---\n{decoded(data_of())}\n---\n", Remarks())
            below = (DRAFT,) if head.unread else seen_below({"cascade": head.fields})
        told = f"{within} keeps what lies below it for its author"
        said = [_Said("", sight, told) for sight in below]
        self._said.setdefault(posixpath.dirname(within), []).extend(said)

    def _keep(self, within: str, below: tuple[str, ...], told: str) -> None:
        if _is_of_folder(within):
            said = [_Said(language_of(within), sight, f"{within} {told}") for sight in below]
            self._said.setdefault(posixpath.dirname(within), []).extend(said)

    def _around(self, within: str) -> Iterator[_Said]:
        for folder in _folders(posixpath.dirname(within)):
            for said in self._said.get(folder, ()):
                if said.language in ("", language_of(within)):
                    yield said


def parse_alone(data: bytes, file: Path) -> ParsedFile:
    """What a file says that is not imported with the folders around it, whose pages count as well.

    It has no path, so that no title is made of it. Raises `NotTaken`.
    """
    cascades, place = Cascades(), file.absolute()
    for folder in place.parents:
        if _is_book(folder):
            cascades.books.add(folder.as_posix())
        if _is_docusaurus(folder):
            cascades.mdx.add(folder.as_posix())
        for name in SETTINGS:
            if (folder / name).is_file():
                cascades.settings(partial(read, folder, name), (folder / name).as_posix())
    for page in _pages_around(place):
        with suppress(NotTaken):
            data_of = partial(read, page.parent, page.name)
            if is_markdown(page.name):
                cascades.parse(data_of, page.as_posix())
            else:
                cascades.refused(data_of, page.as_posix())
    return cascades.parse(lambda: data, "", place.as_posix(), within=place.as_posix())


def _is_docusaurus(folder: Path) -> bool:
    """Whether a folder is the root of a website of Docusaurus', which reads all pages as MDX."""
    return any((folder / name).is_file() for name in _DOCUSAURUS)


def _is_book(folder: Path) -> bool:
    """Whether a folder is the root of a book in MyST, which settings of Sphinx may say."""
    if any((folder / name).is_file() for name in MYST_SETTINGS):
        return True
    with suppress(OSError, NotTaken):
        return (folder / SPHINX_SETTINGS).is_file() and b"myst" in read(folder, SPHINX_SETTINGS)
    return False


def _set_in(folder: Path, within: Path) -> dict[str, Value]:
    """What Quarto's settings of a folder say, and what is set by those of its profiles."""
    said: dict[str, Value] = {}
    for kind in ("_quarto*.y*ml", "_metadata*.y*ml"):
        for file in sorted((folder / within).glob(kind)):
            _put(said, load(decoded(read(folder, (within / file.name).as_posix()))))
    return said


def _put(said: dict[str, Value], more: Mapping[str, Value]) -> None:
    """Let `more` count in `said`, but for what it leaves open within a field."""
    for name, value in more.items():
        known = said.get(name)
        joined = isinstance(known, dict) and isinstance(value, dict) and known | value
        said[name] = joined or value


def _below(data: bytes, *, is_section: bool) -> tuple[str, ...]:
    try:
        return read_head(decoded(data), Remarks()).seen_below(is_section=is_section)
    except Exception:
        said = data.replace(b"\0", b"").lower()
        return (DRAFT,) if b"cascade" in said or (is_section and b"draft" in said) else ()


def _pages_around(place: Path) -> Iterator[Path]:
    for folder in reversed(place.parents):
        with suppress(OSError):
            names = sorted(each.name for each in folder.iterdir() if _is_of_folder(each.name))
            yield from (page for name in names if (page := folder / name) != place)


def _is_of_folder(path: str) -> bool:
    return posixpath.basename(path).lower().partition(".")[0] in _PAGES_OF_FOLDERS


def _depth(path: str) -> int:
    return path.count("/") if _is_of_folder(path) else 0


def _folders(folder: str) -> Iterator[str]:
    while folder.strip("/"):
        yield folder
        folder = posixpath.dirname(folder)
    yield ""

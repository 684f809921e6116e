"""Writes an export: a new folder appears only when complete, and can be updated later."""

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from kb.entries.results import EntryPage
from kb.errors import InvalidInput
from kb.exporters.markdown import file_path, render
from kb.messages import _

MANIFEST = ".tributary-export.json"
"""Lists the files of an export, so that a later one replaces these and touches no others."""

OWN_FOLDER, OWN_FILE = 0o700, 0o600
"""An export may contain private entries and drafts, so only its owner can read it at first."""

Render = Callable[[EntryPage], str]


def export(
    pages: Iterable[EntryPage], folder: Path, groups: Mapping[str, str] | None = None
) -> Iterator[str]:
    """Write each entry to a file in `folder` and yield its path; `groups` has their names by id.

    A new folder appears when everything is on disk. In an empty folder, or one of an earlier
    export, each file is replaced atomically, and outdated ones are removed. New files are readable
    to their owner only; an existing folder keeps its mode. Raises `InvalidInput` for a folder with
    other content, and `OSError` that names `folder`.
    """
    place = folder.resolve()
    text = partial(render, groups=groups)
    if place.exists():
        with _naming(folder, place):
            yield from _update(pages, place, _earlier(place), text)
        return
    with _naming(folder, place.with_name(f".{place.name}.")):
        yield from _make(pages, place, text)


@contextmanager
def _naming(folder: Path, place: Path) -> Iterator[None]:
    """Make an `OSError` of a file below `place` name `folder` instead.

    The caller does not know the temporary names of files and folders.
    """
    try:
        yield
    except OSError as error:
        if not str(error.filename).startswith(str(place)):
            raise
        raise OSError(error.errno, error.strerror, str(folder)) from error


def _make(pages: Iterable[EntryPage], folder: Path, text: Render) -> Iterator[str]:
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        written = []
        for path in _write(pages, beside, text):
            written.append(path)
            yield path
        _write_manifest(beside, written)
        beside.replace(folder)
        os.sync()
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _earlier(folder: Path) -> list[str]:
    """The files of the export in `folder`; none if it is empty."""
    if not folder.is_dir():
        raise InvalidInput(
            _("{folder} is a file; name a folder to export to.", folder=str(folder)), "folder"
        )
    if not any(folder.iterdir()):
        return []
    try:
        files = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"]
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        raise InvalidInput(
            _(
                "{folder} holds files that are not from an export; name an empty or a new folder.",
                folder=str(folder),
            ),
            "folder",
        ) from None
    return [str(path) for path in files]


def _update(
    pages: Iterable[EntryPage], folder: Path, earlier: list[str], text: Render
) -> Iterator[str]:
    # First of all, so that an export that is interrupted here can be done again.
    _write_manifest(folder, earlier)
    written = []
    for path in _write(pages, folder, text):
        written.append(path)
        yield path
    for path in {*earlier} - {*written}:
        # A manifest is a file that anybody can edit: nothing outside the folder is removed.
        place = (folder / path).resolve()
        if place.suffix == ".md" and place.is_relative_to(folder.resolve()):
            place.unlink(missing_ok=True)
    _write_manifest(folder, written)


def _write(pages: Iterable[EntryPage], folder: Path, text: Render) -> Iterator[str]:
    taken = set()
    for page in pages:
        path = file_path(page)
        # The beginnings of two ids can be alike; whole ones never are.
        path = file_path(page, len(page.id)) if path in taken else path
        taken.add(path)
        _replace(folder / path, text(page))
        yield path


def _write_manifest(folder: Path, written: list[str]) -> None:
    # At once for all files written so far: a sync of each would take minutes.
    os.sync()
    content = json.dumps({"format": 1, "files": sorted(written)}, indent=1, ensure_ascii=False)
    _replace(folder / MANIFEST, content + "\n")


def _replace(place: Path, text: str) -> None:
    place.parent.mkdir(OWN_FOLDER, exist_ok=True)
    temporary = place.with_name(f".{os.getpid()}.new")
    temporary.unlink(missing_ok=True)
    # newline="" keeps line ends as they are on every system.
    with open(temporary, "x", encoding="utf-8", newline="", opener=_own) as file:
        file.write(text)
    temporary.replace(place)


def _own(path: str, flags: int) -> int:
    return os.open(path, flags, OWN_FILE)

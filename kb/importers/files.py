"""Finds the pages of a folder and reads one, saying why where it cannot be read."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from kb.counting import counted
from kb.errors import NotTaken
from kb.importers.decoding import LARGEST_FILE
from kb.importers.naming import is_hidden, is_markdown, is_other_page
from kb.messages import _

TOO_LARGE = f"more than the {LARGEST_FILE / 1e6:.0f} MB that are taken; split it up."


_NAMED = 3
"""Hidden pages that are named."""


def find_files(folder: Path) -> list[str]:
    """The paths of all pages under `folder`, relative, with slashes, sorted.

    Hidden files and folders are passed over. Pages that are not in Markdown, what cannot be read
    and folders behind symbolic links, which are not entered, are in the list as well, so that the
    report can say so.
    """
    return sorted(_found(folder, ""))


def hidden_pages(folder: Path) -> list[str]:
    """The paths of the pages in Markdown that `find_files` passes over as hidden, sorted."""
    found: list[str] = []
    for above, _folders, names in os.walk(folder):
        within = Path(above).relative_to(folder)
        paths = ((within / name).as_posix() for name in names if is_markdown(name))
        found += (path for path in paths if is_hidden(path))
    return sorted(found)


def why_hidden(paths: Sequence[str]) -> str:
    """Why the hidden pages at `paths` are not taken."""
    named = f": {', '.join(paths[:_NAMED])}" if len(paths) > 1 else ""
    more = f" and {len(paths) - _NAMED:,} more" * (len(paths) > _NAMED)
    return _(
        "Hidden files and folders are passed over ({counted}{named}{more}).",
        counted=counted(len(paths), "page", "pages"),
        named=named,
        more=more,
    )


def read(folder: Path, path: str) -> bytes:
    """The content of a file that `find_files` found. Raises `NotTaken`.

    A link is followed within `folder` only: what else the machine holds is not for everybody.
    """
    place = folder / path
    try:
        path.encode()
        if place.is_dir():
            raise NotTaken(_why_no_file(place))
        if not place.exists():
            raise NotTaken(_("The link leads nowhere."))
        if not place.is_file():
            raise NotTaken(_("This is no regular file."))
        if not place.resolve().is_relative_to(folder.resolve()):
            raise NotTaken(_("The link leads out of the folder."))
        size = place.stat().st_size
        if size > LARGEST_FILE:
            raise NotTaken(f"The file has {size / 1e6:.0f} MB, {TOO_LARGE}")
        return place.read_bytes()
    except UnicodeEncodeError as error:
        raise NotTaken(_("The file's name is not UTF-8; rename it.")) from error
    except OSError as error:
        raise NotTaken(
            _("The file cannot be read: {strerror}.", strerror=str(error.strerror))
        ) from error


def read_stream(stream: BinaryIO) -> bytes:
    """What comes to its end in `stream`. Raises `NotTaken` for more than a file may have."""
    data = stream.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise NotTaken(f"What was given is {TOO_LARGE}")
    return data


def _why_no_file(folder: Path) -> str:
    if folder.is_symlink():
        return _("Folders behind links are not entered: import it by its own path.")
    named_so = is_markdown(folder.name)
    return _("This is a folder, not a file.") if named_so else _("The folder cannot be read.")


def _is_listed(item: "os.DirEntry[str]") -> bool:
    if is_markdown(item.name):
        return "." in item.name or not item.is_dir()
    return is_other_page(item.name) and item.is_file(follow_symlinks=False)


def _is_linked_folder(item: "os.DirEntry[str]") -> bool:
    try:
        return item.is_symlink() and item.is_dir()
    except OSError:  # e.g. a link to itself
        return False


def _found(folder: Path, prefix: str) -> Iterator[str]:
    try:
        found = list(os.scandir(folder))
    except OSError:
        # Shown like a file that cannot be read; the folder given itself is looked at by the caller.
        yield prefix.rstrip("/")
        return
    for item in found:
        if item.name.startswith("."):
            continue
        if _is_listed(item) or _is_linked_folder(item):
            yield prefix + item.name
        if item.is_dir(follow_symlinks=False):
            yield from _found(folder / item.name, f"{prefix}{item.name}/")

"""Generations: each build of an index is a directory; the file CURRENT names the one in use."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from events.sqlite_files.errors import bare
from indexer.embedding.calibration import MINILM, Calibration
from indexer.errors import IndexOutdated
from indexer.stored.files import replace_durably

if TYPE_CHECKING:
    from indexer.embedding.embedder import Embedder

SCHEMA_VERSION = 7
MANIFEST = "manifest.json"
CURRENT = "CURRENT"
PASSAGES = "passages.sqlite"
VECTORS = "vectors.sqlite"
"""Beside the generations, which share it."""


class Manifest(Struct, frozen=True, kw_only=True):
    """What a generation was made with, written when everything else in it is durable.

    Its content is at least as new as `position`, and has no traces of documents removed up to
    `gone`. Only the lengths of the `calibration` must match; weights and thresholds are noted, but
    may change without a rebuild.
    """

    schema: int
    fingerprint: str
    engine: str
    analysis: int
    passages: int
    position: int
    gone: int = 0
    calibration: Calibration = MINILM  # of all that were made before it was noted


def manifest(embedder: "Embedder", engine: str, position: int, gone: int = 0) -> Manifest:
    """The manifest of an index that this program would make."""
    # Imported here, as readers of a manifest do not need the text libraries.
    from indexer.text import analysis, passages

    return Manifest(
        schema=SCHEMA_VERSION,
        fingerprint=embedder.fingerprint,
        engine=engine,
        analysis=analysis.VERSION,
        passages=passages.VERSION,
        position=position,
        gone=gone,
        calibration=embedder.calibration,
    )


def current(directory: Path) -> Path:
    """The current generation's directory. Raises `IndexOutdated` if there is none."""
    try:
        name = (directory / CURRENT).read_text(encoding="ascii")
    except FileNotFoundError:
        raise IndexOutdated("There is no index yet.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise IndexOutdated(
            "The index file {file} cannot be read ({why}).", file=CURRENT, why=bare(error)
        ) from error
    if not _is_name(name) or not (directory / name).is_dir():
        raise IndexOutdated("The index file {file} names no generation of it.", file=CURRENT)
    return directory / name


def made(generation: Path) -> Manifest:
    """The manifest. Raises `IndexOutdated` if it cannot be read."""
    path = generation / MANIFEST
    try:
        return msgspec.json.decode(path.read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError) as error:
        raise IndexOutdated(
            "The index file {file} is damaged ({why}).", file=MANIFEST, why=bare(error)
        ) from error


def check(generation: Path, embedder: "Embedder", engine: str) -> Manifest:
    """The manifest. Raises `IndexOutdated` if this program cannot use what it describes."""
    found = made(generation)
    wanted = manifest(embedder, engine, found.position)
    for what in ("schema", "engine", "fingerprint", "analysis", "passages"):
        old, new = getattr(found, what), getattr(wanted, what)
        if old != new:
            raise IndexOutdated(
                "The index was made with {what} {old}, this program uses {new}.",
                what=what,
                old=old,
                new=new,
            )
    if found.calibration.lengths != wanted.calibration.lengths:
        raise IndexOutdated("The index has passages of other lengths than this program cuts.")
    return found


def begin(directory: Path) -> Path:
    """A new, empty generation directory; what an interrupted build left is removed."""
    directory.mkdir(parents=True, exist_ok=True)
    names = [int(entry.name[1:]) for entry in directory.iterdir() if _is_name(entry.name)]
    sweep(directory)
    path = directory / f"g{max(names, default=0) + 1:06}"
    path.mkdir()
    return path


def swap_in(generation: Path, made: Manifest) -> None:
    """Write the manifest, make the generation the current one, and remove all others."""
    replace_durably(generation / MANIFEST, msgspec.json.encode(made))
    replace_durably(generation.parent / CURRENT, generation.name.encode("ascii"))
    sweep(generation.parent)


def forgot(generation: Path, gone: int) -> None:
    """Note that the generation has no traces of documents removed up to `gone`."""
    found = msgspec.structs.replace(made(generation), gone=gone)
    replace_durably(generation / MANIFEST, msgspec.json.encode(found))


def sweep(directory: Path) -> None:
    """Remove all generations but the current one; readers keep the files that they have open."""
    try:
        keep = current(directory)
    except IndexOutdated:
        keep = None
    for entry in directory.iterdir():
        if _is_name(entry.name) and entry != keep:
            shutil.rmtree(entry, ignore_errors=True)


def nothing(directory: Path) -> bool:
    """Whether there is no index at all."""
    return not directory.is_dir() or not any(directory.iterdir())


def alone(generation: Path) -> bool:
    """Whether no other generation is left beside this one."""
    return not any(
        _is_name(entry.name) and entry != generation for entry in generation.parent.iterdir()
    )


def _is_name(name: str) -> bool:
    return name[:1] == "g" and name[1:].isdecimal()

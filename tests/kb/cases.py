"""Cases of imports: a folder of files, what must come of them, and what must be found in it.

A case is a folder with `files/`, and beside it, each of them optional, `expected.toml` (the entries
and rows of the report, see `Expected`) and `q.txt` (a line for each question: the title that comes
first, a tab, the question; `-` instead of a title where nothing matches closely).
"""

import os
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import Struct

from kb.entries.content import Content, Scalar
from kb.entries.entry import Entry
from kb.importers.decoding import decoded
from kb.importers.run import FileOutcome, FolderImport, ImportOptions
from tests.kb.counted import lost
from tests.worlds.log import World

OWN = Path(__file__).parents[1] / "cases"
ELSEWHERE = Path(__file__).parent / "cases_elsewhere.toml"
SOURCE = "case"
NOTHING = "-"


class ExpectedEntry(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An entry, found by its title; `headings`, `tags`, `relations` and `properties` are all."""

    title: str
    contains: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    headings: tuple[str, ...] | None = None
    tags: frozenset[str] | None = None
    relations: frozenset[str] | None = None
    properties: dict[str, Scalar] | None = None
    visibility: str | None = None


class ExpectedRow(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A row of the report: what became of a file, and what a remark or the reason must hold."""

    path: str
    outcome: str = "contributed"
    remark: str | None = None


class Expected(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What must come of a case; there are no other entries than these."""

    entry: tuple[ExpectedEntry, ...] = ()
    row: tuple[ExpectedRow, ...] = ()


class Elsewhere(Expected, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What must come of a case elsewhere; `own` is the case or test here that is of its kind."""

    own: str


class Imported(Struct, frozen=True):
    """What an import of a case came to: the rows by path, the entries by id."""

    rows: Mapping[str, FileOutcome]
    entries: Mapping[str, Entry]

    @property
    def by_title(self) -> dict[str, Entry]:
        """The entries by title."""
        return {content_of(entry).title: entry for entry in self.entries.values()}


def cases(*, asking: bool = False) -> list[Any]:
    """Parameters: each case, or those alone that ask something; skipped are those without files."""
    folders = [OWN, *(Path(given) for given in [os.environ.get("KB_CASES")] if given)]
    found = [case for folder in folders for case in sorted(folder.iterdir()) if case.is_dir()]
    return [
        pytest.param(
            case,
            id=case.name,
            marks=() if (case / "files").is_dir() else pytest.mark.skip("no files to import"),
        )
        for case in found
        if not asking or questions(case)
    ]


def folders() -> list[Any]:
    """Parameters: our own documentation, and each folder below the one that KB_FOLDERS names."""
    given = os.environ.get("KB_FOLDERS")
    found = [OWN.parents[1] / "docs", *(sorted(Path(given).iterdir()) if given else [])]
    return [pytest.param(folder, id=folder.name) for folder in found if folder.is_dir()]


def import_case(files: Path) -> Imported:
    """Take the files in, as the operator, into a knowledge base of their own."""
    world = World()
    run = FolderImport(world.entries, files, ImportOptions(source=SOURCE))
    rows = {outcome.path: outcome for outcome in run.run()}
    return Imported(rows, {row.id: world.entry(row.id) for row in rows.values() if row.id})


def expected(case: Path) -> Expected | None:
    """What the case says must come of it, if it does."""
    file = case / "expected.toml"
    if file.exists():
        return msgspec.toml.decode(file.read_bytes(), type=Expected)
    known = elsewhere().get(case.name)
    return known if known and known.entry else None


def elsewhere() -> dict[str, Elsewhere]:
    """What must come of known cases that lie elsewhere, by their names."""
    return msgspec.toml.decode(ELSEWHERE.read_bytes(), type=dict[str, Elsewhere])


def questions(case: Path) -> list[tuple[str, str]]:
    """The questions of the case, each with the title that must come first."""
    file = case / "q.txt"
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    pairs = (line.rpartition("\t") for line in lines if line.strip())
    return [(title, question) for title, _, question in pairs]


def said(entry: Entry) -> str:
    """All that an entry says."""
    content = content_of(entry)
    pieces = [content.title, entry.group or "", entry.kind, *sorted(entry.tags.values())]
    pieces += [f"{section.heading}\n{section.text}" for section in content.sections]
    pieces += [f"{name}: {value}" for name, value in content.properties.items()]
    return "\n".join(pieces)


def lost_words(files: Path, imported: Imported) -> dict[str, Counter[str]]:
    """The words of each file that was taken that are told less often than it has them."""
    found = {}
    for path, row in imported.rows.items():
        if row.id is None:
            continue
        entry = imported.entries[row.id]
        kept = [said(entry), entry.visibility.sight, path]
        kept += [entry.source.external_id if entry.source else ""]
        kept += [_place(target, imported) for target in _targets(entry)]
        source = decoded((files / path).read_bytes())
        kept += [Path(path).stem] * source.count(f"{Path(path).stem}#")  # a link within the page
        kept += [path] * source.count(f"{Path(path).name}#")
        if missing := lost(source, "\n".join(kept), row.remarks, entry.tags.values()):
            found[path] = missing
    return found


def content_of(entry: Entry) -> Content:
    """The text of an entry that is not erased."""
    assert entry.content
    return entry.content


def _targets(entry: Entry) -> Iterable[str]:
    return (relation.target for relation in entry.relations)


def _place(target: str, imported: Imported) -> str:
    """The title and the path of an entry that a link leads to."""
    paths = [path for path, row in imported.rows.items() if row.id == target]
    titles = [content_of(imported.entries[target]).title] if target in imported.entries else []
    return " ".join([*paths, *titles])

"""Each case of an import gives what it says; no word of any of its files is lost.

The cases of tests/cases, and those of the folder that KB_CASES names, if it is set. Of docs, and of
the folders below the one that KB_FOLDERS names, only the words are looked at.
"""

from pathlib import Path

import pytest

from indexer.embedding.model import ModelEmbedder
from kb.importers.run import FolderImport, ImportOptions
from kb.knowledge_base import KnowledgeBase
from kb.storage.settings import Settings
from tests.kb.cases import (
    NOTHING,
    OWN,
    SOURCE,
    Imported,
    cases,
    content_of,
    elsewhere,
    expected,
    folders,
    import_case,
    lost_words,
    questions,
    said,
)

CASES = cases()
ASKING = cases(asking=True)


@pytest.mark.parametrize("case", CASES)
def test_every_case_gives_the_entries_and_rows_that_it_says(case: Path) -> None:
    wanted = expected(case)
    if wanted is None:
        assert case.parent != OWN, "write down what must come of it"
        pytest.skip("no expected.toml, so only its words, pages and questions are looked at")
    imported = import_case(case / "files")
    assert set(imported.by_title) == {entry.title for entry in wanted.entry}
    for entry in wanted.entry:
        _check_text(imported, entry.title, entry.contains, entry.lacks)
        found = imported.by_title[entry.title]
        for want, have in (
            (entry.headings, tuple(s.heading for s in content_of(found).sections)),
            (entry.tags, frozenset(found.tags)),
            (entry.relations, _related(imported, entry.title)),
            (entry.properties, content_of(found).properties),
            (entry.visibility, found.visibility.sight),
        ):
            assert want is None or want == have, entry.title
    refused = {path for path, row in imported.rows.items() if row.id is None}
    assert refused == {row.path for row in wanted.row if row.outcome == "refused"}
    for row in wanted.row:
        given = imported.rows[row.path]
        assert given.outcome == row.outcome, given
        assert (row.remark or "") in " ".join([*given.remarks, given.reason or ""]), given


def _check_text(
    imported: Imported, title: str, contains: tuple[str, ...], lacks: tuple[str, ...]
) -> None:
    text = said(imported.by_title[title])
    for part in contains:
        assert part in text, title
    for part in lacks:
        assert part not in text, title


def _related(imported: Imported, title: str) -> frozenset[str]:
    titles = {entry.id: known for known, entry in imported.by_title.items()}
    return frozenset(titles[r.target] for r in imported.by_title[title].relations)


@pytest.mark.parametrize("case", CASES)
def test_no_word_of_a_file_is_lost_without_a_row_that_says_so(case: Path) -> None:
    files = case / "files"

    assert lost_words(files, import_case(files)) == {}


@pytest.mark.parametrize("folder", folders())
def test_no_word_of_a_whole_folder_is_lost_without_a_row_that_says_so(folder: Path) -> None:
    assert lost_words(folder, import_case(folder)) == {}


def test_each_kind_of_case_elsewhere_has_one_of_our_own() -> None:
    for name, known in elsewhere().items():
        file, _, test = known.own.partition("::")
        there = (OWN / file / "expected.toml").is_file() or (OWN.parent / file).is_file()
        assert there, name
        assert not test or f"def {test}(" in (OWN.parent / file).read_text(), name


@pytest.fixture(scope="module")
def model() -> ModelEmbedder:
    return ModelEmbedder()


@pytest.mark.model
@pytest.mark.parametrize("case", ASKING)
def test_a_question_finds_the_entry_that_its_case_names(
    case: Path, data: Path, model: ModelEmbedder
) -> None:
    with KnowledgeBase.open(data, settings=Settings(data=data), embedder=model) as base:
        list(FolderImport(base.session.entries, case / "files", ImportOptions(source=SOURCE)).run())
        found = {}
        for title, question in questions(case):
            answer = base.session.search(question)
            first = NOTHING if answer.nothing_close else answer.results[0].title
            if first != title:
                found[question] = first
    assert found == {}

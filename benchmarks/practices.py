"""Judged questions about two real collections of practices: is the right one in the first three?

Imports the content folders into a temporary knowledge base with the real model and prints the rank
of the right practice for each question of four files, all judged before anything was measured.
practice_questions_fresh.toml was written last, when the ranking stood, about pages drawn at random,
each question with every page that answers it. practice_questions_drawn.toml was made in the same
way for an earlier ranking; it, practice_questions.toml, and practice_questions_tuning.toml, which
avoids all words of the titles, were in view when the ranking was chosen. Then come the questions of
absent_questions.toml, which have no answer there.

Last come situations.toml and situations_absent.toml, of which only counts are printed, since
nothing is chosen by them: a right entry in the first three as ranked and as the member gets it, and
both errors: answerable questions that get no answer, and unanswerable ones that get one.
"""

import argparse
import os
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from indexer.document import Filter
from indexer.embedding.embedder import Embedder
from indexer.embedding.model import ModelEmbedder
from indexer.index import HybridIndex
from kb.access import OPERATOR_LABEL
from kb.ids import entry_id_for
from kb.importers.run import FileOutcome, FolderImport, ImportOptions
from kb.knowledge_base import KnowledgeBase

HERE = Path(__file__).parent
JUDGED = {
    "fresh": HERE / "practice_questions_fresh.toml",
    "in view, drawn": HERE / "practice_questions_drawn.toml",
    "in view, by topic": HERE / "practice_questions.toml",
    "in view, reworded": HERE / "practice_questions_tuning.toml",
}
ABSENT = HERE / "absent_questions.toml"
SITUATIONS = HERE / "situations.toml"
SITUATIONS_ABSENT = HERE / "situations_absent.toml"
FOLDERS = ("openpracticelibrary", "innersource-patterns")
FIRST = 3
DEEP = 50
NEEDED = 16
EVERYTHING = Filter(audience=frozenset({OPERATOR_LABEL}), facets={"archived": frozenset({"no"})})


def main() -> None:
    """Import, ask and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--content", type=Path, help="the content folder [../content beside KB_BENCH_DATA]"
    )
    content = content_folder(parser.parse_args().content)
    absent = read_questions(ABSENT)
    embedder = ModelEmbedder()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        KnowledgeBase.create(data)
        with KnowledgeBase.open(data, embedder=embedder) as base:
            for name in FOLDERS:
                show_import(name, bring(base, content / name))
            base.catch_up()
            for label, file in JUDGED.items():
                show_ranks(label, [(q, rank(base, q)) for q in read_questions(file)])
            answered = answered_of(base, absent)
            print(f"absent: {len(answered)} of {len(absent)} answered", *answered, sep="\n  ")
            show_situations(base, data / "index", embedder)


def read_questions(file: Path) -> list[Any]:
    """The questions of a file: tables where they are judged, or else texts."""
    questions: list[Any] = tomllib.loads(file.read_text(encoding="utf-8"))["questions"]
    return questions


def content_folder(given: Path | None) -> Path:
    """The folder of practices; without one, one sentence and exit code 2."""
    data = os.environ.get("KB_BENCH_DATA")
    folder = given or (Path(data).resolve().parent / "content" if data else None)
    if folder and all((folder / name).is_dir() for name in FOLDERS):
        return folder
    print(
        f"No folder with {' and '.join(FOLDERS)} was named: give it with --content, "
        "or set KB_BENCH_DATA to the folder beside it.",
        file=sys.stderr,
    )
    raise SystemExit(2)


def bring(base: KnowledgeBase, folder: Path) -> list[FileOutcome]:
    """Import a folder as `kb import` does."""
    return list(FolderImport(base.session.entries, folder, ImportOptions(source=folder.name)).run())


def show_import(name: str, outcomes: list[FileOutcome]) -> None:
    """How many files were taken, and why the others were not."""
    refused = [outcome for outcome in outcomes if outcome.reason]
    print(f"{name}: {len(outcomes)} files, {len(outcomes) - len(refused)} taken")
    for outcome in refused:
        print(f"  not taken: {outcome.path}: {outcome.reason}")


def rank(base: KnowledgeBase, question: dict[str, Any]) -> int | None:
    """The place of the best right practice, from 1; None if it is not among the first fifty."""
    results = base.session.search(question["text"], limit=DEEP).results
    return place_of(question, [result.id for result in results])


def place_of(question: dict[str, Any], ids: Sequence[str]) -> int | None:
    """The place of the first right entry among `ids`, from 1."""
    right = {entry_id_for(*path.split("/", 1)) for path in question["expect"]}
    return next((place for place, one in enumerate(ids, 1) if one in right), None)


def answered_of(base: KnowledgeBase, texts: Sequence[str]) -> list[str]:
    """Those of `texts` to which a member is shown an answer."""
    return [text for text in texts if not base.session.search(text).nothing_close]


def show_ranks(label: str, ranks: list[tuple[dict[str, Any], int | None]]) -> None:
    """A line for each question, then the count; spare questions are not counted."""
    for question, place in ranks:
        spare = " (spare)" if question.get("spare") else ""
        print(f"{place or '-':>3}  {question['text']}{spare}")
    places = [place for question, place in ranks if not question.get("spare")]
    counted = f"{among(places)} of {len(places)} in the first {FIRST}"
    print(f"{label}: {counted} (at least {NEEDED} wanted)\n")


class Asked(Struct, frozen=True):
    """A question and its answer: the place of a right entry as ranked and as the member gets it."""

    ranked: int | None
    shown: int | None
    refused: bool


def show_situations(base: KnowledgeBase, index: Path, embedder: Embedder) -> None:
    """The figures of situations.toml and situations_absent.toml, as counts alone."""
    with HybridIndex.open(index, embedder, engine=base.settings.fulltext) as ranking:
        asked = [situation(base, ranking, one) for one in read_questions(SITUATIONS)]
    absent = read_questions(SITUATIONS_ABSENT)
    ranked, shown = among([one.ranked for one in asked]), among([one.shown for one in asked])
    refused = [one for one in asked if one.refused]
    lost = sum(first(one.ranked) for one in refused)
    print(f"situations, a right entry in the first {FIRST}, of {len(asked)}:")
    print(f"  as ranked: {ranked}, as the member gets it: {shown}")
    print(f"  answerable, refused outright: {len(refused)}, with a right one there: {lost}")
    print(f"  unanswerable, answered: {len(answered_of(base, absent))} of {len(absent)}")


def situation(base: KnowledgeBase, ranking: HybridIndex, question: dict[str, Any]) -> Asked:
    """A question asked in both ways: of the ranking as it stands, and as a member asks."""
    answer = base.session.search(question["text"])
    hits = ranking.search(question["text"], EVERYTHING, DEEP)
    return Asked(
        ranked=place_of(question, [hit.document_id for hit in hits]),
        shown=place_of(question, [result.id for result in answer.results]),
        refused=answer.nothing_close,
    )


def first(place: int | None) -> bool:
    """Whether it is one of the first places."""
    return place is not None and place <= FIRST


def among(places: Sequence[int | None]) -> int:
    """How many are one of the first places."""
    return sum(first(place) for place in places)


if __name__ == "__main__":
    main()

"""Judged questions about two real collections of practices: is the right one in the first three?

Imports the content folders into a temporary knowledge base with the real model and prints the rank
of the right practice for each question of four files, all judged before anything was measured.
practice_questions_fresh.toml was written last, when the ranking stood, about pages drawn at random,
each question with every page that answers it. practice_questions_drawn.toml was made in the same
way for an earlier ranking; it, practice_questions.toml, and practice_questions_tuning.toml, which
avoids all words of the titles, were in view when the ranking was chosen. Then come the questions of
absent_questions.toml, which have no answer there.
"""

import argparse
import os
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

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
FOLDERS = ("openpracticelibrary", "innersource-patterns")
FIRST = 3
DEEP = 50
NEEDED = 16


def main() -> None:
    """Import, ask and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--content", type=Path, help="the content folder [../content beside KB_BENCH_DATA]"
    )
    content = content_folder(parser.parse_args().content)
    absent = read_questions(ABSENT)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        KnowledgeBase.create(data)
        with KnowledgeBase.open(data) as base:
            for name in FOLDERS:
                show_import(name, bring(base, content / name))
            for label, file in JUDGED.items():
                show_ranks(label, [(q, rank(base, q)) for q in read_questions(file)])
            answered = [text for text in absent if not base.search(text).nothing_close]
    print(f"absent: {len(answered)} of {len(absent)} answered", *answered, sep="\n  ")


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
    return list(FolderImport(base.entries, folder, ImportOptions(source=folder.name)).run())


def show_import(name: str, outcomes: list[FileOutcome]) -> None:
    """How many files were taken, and why the others were not."""
    refused = [outcome for outcome in outcomes if outcome.reason]
    print(f"{name}: {len(outcomes)} files, {len(outcomes) - len(refused)} taken")
    for outcome in refused:
        print(f"  not taken: {outcome.path}: {outcome.reason}")


def rank(base: KnowledgeBase, question: dict[str, Any]) -> int | None:
    """The place of the best right practice, from 1; None if it is not among the first fifty."""
    right = {entry_id_for(*path.split("/", 1)) for path in question["expect"]}
    results = base.search(question["text"], limit=DEEP).results
    return next((place for place, r in enumerate(results, 1) if r.id in right), None)


def show_ranks(label: str, ranks: list[tuple[dict[str, Any], int | None]]) -> None:
    """A line for each question, then the count; spare questions are not counted."""
    for question, place in ranks:
        spare = " (spare)" if question.get("spare") else ""
        print(f"{place or '-':>3}  {question['text']}{spare}")
    places = [place for question, place in ranks if not question.get("spare")]
    hits = sum(place is not None and place <= FIRST for place in places)
    print(f"{label}: {hits} of {len(places)} in the first {FIRST} (at least {NEEDED} wanted)\n")


if __name__ == "__main__":
    main()

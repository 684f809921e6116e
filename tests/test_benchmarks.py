"""Benchmarks that need no model run at their smallest, so that none breaks unseen."""

import json
from importlib import import_module
from pathlib import Path

import pytest

pytestmark = [pytest.mark.process, pytest.mark.long]

SMALLEST = {
    "append": ("--rounds 1 --commits 9", "ratio"),
    "damage": ("--tries 1 --file views.sqlite", "lasting 0"),
    "erasure": ("--events 40 --own 10", "none failed"),
    "exact_words": ("{data}/scifact --count 1", ""),
    "fulltext": ("{data} --documents 6 --questions 2", ""),
    "http": ("--requests 2", "ratio"),
    "large_base": ("--entries 2 --tags 2 --about 2 --people 2", "the heaviest weighs"),
    "projection": ("--events 20 --peer-events 10", "ratio"),
    "startup": ("--runs 1", ""),
    "threads": ("{data} --rounds 1 --seconds 0", "ratio"),
}
"""Arguments, and words of the figures."""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Collections of two documents and a question each, in the form of the real ones."""
    folder = tmp_path_factory.mktemp("collections")
    for name in ("scifact", "cisi", "stackfaq"):
        place = folder / name
        place.mkdir()
        documents = [
            {"_id": str(number), "title": f"Page {word}", "text": f"What {word} costs at night."}
            for number, word in enumerate(("heating", "lighting"))
        ]
        lines = "".join(json.dumps(each) + "\n" for each in documents)
        (place / "corpus.jsonl").write_text(lines, encoding="utf-8")
        question = json.dumps({"_id": "q", "text": "heating at night"})
        (place / "queries.jsonl").write_text(question + "\n", encoding="utf-8")
        (place / "qrels.tsv").write_text("query\tdocument\tgrade\nq\t0\t1\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize("program", SMALLEST)
def test_a_benchmark_prints_its_figures(
    program: str,
    data: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    arguments, words = SMALLEST[program]
    monkeypatch.setenv("KB_BENCH_DATA", str(data))
    monkeypatch.setenv("KB_DATA", "")  # what a program sets of it ends with the test
    monkeypatch.delenv("KB_DATA")
    monkeypatch.setattr("sys.argv", [program, *arguments.format(data=data).split()])
    import_module(f"benchmarks.{program}").main()
    printed = capsys.readouterr().out
    assert any(sign.isdigit() for sign in printed)
    assert words in printed

"""What an import costs those who search and write meanwhile: a real `kb import` beside `kb serve`.

    python -m benchmarks.import_beside [--files N] [--large MEGABYTES]

Files are sentences of the sample community in new order. Searches, and every second a contribution,
are timed on the idle server first, then from the start of the import until all of it is found. With
`--large` one member contributes a text of that size in the place of the import.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from threading import Event, Thread

import numpy as np

from benchmarks.serving import Visitor, asked, sample, served, times, visiting
from kb.demo.build import CONTENT

REACH = {"p99": 3.0, "write": 1.5}
FIRST_SEARCHES = 300
SECONDS_BETWEEN_WRITES = 1.0
PART = 900_000
"""Characters of a section of a large text."""

SENTENCES = 40
"""In a file: about three passages."""


def main() -> None:
    """Serve, import, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--files", type=int, default=600, help="to import [600]")
    parser.add_argument("--large", type=float, default=0, help="megabytes of one text instead")
    given = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        data = sample(folder)
        notes = write_files(folder / "notes", given.files)
        host = stack.enter_context(served(data))
        visitor = stack.enter_context(visiting(host))
        while behind(visitor) or times([visitor.get(asked(n))[0] for n in range(9)]).p50 > 1000:
            time.sleep(0.2)
        alone = Beside(host, lambda: None, least=FIRST_SEARCHES)
        if given.large:
            work = Beside(host, lambda: contribute_large(host, given.large))
        else:
            work = Beside(host, lambda: import_folder(data, notes))
        show(alone, work)


class Beside:
    """Searches and writes while `work` is done and until the index has taken it in."""

    def __init__(self, host: str, work: Callable[[], object], least: int = 1) -> None:
        self.searches: list[float] = []
        self.writes: list[float] = []
        self.found_late = 0
        self._host = host
        self._done = Event()
        began = time.perf_counter()
        doing = Thread(target=work)
        writing = Thread(target=self._write)
        with visiting(host) as visitor:
            doing.start()
            writing.start()
            while doing.is_alive() or len(self.searches) < least or behind(visitor):
                self.searches.append(visitor.get(asked(len(self.searches)))[0])
        self._done.set()
        writing.join()
        self.seconds = time.perf_counter() - began

    def _write(self) -> None:
        with visiting(self._host) as visitor:
            while not self._done.is_set():
                began = time.perf_counter()
                body = visitor.post(
                    "/api/entries", draft(f"Note {len(self.writes)}", "We do it so.")
                )
                self.writes.append(1000 * (time.perf_counter() - began))
                self.found_late += not json.loads(body)["searchable"]
                self._done.wait(SECONDS_BETWEEN_WRITES)


def behind(visitor: Visitor) -> int:
    """How many texts the index lacks."""
    lacks: int = json.loads(visitor.get(asked(0))[1])["behind"]
    return lacks


def show(alone: Beside, work: Beside) -> None:
    """Print what both have met."""
    for name, one in (("alone", alone), ("beside", work)):
        print(
            f"{name:<7} {one.seconds:5.1f} s   {len(one.searches):5} searches {times(one.searches)}"
            f"   {len(one.writes):3} writes {times(one.writes)}, {one.found_late} found later"
        )
    first, second = times(alone.searches), times(work.searches)
    middle, late = second.p50 / first.p50, second.p99 / first.p99
    print(f"searches beside over alone: p50 {middle:.2f}, p99 {late:.2f}")
    print(f"to reach: p99 at most {REACH['p99']:g} times")


def import_folder(data: Path, folder: Path) -> None:
    """As a curator does it."""
    command = [sys.executable, "-m", "kb.cli", "--data", str(data), "import", str(folder)]
    subprocess.run(command, check=True, capture_output=True)


def contribute_large(host: str, megabytes: float) -> None:
    """One entry with a text of that size."""
    text = sentences(np.random.default_rng(2), int(megabytes * 10_000))
    parts = [text[at : at + PART] for at in range(0, int(megabytes * 1_000_000), PART)]
    with visiting(host) as visitor:
        visitor.post("/api/entries", draft("All minutes", *parts))


def draft(title: str, text: str, *more: str) -> bytes:
    """A contribution over the API, with a section for each text."""
    sections = [{"heading": "The problem", "text": text}, {"heading": "What we do", "text": "So."}]
    sections += [{"heading": f"Part {at}", "text": part} for at, part in enumerate(more, 2)]
    content = {"title": title, "sections": sections}
    return json.dumps({"kind": "practice", "content": content}).encode()


def write_files(folder: Path, count: int) -> Path:
    """A folder of Markdown files."""
    folder.mkdir()
    chance = np.random.default_rng(1)
    for number in range(count):
        text = f"# Page {number}\n\n{sentences(chance, SENTENCES)}\n"
        (folder / f"page-{number}.md").write_text(text, encoding="utf-8")
    return folder


def sentences(chance: np.random.Generator, count: int) -> str:
    """So many sentences of the sample community, in paragraphs."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(CONTENT.rglob("*.md"))]
    known = [one for text in texts for one in re.findall(r"[A-Z][^.\n:]{20,200}\.", text)]
    chosen = [known[place] for place in chance.integers(len(known), size=count)]
    return "\n\n".join(" ".join(chosen[at : at + 5]) for at in range(0, count, 5))


if __name__ == "__main__":
    main()

"""What `kb --help` and commands that read cost over a Python that does nothing, and on what.

The commands read a sample community that nothing else has open; each is run in turns.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.serving import sample
from kb import KnowledgeBase

NOTHING = ("-c", "pass")
KB = ("-m", "kb.cli")
TOP = 12
REACH = "to reach: 150 ms each"


def main() -> None:
    """Measure all in turns and print them with the largest imports of one that reads."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--runs", type=int, default=15)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        data = sample(Path(folder))
        os.environ["KB_DATA"] = str(data)
        with KnowledgeBase.open(data) as base:
            entry = next(iter(base.session.catalogue.all_ids()))
        listed = (*KB, "list")
        commands = ((*KB, "--help"), listed, (*KB, "show", entry), (*KB, "status"))
        seconds: dict[Sequence[str], list[float]] = {each: [] for each in (NOTHING, *commands)}
        for _ in range(runs):
            for arguments, found in seconds.items():
                found.append(timed(arguments))
        bare = statistics.median(seconds[NOTHING])
        for arguments, found in seconds.items():
            shown = statistics.median(found)
            ratio = shown / bare
            print(f"{' '.join(arguments[:3]):<20} {1000 * shown:5.0f} ms, ratio {ratio:5.2f}")
        print(f"{REACH}\n\nmilliseconds by import of kb list, with what each brings in:")
        for microseconds, name in largest_imports(listed)[:TOP]:
            print(f"{microseconds / 1000:7.1f}  {name}")


def timed(arguments: Sequence[str]) -> float:
    """Seconds that a Python with these arguments runs."""
    begin = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
    return time.perf_counter() - begin


def largest_imports(arguments: Sequence[str]) -> list[tuple[int, str]]:
    """Cumulative microseconds and name of every module that is imported, largest first."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments], check=True, capture_output=True, text=True
    )
    lines = (line.split("|") for line in done.stderr.splitlines() if line.count("|") == 2)
    found = [(int(total), name.strip()) for _, total, name in lines if total.strip().isdigit()]
    return sorted(found, reverse=True)


if __name__ == "__main__":
    main()

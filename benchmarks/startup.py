"""What `kb --help` costs over a Python that does nothing, and on what it spends its time."""

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence

NOTHING = ("-c", "pass")
HELP = ("-m", "kb.cli", "--help")
TOP = 12


def main() -> None:
    """Measure both in turns and print their ratio and the largest imports."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    runs = parser.parse_args().runs
    seconds: dict[Sequence[str], list[float]] = {NOTHING: [], HELP: []}
    for _ in range(runs):
        for arguments, found in seconds.items():
            found.append(timed(arguments))
    bare, shown = (statistics.median(found) for found in seconds.values())
    print(f"python -c pass {bare * 1000:.0f} ms, kb --help {shown * 1000:.0f} ms (medians)")
    print(f"ratio {shown / bare:.2f}")
    print(f"\nmilliseconds by import, with what each brings in (the first {TOP}):")
    for microseconds, name in largest_imports()[:TOP]:
        print(f"{microseconds / 1000:7.1f}  {name}")


def timed(arguments: Sequence[str]) -> float:
    """Seconds that a Python with these arguments runs."""
    begin = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
    return time.perf_counter() - begin


def largest_imports() -> list[tuple[int, str]]:
    """Cumulative microseconds and name of every module imported by `kb --help`, largest first."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *HELP], check=True, capture_output=True, text=True
    )
    lines = (line.split("|") for line in done.stderr.splitlines() if line.count("|") == 2)
    found = [(int(total), name.strip()) for _, total, name in lines if total.strip().isdigit()]
    return sorted(found, reverse=True)


if __name__ == "__main__":
    main()

"""What a busy machine costs a visitor: searches and pages beside busy loops on every core, or none.

    python -m benchmarks.busy [--rounds N] [--each N]

`kb serve` runs on the sample community as a program of its own. Idle and busy rounds take turns, so
that both meet the same machine; the loops of a busy round are child processes, one for each core.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.serving import Visitor, asked, sample, served, times, visiting

REACH = {"p50": 3.0, "p99": 5.0, "page": 300.0}
SEARCHES = "search"


def main() -> None:
    """Serve, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=4, help="idle and busy ones [4]")
    parser.add_argument("--each", type=int, default=60, help="searches and pages of a round [60]")
    given = parser.parse_args()
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        host = stack.enter_context(served(sample(Path(folder))))
        visitor = stack.enter_context(visiting(host))
        found = measured(visitor, given.rounds, given.each)
    for name in found["idle"]:
        idle, busy = (times(found[state][name]) for state in ("idle", "busy"))
        ratios = f"{busy.p50 / idle.p50:5.2f} {busy.p99 / idle.p99:5.2f}"
        print(f"{name.split('-')[0]:<28} idle {idle}   busy {busy}   {ratios}")
    print(
        f"to reach: a search at most {REACH['p50']:g} and {REACH['p99']:g} times, "
        f"p99 of any page beside the loops {REACH['page']:g} ms"
    )


def measured(visitor: Visitor, rounds: int, each: int) -> dict[str, dict[str, list[float]]]:
    """Milliseconds by "idle" and "busy", and by what was asked for."""
    pages = addresses(visitor)
    while b'"behind":0' not in visitor.get(asked(0))[1]:
        time.sleep(0.1)
    for number in range(30):
        visitor.get(asked(number))
    found: dict[str, dict[str, list[float]]] = {
        state: {name: [] for name in (SEARCHES, *pages)} for state in ("idle", "busy")
    }
    for turn in range(rounds):
        for state, loops in (("idle", 0), ("busy", os.cpu_count() or 1)):
            with busy(loops):
                for number in range(each):
                    found[state][SEARCHES].append(visitor.get(asked(turn * each + number))[0])
                    for page in pages:
                        found[state][page].append(visitor.get(page)[0])
    return found


def addresses(visitor: Visitor) -> tuple[str, ...]:
    """One page of each kind that a reader meets."""
    body = visitor.get("/api/entries")[1].decode()
    entry = body.split('"id":"')[1].split('"')[0]
    lists = ("/about", "/", "/entries", "/search", "/reuse", "/entries/new?kind=practice")
    return (*lists, f"/entries/{entry}")


@contextmanager
def busy(loops: int) -> Iterator[None]:
    """So many processes that do nothing else than run."""
    command = [sys.executable, "-c", "while True: pass"]
    children = [subprocess.Popen(command) for _ in range(loops)]
    try:
        time.sleep(0.3 if loops else 0.0)  # until they run
        yield
    finally:
        for child in children:
            child.kill()
            child.wait()


if __name__ == "__main__":
    main()

"""What a flood of one person's searches costs others: pages and searches beside it, over without.

    python -m benchmarks.flood [--at-once N] [--rounds N]

`kb serve` runs on the sample community, with signing in, as a program of its own. A member sends so
many searches at once, the costliest that the bounds allow, while nobody signed in reads a page and
another member searches. Rounds with and without the flood take turns.
"""

import argparse
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from pathlib import Path
from urllib.parse import quote

from benchmarks.serving import asked, sample, served, times, visiting
from events.clock import utc_now
from kb import KnowledgeBase
from kb.access import operator

COSTLY = ('"a" ' * 540, "-".join("a" * 1_000), ".".join("1" * 1_000))
EACH, MOST = 20, 60
"""Pages and searches of a round without a flood, at least so many of one beside it, and at most."""

REACH = "to reach: p99 of a page beside the flood 300 ms, another's search a few times its usual"

Found = dict[str, list[float]]


def main() -> None:
    """Serve, flood, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--at-once", type=int, default=50, help="searches of a flood [50]")
    parser.add_argument("--rounds", type=int, default=3, help="with a flood, and without [3]")
    given = parser.parse_args()
    without: Found = {"page": [], "search": []}
    beside: Found = {"page": [], "search": []}
    with ExitStack() as stack:
        data = sample(Path(stack.enter_context(tempfile.TemporaryDirectory())))
        one, other = tokens(data, given.rounds), tokens(data, 2 * given.rounds, skip=1)
        host = stack.enter_context(served(data))
        for turn in range(given.rounds):
            measure(host, other[2 * turn], without, lambda count: count >= EACH)
            with ThreadPoolExecutor(given.at_once) as pool:
                flood = [
                    pool.submit(ask, host, one[turn], COSTLY[number % len(COSTLY)])
                    for number in range(given.at_once)
                ]
                measure(host, other[2 * turn + 1], beside, partial(ended, flood))
    for name in without:
        usual, late = times(without[name]), times(beside[name])
        ratios = f"{late.p50 / usual.p50:6.2f} {late.p99 / usual.p99:6.2f}"
        print(f"{name:<7} without {usual}   beside the flood {late}   ratio {ratios}")
    print(REACH)


def ended(flood: Sequence["Future[None]"], count: int) -> bool:
    """Whether the flood is over, or a member has searched as often as they may at once."""
    return count >= MOST or (count >= EACH and all(each.done() for each in flood))


def measure(host: str, token: str, found: Found, ended: Callable[[int], bool]) -> None:
    """Add milliseconds of pages and searches that take turns, another question each time."""
    count = 0
    with visiting(host) as nobody, visiting(host, token) as searcher:
        while not ended(count):
            found["page"].append(nobody.get("/about")[0])
            found["search"].append(searcher.get(asked(count))[0])
            count += 1


def ask(host: str, token: str, question: str) -> None:
    """One search of the flood, by a client of its own."""
    with visiting(host, token) as visitor:
        visitor.get(f"/api/search?q={quote(question)}")


def tokens(data: Path, count: int, skip: int = 0) -> list[str]:
    """So many tokens of one member of the base in `data`, whose members sign in from now on.

    A token each round, as each has its own bound on searches in a time.
    """
    settings = data / "settings.toml"
    if "base_url" not in (text := settings.read_text()):
        settings.write_text(f'{text}\nsign_in = "password"\nbase_url = "http://127.0.0.1"\n')
    ends = utc_now() + timedelta(days=1)
    with KnowledgeBase.open(data, principal=operator()) as base:
        member = base.session.directory.members()[skip].id
        return [
            base.accounts.tokens.make(member, ("search",), "flood", ends)[1] for _ in range(count)
        ]


if __name__ == "__main__":
    main()

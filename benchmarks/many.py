"""What many people at once get of a large community: answers in a second, and how late they come.

    python -m benchmarks.many [--data DIR] [--entries N] [--tags N] [--users N] [--seconds N]

Members with a token each ask for one page after the other, a quarter of them searches, from a
server that is a program of its own. Its vectors know nothing of meaning, so that no model runs; the
base is made as that of `benchmarks.large_base` and kept in `--data`, where that is given.
"""

import argparse
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from random import Random
from threading import Thread

import msgspec

from benchmarks.large_base import filled
from benchmarks.serving import times, visiting
from events.clock import utc_now
from indexer.embedding.testing import HashEmbedder
from kb import KnowledgeBase
from kb.access import operator
from web.server import serve

IDS = "ids.json"
WORDS = ("case", "bed", "write", "said", "hand", "down", "what", "handover")
REACH = "to reach: 60 answers/s, no error, p99 of a page 800 ms and of a search 1,500 ms"


def main() -> None:
    """Make what is not there, serve, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, help="where to keep the base [nowhere]")
    parser.add_argument("--entries", type=int, default=50_000)
    parser.add_argument("--tags", type=int, default=20_000)
    parser.add_argument("--about", type=int, default=5_000, help="endorsements, and reuses, of one")
    parser.add_argument("--people", type=int, default=5_000, help="members and groups")
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--pause", type=float, default=0, help="mean seconds between two pages [0]")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        answer(given.data)
        return
    with ExitStack() as stack:
        data = given.data or Path(stack.enter_context(tempfile.TemporaryDirectory())) / "data"
        if not data.exists():
            make(data, given)
        ids = msgspec.json.decode((data / IDS).read_bytes(), type=dict[str, list[str]])
        tokens = tokens_of(data, ids["members"][: given.users])
        host = stack.enter_context(served(data))
        ask(host, tokens, ids["entries"], given)
    print(REACH)


def make(data: Path, given: argparse.Namespace) -> None:
    """A base with views and index at `data`, and the ids that visitors need beside it."""
    KnowledgeBase.create(data)
    one = filled(data, given)
    with KnowledgeBase.open(data, embedder=HashEmbedder(), principal=operator()) as base:
        base.catch_up()
        listed = base.session.catalogue.browse(limit=1_000).items
        members = [each.id for each in base.session.directory.members_joined(limit=500).items]
    entries = [one["id"], *(each.id for each in listed)]
    (data / IDS).write_bytes(msgspec.json.encode({"entries": entries, "members": members}))
    settings = data / "settings.toml"
    text = f'{settings.read_text()}\nsign_in = "password"\nbase_url = "http://127.0.0.1"\n'
    settings.write_text(text)


def tokens_of(data: Path, members: list[str]) -> list[str]:
    """A token for each of these members."""
    ends = utc_now() + timedelta(days=1)
    with KnowledgeBase.open(data, embedder=HashEmbedder(), principal=operator()) as base:
        made = base.accounts.tokens.make
        return [made(member, ("search", "contribute"), "many", ends)[1] for member in members]


def answer(data: Path) -> None:
    """Serve until told to end, as `kb serve` does."""
    with KnowledgeBase.open(data, embedder=HashEmbedder()) as base, base.follow():
        base.catch_up()
        base.session.search("what was said")  # memory and snapshots are loaded at the first
        began = time.process_time()

        def ready(address: str, _: Callable[[], bool]) -> None:
            print(address, flush=True)

        serve(base, host="127.0.0.1", port=0, path=data / "many.sock", ready=ready)
        print(f"{time.process_time() - began:.1f} s of processor in the server")


@contextmanager
def served(data: Path) -> Iterator[str]:
    """Host and port of a server of `data` that is a program of its own."""
    command = [sys.executable, "-m", "benchmarks.many", "--serve", "--data", str(data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout
            yield server.stdout.readline().split("//")[1].strip().rstrip("/")
        finally:
            server.send_signal(signal.SIGTERM)
            print(server.communicate()[0].strip())


def page(random: Random, entries: list[str]) -> tuple[str, str]:
    """What a visitor asks for next: page or search, and its address."""
    entry = random.choice(entries)
    words = "+".join(random.sample(WORDS, 2))
    number = random.randrange(20_000)
    return random.choices(
        (
            ("search", f"/search?q={words}+{number}"),
            ("search", f"/api/search?q={words}+{number}"),
            ("page", "/"),
            ("page", "/about"),
            ("page", "/entries"),
            ("page", f"/entries?page={1 + number % 20}"),
            ("page", f"/entries?tag=tag-{number}"),
            ("page", f"/entries/{entry}"),
            ("page", f"/api/entries/{entry}"),
            ("page", "/entries/new?kind=practice"),
            ("page", f"/entries?group=Ward+{number % 500}"),
        ),
        weights=(15, 10, 10, 3, 10, 5, 10, 25, 5, 4, 3),
    )[0]


def ask(host: str, tokens: list[str], entries: list[str], given: argparse.Namespace) -> None:
    """Let every member ask for as long as they are to, and print what came of it."""
    found: dict[str, list[float]] = defaultdict(list)
    wrong: list[str] = []
    ends = time.monotonic() + given.seconds

    def visit(number: int, token: str) -> None:
        random = Random(number)  # noqa: S311  # the same pages in each run, and no secret
        with visiting(host, token) as visitor:
            while time.monotonic() < ends:
                kind, path = page(random, entries)
                try:
                    milliseconds = visitor.get(path)[0]
                except (ValueError, OSError) as error:
                    wrong.append(f"{path}: {error}")
                else:
                    found[kind].append(milliseconds)
                time.sleep(random.uniform(0, 2 * given.pause))

    users = [Thread(target=visit, args=each) for each in enumerate(tokens)]
    for each in users:
        each.start()
    for each in users:
        each.join()
    for kind, milliseconds in found.items():
        print(f"{kind:<14} {len(milliseconds):>6} answers   {times(milliseconds)}")
    answers = len(found["page"]) + len(found["search"])
    print(f"{answers / given.seconds:.1f} answers/s, {len(wrong)} errors {wrong[:3]}")


if __name__ == "__main__":
    main()

"""How long it takes to erase a member with a thousand events in a log of a hundred thousand, or
entries with long texts: 285,720 sections are cut into some 100,000 passages.

A log is made with the deterministic test embedder, whose speed is no matter here: vectors of what
stays are stored, and an erasure computes none. Then `kb serve` runs on it as a program of its own,
and a client asks it over HTTP all the time, from before the erasure until after it: how many
answers came, what it waited for longest, and that none failed is printed as well, with what the
server took of processor time and wrote to its files. With `--data` the base is kept there, and
every run erases in a copy of it.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from random import Random
from threading import Event, Thread
from typing import NamedTuple, Self

import msgspec

from indexer.embedding.testing import HashEmbedder
from kb import access
from kb.access import Principal
from kb.entries.content import Content, Draft, Section
from kb.knowledge_base import KnowledgeBase
from kb.people.member import Profile
from kb.session import Session

IDS = "ids.json"
REACH_SECONDS = 60
STEP = 5_000
OWN = 100
"""The entries of the member to be erased among long ones, of ten events each."""

TAGS = tuple(f"tag {number}" for number in range(9))
QUESTION = "/api/search?q=handover"
SERVER = """
import sys
from pathlib import Path
from indexer.embedding.testing import HashEmbedder
from kb.cli.invocation import Invocation
from web.cli import serve
session = Invocation(HashEmbedder())
session.data = Path(sys.argv[1])
serve(["--port", "0", "--without-signing-in"], obj=session)
"""


def main() -> None:
    """Fill, erase, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=100_000, help="in the log [100,000]")
    parser.add_argument("--own", type=int, default=1_000, help="of the member [1,000]")
    parser.add_argument(
        "--sections",
        type=int,
        default=0,
        help="erase an entry instead, among entries of 20 sections, so many sections in all",
    )
    parser.add_argument(
        "--member", action="store_true", help="then erase a member with 1,000 events, all over them"
    )
    parser.add_argument(
        "--at-once", type=int, default=1, help="so many entries, each asked for by itself [1]"
    )
    parser.add_argument("--data", type=Path, help="where to keep the base [nowhere]")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.data and given.data.parent) as folder:
        kept, data = given.data or Path(folder) / "made", Path(folder) / "data"
        if not kept.exists():
            make(kept, given)
        shutil.copytree(kept, data)
        entries, member = msgspec.json.decode((data / IDS).read_bytes(), type=Erased)
        with (
            served(data) as (host, server),
            KnowledgeBase.open(data, embedder=HashEmbedder()) as base,
            Asking(host) as asked,
        ):
            assert base.status().follower == "another process"
            before = Used.by(server)
            if given.sections and not given.member:
                seconds = timed(lambda: erase_each(base, entries[: given.at_once]))
            else:
                seconds = timed(lambda: base.session.erasure.member(member, entries="erased"))
            used = Used.by(server)
    print(f"erased in {seconds:.1f} s (under {REACH_SECONDS} s wanted)")
    print(
        f"with the answers {used.seconds - before.seconds:.1f} s of processor time, "
        f"{(used.written - before.written) / 1e6:,.0f} MB written"
    )
    print(
        f"meanwhile {asked.answers} answers, the slowest after {asked.slowest:.2f} s, "
        f"{len(asked.failures) or 'none'} failed"
    )
    if asked.failures:
        sys.exit(f"The first that failed: {asked.failures[0]}")


class Erased(NamedTuple):
    """The entries to be erased one by one, and the member."""

    entries: list[str]
    member: str


class Used(NamedTuple):
    """Processor time of a process in seconds, and what it wrote to files, in bytes."""

    seconds: float
    written: int

    @classmethod
    def by(cls, process: int) -> Self:
        """What the process with this number has used so far."""
        at = Path("/proc", str(process))
        ticks = (at / "stat").read_text().rpartition(")")[2].split()[11:13]
        counts = dict(line.split(": ") for line in (at / "io").read_text().splitlines())
        return cls(sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK"), int(counts["wchar"]))


def make(data: Path, given: argparse.Namespace) -> None:
    """A base with views and index at `data`, and beside them the ids of what is to be erased."""
    KnowledgeBase.create(data)
    with KnowledgeBase.open(data, embedder=HashEmbedder()) as base:
        if given.sections:
            erased = long_entries(base, given.sections)
        else:
            erased = Erased([], filled(base, given.events, given.own))
        base.start_following()
        base.catch_up()
        print(
            f"{base.head():,} events, {base.session.catalogue.browse().total:,} entries, "
            f"{base.status().passages:,} passages",
            flush=True,
        )
    (data / IDS).write_bytes(msgspec.json.encode(erased))


@contextmanager
def served(data: Path) -> Iterator[tuple[str, int]]:
    """Serve the data directory in another process; answers its host and port, and its number."""
    command = [sys.executable, "-c", SERVER, str(data)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        try:
            assert server.stdout
            said = []
            for line in server.stdout:  # what it makes anew, say, it tells before
                said.append(line)
                if "http://" in line:
                    break
            else:
                sys.exit(f"The server did not start: {''.join(said) or 'it said nothing.'}")
            yield said[-1].split("http://")[1].split()[0], server.pid
        finally:
            server.terminate()


class Asking:
    """A visitor who asks over and over, from the first answer before the block to its end.

    `slowest` is in seconds, and `failures` say what came instead of an answer.
    """

    def __init__(self, host: str) -> None:
        self._host = host
        self._began, self._ended = Event(), Event()
        self._thread = Thread(target=self._ask)
        self.answers, self.slowest = 0, 0.0
        self.failures: list[str] = []

    def __enter__(self) -> Self:
        self._once()  # what is loaded for the first question is not the erasure's
        assert not self.failures, self.failures
        self._thread.start()
        self._began.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _ask(self) -> None:
        while not self._ended.is_set():
            seconds = timed(self._once)
            self.answers += 1
            self.slowest = max(self.slowest, seconds)
            self._began.set()

    def _once(self) -> None:
        try:
            with closing(HTTPConnection(self._host, timeout=REACH_SECONDS)) as visit:
                visit.request("GET", QUESTION)
                answer = visit.getresponse()
                if answer.status != HTTPStatus.OK or not json.load(answer)["results"]:
                    self.failures.append(f"status {answer.status}, or nothing found")
        except (OSError, HTTPException, ValueError) as error:
            self.failures.append(f"{type(error).__name__}: {error}")


def filled(base: KnowledgeBase, events: int, own: int) -> str:
    """Write entries and tags of two members; answers the one with `own` events."""
    ada, ben = joined(base, "Ada"), joined(base, "Ben")
    for number in range((events - own) // 10):
        contribute(ben, number)
        if number % (STEP // 10) == 0:
            print(f"{base.head():,} events", end="\r", flush=True)
    for number in range(own // 10):
        contribute(ada, events + number)
    return ada.principal.member or ""


def joined(base: KnowledgeBase, name: str) -> Session:
    """The session of a new member who may do everything."""
    everything, member = access.operator(), base.session.people.invite().id
    acting = base.as_(Principal(member, everything.roles, everything.labels))
    acting.people.join(member, Profile(name=name))
    return acting


def long_entries(base: KnowledgeBase, in_all: int) -> Erased:
    """Write entries with twenty sections each, so many sections `in_all`.

    Answers the ids of those of one member, and another one, whose `OWN` lie evenly among them, with
    nine tags each.
    """
    words, entries = Random(7), []  # noqa: S311 - texts that are the same each time
    ada, ben = joined(base, "Ada"), joined(base, "Ben")
    count = in_all // 20
    for number in range(count):
        if number % max(2, count // OWN) == 1:
            long_entry(ada, number, words, TAGS)
        else:
            entries.append(long_entry(ben, number, words))
        if number % (STEP // 10) == 0:
            print(f"{number:,} entries", end="\r", flush=True)
    return Erased(entries, ada.principal.member or "")


def long_entry(session: Session, number: int, words: Random, tags: tuple[str, ...] = ()) -> str:
    """An entry with twenty sections of 60 of 4,000 words: seven passages."""
    headings = ("The problem", "What we do", *(f"Part {part}" for part in range(18)))
    sections = tuple(
        Section(heading, " ".join(f"w{words.randrange(4_000)}" for _ in range(60)) + ".")
        for heading in headings
    )
    content = Content(title=f"Handover {number}", sections=sections)
    return session.entries.contribute(Draft(kind="practice", content=content, tags=tags)).id


def erase_each(base: KnowledgeBase, entries: Sequence[str]) -> None:
    """Erase each by itself, all at once; returns when nothing of any is left."""
    threads = [Thread(target=base.session.erasure.entry, args=(entry,)) for entry in entries]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def contribute(session: Session, number: int) -> None:
    """An entry with nine tags: ten events."""
    text = f"In case {number} we hand over at the bed, and write down what was said."
    sections = (Section("The problem", text), Section("What we do", text))
    content = Content(title=f"Handover {number}", sections=sections)
    session.entries.contribute(Draft(kind="practice", content=content, tags=TAGS))


def timed(work: Callable[[], object]) -> float:
    """How many seconds `work` takes."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


if __name__ == "__main__":
    main()

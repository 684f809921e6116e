"""How long it takes to erase a member with a thousand events in a log of a hundred thousand.

A log is made with the deterministic test embedder, whose speed is no matter here: vectors of what
stays are stored, and an erasure computes none. Meanwhile a second program-wide thread asks and
reads all the time, as a server's visitors would: what it waited for longest is printed as well.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

from indexer.testing import HashEmbedder
from kb import access
from kb.access import Asker
from kb.entries.content import Content, Draft, Section
from kb.knowledge_base import KnowledgeBase
from kb.people.member import Profile

REACH_SECONDS = 60
STEP = 5_000


def main() -> None:
    """Fill, erase, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=100_000, help="in the log [100,000]")
    parser.add_argument("--own", type=int, default=1_000, help="of the member [1,000]")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        KnowledgeBase.create(data)
        with KnowledgeBase.open(data, embedder=HashEmbedder()) as base:
            member = filled(base, given.events, given.own)
            base.start_following()
            base.wait(base.head(), index=True)
            print(f"{base.head():,} events, {base.catalogue.browse().total:,} entries", flush=True)
            asked = Asking(base)
            seconds = timed(lambda: base.erasure.member(member, entries="erased"))
            asked.end()
    print(f"erased in {seconds:.1f} s (under {REACH_SECONDS} s wanted)")
    print(f"meanwhile {asked.answers} answers, the slowest after {asked.slowest:.2f} s")


class Asking:
    """Reads a list and asks a question, over and over, until told to end."""

    def __init__(self, base: KnowledgeBase) -> None:
        self._base = base
        self._ended = Event()
        self.answers, self.slowest = 0, 0.0
        self._thread = Thread(target=self._ask)
        self._thread.start()

    def end(self) -> None:
        """Stop asking; raises nothing, for nothing may have failed."""
        self._ended.set()
        self._thread.join()

    def _ask(self) -> None:
        while not self._ended.is_set():
            seconds = timed(lambda: (self._base.catalogue.browse(), self._base.search("handover")))
            self.answers += 1
            self.slowest = max(self.slowest, seconds)


def filled(base: KnowledgeBase, events: int, own: int) -> str:
    """Write entries, tags and endorsements of two members; answers the one with `own` events."""
    everything = access.operator()
    members = []
    for name in ("Ada", "Ben"):
        member = base.people.invite().id
        acting = Asker(member, everything.roles, everything.labels)
        base.acting_for(acting).people.join(member, Profile(name=name))
        members.append(acting)
    ada, ben = (base.acting_for(acting) for acting in members)
    tags = tuple(f"tag {number}" for number in range(9))
    for number in range((events - own) // 10):
        contribute(ben, number, tags)
        if number % (STEP // 10) == 0:
            print(f"{base.head():,} events", end="\r", flush=True)
    for number in range(own // 10):
        contribute(ada, events + number, tags)
    assert ada.asker.member
    return ada.asker.member


def contribute(base: KnowledgeBase, number: int, tags: tuple[str, ...]) -> None:
    """An entry with nine tags: ten events."""
    text = f"In case {number} we hand over at the bed, and write down what was said."
    sections = (Section("The problem", text), Section("What we do", text))
    content = Content(title=f"Handover {number}", sections=sections)
    base.entries.contribute(Draft(kind="practice", content=content, tags=tags))


def timed(work: Callable[[], object]) -> float:
    """How many seconds `work` takes."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


if __name__ == "__main__":
    main()

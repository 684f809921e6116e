"""What the tests of signing in have in common: a store, a clock that stands, a cheap hasher."""

import random
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from kb.accounts.attempts import Attempts, Delays
from kb.accounts.links import Links
from kb.accounts.names import SignInNames
from kb.accounts.passwords import Passwords
from kb.accounts.sessions import Sessions, SessionSettings
from kb.accounts.store import AccountStore
from kb.accounts.tokens import ApiTokens

T = TypeVar("T")
START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ANA, BEN = "member-a", "member-b"
COMMUNITY = "Harbour Circle Exchange"


def age_accounts(path: Path) -> None:
    """Take from the accounts at `path`, which nobody has open, what version 2 brought."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        for statement in ("DROP TABLE tally", "DROP TABLE beside", "PRAGMA user_version = 1"):
            db.execute(statement)


class AccountsWorld:
    """The parts over one file, with a clock that moves when told to and repeatable randomness."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "accounts.sqlite"
        self.now = START
        self.random = random.Random(7).randbytes
        self.hasher = CountingHasher()
        self._open: list[AccountStore] = []
        self.store = self.opened()
        self.sessions = self.sessions_of(self.store)
        self.tokens = ApiTokens(self.store, clock=self.clock, random=self.random)
        self.links = self.links_of(self.store)
        self.names = SignInNames(self.store)
        self.passwords = Passwords(self.store, self.hasher, community=COMMUNITY, random=self.random)

    def opened(self) -> AccountStore:
        """Another opening of the same file, as by another process; closed at the end."""
        self._open.append(AccountStore(self.path, random=self.random))
        return self._open[-1]

    def sessions_of(self, store: AccountStore) -> Sessions:
        settings = SessionSettings(idle=timedelta(hours=2), absolute=timedelta(hours=10))
        return Sessions(store, clock=self.clock, random=self.random, settings=settings)

    def links_of(self, store: AccountStore) -> Links:
        return Links(store, clock=self.clock, random=self.random)

    def attempts(self, burst: int = 3, keys: int = 100) -> Attempts:
        every = timedelta(seconds=10)
        return Attempts(burst, every, clock=self.clock, random=self.random, keys=keys)

    def delays(self) -> Delays:
        """Two tries, then waits of 10, 20, 40 and 60 seconds."""
        first, longest = timedelta(seconds=10), timedelta(seconds=60)
        return Delays(2, first, longest, clock=self.clock, random=self.random)

    def clock(self) -> datetime:
        return self.now

    def wait(self, **span: float) -> None:
        self.now += timedelta(**span)

    def bytes_on_disk(self) -> bytes:
        """The file and what SQLite keeps beside it, as they lie."""
        return b"".join(path.read_bytes() for path in sorted(self.path.parent.iterdir()))

    def close(self) -> None:
        for store in self._open:
            store.close()


class CountingHasher:
    """Argon2 at its cheapest; counts what it was asked."""

    def __init__(self, time_cost: int = 1) -> None:
        from argon2 import PasswordHasher

        self._real = PasswordHasher(time_cost=time_cost, memory_cost=8, parallelism=1)
        self.verified: list[str] = []
        self.hashed = 0

    def hash(self, password: str | bytes) -> str:
        self.hashed += 1
        return self._real.hash(password)

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:
        self.verified.append(str(hash))
        return self._real.verify(hash, password)

    def check_needs_rehash(self, hash: str | bytes) -> bool:
        return self._real.check_needs_rehash(hash)


def at_once(*tasks: Callable[[], T]) -> list[T]:
    """What `tasks` answer, begun in the same moment, each in a thread of its own."""
    barrier = threading.Barrier(len(tasks))
    answers: list[T] = []

    def begin(task: Callable[[], T]) -> None:
        barrier.wait()
        answers.append(task())

    threads = [threading.Thread(target=begin, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers

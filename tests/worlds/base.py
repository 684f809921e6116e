"""An opened data directory, its members, groups and entries, and the accounts they sign in with."""

import random
import sqlite3
import threading
from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from argon2 import PasswordHasher

from indexer.embedding.testing import HashEmbedder
from kb import access
from kb.access import Principal, Role
from kb.accounts.attempts import Attempts, Delays
from kb.accounts.links import Links
from kb.accounts.names import SignInNames
from kb.accounts.passkeys import Passkeys, Site
from kb.accounts.passwords import Passwords
from kb.accounts.sessions import Sessions, SessionSettings
from kb.accounts.store import AccountStore
from kb.accounts.tokens import ApiTokens
from kb.entries.content import Content, Draft, Section
from kb.knowledge_base import KnowledgeBase
from kb.people.member import Profile
from kb.session import Session
from kb.storage.settings import Settings
from tests.kb.accounts_authenticator import Authenticator

T = TypeVar("T")
START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
END = datetime(2100, 1, 1, tzinfo=UTC)
ANA, BEN = "member-a", "member-b"
COMMUNITY = "Harbour Circle Exchange"
SITE = Site("kb.circle.example", "Circle", "https://kb.circle.example")
ISSUER, SUBJECT = "https://id.circle.example", "subject-4711"
PASSWORD, NAME, LABEL = "ninety green bicycles", "xanthippe@quillfeather.example", "zymurgy screen"


def opened(
    data: Path,
    *,
    told: Callable[[str], None] | None = None,
    principal: Principal | None = None,
    **settings: Any,
) -> KnowledgeBase:
    """The base at `data` of `principal`, else of the operator; `told` hears its notices."""
    return KnowledgeBase.open(
        data,
        settings=Settings(data=data, **settings),
        embedder=HashEmbedder(),
        notice=told or (lambda _: None),
        principal=principal,
    )


def joined(
    base: KnowledgeBase, *roles: Role, groups: Iterable[str] = (), name: str = "Mara", **told: Any
) -> Session:
    """The session of a new member, who tells more of themselves by keyword."""
    new = base.session.people.invite(roles or ("member",), groups).id
    base.as_(access.of_member(new, (), ())).people.join(new, Profile(name=name, **told))
    return base.as_member(new)


def id_of(session: Session) -> str:
    """Of the member whose session it is."""
    assert session.principal.member
    return session.principal.member


def content(title: str, text: str = "") -> Content:
    """Each word of it is `text`, or has the title."""
    sections = (
        Section("The problem", text or f"{title} lost."),
        Section("What we do", text or f"{title} done."),
    )
    return Content(title=title, sections=sections, properties={f"{title} level": 3})


def practice(session: Session, title: str, text: str = "", group: str | None = None) -> str:
    """The id of a new entry, in whose tag the title stands as well."""
    tags = (f"{title} tag",)
    draft = Draft(kind="practice", content=content(title, text), group=group, tags=tags)
    return session.entries.contribute(draft).id


def revise(base: KnowledgeBase, session: Session, entry: str, title: str) -> None:
    """Another text of an entry that may be hidden, in the same group."""
    version = base.as_(access.operator()).catalogue.get(entry).version
    session.entries.revise(entry, content(title), version=version, note=f"{title} note")


def regroup(session: Session, entry: str, group: str) -> None:
    """The same text in another group."""
    now = session.catalogue.get(entry)
    same = Content(title=now.title, sections=now.sections, properties=now.properties)
    session.entries.revise(entry, same, version=now.version, group=group)


def operators(base: KnowledgeBase) -> KnowledgeBase:
    """The base with the cheapest hashes, in the hands of the operator."""
    accounts = base.accounts
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    accounts.passwords = Passwords(accounts.store, hasher, community="Ours", random=bytes)
    return KnowledgeBase(base.parts, access.operator())


def told(base: KnowledgeBase, subject: str) -> list[tuple[str, str]]:
    """Who did what to `subject`, as stewards read it, after they joined."""
    changes = base.as_(access.operator()).directory.changes(subject)
    return [(change.actor, change.detail) for change in changes[2:]]


def passkeys_of(base: KnowledgeBase) -> Passkeys:
    return base.accounts.passkeys(SITE)


def add_passkey(
    base: KnowledgeBase, session: Session, phone: Authenticator | None = None
) -> Authenticator:
    phone = phone or Authenticator(SITE.host, SITE.origin)
    begun = passkeys_of(base).registration_options(id_of(session), "Mara")
    answer = phone.create(begun.options)
    session.credentials.add_passkey(passkeys_of(base), begun.ticket, answer, LABEL)
    return phone


def age_accounts(path: Path) -> None:
    """Take from the accounts at `path`, which nobody has open, what version 2 brought."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        for statement in ("DROP TABLE tally", "DROP TABLE beside", "PRAGMA user_version = 1"):
            db.execute(statement)


class Accounts:
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

"""Accounts of members at an OpenID provider, as keyed hashes, and sign-ins under way there."""

from datetime import timedelta
from functools import cached_property

from msgspec import Struct

from kb.accounts.secret import Random, as_text, keyed
from kb.accounts.store import AccountStore
from kb.accounts.tickets import Ticket, Tickets
from kb.accounts.times import Clock

KEY, PURPOSE = "identities", "openid"
LASTS = timedelta(minutes=10)

FIND = "SELECT member FROM identity WHERE hash = ?"
LINK = "INSERT OR IGNORE INTO identity VALUES (?, ?)"
HAS = "SELECT 1 FROM identity WHERE member = ? LIMIT 1"
UNLINK = "DELETE FROM identity WHERE member = ? RETURNING 1"


class Identities:
    """Issuer and subject -> member. Neither stands in the file, only a hash of both."""

    def __init__(self, store: AccountStore) -> None:
        self._store = store

    def link(self, member: str, issuer: str, subject: str) -> bool:
        """Tie this subject to `member`; False, and no change, if it is tied to another."""
        self._store.run(LINK, (self._hash(issuer, subject), member))
        return self.member(issuer, subject) == member

    def member(self, issuer: str, subject: str) -> str | None:
        """Who signs in as this subject, None if nobody does."""
        found = self._store.run(FIND, (self._hash(issuer, subject),))
        return found[0][0] if found else None

    def has(self, member: str) -> bool:
        """Whether `member` can sign in with a provider."""
        return bool(self._store.run(HAS, (member,)))

    def unlink(self, member: str) -> int:
        """Take all identities of `member` away; how many."""
        return len(self._store.run(UNLINK, (member,)))

    @cached_property
    def _key(self) -> bytes:
        # Drawn at the first hash, so that reading alone writes nothing.
        return self._store.key(KEY)

    def _hash(self, issuer: str, subject: str) -> bytes:
        return keyed(self._key, issuer, subject)


class Pending(Struct, frozen=True):
    """A sign-in under way at the provider, to check its answer against."""

    nonce: str
    verifier: str
    redirect_uri: str


class PendingSignIns:
    """Sign-ins that have not come back from the provider; each may once, within ten minutes."""

    def __init__(self, store: AccountStore, *, clock: Clock, random: Random) -> None:
        self._tickets = Tickets(store, clock=clock, random=random)

    def begin(self, redirect_uri: str) -> tuple[str, Pending]:
        """A new state, and what belongs to it."""
        ticket = self._tickets.give(PURPOSE, LASTS, redirect_uri)
        return ticket.text, self._pending(ticket)

    def take(self, state: str) -> Pending | None:
        """What belongs to `state`, exactly once; None if it is over or unknown."""
        ticket = self._tickets.read(state, PURPOSE)
        return self._pending(ticket) if ticket and self._tickets.use(ticket) else None

    def _pending(self, ticket: Ticket) -> Pending:
        nonce, verifier = (
            as_text(self._tickets.secret(ticket, name)) for name in ("nonce", "verifier")
        )
        return Pending(nonce, verifier, ticket.note)

"""Who a member is at an OpenID provider, as a keyed hash, and sign-ins there that are under way."""

from datetime import timedelta
from functools import cached_property

from msgspec import Struct

from kb.accounts.secret import Random, digest, keyed, new_secret
from kb.accounts.store import AccountStore
from kb.accounts.times import Clock, seconds

KEY = "identities"
LASTS = timedelta(minutes=10)

FIND = "SELECT member FROM identity WHERE hash = ?"
LINK = "INSERT OR IGNORE INTO identity VALUES (?, ?)"
HAS = "SELECT 1 FROM identity WHERE member = ? LIMIT 1"
UNLINK = "DELETE FROM identity WHERE member = ? RETURNING 1"
PURGE = "DELETE FROM pending_identity WHERE expires <= ?"
BEGIN = "INSERT INTO pending_identity VALUES (?, ?, ?, ?, ?)"
TAKE = """DELETE FROM pending_identity WHERE hash = ? AND expires > ?
    RETURNING nonce, verifier, redirect_uri"""


class Identities:
    """Issuer and subject -> member. Neither stands in the file, only a hash of both."""

    def __init__(self, store: AccountStore) -> None:
        self._store = store

    def link(self, member: str, issuer: str, subject: str) -> bool:
        """Let `member` sign in as this subject; False, and no change, if another one does."""
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
        # Drawn when something is to be hashed: what only looks writes nothing.
        return self._store.key(KEY)

    def _hash(self, issuer: str, subject: str) -> bytes:
        return keyed(self._key, issuer, subject)


class Pending(Struct, frozen=True):
    """A sign-in that went to the provider: what its answer has to fit."""

    nonce: str
    verifier: str
    redirect_uri: str


class PendingSignIns:
    """Sign-ins that have not come back from the provider; each comes back once, in ten minutes."""

    def __init__(self, store: AccountStore, *, clock: Clock, random: Random) -> None:
        self._store = store
        self._clock = clock
        self._random = random

    def begin(self, redirect_uri: str) -> tuple[str, Pending]:
        """A new state, and what belongs to it."""
        now, state = self._clock(), new_secret(self._random)
        pending = Pending(new_secret(self._random), new_secret(self._random), redirect_uri)
        row = (digest(state), pending.nonce, pending.verifier, redirect_uri, seconds(now + LASTS))
        with self._store.transaction() as db:
            db.execute(PURGE, (seconds(now),))
            db.execute(BEGIN, row)
        return state, pending

    def take(self, state: str) -> Pending | None:
        """What belongs to `state`, exactly once; None if it is over or unknown."""
        found = self._store.run(TAKE, (digest(state), seconds(self._clock())))
        return Pending(*found[0]) if found else None

"""Passwords: stored as argon2 hashes, checked in the same time whether or not there is one."""

import threading
import unicodedata
from typing import Protocol

from kb.accounts.password_rules import LONGEST, checked_password
from kb.accounts.secret import Random, new_secret
from kb.accounts.store import AccountStore

AT_ONCE = 2
"""Hashes computed at the same time: each takes memory and a processor."""

HAS = "SELECT 1 FROM password WHERE member = ?"
GET = "SELECT hash FROM password WHERE member = ?"
REMOVE = "DELETE FROM password WHERE member = ?"
SET = "INSERT INTO password VALUES (?, ?) ON CONFLICT (member) DO UPDATE SET hash = excluded.hash"
REHASH = "UPDATE password SET hash = ? WHERE member = ? AND hash = ?"


class Hasher(Protocol):
    """The part of `argon2.PasswordHasher` in use."""

    def hash(self, password: str | bytes) -> str:
        """A new hash with a salt and the parameters in it."""
        ...

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:
        """True; raises an error of argon2 for another password or a damaged hash."""
        ...

    def check_needs_rehash(self, hash: str | bytes) -> bool:
        """Whether the hash was made with other parameters than today's."""
        ...


def production_hasher() -> Hasher:
    """Argon2id with 19 MiB, 2 passes and one lane; docs/decisions/0007-signing-in.md says why."""
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)


class Passwords:
    """The passwords of all members. Checking one takes long: do it off the event loop."""

    def __init__(
        self, store: AccountStore, hasher: Hasher, *, community: str, random: Random
    ) -> None:
        self._store = store
        self._hasher = hasher
        self._community = community
        self._random = random
        self._turns = threading.BoundedSemaphore(AT_ONCE)
        self._dummy: str | None = None

    def hashed(self, password: str) -> str:
        """The hash of a password; raises `InvalidInput` if it is too short, long or common."""
        checked = checked_password(password, self._community)
        with self._turns:
            return self._hasher.hash(_bytes(checked))

    def keep(self, member: str, hashed: str) -> None:
        """Store the result of `hashed` as the password of `member`."""
        self._store.run(SET, (member, hashed))

    def set(self, member: str, password: str) -> None:
        """Give `member` this password; raises `InvalidInput` as `hashed` does."""
        self.keep(member, self.hashed(password))

    def remove(self, member: str) -> None:
        """Remove the password of `member`."""
        self._store.run(REMOVE, (member,))

    def check(self, member: str | None, password: str) -> bool:
        """Whether it is the password of `member`.

        Takes as long for None and for a member without a password, so that the time does not
        reveal members. A hash with older parameters is renewed when the password is right.
        """
        rows = self._store.run(GET, (member,))
        with self._turns:
            dummy = self._dummy_hash()
            given = _bytes(unicodedata.normalize("NFKC", password[:LONGEST]))
            fits = self._verify(rows[0][0] if rows else dummy, given)
            right = fits and bool(rows) and len(password) <= LONGEST
            if right and self._hasher.check_needs_rehash(rows[0][0]):
                renewed = self._hasher.hash(given)
                self._store.run(REHASH, (renewed, member, rows[0][0]))
        return right

    def has(self, member: str) -> bool:
        """Whether `member` can sign in with a password."""
        return bool(self._store.run(HAS, (member,)))

    def kept(self, member: str) -> str | None:
        """The stored hash of `member`, None without a password."""
        rows = self._store.run(GET, (member,))
        return rows[0][0] if rows else None

    def _verify(self, hashed: str, password: bytes) -> bool:
        from argon2.exceptions import InvalidHashError, VerificationError

        try:
            return self._hasher.verify(hashed, password)
        except (VerificationError, InvalidHashError):
            return False

    def _dummy_hash(self) -> str:
        # Made at the first check of any name, so that the first unknown one takes no longer.
        if self._dummy is None:
            self._dummy = self._hasher.hash(new_secret(self._random))
        return self._dummy


def _bytes(password: str) -> bytes:
    return password.encode(errors="surrogatepass")

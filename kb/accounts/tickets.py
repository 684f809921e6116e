"""Tickets that tie a request to a later one, e.g. the two steps of signing in.

A ticket is signed, so nothing is stored until it comes back: a flood of first steps fills no table.
A used ticket is remembered until it expires.
"""

import hmac
from datetime import timedelta
from functools import cached_property

from msgspec import Struct

from kb.accounts.secret import SECRET_SIZE, Random, as_bytes, as_text, digest, keyed
from kb.accounts.store import AccountStore
from kb.accounts.times import Clock, seconds

KEY = "tickets"

_EXPIRES = slice(SECRET_SIZE, SECRET_SIZE + 5)
_MARK = slice(_EXPIRES.stop, _EXPIRES.stop + 32)
_LEAST = _MARK.stop

PURGE = "DELETE FROM challenge WHERE expires <= ?"
USED = "SELECT 1 FROM challenge WHERE hash = ?"
USE = "INSERT OR IGNORE INTO challenge VALUES (?, ?, x'', ?) RETURNING 1"


class Ticket(Struct, frozen=True):
    """A valid ticket: its text, when it expires, and its note."""

    text: str
    expires: int
    note: str


class Tickets:
    """Issues and verifies tickets. Each has 256 random bits of its own."""

    def __init__(self, store: AccountStore, *, clock: Clock, random: Random) -> None:
        self._store = store
        self._clock = clock
        self._random = random

    def give(self, purpose: str, lasts: timedelta, note: str = "") -> Ticket:
        """A new ticket for `purpose` alone; `note` is readable to its holder."""
        expires = seconds(self._clock() + lasts)
        body = self._random(SECRET_SIZE) + expires.to_bytes(5)
        text = as_text(body + self._mark(purpose, body, note) + note.encode())
        return Ticket(text, expires, note)

    def read(self, text: str, purpose: str) -> Ticket | None:
        """The ticket; None if it is forged, for another purpose, expired or used."""
        data = as_bytes(text)
        if len(data) < _LEAST:
            return None
        try:
            note = data[_LEAST:].decode()
        except UnicodeDecodeError:
            return None
        mark = self._mark(purpose, data[: _EXPIRES.stop], note)
        expires = int.from_bytes(data[_EXPIRES])
        late = expires <= seconds(self._clock())
        if late or not hmac.compare_digest(data[_MARK], mark):
            return None
        # Encoded anew, as the same bytes may be spelled in several ways.
        ticket = Ticket(as_text(data), expires, note)
        return None if self._store.run(USED, (digest(ticket.text),)) else ticket

    def secret(self, ticket: Ticket, name: str) -> bytes:
        """32 bytes derived from the ticket, which its holder cannot compute."""
        return keyed(self._key, "secret", name, ticket.text)

    def use(self, ticket: Ticket, member: str | None = None) -> bool:
        """Make the ticket void, because `member` used it; False if another was faster."""
        with self._store.transaction() as db:
            db.execute(PURGE, (seconds(self._clock()),))
            row = (digest(ticket.text), member, ticket.expires)
            return db.execute(USE, row).fetchone() is not None

    @cached_property
    def _key(self) -> bytes:
        return self._store.key(KEY)

    def _mark(self, purpose: str, body: bytes, note: str) -> bytes:
        return keyed(self._key, "mark", purpose, body.hex(), note)

"""Links that work once: for the first steward, an invitation or a sign-in."""

from datetime import datetime
from typing import Literal

from kb.accounts.secret import Random, digest, new_secret
from kb.accounts.store import AccountStore, Row
from kb.accounts.times import Clock, seconds
from kb.messages import _

Purpose = Literal["first-steward", "invitation", "sign-in"]

VOID = _("This link was used, has ended or never was: ask a steward for another one.")

PURGE = "DELETE FROM link WHERE expires <= ?"
INSERT = "INSERT INTO link (hash, purpose, member, expires) VALUES (?, ?, ?, ?)"
LOOK = "SELECT member FROM link WHERE hash = ? AND purpose = ? AND expires > ?"
TAKE = "DELETE FROM link WHERE hash = ? AND purpose = ? AND expires > ? RETURNING member"
WITHDRAW = "DELETE FROM link WHERE member = ? AND purpose = ? RETURNING 1"
END_INVITATION = "DELETE FROM link WHERE member = ? AND purpose IN ('first-steward', 'invitation')"


class Links:
    """Unused links; only the SHA-256 of a secret is stored."""

    def __init__(self, store: AccountStore, *, clock: Clock, random: Random) -> None:
        self._store = store
        self._clock = clock
        self._random = random

    def make(self, purpose: Purpose, member: str, expires_at: datetime) -> str:
        """The secret of a new link for `member`, which ends at `expires_at`."""
        secret = new_secret(self._random)
        with self._store.transaction() as db:
            db.execute(PURGE, (seconds(self._clock()),))
            db.execute(INSERT, (digest(secret), purpose, member, seconds(expires_at)))
        return secret

    def look(self, secret: str, purpose: Purpose) -> str | None:
        """Whose link it is, without using it; None if it is used, withdrawn, over or unknown."""
        return _member(self._store.run(LOOK, self._named(secret, purpose)))

    def take(self, secret: str, purpose: Purpose) -> str | None:
        """Use up the link and return whose it is; of several concurrent callers one succeeds."""
        return _member(self._store.run(TAKE, self._named(secret, purpose)))

    def withdraw(self, member: str, purpose: Purpose) -> int:
        """Make every link of `member` for `purpose` void; how many there were."""
        return len(self._store.run(WITHDRAW, (member, purpose)))

    def end_invitation(self, member: str) -> None:
        """Make void every link by which `member` could join."""
        self._store.run(END_INVITATION, (member,))

    def _named(self, secret: str, purpose: Purpose) -> Row:
        return digest(secret), purpose, seconds(self._clock())


def _member(found: list[Row]) -> str | None:
    return found[0][0] if found else None

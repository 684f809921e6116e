"""Sessions of signed-in members, which expire, or are ended one by one or all at once."""

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct

from kb.accounts.secret import Random, as_text, digest, new_public_id, new_secret
from kb.accounts.store import AccountStore, Row
from kb.accounts.times import Clock, moment, seconds
from kb.errors import SignInRefused
from kb.messages import _

Via = Literal["password", "passkey", "openid", "link"]

SEEN_EVERY = 60
"""Seconds; `seen` is written at most this often, so an idle session ends up to that much early."""

COLUMNS = "id, member, via, made, seen"
INSERT = "INSERT INTO session (hash, id, member, via, made, seen) VALUES (?, ?, ?, ?, ?, ?)"
ALIVE = "seen > ? AND made > ?"
FIND = f"SELECT {COLUMNS} FROM session WHERE hash = ? AND {ALIVE}"
SEE = f"UPDATE session SET seen = ? WHERE hash = ? RETURNING {COLUMNS}"
ROTATE = f"UPDATE session SET hash = ? WHERE hash = ? AND {ALIVE} RETURNING 1"
OF = f"""SELECT {COLUMNS} FROM session WHERE member = ? AND {ALIVE}
ORDER BY made DESC, id LIMIT ? OFFSET ?"""
PURGE = f"DELETE FROM session WHERE NOT ({ALIVE})"
END = "DELETE FROM session WHERE hash = ?"
END_ALL = "DELETE FROM session WHERE member = ? AND hash <> ? RETURNING 1"
REVOKE = "DELETE FROM session WHERE member = ? AND id = ? RETURNING 1"


class SessionSettings(Struct, frozen=True, kw_only=True):
    """How long a session lasts unused, and how long at most."""

    idle: timedelta = timedelta(hours=12)
    absolute: timedelta = timedelta(days=30)


class SessionInfo(Struct, frozen=True):
    """A session as its member may see it; `id` names it and opens nothing."""

    id: str
    member: str
    via: Via
    made: datetime
    seen: datetime


class Sessions:
    """The sessions of all members. A token is 256 random bits; only its SHA-256 is kept."""

    def __init__(
        self,
        store: AccountStore,
        *,
        clock: Clock,
        random: Random,
        settings: SessionSettings | None = None,
    ) -> None:
        settings = settings or SessionSettings()
        self._store = store
        self.clock = clock
        self._random = random
        self._idle = int(settings.idle.total_seconds())
        self._absolute = int(settings.absolute.total_seconds())

    def begin(self, member: str, via: Via, *, replacing: str | None = None) -> str:
        """The token of a new session; the session of the token `replacing` ends with it.

        The token is always new, against session fixation. Expired sessions are deleted.
        """
        token, now = new_secret(self._random), seconds(self.clock())
        row = (digest(token), new_public_id(self._random), member, via, now, now)
        with self._store.transaction() as db:
            db.execute(PURGE, self._alive(now))
            db.execute(END, (digest(replacing or ""),))
            db.execute(INSERT, row)
        return token

    def member_of(self, token: str) -> SessionInfo | None:
        """The session of `token`, marked as seen; None if there is none or it has ended."""
        now, key = seconds(self.clock()), digest(token)
        found = self._store.run(FIND, (key, *self._alive(now)))
        if found and now - found[0][-1] >= SEEN_EVERY:
            seen = self._store.note(SEE, (now, key))
            found = found if seen is None else seen
        return _info(found[0]) if found else None

    def rotate(self, token: str) -> str:
        """A new token for the same session, as after a change of rights; the old one is void.

        Its end stays the same. Raises `SignInRefused` if it has ended already.
        """
        new, now = new_secret(self._random), seconds(self.clock())
        if not self._store.run(ROTATE, (digest(new), digest(token), *self._alive(now))):
            raise SignInRefused(_("This session has ended: sign in again."))
        return new

    def end(self, token: str) -> None:
        """Sign out."""
        self._store.run(END, (digest(token),))

    def end_all(self, member: str, *, but: str | None = None) -> int:
        """End all sessions of `member` except that of the token `but`; returns how many."""
        return len(self._store.run(END_ALL, (member, digest(but or ""))))

    def of(self, member: str, *, offset: int = 0, limit: int = -1) -> list[SessionInfo]:
        """A piece of the sessions of `member` that have not ended, the newest first."""
        alive = self._alive(seconds(self.clock()))
        rows = self._store.run(OF, (member, *alive, limit, offset))
        return [_info(row) for row in rows]

    def revoke(self, member: str, session_id: str) -> bool:
        """End the session `session_id` of `member`; returns whether there was one."""
        return bool(self._store.run(REVOKE, (member, session_id)))

    def _alive(self, now: int) -> tuple[int, int]:
        return now - self._idle, now - self._absolute


def form_value(token: str) -> str:
    """The CSRF token of forms in the session of `token`."""
    key = token.encode(errors="surrogatepass")
    return as_text(hmac.digest(key, b"form", hashlib.sha256))


def form_value_fits(token: str, value: str) -> bool:
    """Whether `value` is the CSRF token of the session, compared in constant time."""
    given = value.encode(errors="surrogatepass")
    return hmac.compare_digest(form_value(token).encode(), given)


def _info(row: Row) -> SessionInfo:
    public_id, member, via, made, seen = row
    return SessionInfo(public_id, member, via, moment(made), moment(seen))

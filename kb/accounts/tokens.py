"""Tokens for programs: scoped, expiring, shown once, listed and revocable."""

from collections.abc import Callable, Iterable
from datetime import date, datetime

from msgspec import Struct

from kb.access import SCOPES, Scope
from kb.accounts.labels import checked_label
from kb.accounts.secret import Random, digest, new_public_id, new_secret
from kb.accounts.store import AccountStore, Row
from kb.accounts.times import Clock, day, moment, seconds, today
from kb.errors import InvalidInput, Mistakes
from kb.messages import _

PREFIX = "trib_"
"""Secret scanners recognise a leaked token by it."""

COLUMNS = "id, member, scopes, name, made, expires, used_on"
INSERT = f"INSERT INTO api_token (hash, {COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, NULL)"
FIND = f"SELECT {COLUMNS} FROM api_token WHERE hash = ? AND expires > ?"
USE = f"UPDATE api_token SET used_on = ? WHERE hash = ? RETURNING {COLUMNS}"
ALL = f"SELECT {COLUMNS} FROM api_token ORDER BY made, id"
OF = f"SELECT {COLUMNS} FROM api_token WHERE member = ? ORDER BY made, id LIMIT ? OFFSET ?"
REVOKE = "DELETE FROM api_token WHERE id = ? AND member = coalesce(?, member) RETURNING 1"


class TokenGist(Struct, frozen=True, kw_only=True):
    """What stewards may know of a token; `id` opens nothing."""

    id: str
    member: str
    scopes: frozenset[Scope]
    made: datetime
    expires_at: datetime


class TokenInfo(TokenGist, frozen=True, kw_only=True):
    """A token as its member sees it, with its label and the UTC day of its last use."""

    name: str
    used_on: date | None

    def gist(self) -> TokenGist:
        """What others may know of it."""
        return TokenGist(**{name: getattr(self, name) for name in TokenGist.__struct_fields__})


class ApiTokens:
    """The tokens of all members; only the SHA-256 of a secret is kept."""

    def __init__(self, store: AccountStore, *, clock: Clock, random: Random) -> None:
        self._store = store
        self.clock = clock
        self._random = random

    def make(
        self,
        member: str,
        scopes: Iterable[Scope],
        name: str,
        expires_at: datetime,
        record: Callable[[TokenInfo], object] = lambda token: None,
    ) -> tuple[str, str]:
        """The id and the secret of a new token; the secret cannot be shown again.

        `record` gets the token after all checks, before it can be used.

        Raises `InvalidInput` for no or an unknown scope, a name that is empty or over 100
        characters, or an end that is not in the future.
        """
        wrong, asked, now = Mistakes(), set(scopes), seconds(self.clock())
        expires = seconds(expires_at)
        with wrong:
            if not asked or not asked <= set(SCOPES):
                raise InvalidInput(
                    _(
                        "A token needs one or more of these scopes: {words}.",
                        words=", ".join(SCOPES),
                    ),
                    "scopes",
                )
        name = wrong.of(checked_label, name, "name")
        with wrong:
            if expires <= now:
                raise InvalidInput(_("A token has to end in the future."), "expires_at")
        wrong.refuse()
        token_id, secret = new_public_id(self._random), PREFIX + new_secret(self._random)
        listed = " ".join(scope for scope in SCOPES if scope in asked)
        row = (token_id, member, listed, name, now, expires)
        record(_info((*row, None)))
        self._store.run(INSERT, (digest(secret), *row))
        return token_id, secret

    def check(self, secret: str) -> TokenInfo | None:
        """The token of `secret`, marked as used; None if it is unknown, revoked or expired."""
        now, key = self.clock(), digest(secret)
        found = self._store.run(FIND, (key, seconds(now)))
        if found and found[0][-1] != today(now):
            used = self._store.note(USE, (today(now), key))
            found = found if used is None else used
        return _info(found[0]) if found else None

    def of(self, member: str, *, offset: int = 0, limit: int = -1) -> list[TokenInfo]:
        """A page of the tokens of `member`, including expired ones, oldest first."""
        return [_info(row) for row in self._store.run(OF, (member, limit, offset))]

    def all(self) -> list[TokenInfo]:
        """The tokens of everybody, the oldest first."""
        return [_info(row) for row in self._store.run(ALL)]

    def revoke(self, token_id: str, member: str | None = None) -> bool:
        """Revoke a token, with `member` only if it is theirs; returns whether there was one."""
        return bool(self._store.run(REVOKE, (token_id, member)))


def _info(row: Row) -> TokenInfo:
    token_id, member, scopes, name, made, expires, used_on = row
    return TokenInfo(
        id=token_id,
        member=member,
        scopes=frozenset(scopes.split()),
        name=name,
        made=moment(made),
        expires_at=moment(expires),
        used_on=day(used_on),
    )

"""Check that accounts belong to the log, and update older ones that were put back."""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import cast

from events.codec import EventCodec
from events.event import DamagedEvent
from events.log import EventLog
from events.marks import Mark, misfit
from kb.accounts import tickets
from kb.accounts.account_file import PASSING
from kb.accounts.store import AccountStore
from kb.errors import DataDirectoryError
from kb.ids import member_stream
from kb.messages import _
from kb.people.sign_in import MemberSignInChanged, MemberTokenMade, MemberTokenRevoked, SignInEvent

PAGE = 1_000
SIGN_IN = frozenset(
    {"member-token-made", "member-token-revoked", "member-link-made", "member-sign-in-changed"}
)
"""Types of events about how members sign in."""

_TABLE_OF = {
    "password-set": "password",
    "passkey-removed": "passkey",
    "identity-untied": "identity",
}
"""Change -> the table in which an older copy may still have what it removed."""

_REVOKE = "DELETE FROM api_token WHERE id = ?"

_OLDER = (
    "accounts.sqlite is an older copy: what was revoked or changed since opens nothing, everybody "
    "has to sign in again, and links that were given are void."
)
_NONE = "accounts.sqlite is missing or empty: nobody can sign in until they are given new links."
_OTHER_COPY = (
    "accounts.sqlite was used last with another copy of the log than the one beside it: what was "
    "revoked or changed here since opens nothing, everybody has to sign in again, and links that "
    "were given are void."
)


def refuse_foreign(path: Path, mark: Mark | None, log: EventLog) -> None:
    """Raise `DataDirectoryError` if the `mark` of the accounts at `path` is of another log."""
    if mark and misfit(log, mark) == "other log":
        raise _foreign(path)


class Beside:
    """The log beside the accounts.

    The accounts store a mark for each time the log recorded something about them, so that for
    another copy of the log it is known where the two diverge. Accounts without marks are of version
    1: beside a log that was just `brought_over` from the previous format they are accepted unless
    they hold anything revoked; beside any other log they are an older copy.
    """

    def __init__(
        self,
        log: EventLog,
        codec: EventCodec,
        notice: Callable[[str], None],
        brought_over: bool = False,
    ) -> None:
        self._log = log
        self._codec = codec
        self._notice = notice
        self._brought_over = brought_over

    def compare(self, store: AccountStore) -> None:
        """Refuse accounts of another log, and remove from older ones what was revoked since."""
        marks = store.marks()
        how = misfit(self._log, marks[0]) if marks else None
        if how == "other log" or (not marks and self._strangers(store)):
            raise _foreign(store.path)
        told = next(self._facts(self._known(marks)), None)
        if not marks and store.is_new:
            if told:
                self._notice(_NONE)
        elif how or told:
            self._take_away(store)
        with suppress(DataDirectoryError):  # a full disk must not stop signing in
            # Between two marks the log always has an event about the accounts.
            self.reach(store, instead=bool(marks) and not (how or told))

    def reach(self, store: AccountStore, *, instead: bool = False) -> None:
        """Store the log's mark in the accounts."""
        mark = self._log.mark()
        if [mark] != store.marks()[:1]:
            store.place(mark, instead=instead)

    def _known(self, marks: list[Mark]) -> int:
        """The last position of this very log that is marked in the accounts."""
        last_first = sorted(marks, key=lambda mark: mark.position, reverse=True)
        return next((mark.position for mark in last_first if not misfit(self._log, mark)), 0)

    def _take_away(self, store: AccountStore) -> None:
        """Remove from the accounts what the log says was revoked since their last mark."""
        with store.transaction() as db:
            # Read again in the transaction: another process may have written meanwhile.
            marks = store.marks()
            facts = [*self._facts(self._known(marks))]
            how = misfit(self._log, marks[0]) if marks else None
            trusted = not marks and self._brought_over and not _any_revoked(db, facts)
            if trusted or not (how or facts):
                return
            _end(db, facts)
            if how == "other past":
                # Tokens that were made beside another copy of the log are unknown to this one.
                made = {
                    fact.token for _, fact in self._facts(0) if isinstance(fact, MemberTokenMade)
                }
                held = db.execute("SELECT id FROM api_token").fetchall()
                db.executemany(_REVOKE, [each for each in held if each[0] not in made])
            self.reach(store)
        self._notice(_OTHER_COPY if how else _OLDER)

    def _strangers(self, store: AccountStore) -> bool:
        """Whether the accounts have members, but none is in the log."""
        members = store.members()
        return bool(members) and not any(
            self._log.read_stream(member_stream(member)) for member in members
        )

    def _facts(self, after: int) -> Iterator[tuple[str, SignInEvent]]:
        """Changes of sign-in data after a position, each with its member."""
        while events := self._log.read(after, PAGE):
            for event in events:
                if event.type in SIGN_IN and not isinstance(event, DamagedEvent):
                    fact = cast(SignInEvent, self._codec.decode(event))
                    yield event.stream.removeprefix(member_stream("")), fact
            after = events[-1].position


def _end(db: sqlite3.Connection, facts: list[tuple[str, SignInEvent]]) -> None:
    """Delete short-lived rows, and all that the facts revoke or change."""
    for table in PASSING:
        db.execute(f"DELETE FROM {table}")
    # It is unknown which tickets were used since then.
    db.execute("DELETE FROM key WHERE name = ?", (tickets.KEY,))
    for member, fact in facts:
        if isinstance(fact, MemberTokenRevoked):
            db.execute(_REVOKE, (fact.token,))
        elif isinstance(fact, MemberSignInChanged) and fact.what in _TABLE_OF:
            db.execute(f"DELETE FROM {_TABLE_OF[fact.what]} WHERE member = ?", (member,))


def _any_revoked(db: sqlite3.Connection, facts: list[tuple[str, SignInEvent]]) -> bool:
    """Whether the accounts hold anything that the facts revoke."""
    tokens = {token for (token,) in db.execute("SELECT id FROM api_token")}
    tied = {member for (member,) in db.execute("SELECT member FROM identity")}
    passkeys = Counter(member for (member,) in db.execute("SELECT member FROM passkey"))
    left: dict[str, int] = {}
    untied: set[str] = set()
    for member, fact in facts:
        match fact:
            case MemberTokenRevoked(token=token) if token in tokens:
                return True
            case MemberSignInChanged(what="identity-tied"):
                untied.discard(member)
            case MemberSignInChanged(what="identity-untied"):
                untied.add(member)
            case MemberSignInChanged(what="passkey-added"):
                left[member] = left.get(member, 0) + 1
            case MemberSignInChanged(what="passkey-removed"):
                left[member] = left.get(member, 0) - 1
    return bool(tied & untied) or any(passkeys[member] > number for member, number in left.items())


def _foreign(path: Path) -> DataDirectoryError:
    return DataDirectoryError(
        _(
            "The file {path} does not belong to the log beside it, so nothing was "
            "changed: put back the one that does, or remove it and give members "
            "new links.",
            path=str(path),
        )
    )

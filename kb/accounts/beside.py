"""Whether accounts belong to a log, and what to do with older ones that were put back."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import cast

from events.codec import EventCodec
from events.event import DamagedEvent
from events.log import EventLog
from events.marks import Mark, misfit
from events.sqlite_frozen import Frozen
from events.sqlite_marks import read_mark
from kb.accounts import tickets
from kb.accounts.account_file import PASSING
from kb.accounts.store import AccountStore
from kb.errors import DataDirectoryError
from kb.ids import member_stream
from kb.people.sign_in import MemberSignInChanged, MemberTokenRevoked, SignInEvent

PAGE = 1_000
LOCK_SECONDS = 0.1
"""Nobody waits for accounts who may not need them; who does is told that they are locked."""
SIGN_IN = frozenset(
    {"member-token-made", "member-token-revoked", "member-link-made", "member-sign-in-changed"}
)
"""The types of events that say what members sign in with."""

_TABLE_OF = {
    "password-set": "password",
    "passkey-removed": "passkey",
    "identity-untied": "identity",
}
"""What an older copy may still hold of what a change took away."""

_OLDER = (
    "accounts.sqlite is an older copy: what was revoked or changed since opens nothing, everybody "
    "has to sign in again, and links that were given are void."
)
_NONE = "accounts.sqlite is missing or empty: nobody can sign in until they are given new links."
_OTHER_COPY = "accounts.sqlite was used last with another copy of the log than the one beside it."


def refuse_foreign(path: Path, log: EventLog, frozen: Frozen | None = None) -> None:
    """Raise `DataDirectoryError` for accounts of another log; nothing is written."""
    mark = _peek(path, frozen)
    if mark and misfit(log, mark) == "other log":
        raise _foreign(path)


def _peek(path: Path, frozen: Frozen | None) -> Mark | None:
    """The mark of accounts without opening them to write; None for a file that has none."""
    if not path.exists():
        return None
    uri = f"{path.absolute().as_uri()}?mode=ro"
    try:
        db = (
            frozen.connect(path, LOCK_SECONDS)
            if frozen
            else sqlite3.connect(uri, LOCK_SECONDS, uri=True)
        )
        with closing(db):
            return read_mark(db)
    except sqlite3.Error:
        return None  # what is wrong is said when they are needed


class Beside:
    """The log beside the accounts."""

    def __init__(self, log: EventLog, codec: EventCodec, notice: Callable[[str], None]) -> None:
        self._log = log
        self._codec = codec
        self._notice = notice

    def compare(self, store: AccountStore) -> None:
        """Refuse accounts of another log, and take from older ones what was taken away since."""
        mark = store.mark()
        how = misfit(self._log, mark) if mark else None
        if how == "other log" or (mark is None and self._strangers(store)):
            raise _foreign(store.path)
        if how in ("ahead", "other past"):
            self._notice(_OTHER_COPY)
        elif mark is None and store.is_new:
            if next(self._facts(0), None):
                self._notice(_NONE)
        elif mark and how is None and next(self._facts(mark.position), None):
            self._take_away(store)
        with suppress(DataDirectoryError):  # a full disk keeps nobody from signing in
            self.reach(store)

    def reach(self, store: AccountStore) -> None:
        """Keep in the accounts up to where they know the log."""
        if (mark := self._mark()) != store.mark():
            store.place(mark)

    def _mark(self) -> Mark:
        return self._log.mark()

    def _take_away(self, store: AccountStore) -> None:
        """Take from accounts what the log says was taken away since they knew it."""
        with store.transaction() as db:
            # Looked at again: another process may have been between the log and its accounts.
            mark = store.mark()
            facts = [*self._facts(mark.position)] if mark else []
            if not facts:
                return
            for table in PASSING:
                db.execute(f"DELETE FROM {table}")
            # Which tickets were used since then is not known.
            db.execute("DELETE FROM key WHERE name = ?", (tickets.KEY,))
            for member, fact in facts:
                if isinstance(fact, MemberTokenRevoked):
                    db.execute("DELETE FROM api_token WHERE id = ?", (fact.token,))
                elif isinstance(fact, MemberSignInChanged) and fact.what in _TABLE_OF:
                    db.execute(f"DELETE FROM {_TABLE_OF[fact.what]} WHERE member = ?", (member,))
            self.reach(store)
        self._notice(_OLDER)

    def _strangers(self, store: AccountStore) -> bool:
        """Whether the accounts have members, and none that the log knows."""
        members = store.members()
        return bool(members) and not any(
            self._log.read_stream(member_stream(member)) for member in members
        )

    def _facts(self, after: int) -> Iterator[tuple[str, SignInEvent]]:
        """What changed after a position in what members sign in with, each with its member."""
        while events := self._log.read(after, PAGE):
            for event in events:
                if event.type in SIGN_IN and not isinstance(event, DamagedEvent):
                    fact = cast(SignInEvent, self._codec.decode(event))
                    yield event.stream.removeprefix(member_stream("")), fact
            after = events[-1].position


def _foreign(path: Path) -> DataDirectoryError:
    return DataDirectoryError(
        f"The file {path} does not belong to the log beside it, so nothing was changed: put back "
        "the one that does, or remove it and give members new links."
    )

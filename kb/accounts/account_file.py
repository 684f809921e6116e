"""How accounts.sqlite is opened: made, brought over, mended, or refused in a sentence."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from events import sqlite_marks
from events.errors import LogUnavailable
from events.marks import Mark
from events.sqlite_file import kind_of, switch_to_wal, transaction
from events.sqlite_frozen import Frozen
from kb.accounts import tally
from kb.accounts.schema import APPLICATION_ID, TABLES, VERSION
from kb.errors import DataDirectoryError, Refused

PASSING = frozenset({"session", "link", "challenge"})
"""Tables whose rows last a short time, and can be given again."""
FORMER = frozenset({"pending_identity"})  # the same in files of before, and unused by now

_MEANING = {
    sqlite3.SQLITE_FULL: "cannot be used because the disk is full: free some space",
    sqlite3.SQLITE_READONLY: "cannot be written: the file or its folder is read-only",
    sqlite3.SQLITE_BUSY: "is kept locked by another program: try again when that one is done",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened: its folder is missing, read-only or not yours",
    sqlite3.SQLITE_NOTADB: "is not a file of accounts: give the path of one or of a new file",
    sqlite3.SQLITE_CORRUPT: "is damaged: put back a copy, or remove it and invite members again",
}

PEEK_SECONDS = 0.1
"""Nobody waits for accounts who may not need them; who does is told that they are locked."""


def peek(path: Path, frozen: Frozen | None) -> Mark | None:
    """The mark of the log that accounts know, without writing; None for a file that has none."""
    if not path.exists():
        return None
    uri = f"{path.absolute().as_uri()}?mode=ro"
    try:
        db = (
            frozen.connect(path, PEEK_SECONDS)
            if frozen
            else sqlite3.connect(uri, PEEK_SECONDS, uri=True)
        )
        with closing(db):
            return sqlite_marks.read_mark(db)
    except sqlite3.Error:
        return None  # what is wrong is said when they are needed


class AccountFile:
    """The file at `path`; see `AccountStore`, whose connections it opens."""

    def __init__(
        self, path: Path, timeout: float, notice: Callable[[str], None], frozen: Frozen | None
    ) -> None:
        self.is_new = False
        self._path = path
        self._timeout = timeout
        self._notice = notice
        self._frozen = frozen

    def connections(self) -> tuple[sqlite3.Connection, sqlite3.Connection]:
        """One that may write and one that reads; the same where nothing can be written."""
        with self.explained():
            writer = self._opened()
            try:
                return writer, writer if self._frozen else self._connected("ro")
            except BaseException:
                writer.close()
                raise

    def _opened(self) -> sqlite3.Connection:
        if self._frozen:
            return self._opened_frozen(self._frozen)
        if not self._path.exists():
            self._path.touch(mode=0o600)
        db = self._connected("rw")
        try:
            self._prepare(db)
        except BaseException:
            db.close()
            raise
        return db

    def _connected(self, mode: str) -> sqlite3.Connection:
        return sqlite3.connect(
            f"{self._path.absolute().as_uri()}?mode={mode}",
            uri=True,
            timeout=self._timeout,
            isolation_level=None,
            check_same_thread=False,
        )

    def _opened_frozen(self, frozen: Frozen) -> sqlite3.Connection:
        db = frozen.connect(self._path, self._timeout)
        try:
            self._refuse_foreign(db)
            if _version(db) < VERSION or tally.damaged(db):
                # What mends them has to be written.
                raise DataDirectoryError(f"The file {self._path} cannot be used: {frozen.why}")
        except BaseException:
            db.close()
            raise
        return db

    def _prepare(self, db: sqlite3.Connection) -> None:
        db.execute("PRAGMA secure_delete = ON")
        db.execute("PRAGMA temp_store = MEMORY")  # VACUUM would put a copy in a temporary file
        db.execute("PRAGMA synchronous = FULL")  # a session that was ended stays ended
        if self._is_new(db):
            self._create(db)
        self._refuse_foreign(db)
        self._bring_over(db)
        switch_to_wal(db, self._path, self._timeout)
        tally.keep_up(db)
        self._mend(db)

    def _mend(self, db: sqlite3.Connection) -> None:
        """Empty what is damaged and lasts a short time; refuse what cannot be made again."""
        damaged = tally.damaged(db)
        if not set(damaged) <= PASSING | FORMER:
            raise DataDirectoryError(f"The file {self._path} {_MEANING[sqlite3.SQLITE_CORRUPT]}.")
        for table in damaged:
            with transaction(db):
                db.execute(f"DELETE FROM {table}")
                tally.count_again(db, table)
        if damaged:
            self._notice(
                f"The file {self._path} was damaged in what is kept for a short time only, so that "
                "was emptied: everybody has to sign in again, and links are void."
            )

    def _bring_over(self, db: sqlite3.Connection) -> None:
        """Give a file of version 1 what it lacks; refuse one that has it, and says it is older."""
        if _version(db) == VERSION:
            return
        with transaction(db):
            if _version(db) < VERSION:  # else another process was faster
                if tally.is_kept(db):
                    raise DataDirectoryError(
                        f"The file {self._path} {_MEANING[sqlite3.SQLITE_CORRUPT]}."
                    )
                db.execute(sqlite_marks.TABLE)
                tally.begin(db)
                db.execute(f"PRAGMA user_version = {VERSION}")

    @staticmethod
    def _is_new(db: sqlite3.Connection) -> bool:
        tables = db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
        return (db.execute("PRAGMA application_id").fetchone()[0], tables) == (0, 0)

    def _create(self, db: sqlite3.Connection) -> None:
        with transaction(db):
            if self._is_new(db):  # else another process was faster
                for statement in TABLES:
                    db.execute(statement)
                db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                self.is_new = True

    def _refuse_foreign(self, db: sqlite3.Connection) -> None:
        if db.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
            raise DataDirectoryError(f"The file {self._path} {_MEANING[sqlite3.SQLITE_NOTADB]}.")
        version = _version(db)
        if version > VERSION:
            raise DataDirectoryError(
                f"The file {self._path} has version {version}, but this program knows versions up "
                f"to {VERSION}: use the version of Tributary that wrote it."
            )

    @contextmanager
    def explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_CONSTRAINT_TRIGGER:
                raise Refused("One who has left or was erased cannot sign in any more.") from error
            if self._frozen and kind_of(error) == sqlite3.SQLITE_READONLY:
                raise DataDirectoryError(self._frozen.why) from error
            meaning = _MEANING.get(kind_of(error), f"cannot be used: {error}")
            raise DataDirectoryError(f"The file {self._path} {meaning}.") from error
        except UnicodeDecodeError as error:
            # So Python reads what SQLite says of damage when it quotes it.
            damaged = _MEANING[sqlite3.SQLITE_CORRUPT]
            raise DataDirectoryError(f"The file {self._path} {damaged}.") from error
        except LogUnavailable as error:
            raise DataDirectoryError(
                f"The file {self._path} cannot be used here: put it where SQLite can keep a WAL."
            ) from error
        except OSError as error:
            raise DataDirectoryError(f"The file {self._path} cannot be made: {error}.") from error


def _version(db: sqlite3.Connection) -> int:
    version: int = db.execute("PRAGMA user_version").fetchone()[0]
    return version

"""What SQLite and the disk say of a file becomes one sentence, the same for every file."""

import sqlite3
from contextlib import closing
from errno import EACCES, EDQUOT, EIO, ENOSPC, EROFS

import pytest

from events.sqlite_files.errors import MEANING, explained, is_damage, kind_of, said


def of_code(code: int) -> sqlite3.Error:
    """An error as SQLite raises it, of this code."""
    error = sqlite3.OperationalError("the reason")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("system", "code"),
    [
        (ENOSPC, sqlite3.SQLITE_FULL),
        (EDQUOT, sqlite3.SQLITE_IOERR_SHMMAP),
        (EROFS, sqlite3.SQLITE_READONLY_DIRECTORY),
        (EACCES, sqlite3.SQLITE_READONLY_DBMOVED),
    ],
)
def test_the_system_and_sqlite_mean_the_same(system: int, code: int) -> None:
    assert said(OSError(system, "words", "/srv/log.sqlite")) == said(of_code(code))


@pytest.mark.parametrize(
    "error",
    [
        sqlite3.ProgrammingError("the reason"),
        of_code(sqlite3.SQLITE_NOMEM),
        OSError(EIO, "the reason", "/srv/x"),
    ],
)
def test_what_is_of_no_known_kind_is_quoted_without_a_path(error: Exception) -> None:
    assert said(error) == "cannot be used: the reason"


def test_a_kind_of_file_has_words_of_its_own() -> None:
    own = {sqlite3.SQLITE_CORRUPT: "is damaged: remove it"}
    assert said(of_code(sqlite3.SQLITE_CORRUPT_VTAB), own) == "is damaged: remove it"
    assert said(of_code(sqlite3.SQLITE_BUSY_SNAPSHOT), own) == MEANING[sqlite3.SQLITE_BUSY]


def test_a_text_that_damage_made_no_text_is_damage() -> None:
    with (
        closing(sqlite3.connect(":memory:")) as database,
        pytest.raises(sqlite3.OperationalError) as raised,
    ):
        database.execute("SELECT CAST(x'ff' AS TEXT)").fetchone()
    assert is_damage(raised.value)
    assert is_damage(UnicodeDecodeError("utf-8", b"\xff", 0, 1, "as in the name of a table"))


def test_only_errors_of_the_file_are_explained() -> None:
    for error, also, raised in (
        (of_code(sqlite3.SQLITE_FULL), (), RuntimeError),
        (OSError(EIO, "x"), (OSError,), RuntimeError),
        (OSError(EIO, "x"), (), OSError),
        (LookupError("x"), (OSError,), LookupError),
    ):
        with pytest.raises(raised), explained(lambda each: RuntimeError(kind_of(each)), *also):
            raise error

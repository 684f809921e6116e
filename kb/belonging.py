"""Whether log and vault belong together, looked at before anything is written.

A vault that is not of this log would give new texts keys that the right one will never have, and
they would be lost with it. So one that belongs elsewhere is refused, and one that is only older is
told of at once, and gives the subjects whose keys it lacks no others.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext, suppress
from threading import Lock

from msgspec import Struct

from events.codec import EventCodec
from events.errors import (
    EventLogError,
    KeyDestroyed,
    LogFormatError,
    LogUnavailable,
    SealedDataError,
)
from events.event import RecordedEvent
from events.log import EventLog
from events.marks import Mark, misfit
from events.sealed_fields import SealedValue
from events.sqlite import SqliteEventLog
from events.sqlite_check import check_chain
from events.sqlite_file import is_of_format_before, kept_as_found
from events.sqlite_frozen import Frozen
from events.sqlite_layout import LOG as LOG_LAYOUT
from events.sqlite_layout import VAULT as VAULT_LAYOUT
from events.sqlite_older import read_older, read_older_keys
from events.sqlite_vault import SqliteVault
from events.vault import KeyVault, MemoryVault
from kb.areas import build_codec
from kb.counting import counted
from kb.errors import DataDirectoryError
from kb.people.accounts_beside import refuse_foreign
from kb.storage.data_directory import LOG, VAULT, DataDirectory

Notice = Callable[[str], None]

PAGE = 1_000
LOCK_SECONDS = 10.0
KEEP_SECONDS = 1.0
"""The most that may be written after the mark of the vault, if this process is killed."""

BROUGHT_OVER = (
    f"The data directory was brought over to format {LOG_LAYOUT.version} of log and vault, which "
    "earlier versions of Tributary do not open."
)


class _Tried(Struct, frozen=True):
    """Subjects of whose sealed values one was tried: those that the vault knows and has lost."""

    known: frozenset[str]
    lost: frozenset[str]


class Keeper:
    """Keeps in the vault up to where it knows the log, so that an older copy of either is told of.

    `since` is where it knew it when they were compared, None if that could not be kept.
    """

    def __init__(
        self, log: EventLog, vault: KeyVault, since: Mark | None, clock: Callable[[], float]
    ) -> None:
        self._log = log
        self._vault = vault
        self._since = since
        self._clock = clock
        self._due = clock() + KEEP_SECONDS
        self._lock = Lock()

    def pass_by(self) -> None:
        """Keep it if that was not done for `KEEP_SECONDS`: it costs a sync of the disk."""
        with self._lock:
            if self._clock() >= self._due:
                self._due = self._clock() + KEEP_SECONDS
                self._keep()

    def close(self) -> None:
        """Keep it for the last time."""
        with self._lock:
            self._keep()

    def _keep(self) -> None:
        # A full disk keeps nobody from reading, and damage is told of where it is read.
        with suppress(EventLogError):
            if self._since and self._log.head() > self._since.position:
                mark = self._log.mark()
                self._vault.advance(self._since, mark)
                self._since = mark


def open_log_and_vault(
    directory: DataDirectory, notice: Notice, frozen: Frozen | None = None
) -> tuple[SqliteEventLog, SqliteVault, Keeper, bool]:
    """Log and vault, seen to belong together, and what keeps seeing to it.

    And whether the log was of the format before. They are only read while they are `frozen`.

    Raises `DataDirectoryError` if they do not or the vault is missing, `LogFormatError` or
    `LogUnavailable`.
    """
    with nullcontext() if frozen else kept_as_found(directory.log, directory.vault):
        return _opened(directory, notice, frozen)


def _opened(
    directory: DataDirectory, notice: Notice, frozen: Frozen | None
) -> tuple[SqliteEventLog, SqliteVault, Keeper, bool]:
    older = (False, False) if frozen else _older(directory)
    if any(older):
        _refuse_foreign_keys(directory, *older)
    log = SqliteEventLog(directory.log, frozen=frozen)
    try:
        refuse_foreign(directory.accounts, log, frozen)
        if not directory.vault.exists() and log.head():
            raise _missing(directory)
        vault = SqliteVault(directory.vault, create=not log.head(), frozen=frozen)
        try:
            if any(older):
                notice(BROUGHT_OVER)
            since = _compare(directory, log, vault, notice, frozen)
        except BaseException:
            vault.close()
            raise
    except BaseException:
        log.close()
        raise
    return log, vault, Keeper(log, vault, since, time.monotonic), older[0]


def lacking(vault: KeyVault) -> str:
    """A sentence about keys that the vault has lost; empty if it has all."""
    lost = vault.lost()
    kinds = Counter(subject.partition("-")[0] for subject in lost)
    if not lost:
        return ""
    others = len(lost) - kinds["entry"] - kinds["member"]
    counts = [(kinds["entry"], "entry", "entries"), (kinds["member"], "member", "members")]
    counts.append((others, "other", "others"))
    named = " and ".join(counted(n, one, many) for n, one, many in counts if n)
    return (
        f"{VAULT} lacks the keys of {named} that {LOG} needs, as it is an older copy or damaged: "
        "what they open cannot be read and nothing is added there until a copy that has them is "
        "put back."
    )


def _older(directory: DataDirectory) -> tuple[bool, bool]:
    """Whether log and vault are of the format before."""
    pairs = ((directory.log, LOG_LAYOUT), (directory.vault, VAULT_LAYOUT))
    log, vault = (
        path.exists() and is_of_format_before(path, layout, timeout=LOCK_SECONDS)
        for path, layout in pairs
    )
    return log, vault


def _refuse_foreign_keys(directory: DataDirectory, older_log: bool, older_vault: bool) -> None:
    """Read files of the format before, without bringing them over, and compare them."""
    if not directory.vault.exists():
        if older_log and next(read_older(directory.log), None):
            raise _missing(directory)
        return
    keys: KeyVault
    if older_vault:
        keys = MemoryVault(read_older_keys(directory.vault))
    else:
        keys = SqliteVault(directory.vault)
    with keys:
        if older_log:
            _refuse_unknown(directory, _tried(keys, read_older(directory.log)))
            return
        with SqliteEventLog(directory.log) as log:
            _refuse_unknown(directory, _tried(keys, _events(log, 0)))


def _compare(
    directory: DataDirectory,
    log: SqliteEventLog,
    vault: SqliteVault,
    notice: Notice,
    frozen: Frozen | None,
) -> Mark | None:
    """Refuse, tell, and keep in the vault up to where it knows the log; None if that cannot be."""
    mark = vault.mark()
    how = misfit(log, mark) if mark else "unknown"
    if how == "other log":
        raise _foreign(directory)
    head = log.mark()
    since = mark.position if mark and how is None else 0
    if since < head.position:
        _refuse_mixed(directory, since, frozen)
    if mark and how in ("ahead", "other past"):
        notice(
            f"{LOG} is another copy than the one beside which {VAULT} was used last, up to "
            f"position {mark.position}; it ends at {head.position}, and what only the other has "
            "is missing here."
        )
    kept: Mark | None = head
    if mark != head:
        kept = None
        tried = _tried(vault, _events(log, since))
        if how:
            _refuse_unknown(directory, tried)
        # A disk that is full or read-only does not keep anybody from reading.
        with suppress(LogUnavailable):
            vault.place(head, tried.lost)
            kept = head
    if sentence := lacking(vault):
        notice(sentence)
    return kept


def _tried(keys: KeyVault, events: Iterable[RecordedEvent]) -> _Tried:
    """Try the first sealed value of each subject."""
    codec = build_codec(keys)
    firsts = _firsts(codec, events)
    lost = frozenset(value.subject for value in firsts if not _is_known(keys, value))
    return _Tried(frozenset(value.subject for value in firsts) - lost, lost)


def _firsts(codec: EventCodec, events: Iterable[RecordedEvent]) -> list[SealedValue]:
    found: dict[str, SealedValue] = {}
    for event in events:
        for value in codec.sealed_values(event):
            found.setdefault(value.subject, value)
    return [*found.values()]


def _is_known(keys: KeyVault, value: SealedValue) -> bool:
    try:
        keys.open(value.subject, value.sealed, value.context)
    except KeyDestroyed:
        return True
    except SealedDataError:
        return False
    return True


def _events(log: EventLog, after: int) -> Iterator[RecordedEvent]:
    while events := log.read(after, PAGE):
        yield from events
        after = events[-1].position


def _refuse_unknown(directory: DataDirectory, tried: _Tried) -> None:
    if tried.lost and not tried.known:
        raise _foreign(directory)


def _foreign(directory: DataDirectory) -> DataDirectoryError:
    return DataDirectoryError(
        f"The {VAULT} in {directory.root} does not belong to the {LOG} beside it, so nothing was "
        f"changed: put back the {VAULT} and the {LOG} that belong together."
    )


def _refuse_mixed(directory: DataDirectory, after: int, frozen: Frozen | None) -> None:
    try:
        check_chain(directory.log, after, frozen)
    except LogFormatError as error:
        raise DataDirectoryError(
            f"The events of the {LOG} in {directory.root} do not follow each other, as where a "
            f"{LOG}-wal of another copy lies beside it, so nothing was changed: put back a copy of "
            "both that were made together."
        ) from error


def _missing(directory: DataDirectory) -> DataDirectoryError:
    return DataDirectoryError(
        f"{directory.root} holds events but no {VAULT}, the keys that open them: "
        f"put back the {VAULT} that belongs to this {LOG}."
    )

"""Check that log and vault belong together, before anything is written.

A foreign vault would give new texts keys that the right one will never have, so they would be lost
with it. It is refused. An older copy is reported at once, and makes no new keys for the subjects
whose keys it lacks.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
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
from events.vault import KeyVault
from kb.areas import build_codec
from kb.backends import FORMAT, Backends
from kb.counting import counted
from kb.errors import DataDirectoryError
from kb.messages import _
from kb.people.accounts_beside import refuse_foreign
from kb.storage.data_directory import LOG, VAULT, DataDirectory

Notice = Callable[[str], None]

PAGE = 1_000
KEEP_SECONDS = 1.0
"""How old the mark in the vault may be if this process is killed."""

BROUGHT_OVER = _(
    "The data directory was brought over to format {format} of log and "
    "vault, which earlier versions of Tributary do not open.",
    format=FORMAT,
)


class _Tried(Struct, frozen=True):
    """Subjects with a sealed value that was tried: those with a key, and those without."""

    known: frozenset[str]
    lost: frozenset[str]


class Keeper:
    """Keeps the log's mark in the vault up to date, so that an older copy of either is noticed.

    `since` is the mark from when they were compared, None if it could not be stored.
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
        """Store the mark, at most every `KEEP_SECONDS`: it costs a sync of the disk."""
        with self._lock:
            if self._clock() >= self._due:
                self._due = self._clock() + KEEP_SECONDS
                self._keep()

    def close(self) -> None:
        """Store the mark for the last time."""
        with self._lock:
            self._keep()

    def _keep(self) -> None:
        # A full disk must not stop reads, and damage is reported where it is read.
        with suppress(EventLogError):
            if self._since and self._log.head() > self._since.position:
                mark = self._log.mark()
                self._vault.advance(self._since, mark)
                self._since = mark


def open_log_and_vault(
    backends: Backends, directory: DataDirectory, notice: Notice
) -> tuple[EventLog, KeyVault, Keeper, bool]:
    """Open log and vault after checking that they belong together.

    With the keeper of their marks, and whether the log was of the previous format. Raises
    `DataDirectoryError` if they do not belong together or the vault is missing, `LogFormatError` or
    `LogUnavailable`.
    """
    with backends.kept_as_found():
        return _opened(backends, directory, notice)


def _opened(
    backends: Backends, directory: DataDirectory, notice: Notice
) -> tuple[EventLog, KeyVault, Keeper, bool]:
    older = backends.of_format_before()
    if any(older):
        _refuse_foreign_keys(backends, directory, *older)
    log = backends.open_log()
    try:
        refuse_foreign(directory.accounts, backends.accounts_mark(), log)
        if not backends.has_vault() and log.head():
            raise _missing(directory)
        vault = backends.open_vault(create=not log.head())
        try:
            if any(older):
                notice(BROUGHT_OVER)
            since = _compare(backends, directory, log, vault, notice)
        except BaseException:
            vault.close()
            raise
    except BaseException:
        log.close()
        raise
    return log, vault, Keeper(log, vault, since, time.monotonic), older[0]


def lacking(vault: KeyVault) -> str:
    """A sentence about keys that the vault lacks; empty if it has all."""
    lost = vault.lost()
    kinds = Counter(subject.partition("-")[0] for subject in lost)
    if not lost:
        return ""
    others = len(lost) - kinds["entry"] - kinds["member"]
    counts = [(kinds["entry"], "entry", "entries"), (kinds["member"], "member", "members")]
    counts.append((others, "other", "others"))
    named = " and ".join(counted(n, one, many) for n, one, many in counts if n)
    return _(
        "{vault} lacks the keys of {named} that {log} needs, as it is an older "
        "copy or damaged: what they open cannot be read and nothing is added "
        "there until a copy that has them is put back.",
        vault=VAULT,
        named=named,
        log=LOG,
    )


def _refuse_foreign_keys(
    backends: Backends, directory: DataDirectory, older_log: bool, older_vault: bool
) -> None:
    """Compare log and vault of the previous format before they are migrated."""
    if not backends.has_vault():
        if older_log and next(backends.older_events(), None):
            raise _missing(directory)
        return
    with backends.older_keys() if older_vault else backends.open_vault() as keys:
        if older_log:
            _refuse_unknown(directory, _tried(keys, backends.older_events()))
            return
        with backends.open_log() as log:
            _refuse_unknown(directory, _tried(keys, _events(log, 0)))


def _compare(
    backends: Backends, directory: DataDirectory, log: EventLog, vault: KeyVault, notice: Notice
) -> Mark | None:
    """Refuse or report a misfit, and store the log's mark in the vault; None if it cannot be."""
    mark = vault.mark()
    how = misfit(log, mark) if mark else "unknown"
    if how == "other log":
        raise _foreign(directory)
    head = log.mark()
    since = mark.position if mark and how is None else 0
    if since < head.position:
        _refuse_mixed(backends, directory, since)
    if mark and how in ("ahead", "other past"):
        notice(
            _(
                "{log} is another copy than the one beside which {vault} was used "
                "last, up to position {position}; it ends at {end}, and what "
                "only the other has is missing here.",
                log=LOG,
                vault=VAULT,
                position=mark.position,
                end=head.position,
            )
        )
    kept: Mark | None = head
    if mark != head:
        kept = None
        tried = _tried(vault, _events(log, since))
        if how:
            _refuse_unknown(directory, tried)
        # A full or read-only disk must not stop reads.
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
        _(
            "The {vault} in {root} does not belong to the {log} beside it, so "
            "nothing was changed: put back the {vault} and the {log} that belong "
            "together.",
            vault=VAULT,
            root=str(directory.root),
            log=LOG,
        )
    )


def _refuse_mixed(backends: Backends, directory: DataDirectory, after: int) -> None:
    try:
        backends.check_chain(after)
    except LogFormatError as error:
        raise DataDirectoryError(
            _(
                "The events of the {log} in {root} do not follow each other, as where "
                "a {log}-wal of another copy lies beside it, so nothing was changed: "
                "put back a copy of both that were made together.",
                log=LOG,
                root=str(directory.root),
            )
        ) from error


def _missing(directory: DataDirectory) -> DataDirectoryError:
    return DataDirectoryError(
        _(
            "{root} holds events but no {vault}, the keys that open them: put back "
            "the {vault} that belongs to this {log}.",
            root=str(directory.root),
            vault=VAULT,
            log=LOG,
        )
    )

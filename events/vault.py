"""Keys by subject, so that personal data can be erased from a log that never changes."""

import threading
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from secrets import token_bytes
from typing import Protocol, Self

from events.errors import KeyDestroyed, KeyLost, KeysLacking, LogUnavailable, SealedDataError
from events.marks import Mark, follows
from events.sealing import KEY_BYTES, cipher_of, seal, unseal


class KeyVault(Protocol):
    """Encrypts values with a key per subject; a destroyed key never comes back.

    A subject is a unit of erasure: a member, an entry. `context` is the place of the value, e.g.
    event id and field: a value that was moved elsewhere does not open. Every method may be called
    from any thread and may raise `LogUnavailable`.
    """

    def prepare(self, subjects: Iterable[str]) -> None:
        """Make all missing keys at once, which costs as much as making one.

        Destroyed ones stay so. Raises `KeyLost`, or `KeysLacking` while any key is lost and not
        given up: the new keys would be lost when a newer copy of the vault is put back.
        """

    def seal(self, subject: str, plain: bytes, context: bytes) -> bytes:
        """Encrypt `plain`; equal arguments give equal bytes. Raises as `prepare` or `KeyDestroyed`.

        The subject's key is made at first use and durable when this returns.
        """

    def open(self, subject: str, sealed: bytes, context: bytes) -> bytes:
        """The plain text. Raises `KeyDestroyed` or `SealedDataError`.

        A destruction by any process takes effect at once.
        """

    def reading(self) -> AbstractContextManager[None]:
        """Context that speeds up many calls of `open`; do nothing else inside it.

        A destruction waits for its end, so no key is used after its destruction.
        """

    def destroy(self, *subjects: str) -> bool:
        """Destroy the keys of `subjects` for good; False if none of them had one.

        No subject gets a key afterwards, even if it had none. When this returns, no file of the
        vault holds a byte of the keys. After an error it must be called again.
        """

    def destroyed(self, subject: str) -> bool:
        """Whether the subject's key was destroyed."""

    def mark(self) -> Mark | None:
        """The stored mark of the log that the vault belongs to; None if it has none, or damaged."""

    def place(self, mark: Mark, lost: Iterable[str] = ()) -> None:
        """Store `mark`. The subjects in `lost` get no new keys while theirs are missing.

        A vault with the first ones could not open what was sealed with new ones.
        """

    def advance(self, since: Mark, mark: Mark) -> None:
        """Store `mark` if the present one is of the same log and in the range [`since`, `mark`).

        Otherwise the vault or the log has been exchanged since `since` was compared, which the next
        opening detects.
        """

    def lost(self) -> frozenset[str]:
        """The subjects noted as `lost` that still have no keys."""

    def give_up(self) -> None:
        """Allow new keys for all but the lost subjects, until more are found to be lost."""

    def lacking(self, subjects: Iterable[str]) -> frozenset[str]:
        """The subjects whose keys are missing or damaged, but not destroyed."""

    def close(self) -> None:
        """Close files and connections; later calls are refused."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


Row = tuple[bytes | None] | None
"""A subject's key, (None,) once destroyed; None for a subject without one yet."""

DAMAGED = (b"",)
"""The row of a subject whose key does not match its hash."""


class MemoryVault:
    """A `KeyVault` that lives as long as the process, for tests and trials.

    `keys` are its initial keys, 64 bytes each, or None for one that was destroyed.
    """

    def __init__(self, keys: Mapping[str, bytes | None] | None = None) -> None:
        self._keys: dict[str, bytes | None] = dict(keys or {})
        self._mark: Mark | None = None
        self._lost: set[str] = set()
        self._given_up = False
        self._lock = threading.Lock()
        self._closed = False

    def prepare(self, subjects: Iterable[str]) -> None:
        with self._lock:
            refuse_closed(self._closed)
            missing = [each for each in subjects if each not in self._keys]
            lost = frozenset(each for each in self._lost if each not in self._keys)
            refuse_lost(lost, missing, given_up=self._given_up)
            self._keys.update((each, token_bytes(KEY_BYTES)) for each in missing)

    def seal(self, subject: str, plain: bytes, context: bytes) -> bytes:
        self.prepare([subject])
        return seal(known(subject, self._row(subject)), plain, context)

    def open(self, subject: str, sealed: bytes, context: bytes) -> bytes:
        return unseal(cipher_of(known(subject, self._row(subject))), sealed, context)

    def reading(self) -> AbstractContextManager[None]:
        return nullcontext()

    def destroy(self, *subjects: str) -> bool:
        with self._lock:
            refuse_closed(self._closed)
            had = any(self._keys.get(subject) for subject in subjects)
            self._keys.update(dict.fromkeys(subjects))
            return had

    def destroyed(self, subject: str) -> bool:
        return self._row(subject) == (None,)

    def mark(self) -> Mark | None:
        return self._mark

    def place(self, mark: Mark, lost: Iterable[str] = ()) -> None:
        with self._lock:
            refuse_closed(self._closed)
            self._mark = mark
            found = frozenset(lost)
            self._given_up &= not found
            self._lost.update(found)

    def advance(self, since: Mark, mark: Mark) -> None:
        with self._lock:
            refuse_closed(self._closed)
            if follows(since, self._mark, mark):
                self._mark = mark

    def lost(self) -> frozenset[str]:
        return self.lacking(self._lost)

    def give_up(self) -> None:
        self._given_up = True

    def lacking(self, subjects: Iterable[str]) -> frozenset[str]:
        return frozenset(each for each in subjects if self._row(each) is None)

    def close(self) -> None:
        self._closed = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _row(self, subject: str) -> Row:
        with self._lock:
            refuse_closed(self._closed)
            return (self._keys[subject],) if subject in self._keys else None


def known(subject: str, row: Row) -> bytes:
    """The key of `subject`. Raises `KeyDestroyed`, or `SealedDataError` if it never had one."""
    if row is None:
        raise SealedDataError("the vault has no key of {subject}", subject=subject)
    if row[0] is None:
        raise KeyDestroyed(subject)
    if row == DAMAGED:
        raise SealedDataError("the key of {subject} is damaged in the vault", subject=subject)
    return row[0]


def refuse_lost(lost: frozenset[str], missing: Iterable[str], *, given_up: bool) -> None:
    """Raise `KeyLost` or `KeysLacking` if the `missing` keys must not be made."""
    for subject in lost.intersection(missing):
        raise KeyLost(subject)
    if lost and not given_up and any(True for _ in missing):
        raise KeysLacking


def refuse_closed(closed: bool) -> None:
    """Raise `LogUnavailable` if `closed`."""
    if closed:
        raise LogUnavailable("The vault is closed: open it again to use it.")

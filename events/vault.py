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
    """Seals with a key of each subject's own; a destroyed key never comes back.

    A subject is what can be erased alone: a member, an entry. `context` says where
    the value stands, e.g. event id and field: a value that was moved elsewhere does not open.
    Every method may be called from any thread; each may raise `LogUnavailable`.
    """

    def prepare(self, subjects: Iterable[str]) -> None:
        """Make the keys that are missing all at once, which costs as much as making one.

        A destroyed one stays so. Raises `KeyLost`, or `KeysLacking` while any key is lost and was
        not given up: what a newer copy of the vault is put back for would be lost with it.
        """

    def seal(self, subject: str, plain: bytes, context: bytes) -> bytes:
        """`plain` sealed; equal arguments give equal bytes. Raises as `prepare` or `KeyDestroyed`.

        At first use the subject's key is made; it is durable when this returns.
        """

    def open(self, subject: str, sealed: bytes, context: bytes) -> bytes:
        """What was sealed. Raises `KeyDestroyed` or `SealedDataError`.

        A destruction is seen at once, whichever process it was done by.
        """

    def reading(self) -> AbstractContextManager[None]:
        """Makes many calls of `open` quicker; only those may stand in the block.

        A destruction waits for its end, so that still no key is used after its destruction.
        """

    def destroy(self, *subjects: str) -> bool:
        """Destroy the keys of `subjects` for good; False if none of them had one.

        None of them gets a key afterwards, also if it had none. When this returns, no file of the
        vault holds a byte of the keys. After an error it must be called again.
        """

    def destroyed(self, subject: str) -> bool:
        """Whether the subject's key was destroyed."""

    def mark(self) -> Mark | None:
        """Up to where the log beside the vault is known to it; None if none is, or no longer."""

    def place(self, mark: Mark, lost: Iterable[str] = ()) -> None:
        """Keep `mark`. The subjects in `lost` get no new keys while theirs are missing.

        What was sealed with new ones could be opened by no vault that has the first ones.
        """

    def advance(self, since: Mark, mark: Mark) -> None:
        """Keep `mark` if the present one is of the same log and stands from `since` to before it.

        Any other shows that the vault, or the log, is not the copy any more that `since` was
        compared with; that is left for the next opening to see.
        """

    def lost(self) -> frozenset[str]:
        """The subjects that were said to have lost their keys and have none by now."""

    def give_up(self) -> None:
        """Make new keys again for all but the lost subjects: a copy with theirs will not be back.

        Until others are found to be lost.
        """

    def lacking(self, subjects: Iterable[str]) -> frozenset[str]:
        """Those whose keys are missing or damaged, though nobody destroyed them."""

    def close(self) -> None:
        """Let go of files and connections; later calls are refused."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


Row = tuple[bytes | None] | None
"""A subject's key, None in its place once destroyed; no row for a subject without one yet."""

DAMAGED = (b"",)
"""The row of a subject whose key is not what was kept."""


class MemoryVault:
    """A `KeyVault` that is gone when the process ends, for tests and trials.

    `keys` are there from the start, 64 bytes each, or None for one that was destroyed.
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
        raise SealedDataError(f"the vault has no key of {subject}")
    if row[0] is None:
        raise KeyDestroyed(subject)
    if row == DAMAGED:
        raise SealedDataError(f"the key of {subject} is damaged in the vault")
    return row[0]


def refuse_lost(lost: frozenset[str], missing: Iterable[str], *, given_up: bool) -> None:
    """Raises `KeyLost` or `KeysLacking` if the keys that are `missing` cannot be made."""
    for subject in lost.intersection(missing):
        raise KeyLost(subject)
    if lost and not given_up and any(True for _ in missing):
        raise KeysLacking


def refuse_closed(closed: bool) -> None:
    """Raises `LogUnavailable` if `closed`."""
    if closed:
        raise LogUnavailable("The vault is closed: open it again to use it.")

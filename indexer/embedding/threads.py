"""Settings that keep computing threads from taking cores that others need.

Threads of OpenMP and of numpy's BLAS wait for work in a busy loop; what that costs is in
docs/decisions/0004-vectors.md.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock, get_native_id
from typing import Any

PATIENT = {"OMP_WAIT_POLICY": "PASSIVE", "KMP_BLOCKTIME": "0"}
"""For GNU's OpenMP and for Intel's, which needs the second as well."""


def wait_asleep() -> None:
    """Make OpenMP threads sleep while they wait, unless the environment says otherwise.

    Each OpenMP library reads this once when loaded, so call it before importing one.
    Processes that this one starts inherit it.
    """
    for name, value in PATIENT.items():
        os.environ.setdefault(name, value)


GIVES_WAY = 10
"""Niceness of threads that nobody waits for: a tenth of the time of a normal one beside it."""


def give_way() -> None:
    """Lower the priority of this thread and of those that it starts.

    Only Linux has priorities per thread; elsewhere nothing changes.
    """
    if sys.platform == "linux":
        thread = get_native_id()
        behind = os.getpriority(os.PRIO_PROCESS, thread) + GIVES_WAY
        with suppress(OSError):  # where the system allows no such change
            os.setpriority(os.PRIO_PROCESS, thread, behind)


class OneThread:
    """Context that limits the BLAS of the process to one thread, without locking others out.

    The limit is per process: the first thread inside sets it, the last one lifts it.
    """

    def __init__(self) -> None:
        self._lock = Lock()  # held while the limit is set or lifted, not inside
        self._inside = 0
        self._blas: Any = None  # looked for at first use, when all libraries are loaded
        self._limit: Any = None

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """Inside, numpy's products start no threads; the limits are restored afterwards."""
        from threadpoolctl import ThreadpoolController

        with self._lock:
            if not self._inside:
                self._blas = self._blas or ThreadpoolController().select(user_api="blas")
                self._let_any_set()
                self._limit = self._blas.limit(limits=1)
                self._let_any_set()
            self._inside += 1
        try:
            yield
        finally:
            with self._lock:
                self._inside -= 1
                if not self._inside:
                    self._let_any_set()
                    self._limit.restore_original_limits()
                    self._let_any_set()

    def _let_any_set(self) -> None:
        """Allow any thread to set limits: threadpoolctl 3.8 ignores all but the first that did."""
        for library in self._blas.lib_controllers:
            if clear := getattr(library, "clear_controlling_thread", None):
                clear(force=True)


one_thread = OneThread()

"""How threads wait and give way: asleep, not at all, or to all others.

Threads of OpenMP and of numpy's BLAS wait for their next piece of work in a busy loop, on cores
that others need: docs/decisions/0004-vectors.md has what that costs.
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
    """Have threads of OpenMP sleep while they wait, unless the environment says otherwise.

    Each OpenMP reads this once, when it is loaded, so this comes before whatever brings one.
    Processes that this one starts inherit it.
    """
    for name, value in PATIENT.items():
        os.environ.setdefault(name, value)


GIVES_WAY = 10
"""How far behind others a thread stands that nobody waits for: a tenth of the time, beside one."""


def give_way() -> None:
    """Let this thread, and those that it starts, compute after others that want to.

    Only Linux tells the threads of a process apart by this; elsewhere nothing changes.
    """
    if sys.platform == "linux":
        thread = get_native_id()
        behind = os.getpriority(os.PRIO_PROCESS, thread) + GIVES_WAY
        with suppress(OSError):  # where the system allows no such change
            os.setpriority(os.PRIO_PROCESS, thread, behind)


class OneThread:
    """Limits the BLAS of this process while any thread is inside; none waits for another.

    The limit is one of the process: the first one inside sets it, the last one lifts it.
    """

    def __init__(self) -> None:
        self._lock = Lock()  # held while the limit is set or lifted, not inside
        self._inside = 0
        self._blas: Any = None  # looked for at first use, when all libraries are loaded
        self._limit: Any = None

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """Inside, products of numpy begin no threads; afterwards all is as it was before."""
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
        """Let any thread set limits: threadpoolctl 3.8 passes over all but the first that did."""
        for library in self._blas.lib_controllers:
            if clear := getattr(library, "clear_controlling_thread", None):
                clear(force=True)


one_thread = OneThread()

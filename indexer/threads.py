"""Small products of matrices, worked out by the thread that asks and no other.

The threads of numpy's BLAS wait for their next product in a busy loop, on cores that the model
needs: docs/decisions/0004-vectors.md has what that costs.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock
from typing import Any

from threadpoolctl import ThreadpoolController


class OneThread:
    """Limits the BLAS of this process for whoever is inside, one thread after the other.

    The limit is one of the process: were two inside at once, the one that came later would take it
    for what was there before, and leave it.
    """

    def __init__(self) -> None:
        self._lock = RLock()
        self._blas: Any = None  # looked for at first use, when all libraries are loaded

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """Inside, products of numpy begin no threads; afterwards all is as it was before."""
        with self._lock:
            self._blas = self._blas or ThreadpoolController().select(user_api="blas")
            with self._blas.limit(limits=1):
                yield


one_thread = OneThread()

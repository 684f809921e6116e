"""Small products of matrices, worked out by the thread that asks and no other.

The threads of numpy's BLAS wait for their next product in a busy loop, on cores that the model
needs: docs/decisions/0004-vectors.md has what that costs.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from threading import Lock

from threadpoolctl import ThreadpoolController


class _Blas:
    """The one of this process, limited while anybody asks for it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._asking = 0
        self._controller = ThreadpoolController().select(user_api="blas")

    @contextmanager
    def limited(self) -> Iterator[None]:
        with self._lock:
            self._asking += 1
            if self._asking == 1:
                self._limit = self._controller.limit(limits=1)
        try:
            yield
        finally:
            with self._lock:
                self._asking -= 1
                if not self._asking:
                    self._limit.restore_original_limits()


_blas = cache(_Blas)


def one_thread() -> AbstractContextManager[None]:
    """Inside, products of numpy begin no threads; when nobody is inside all is as it was before."""
    return _blas().limited()

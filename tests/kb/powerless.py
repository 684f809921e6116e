"""A part of a test without the power of root, who may write anywhere."""

import ctypes
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

_VERSION_3 = 0x20080522


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


def powerless(call: Callable[[], None]) -> None:
    """Run `call` in a thread that is held to the modes of files, with those that it starts.

    It stays the same user, who owns what it owned. The thread is its own, as power given up is
    not given back.
    """
    with ThreadPoolExecutor(1, initializer=_give_up) as thread:
        thread.submit(call).result()


def _give_up() -> None:
    if os.geteuid():
        return
    nothing = (ctypes.c_uint32 * 6)()
    if ctypes.CDLL(None).capset(ctypes.byref(_Header(_VERSION_3, 0)), ctypes.byref(nothing)):
        raise OSError("root keeps its power")

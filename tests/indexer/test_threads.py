"""Threads of native libraries: products of numpy by one, and none that waits in a loop."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from indexer.embedding.threads import OneThread, one_thread, wait_asleep

LOADS = """
import os, sys
from pathlib import Path

class Watch:
    def find_spec(self, name, path=None, target=None):
        if name in ("faiss", "torch"):
            print(name, os.environ.get("OMP_WAIT_POLICY"), os.environ.get("KMP_BLOCKTIME"))
            raise ImportError(name)

sys.meta_path.insert(0, Watch())
from indexer.embedding.encoder import Encoder
from indexer.resident.memory import Memory
for load in (lambda: Memory.empty(4, 8.0), lambda: Encoder(Path(), "float32")):
    for name in ("OMP_WAIT_POLICY", "KMP_BLOCKTIME"):
        os.environ.pop(name, None)
    try:
        load()
    except ImportError:
        pass
"""


def threads() -> set[int]:
    """How many the library uses that multiplies for numpy; FAISS has another one."""
    found = [each for each in threadpool_info() if each["user_api"] == "blas"]
    return {each["num_threads"] for each in found if "numpy" in each["filepath"]}


@pytest.mark.process
def test_threads_are_told_to_wait_asleep_before_a_library_that_has_some_is_loaded() -> None:
    command = [sys.executable, "-c", LOADS]
    done = subprocess.run(command, capture_output=True, text=True, check=True)

    assert done.stdout.split("\n") == ["faiss PASSIVE 0", "torch PASSIVE 0", ""]


def test_what_the_environment_says_of_waiting_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_WAIT_POLICY", "ACTIVE")
    monkeypatch.delenv("KMP_BLOCKTIME", raising=False)

    wait_asleep()

    assert os.environ["OMP_WAIT_POLICY"] == "ACTIVE"
    assert os.environ["KMP_BLOCKTIME"] == "0"


def test_products_begin_no_threads_inside_and_are_left_as_they_were() -> None:
    with threadpool_limits(limits=3, user_api="blas"):
        with one_thread(), one_thread():
            assert threads() == {1}
        assert threads() == {3}


def test_an_error_inside_lifts_the_limit_too() -> None:
    with threadpool_limits(limits=3, user_api="blas"):
        with pytest.raises(ValueError, match="inside"), one_thread():
            raise ValueError("inside")
        assert threads() == {3}


def test_a_program_around_it_sets_limits_from_any_thread_afterwards() -> None:
    def use() -> None:
        with one_thread():
            pass

    release, waits = Barrier(2), Barrier(2)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(use).result()
        pool.submit(lambda: (waits.wait(), release.wait()))  # the thread lives on
        waits.wait()
        with threadpool_limits(limits=3, user_api="blas"):
            found = threads()
        release.wait()
    assert found == {3}


def test_many_that_ask_at_once_leave_it_as_it_was() -> None:
    alone, together, before = OneThread(), Barrier(3), threads()

    def ask() -> bool:
        together.wait()
        inside = []
        for _ in range(50):
            with alone():
                inside.append(threads())
        return inside == [{1}] * 50

    with ThreadPoolExecutor(3) as pool:
        asked = [pool.submit(ask) for _ in range(3)]
        assert all(each.result() for each in asked)
    assert threads() == before

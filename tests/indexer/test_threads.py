"""Products of numpy by one thread."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from indexer.threads import OneThread, one_thread


def threads() -> set[int]:
    """How many the library uses that multiplies for numpy; FAISS has another one."""
    found = [each for each in threadpool_info() if each["user_api"] == "blas"]
    return {each["num_threads"] for each in found if "numpy" in each["filepath"]}


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

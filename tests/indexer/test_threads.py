"""Products of numpy by one thread."""

import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from indexer.threads import one_thread


def threads() -> set[int]:
    """How many the library uses that multiplies for numpy; FAISS has another one."""
    found = [each for each in threadpool_info() if each["user_api"] == "blas"]
    return {each["num_threads"] for each in found if "numpy" in each["filepath"]}


def test_products_begin_no_threads_inside_and_are_left_as_they_were() -> None:
    with threadpool_limits(limits=3, user_api="blas"):
        with one_thread(), one_thread():
            assert threads() == {1}
        assert threads() == {3}


def test_whoever_stays_longer_keeps_the_limit() -> None:
    with threadpool_limits(limits=3, user_api="blas"):
        first, second = one_thread(), one_thread()
        first.__enter__()
        second.__enter__()
        first.__exit__(None, None, None)
        assert threads() == {1}
        second.__exit__(None, None, None)
        assert threads() == {3}


def test_an_error_inside_lifts_the_limit_too() -> None:
    with threadpool_limits(limits=3, user_api="blas"):
        with pytest.raises(ValueError, match="inside"), one_thread():
            raise ValueError("inside")
        assert threads() == {3}

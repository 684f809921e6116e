"""How often something may be tried: at once, after a wait, and by many."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.accounts.attempts import Few
from kb.errors import TooManyAttempts
from tests.worlds.base import START, Accounts, at_once


@pytest.fixture
def accounts(tmp_path: Path) -> Iterator[Accounts]:
    world = Accounts(tmp_path)
    yield world
    world.close()


def test_after_some_tries_there_is_a_wait(accounts: Accounts) -> None:
    attempts = accounts.attempts(burst=3)
    key = attempts.keyed("192.0.2.7")
    assert [attempts.take(key) for _ in range(5)] == [0, 0, 0, 10, 10]
    accounts.wait(seconds=4)
    assert attempts.take(key) == 6
    accounts.wait(seconds=5.5)
    assert attempts.take(key) == 1
    accounts.wait(seconds=0.5)
    assert [attempts.take(key), attempts.take(key)] == [0, 10]


def test_tries_come_back_up_to_as_many_as_at_first(accounts: Accounts) -> None:
    attempts = accounts.attempts(burst=2)
    key = attempts.keyed("ana")
    for _ in range(2):
        assert [attempts.take(key) for _ in range(3)] == [0, 0, 10]
        accounts.wait(days=1)


def test_keys_do_not_wait_for_each_other(accounts: Accounts) -> None:
    attempts = accounts.attempts(burst=1)
    assert [attempts.take(attempts.keyed(text)) for text in ("a", "b", "a")] == [0, 0, 10]


def test_parts_of_a_key_do_not_run_together(accounts: Accounts) -> None:
    attempts = accounts.attempts()
    assert attempts.keyed("ab", "c") != attempts.keyed("a", "bc")
    assert attempts.keyed("ab") != accounts.attempts().keyed("ab")


def test_a_clock_that_is_set_back_gives_no_tries_and_takes_none(accounts: Accounts) -> None:
    attempts = accounts.attempts(burst=2)
    key = attempts.keyed("ana")
    attempts.take(key)
    accounts.wait(hours=-1)
    assert [attempts.take(key), attempts.take(key)] == [0, 10]


def test_only_so_many_keys_are_remembered(accounts: Accounts) -> None:
    attempts = accounts.attempts(burst=1, keys=2)
    one, two, three = (attempts.keyed(text) for text in "123")
    assert [attempts.take(key) for key in (one, two, one, three, one)] == [0, 0, 10, 0, 10]
    assert attempts.take(two) == 0


def test_a_try_too_many_is_refused_with_the_seconds_to_wait(accounts: Accounts) -> None:
    attempts = accounts.attempts(burst=1)
    key = attempts.keyed("ana")
    attempts.admit(key)
    with pytest.raises(TooManyAttempts, match="wait 10 s,") as refused:
        attempts.admit(key)
    assert refused.value.seconds == 10


def test_a_try_that_is_given_back_counts_for_nothing(accounts: Accounts) -> None:
    attempts = accounts.attempts(burst=1)
    key = attempts.keyed("ana")
    for _ in range(3):
        attempts.give_back(key)
        assert attempts.take(key) == 0
    assert attempts.take(key) == 10


def test_waits_double_up_to_the_longest(accounts: Accounts) -> None:
    delays = accounts.delays()
    key = delays.keyed("ana")
    assert [delays.take(key) for _ in range(2)] == [0, 0]
    for wait in (10, 20, 40, 60, 60):
        assert delays.take(key) == wait
        accounts.wait(seconds=wait - 1)
        assert delays.take(key) == 1
        accounts.wait(seconds=1)
        assert delays.take(key) == 0


def test_one_who_goes_on_trying_makes_no_wait_longer(accounts: Accounts) -> None:
    delays = accounts.delays()
    key = delays.keyed("ana")
    for _ in range(100):
        delays.take(key)
    assert delays.take(key) == 10


@pytest.mark.parametrize("way", ["forgiven", "four times the longest wait has passed"])
def test_all_is_as_at_first_when_it_is(accounts: Accounts, way: str) -> None:
    delays = accounts.delays()
    key = delays.keyed("ana")
    for _ in range(2):
        assert [delays.take(key) for _ in range(3)] == [0, 0, 10]
        if way == "forgiven":
            delays.forgive(key)
        else:
            accounts.wait(seconds=4 * 60)


def test_a_clock_that_is_set_back_makes_no_wait_longer(accounts: Accounts) -> None:
    delays = accounts.delays()
    key = delays.keyed("ana")
    assert [delays.take(key), delays.take(key)] == [0, 0]
    accounts.wait(hours=-1)
    assert delays.take(key) == 10
    accounts.wait(seconds=10)
    assert delays.take(key) == 0


def test_threads_share_the_tries(accounts: Accounts) -> None:
    attempts = accounts.attempts(burst=3)
    key = attempts.keyed("ana")
    assert sorted(at_once(*[lambda: attempts.take(key)] * 8)) == [0] * 3 + [10] * 5


def test_what_a_try_would_answer_uses_none(accounts: Accounts) -> None:
    for counts in (accounts.attempts(burst=2), accounts.delays()):
        key = counts.keyed("ana")
        assert [counts.wait(key) for _ in range(9)] == [0] * 9
        assert [counts.take(key) for _ in range(2)] == [0, 0]
        assert [counts.wait(key), counts.take(key), counts.wait(key)] == [10, 10, 10]


def few(accounts: Accounts, cells: int = 2**12) -> Few:
    """Two an hour."""
    return Few(2, timedelta(hours=1), clock=accounts.clock, cells=cells)


def test_each_key_has_a_few_tries_whatever_others_used(accounts: Accounts) -> None:
    counts, attempts = few(accounts), accounts.attempts()
    for number in range(500):
        assert counts.take(attempts.keyed(f"name {number}"))
    key = attempts.keyed("ana")
    assert [counts.left(key), counts.take(key), counts.take(key)] == [True] * 3
    assert [counts.left(key), counts.take(key)] == [False] * 2
    accounts.wait(hours=1)
    assert not counts.take(key)
    accounts.wait(hours=1)
    assert counts.take(key)
    accounts.wait(days=1)
    assert [counts.take(key) for _ in range(3)] == [True, True, False]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 59)), max_size=60))
def test_no_key_is_ever_found_to_have_tried_less_often_than_it_did(
    tries: list[tuple[int, int]],
) -> None:
    """However small the tables are, and no matter who shares a place with it."""
    now = START
    counts = Few(2, timedelta(hours=1), clock=lambda: now, cells=2)
    took: dict[int, list[datetime]] = defaultdict(list)
    for name, minutes in tries:
        now += timedelta(minutes=minutes)
        if counts.take(hashlib.sha256(bytes([name])).digest()):
            took[name].append(now)
    for times in took.values():
        assert all(
            third - first >= timedelta(hours=1)
            for first, third in zip(times, times[2:], strict=False)
        )


def test_a_clock_that_is_set_back_gives_no_few_tries(accounts: Accounts) -> None:
    counts, key = few(accounts), accounts.attempts().keyed("ana")
    assert [counts.take(key) for _ in range(3)] == [True, True, False]
    accounts.wait(hours=-3)
    assert not counts.take(key)


def test_a_clock_that_is_set_back_lets_a_wait_begin_when_it_is_asked_for(
    accounts: Accounts,
) -> None:
    for counts in (accounts.attempts(burst=2), accounts.delays()):
        key = counts.keyed("ana")
        assert [counts.take(key), counts.take(key)] == [0, 0]
        accounts.wait(hours=-1)
        assert counts.wait(key) == 10
        accounts.wait(seconds=10)
        assert counts.wait(key) == 0


def test_few_tries_come_back_in_their_time_after_a_clock_was_set_back(
    accounts: Accounts,
) -> None:
    counts, key = few(accounts), accounts.attempts().keyed("ana")
    assert [counts.take(key) for _ in range(3)] == [True, True, False]
    accounts.wait(hours=-24)
    assert not counts.left(key)
    accounts.wait(hours=2)
    assert counts.left(key)

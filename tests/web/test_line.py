"""The line for costly checks: everybody has a turn, and nobody keeps others from theirs."""

import asyncio
from collections.abc import Sequence

import pytest

from kb.errors import TooManyAttempts
from web.line import AT_ONCE, Line

Comer = tuple[bytes, bool]
"""A place, and whether it is one that has used up what it may cost."""


class Street:
    """Comers of whom all wait until the line is opened; `begun` and `away` are their numbers."""

    def __init__(self, most: int = 100, lot: int = 0, of_one: int = AT_ONCE) -> None:
        self.line = Line(most, lambda below: min(lot, below - 1), of_one=of_one)
        self.open = asyncio.Event()
        self.begun: list[int] = []
        self.away: list[int] = []
        self.most = self._now = 0

    async def come(self, comers: Sequence[Comer]) -> list["asyncio.Task[None]"]:
        """Each begins to wait, in this order."""
        tasks = []
        for number, comer in enumerate(comers):
            tasks.append(asyncio.create_task(self._come(number, *comer)))
            await asyncio.sleep(0)
        return tasks

    async def _come(self, number: int, place: bytes, slow: bool) -> None:
        try:
            async with self.line.turn(place, slow=slow):
                self.begun.append(number)
                self._now += 1
                self.most = max(self.most, self._now)
                await self.open.wait()
                self._now -= 1
        except TooManyAttempts:
            self.away.append(number)


def passed(comers: Sequence[Comer], most: int = 100, lot: int = 0, of_one: int = AT_ONCE) -> Street:
    """All of them wait, then the line is opened."""

    async def pass_all() -> Street:
        street = Street(most, lot, of_one)
        tasks = await street.come(comers)
        street.open.set()
        await asyncio.gather(*tasks)
        assert street.line.waiting() == 0
        return street

    return asyncio.run(pass_all())


A, B, C = ((place, False) for place in (b"a", b"b", b"c"))


def test_so_many_have_their_turn_at_a_time() -> None:
    street = passed([A] * 9)
    assert (street.begun, street.most) == ([*range(9)], AT_ONCE)


def test_each_place_has_its_turn_after_the_others_however_many_wait_there() -> None:
    assert passed([A, A, A, A, A, B, C, B]).begun == [0, 1, 2, 5, 6, 3, 7, 4]


def test_places_that_cost_too_much_have_one_turn_at_a_time() -> None:
    slow = [(b"%d" % number, True) for number in range(4)]
    street = passed(slow)
    assert (street.begun, street.most) == ([*range(4)], 1)
    assert passed([*slow, A]).begun[:2] == [0, 4]


def test_of_too_many_one_of_the_place_with_most_is_sent_away_by_lot() -> None:
    for lot, gone in ((0, 2), (1, 3), (9, 5)):
        street = passed([A, A, A, A, A, A, B], most=4, lot=lot)
        assert street.away == [gone]
        assert sorted([*street.begun, gone]) == [*range(7)]


def test_who_stops_waiting_leaves_the_line() -> None:
    async def leave() -> None:
        street = Street()
        tasks = await street.come([A] * 5)
        for task in tasks[1:4]:
            task.cancel()
        street.open.set()
        done = await asyncio.gather(*tasks, return_exceptions=True)
        assert [isinstance(each, asyncio.CancelledError) for each in done] == [0, 1, 1, 1, 0]
        assert street.line.waiting() == 0
        async with street.line.turn(b"a"), street.line.turn(b"b"):
            """Both turns are free."""

    asyncio.run(leave())


def test_what_fails_in_its_turn_ends_it() -> None:
    async def fail() -> None:
        line = Line()
        for _ in range(AT_ONCE + 1):
            with pytest.raises(ValueError, match="wrong"):
                async with line.turn(b"a"):
                    raise ValueError("wrong")

    asyncio.run(fail())


def test_one_place_has_no_more_turns_at_a_time_than_it_may() -> None:
    street = passed([A, B, A, A, B, C], of_one=1)
    assert (street.begun, street.most) == ([0, 1, 2, 4, 5, 3], AT_ONCE)
    assert passed([A, A, A], of_one=1).most == 1

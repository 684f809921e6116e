"""Where the views cannot take in what was written, a search answers from what is in, saying so."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import nullcontext, suppress

import pytest

from kb.access import MEMBERS_LABEL, Principal
from kb.errors import NotYetSearchable
from kb.knowledge_base import KnowledgeBase
from kb.projections.views import Views
from kb.search.turns import FEW
from tests.kb.conftest import OpenBase
from tests.worlds.log import some_content, some_draft

FULL = "the disk is full"
TROUBLE = "Something keeps the newest entries from being found; the operator can see what."
MEMBER = Principal("ada", frozenset(), frozenset({MEMBERS_LABEL}))


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Leave the views no room from now on."""

    def no_room(*_: object) -> None:
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise error

    with monkeypatch.context() as patch:
        yield lambda: patch.setattr(Views, "apply", no_room)


def written(base: KnowledgeBase, title: str) -> None:
    with suppress(NotYetSearchable):
        base.session.entries.contribute(some_draft(some_content(title)))


@pytest.mark.parametrize("follows", [True, False])
def test_a_full_disk_keeps_nobody_from_asking_for_what_is_in(
    open_base: OpenBase, full: Callable[[], None], follows: bool
) -> None:
    base = open_base()
    written(base, "Quiet hour")
    base.catch_up()
    base.parts.worker.stop()
    with base.follow() if follows else nullcontext():
        full()
        written(base, "Night shift")
        if follows:
            with base.parts.worker.moved:
                assert base.parts.worker.moved.wait_for(lambda: base.parts.worker.errors, 30)
        answer = base.session.search("quiet hour")
        assert answer.results[0].title == "Quiet hour"
        assert FULL in str(answer.trouble)
        assert "Night shift" not in {result.title for result in answer.results}
        asked = base.as_(MEMBER).search("quiet hour")
        assert (asked.results[0].title, asked.trouble) == ("Quiet hour", TROUBLE)


def test_once_there_is_room_again_all_is_found_and_nothing_is_said(
    open_base: OpenBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = open_base()
    with monkeypatch.context() as patch:
        patch.setattr(Views, "apply", lambda *_: (_ for _ in ()).throw(OSError("No space")))
        written(base, "Night shift")
    base.catch_up()
    answer = base.session.search("night shift")
    assert (answer.results[0].title, answer.trouble) == ("Night shift", None)


def test_who_catches_up_waits_for_all_that_is_new_though_the_newest_is_in_before_its_turn(
    open_base: OpenBase,
) -> None:
    base = open_base()
    for number in range(3 * FEW):
        written(base, f"Shift {number}")
    first = next(base.session.catalogue.all_ids())
    base.session.entries.tag(first, ["night"])
    base.catch_up()
    assert base.session.search("shift", limit=5).behind == 0
    assert base.parts.index.position() == base.head()

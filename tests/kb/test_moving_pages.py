"""Only the process that leads moves into their file what was written to the views, and nobody waits
for that.
"""

import os
from itertools import count
from threading import Thread

import pytest

from kb.storage.leadership import Leadership
from tests.kb.conftest import OpenBase
from tests.worlds.log import some_draft


def test_readers_of_the_process_that_leads_verify_nothing_while_it_moves_pages(
    open_base: OpenBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = open_base()
    base.session.entries.contribute(some_draft())
    reader, verified, found = base.parts.reader, list[str](), list[object]()
    monkeypatch.setattr(reader, "on_change", lambda: verified.append("by a reader"))

    def ask() -> None:
        found.append((reader.fits(), base.session.catalogue.browse().total))

    def sync(_: int) -> None:
        # The pages are in the file, and their sums are not yet.
        asking = Thread(target=ask)
        asking.start()
        asking.join()

    monkeypatch.setattr(os, "fsync", sync)
    base.parts.views.settle()  # which moves them
    assert found == [(False, 1)]
    assert verified == []


def test_a_change_by_something_else_is_verified_also_while_pages_are_moved(
    open_base: OpenBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = open_base()
    base.session.entries.contribute(some_draft())
    reader, verified = base.parts.reader, list[str]()
    monkeypatch.setattr(reader, "on_change", lambda: verified.append("by a reader"))
    path = base.parts.directory.views
    path.touch()
    monkeypatch.setattr(os, "fsync", lambda _: base.session.catalogue.browse())
    base.parts.views.settle()
    assert verified


def test_a_reader_beside_the_process_that_leads_waits_no_longer_than_that_moves_pages(
    open_base: OpenBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = open_base()
    base.session.entries.contribute(some_draft())
    base.parts.views.settle()
    numbers = count(1)
    slept: list[float] = []
    fits = base.parts.reader.fits
    # As it is for a moment while another process moves pages.
    monkeypatch.setattr(base.parts.reader, "fits", lambda: next(numbers) > 3 and fits())
    monkeypatch.setattr("kb.storage.leadership.time.sleep", slept.append)
    with Leadership(base.parts.directory.lock).taken() as leads:
        assert leads
        base.parts.worker.verify_views()
    assert len(slept) < 5


def test_one_that_leads_no_more_leaves_the_views_to_the_one_that_leads(
    open_base: OpenBase, notices: list[str]
) -> None:
    base, other = open_base(), open_base()
    path = base.parts.directory.views
    with base.follow():
        base.session.entries.contribute(some_draft())
    with other.follow():
        other.session.entries.contribute(some_draft())
        before = path.read_bytes()
        base.close()
        assert path.read_bytes() == before
        other.session.entries.contribute(some_draft())
    other.close()
    assert open_base().session.catalogue.browse().total == 3
    assert not [each for each in notices if "views" in each]


def test_the_last_that_closes_the_views_moves_nothing_while_another_leads(
    open_base: OpenBase, notices: list[str]
) -> None:
    """The other leads already, and has not opened the views yet."""
    base = open_base()
    path = base.parts.directory.views
    base.session.entries.contribute(some_draft())
    base.parts.reader.close()
    before = path.read_bytes()
    with Leadership(base.parts.directory.lock).taken() as leads:
        assert leads
        base.close()
        assert path.read_bytes() == before
    assert open_base().session.catalogue.browse().total == 1
    assert notices == []


def test_views_begun_beside_are_left_to_the_one_that_leads_too(
    open_base: OpenBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kb.projections.views.PIECE", 1)
    base = open_base()
    base.session.entries.contribute(some_draft())
    base.session.entries.contribute(some_draft())
    path = base.parts.directory.views.with_name("views.sqlite.new")
    base.parts.views.ask(["history"])
    assert base.parts.views.build() == 1
    before = path.read_bytes()
    with Leadership(base.parts.directory.lock).taken():
        base.close()
        assert path.read_bytes() == before

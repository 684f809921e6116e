"""Erasing in the views writes over what was erased and leaves the rest as making all anew would."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from kb.areas import VIEWS
from kb.knowledge_base import KnowledgeBase
from kb.projections.views import Views
from kb.views.view_set import ViewSet
from tests import made
from tests.kb.erasure_stores import CONTEXT, REASON, SECRETS, TEXT, TITLE, left_in, xanthippe
from tests.worlds.base import id_of, joined, opened, practice

Rows = dict[str, list[tuple[Any, ...]]]


@pytest.fixture
def base(tmp_path: Path) -> Iterator[KnowledgeBase]:
    with opened(made.created(tmp_path / "data")) as erasing:
        yield erasing


def rows(base: KnowledgeBase) -> Rows:
    """Every row of every table with what people see, sorted."""
    with closing(sqlite3.connect(base.settings.data / "views.sqlite")) as db:
        return {
            table: sorted(db.execute(f"SELECT * FROM {table}").fetchall(), key=repr)
            for table in VIEWS.seen
        }


def refuse_to_make_all_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    def rebuild(*_: object) -> None:
        raise AssertionError("made anew")

    monkeypatch.setattr(Views, "rebuild", rebuild)


def much_said(base: KnowledgeBase) -> tuple[str, str]:
    """A member who wrote, vouched and reused, others who answered; the member and an entry."""
    her, other = xanthippe(base), joined(base, name="Ada")
    hers, kept = practice(her, TITLE, TEXT, "Ward"), practice(other, "Handover", "At the bed.")
    gone = practice(other, "Round", "In the night.")
    for entry in (kept, gone):
        her.endorsements.endorse(entry, REASON)
        her.reuses.record(entry, group=f"Ward {CONTEXT}", context=CONTEXT, outcome="adopted")
    other.endorsements.endorse(hers, "It works.")
    other.reuses.record(hers, group="Night", context="At night.", outcome="adopted")
    again = her.reuses.record(kept, group="Day", context=CONTEXT, outcome="adopted").id
    her.reuses.update_outcome(again, "adapted", f"By {CONTEXT}", resulting_entry=hers)
    base.session.reuses.update_outcome(again, "tried-and-stopped", "No need any more.")
    her.endorsements.withdraw(kept)
    her.endorsements.endorse(kept, f"{REASON} once more")
    other.erasure.entry(gone)
    return id_of(her), hers


@pytest.mark.parametrize("entries", ["kept", "erased"])
def test_erasing_a_member_leaves_in_the_views_what_making_them_anew_would(
    base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch, entries: Any
) -> None:
    member, _ = much_said(base)
    with monkeypatch.context() as patch:
        refuse_to_make_all_anew(patch)
        base.session.erasure.member(member, entries=entries)
    assert left_in(base.settings.data, SECRETS) == []
    written_over = rows(base)
    base.rebuild("views")
    assert written_over == rows(base)


def test_erasing_an_entry_leaves_in_the_views_what_making_them_anew_would(
    base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, entry = much_said(base)
    with monkeypatch.context() as patch:
        refuse_to_make_all_anew(patch)
        base.session.erasure.entry(entry)
    assert left_in(base.settings.data, (TITLE, TEXT)) == []
    written_over = rows(base)
    base.rebuild("views")
    assert written_over == rows(base)


def test_a_view_that_does_not_say_how_it_writes_over_what_was_said_has_all_made_anew(
    base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    member, _ = much_said(base)
    silent = ViewSet([replace(view, again={}) for view in VIEWS], VIEWS.kinds)
    monkeypatch.setattr(base.parts.views, "views", silent)
    base.session.erasure.member(member)
    assert left_in(base.settings.data, SECRETS) == []


def test_where_an_event_was_kept_aside_all_views_are_made_anew(
    base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    member, _ = much_said(base)
    base.parts.worker.stop()
    with closing(sqlite3.connect(base.settings.data / "views.sqlite")) as db, db:
        db.execute(
            """INSERT INTO parked (view, position, type, stream, error, parked_at, author, unread)
            VALUES ('people', 1, 'member-joined', ?, ?, '', '', '')""",
            (f"member-{member}", f"ValueError: {SECRETS[0]}"),
        )
    base.session.erasure.member(member)
    assert left_in(base.settings.data, SECRETS) == []

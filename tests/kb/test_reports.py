"""Reuse is counted as docs/reference/indicators.md defines it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from events.memory import InMemoryEventLog
from kb.entries.content import Draft
from kb.errors import InvalidInput
from kb.measures.csv_text import as_csv
from kb.measures.reuse_report import ReuseRow
from tests.worlds.log import ViewedWorld, some_content


class Calendar:
    """A clock that stands where it was put."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 31, 23, 59, 59, 999_999, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def row(key: str, recorded: int, outcomes: tuple[int, int, int], entries: int) -> ReuseRow:
    return ReuseRow(
        key=key,
        recorded=recorded,
        adopted=outcomes[0],
        adapted=outcomes[1],
        tried_and_stopped=outcomes[2],
        entries=entries,
    )


@pytest.fixture
def counted(tmp_path: Path) -> Iterator[ViewedWorld]:
    """Three reuses of two entries, in January, at the first moment of February, and in March."""
    clock = Calendar()
    world = ViewedWorld(tmp_path / "counted.sqlite", InMemoryEventLog(clock=clock))
    one = world.entries.contribute(
        Draft(kind="practice", content=some_content("One"), tags=("night", "ward"))
    ).id
    two = world.practice("Two")
    first = world.reuses.record(one, group="Ward 1", context="x", outcome="adopted")
    clock.now = datetime(2026, 2, 1, tzinfo=UTC)
    world.reuses.record(one, group="Ward 2", context="x", outcome="adapted")
    clock.now = datetime(2026, 3, 15, 12, tzinfo=UTC)
    world.reuses.record(two, group="Ward 1", context="x", outcome="tried-and-stopped")
    world.reuses.update_outcome(first.id, "tried-and-stopped", "Did not last.")
    yield world
    world.close()


def test_reuse_is_counted_by_kind_tag_group_and_month(counted: ViewedWorld) -> None:
    reports = counted.reports
    by_kind = reports.reuse()
    assert by_kind.rows == (row("practice", 3, (0, 1, 2), 2),)
    assert by_kind.total == row("total", 3, (0, 1, 2), 2)
    assert reports.reuse(by="tag").rows == (
        row("night", 2, (0, 1, 1), 1),
        row("ward", 2, (0, 1, 1), 1),
    )
    assert reports.reuse(by="tag").total == by_kind.total
    assert reports.reuse(by="group").rows == (
        row("Ward 1", 2, (0, 0, 2), 2),
        row("Ward 2", 1, (0, 1, 0), 1),
    )
    assert reports.reuse(by="month").rows == (
        row("2026-01", 1, (0, 0, 1), 1),
        row("2026-02", 1, (0, 1, 0), 1),
        row("2026-03", 1, (0, 0, 1), 1),
    )


def test_a_reuse_that_was_withdrawn_counts_nowhere(counted: ViewedWorld) -> None:
    entry = counted.catalogue.browse(sort="reused").items[0]
    first = counted.catalogue.reuses(entry.id)[0]
    counted.reuses.withdraw(first.id, "It was another ward.")
    assert counted.reports.reuse().total.recorded == 2
    assert counted.catalogue.get(entry.id).reuses == entry.reuses - 1
    assert first not in counted.catalogue.reuses(entry.id)
    told = counted.catalogue.history(entry.id)[-1].detail
    assert told == "Reuse withdrawn, it was recorded by mistake: It was another ward."


def test_both_ends_of_a_period_belong_to_it(counted: ViewedWorld) -> None:
    def months(since: date | None, until: date | None) -> list[str]:
        report = counted.reports.reuse(since=since, until=until, by="month")
        assert report.total.recorded == len(report.rows)
        return [found.key for found in report.rows]

    assert months(date(2026, 1, 31), date(2026, 1, 31)) == ["2026-01"]
    assert months(date(2026, 2, 1), None) == ["2026-02", "2026-03"]
    assert months(None, date(2026, 2, 1)) == ["2026-01", "2026-02"]
    assert months(date(2027, 1, 1), None) == []


def test_a_report_refuses_what_makes_no_sense(counted: ViewedWorld) -> None:
    with pytest.raises(InvalidInput, match="kind, tag, group, month"):
        counted.reports.reuse(by="person")  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="after the last"):
        counted.reports.reuse(since=date(2026, 2, 2), until=date(2026, 2, 1))


def test_no_reuse_gives_no_rows_and_a_total_of_nothing(world: ViewedWorld) -> None:
    world.practice()
    report = world.reports.reuse(by="tag")
    assert (report.rows, report.total) == ((), row("total", 0, (0, 0, 0), 0))


def test_a_report_is_a_table_for_spreadsheets_without_its_total(counted: ViewedWorld) -> None:
    assert as_csv(counted.reports.reuse(by="group")).split("\r\n") == [
        "group,recorded,adopted,adapted,tried_and_stopped,entries",
        "Ward 1,2,0,0,2,2",
        "Ward 2,1,0,1,0,1",
        "",
    ]


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)"])
def test_a_group_named_like_a_formula_is_none_in_a_spreadsheet(
    world: ViewedWorld, name: str
) -> None:
    entry_id = world.practice()
    world.reuses.record(entry_id, group=name, context="x", outcome="adopted")

    assert f"\r\n'{name},1," in as_csv(world.reports.reuse(by="group"))

"""Commands over a log in memory with views beside it, and all rows of the views for comparing."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from events.clock import utc_now
from events.log import EventLog
from events.memory import InMemoryEventLog
from events.projection import ProjectionRunner
from kb.access import operator
from kb.area import Area
from kb.areas import AREAS, VIEWS
from kb.entries.catalogue import Catalogue
from kb.following.view_reader import ViewReader
from kb.following.view_set import ViewSet
from kb.following.views import Views
from kb.questions import Questions
from kb.reuse.report import Reports
from tests.kb.domain_world import World

TABLES = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"


class ViewedWorld(World):
    """Every question first brings the views up, as one that wrote would wait for them."""

    def __init__(
        self,
        path: Path,
        log: EventLog | None = None,
        batch_size: int = 500,
        views: ViewSet = VIEWS,
        areas: Sequence[Area] = AREAS,
    ) -> None:
        super().__init__(log, areas=areas)
        self.notices: list[str] = []
        self.path = path
        self.views = Views(path, self.codec, self.log, views, notice=self.notices.append)
        self.reader = ViewReader(path, views)
        self._runner = ProjectionRunner(self.log, self.views, batch_size=batch_size)
        self.catalogue_as_is = Catalogue(self.reader, operator().labels)
        self._reports = Reports(self.reader, operator(), counted(path))

    def catch_up(self) -> int:
        return self._runner.catch_up()

    @property
    def catalogue(self) -> Catalogue:
        self.catch_up()
        return self.catalogue_as_is

    @property
    def reports(self) -> Reports:
        self.catch_up()
        return self._reports

    def close(self) -> None:
        self.reader.close()
        self.views.close()


def counted(path: Path) -> Questions:
    """The questions counted beside views; none are."""
    return Questions(path.with_name("questions.sqlite"), utc_now, bytes, InMemoryEventLog())


READ_AT_OPENING = (
    *("view_state", "beside", "parked", "withheld", "erasure", "departure", "forgotten"),
)
"""The tables in which damage is found as soon as the views are opened."""


def damage_pages(path: Path, but: tuple[str, ...] = READ_AT_OPENING) -> None:
    """Overwrite the first page of every table and index of the views, except of those named."""
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (size,) = db.execute("PRAGMA page_size").fetchone()
        roots = db.execute("SELECT tbl_name, rootpage FROM sqlite_schema WHERE rootpage > 0")
        pages = [page for table, page in roots if table not in but]
    with path.open("r+b") as file:
        for page in pages:
            file.seek((page - 1) * size)
            file.write(b"\xff" * size)


def all_rows(path: Path) -> dict[str, list[Any]]:
    """Every row of every table of the views at `path`, sorted; not where they were begun."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        db.execute("CREATE TEMP VIEW view_state AS SELECT name, position FROM main.view_state")
        names = [name for (name,) in db.execute(TABLES)]
        return {name: sorted(db.execute(f"SELECT * FROM {name}"), key=repr) for name in names}

"""What is counted of entries beside them is what there is, whatever happened to them."""

import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given

from tests.examples import costly
from tests.kb.test_non_interference import Numbers, lived, steps
from tests.worlds.log import ViewedWorld

KEPT = "SELECT * FROM tally"
OF_ENTRIES = """
SELECT 'total', '', '', partition, kind, archived, count(*) FROM entry GROUP BY 4, 5, 6
UNION ALL SELECT 'group', group_looks, group_key, partition, kind, archived, count(*) FROM entry
WHERE group_looks IS NOT NULL GROUP BY 2, 3, 4, 5, 6
UNION ALL SELECT 'tag', looks, tag_key, partition, kind, archived, count(*)
FROM entry JOIN tag ON entry_id = id GROUP BY 2, 3, 4, 5, 6"""


@costly(2)
@given(steps)
def test_the_tally_is_that_of_the_entries(given_steps: list[tuple[str, str, Numbers]]) -> None:
    with TemporaryDirectory() as folder:
        viewed = ViewedWorld(Path(folder) / "views.sqlite", lived(given_steps).log)
        viewed.catch_up()
        with closing(sqlite3.connect(viewed.path)) as db:
            kept, there = (sorted(db.execute(sql).fetchall()) for sql in (KEPT, OF_ENTRIES))
        viewed.close()
    assert kept == there

"""While another program writes to the accounts, pages are read, and who signs in reads why not."""

import sqlite3
from contextlib import closing

from tests.worlds.web import Browsers, Community, sign_in


def test_pages_are_read_and_signing_in_is_answered_while_accounts_are_locked(
    community: Community, browser: Browsers
) -> None:
    mara, store = browser("Mara"), community.base.accounts.store
    store.run("PRAGMA busy_timeout = 0")
    with closing(sqlite3.connect(store.path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        for path in ("/", "/entries", "/search?q=bed"):
            assert mara.get(path).status_code == 200
        refused = sign_in(browser(), "Mara")
        other.execute("ROLLBACK")
    assert refused.status_code == 503
    assert "again" in refused.text, refused.text
    assert str(store.path.parent) not in refused.text
    store.run("PRAGMA busy_timeout = 2000")
    assert sign_in(browser(), "Mara").status_code == 303

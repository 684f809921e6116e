"""While another program writes to the accounts, pages are read, and who signs in reads why not."""

import sqlite3
from contextlib import closing

from tests.worlds.web import Browsers, Community, form_token, sign_in


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


def test_one_who_leaves_while_accounts_are_locked_has_left(
    community: Community, browser: Browsers
) -> None:
    mara, cleo, store = browser("Mara"), browser("Cleo"), community.base.accounts.store
    form = {"form_token": form_token(mara), "sure": "1"}
    store.run("PRAGMA busy_timeout = 0")
    with closing(sqlite3.connect(store.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        left = mara.post("/account/leave", data=form)
        other.execute("ROLLBACK")
    assert left.status_code == 200, left.text
    assert "You are a member no longer" in left.text
    assert mara.get("/account").status_code == 303
    assert "Mara" not in cleo.get("/people").text
    community.base.parts.worker.bring_views_up()
    store.run("PRAGMA busy_timeout = 2000")
    assert sign_in(browser(), "Mara").status_code == 401

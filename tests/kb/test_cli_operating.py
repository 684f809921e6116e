"""Commands of an operator: how a base is, whether its log is sound, and making it anew."""

import sqlite3
from contextlib import closing

from events.sqlite_vault import SqliteVault
from tests.worlds.shell import CommandLine


def test_the_data_directory_is_looked_at_before_anything_is_said(kb: CommandLine) -> None:
    kb.data = kb.folder / "nowhere"

    missing = kb.run("search", "handover")

    assert (missing.code, missing.err.count("\n")) == (1, 1)
    assert "There is no data directory" in missing.err


def test_a_check_reads_the_whole_log(kb: CommandLine) -> None:
    kb.practice()

    sound = kb.ok("status", "--check", "--json")

    assert "The log is sound: all of it can be read (2 events)." in sound.err
    assert sound.json["entries"] == 1


def test_a_log_damaged_in_its_middle_is_found_by_a_check(kb: CommandLine) -> None:
    kb.practice("A title of its own")
    with closing(sqlite3.connect(kb.data / "log.sqlite")) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    log = (kb.data / "log.sqlite").read_bytes()
    (kb.data / "log.sqlite").write_bytes(log.replace(b'{"kind":"practice', b"{}{}{}{}{}{}{}{}{"))

    damaged = kb.run("status", "--check")

    assert kb.run("status").code == 0
    assert (damaged.code, damaged.out, damaged.err.count("\n")) == (1, "", 1)
    assert "is damaged (position 1)" in damaged.err
    assert damaged.err.endswith("put back a copy of it.\n")


def test_a_text_that_cannot_be_opened_is_found_by_a_check(kb: CommandLine) -> None:
    kb.practice()
    with closing(sqlite3.connect(kb.data / "vault.sqlite")) as db, db:
        protection = db.execute("SELECT sql FROM sqlite_schema WHERE name = 'keys_no_change'")
        [again] = protection.fetchone()
        db.execute("DROP TRIGGER keys_no_change")
        db.execute("UPDATE keys SET key = zeroblob(64) WHERE subject LIKE 'entry-%'")
        db.execute(again)

    damaged = kb.run("status", "--check")

    assert (damaged.code, damaged.out, damaged.err.count("\n")) == (1, "", 1)
    assert "Position 1 of " in damaged.err
    assert "put back copies of log and vault that belong together" in damaged.err


def test_a_destroyed_key_is_no_damage(kb: CommandLine) -> None:
    entry_id = kb.practice()
    with SqliteVault(kb.data / "vault.sqlite") as vault:
        vault.destroy(f"entry-{entry_id}")

    assert "The log is sound: all of it can be read (2 events)." in kb.ok("status", "--check").err


def test_status_and_rebuild_tell_how_things_are(kb: CommandLine) -> None:
    kb.practice()

    assert "Rebuilt views and index." in kb.ok("rebuild").out
    assert "Rebuilt index." in kb.ok("rebuild", "index").out
    status = kb.ok("status").out
    assert "lag             no events" in status
    assert "entries         1, 0 archived" in status


def test_no_link_is_made_for_a_first_steward_while_nobody_signs_in(kb: CommandLine) -> None:
    refused = kb.run("member", "first-steward")

    assert (refused.code, refused.out, refused.err.count("\n")) == (1, "", 1)
    assert "Signing in is off" in refused.err
    assert "sign_in and base_url" in refused.err
    assert kb.ok("member", "list", "--json").json == []
    assert kb.ok("member", "list").out == "None.\n"


def test_a_new_data_directory_takes_no_member_as_there_is_none(kb: CommandLine) -> None:
    folder = kb.folder / "another"

    refused = kb.run("init", str(folder), "--member", "m-01", "--community", "Wards")

    assert (refused.code, refused.err.count("\n")) == (1, 1)
    assert "has no members, so m-01 cannot act" in refused.err
    assert not folder.exists()


def test_making_a_data_directory_says_how_the_first_steward_comes_in(kb: CommandLine) -> None:
    kb.data = kb.folder / "another one"

    said = kb.ok("init", str(kb.data)).out

    assert said.splitlines()[-1] == f"kb --data '{kb.data}' member first-steward"
    assert f"set sign_in and base_url in {kb.data / 'settings.toml'}." in said

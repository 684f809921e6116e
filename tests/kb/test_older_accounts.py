"""Accounts that are older than the log, or were used beside another copy of it, revive nothing."""

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kb.aggregate import Aggregate
from kb.ids import member_stream, new_event_id
from kb.knowledge_base import KnowledgeBase
from kb.people.sign_in import MemberSignInChanged, MemberTokenRevoked, SignInEvent
from kb.writer import Writer
from tests.events.altered import age_log, age_vault
from tests.kb.file_copies import copied
from tests.worlds.base import age_accounts, id_of, joined, opened, practice
from tests.worlds.log import everything

ENDS = datetime.now(UTC) + timedelta(days=9)
OLDER = "accounts.sqlite is an older copy"
OTHER = "accounts.sqlite was used last with another copy of the log"
BROUGHT_OVER = "The data directory was brought over to format 2"


def noted(base: KnowledgeBase, member: str, event: SignInEvent) -> None:
    """Tell the log, and the accounts with it, of what a member changed."""
    writer = Writer(
        base.parts.log,
        base.parts.codec,
        principal=everything(member),
        new_event_id=new_event_id,
        settle=base.parts.worker.settle,
    )
    stream = Aggregate[None](member, member_stream(member), None, lambda *_: None)
    with base.accounts.store.transaction():
        writer.execute(stream, lambda _: [event], settle=False)
        base.accounts.reach()


class Member:
    """One with a token, a session and a password, in the base at `data`."""

    def __init__(self, data: Path) -> None:
        KnowledgeBase.create(data)
        with opened(data) as base:
            self.id = id_of(joined(base, name="Ada"))
            self.session = base.accounts.sessions.begin(self.id, "link")
            self.token, self.secret = self.made(base, "notes")
            self.changed(base)

    def made(self, base: KnowledgeBase, label: str) -> tuple[str, str]:
        own = base.as_(everything(self.id)).credentials
        return own.make_token(self.id, ["search"], label, ENDS)

    def changed(self, base: KnowledgeBase) -> None:
        """Set a password; that it is hashed is no matter here."""
        noted(base, self.id, MemberSignInChanged(what="password-set"))
        base.accounts.passwords.keep(self.id, "hash")

    def revoked(self, base: KnowledgeBase) -> None:
        assert base.as_(everything(self.id)).credentials.revoke_token(self.token)

    def opens(self, base: KnowledgeBase) -> dict[str, bool]:
        return {
            "token": base.accounts.tokens.check(self.secret) is not None,
            "session": base.accounts.sessions.member_of(self.session) is not None,
            "password": base.accounts.store.run("SELECT 1 FROM password") != [],
        }


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def ada(data: Path) -> Member:
    return Member(data)


NOTHING = {"token": False, "session": False, "password": False}
ALL = {"token": True, "session": True, "password": True}


def seen(data: Path, ada: Member) -> tuple[dict[str, bool], list[str]]:
    told: list[str] = []
    with opened(data, told=told.append) as base:
        return ada.opens(base), told


def test_accounts_of_the_version_before_put_back_beside_a_newer_log_open_nothing_that_was_revoked(
    data: Path, tmp_path: Path, ada: Member
) -> None:
    shutil.copy(data / "accounts.sqlite", tmp_path)
    age_accounts(tmp_path / "accounts.sqlite")
    with opened(data) as base:
        ada.revoked(base)
    shutil.copy(tmp_path / "accounts.sqlite", data)
    opens, told = seen(data, ada)
    assert opens == NOTHING
    assert [OLDER in sentence for sentence in told] == [True]
    assert seen(data, ada) == (NOTHING, [])


def aged(data: Path) -> None:
    age_log(data / "log.sqlite")
    age_vault(data / "vault.sqlite")
    age_accounts(data / "accounts.sqlite")
    (data / "views.sqlite").unlink()
    shutil.rmtree(data / "index", ignore_errors=True)


def test_a_base_of_the_format_before_is_brought_over_with_all_that_its_members_sign_in_with(
    data: Path, tmp_path: Path, ada: Member
) -> None:
    with opened(data) as base:
        kept = ada.made(base, "another")
        ada.revoked(base)
    aged(data)
    shutil.copy(data / "accounts.sqlite", tmp_path)
    told: list[str] = []
    opened(data, told=told.append).close()
    assert BROUGHT_OVER in told[0]
    assert not any("accounts.sqlite" in sentence for sentence in told)
    opens, told = seen(data, ada)
    assert (opens, told) == (ALL | {"token": False}, [])
    with opened(data) as base:
        assert base.accounts.tokens.check(kept[1])
    shutil.copy(tmp_path / "accounts.sqlite", data)
    assert seen(data, ada)[0] == NOTHING


REVIVED: list[tuple[str, list[SignInEvent]]] = [
    ("UPDATE key SET name = name", [MemberTokenRevoked(token="")]),
    (
        "INSERT INTO identity VALUES (x'01', ?)",
        [MemberSignInChanged(what="identity-tied"), MemberSignInChanged(what="identity-untied")],
    ),
    (
        "INSERT INTO passkey VALUES (x'01', ?, x'01', 0, 'phone', 0, NULL)",
        [MemberSignInChanged(what="passkey-added"), MemberSignInChanged(what="passkey-removed")],
    ),
]


@pytest.mark.parametrize(("statement", "facts"), REVIVED, ids=["token", "identity", "passkey"])
def test_what_a_base_of_the_format_before_says_was_revoked_opens_nothing_at_its_first_opening(
    data: Path, ada: Member, statement: str, facts: list[SignInEvent]
) -> None:
    with opened(data) as base:
        for fact in facts:
            own = MemberTokenRevoked(token=ada.token)
            given = own if isinstance(fact, MemberTokenRevoked) else fact
            noted(base, ada.id, given)
    with closing(sqlite3.connect(data / "accounts.sqlite", isolation_level=None)) as db:
        db.execute(statement, (ada.id,) if "?" in statement else ())
    aged(data)
    told: list[str] = []
    with opened(data, told=told.append) as base:
        assert ada.opens(base)["session"] is False
        assert ada.opens(base)["token"] is (len(facts) == 2)
        assert (
            base.accounts.store.run("SELECT * FROM identity UNION SELECT 1, 2 FROM passkey") == []
        )
    assert sum(OLDER in sentence for sentence in told) == 1


def test_accounts_of_a_copy_that_went_on_elsewhere_open_nothing_that_was_revoked_here(
    data: Path, tmp_path: Path, ada: Member
) -> None:
    fork = shutil.copytree(data, tmp_path / "fork")
    with opened(data) as base:
        ada.revoked(base)
    with opened(fork) as base:
        _, elsewhere = ada.made(base, "elsewhere")
        practice(base.session, "elsewhere")
    shutil.copy(fork / "accounts.sqlite", data)
    opens, told = seen(data, ada)
    assert opens == NOTHING | {"password": True}, "the password was set before the two parted"
    assert [OTHER in sentence for sentence in told] == [True]
    assert seen(data, ada)[1] == []
    with opened(data) as base:
        assert base.accounts.tokens.check(elsewhere) is None


@pytest.mark.parametrize("here", [0, 9])
def test_what_was_changed_here_since_the_two_parted_opens_nothing_whichever_log_is_longer(
    data: Path, tmp_path: Path, ada: Member, here: int
) -> None:
    fork = shutil.copytree(data, tmp_path / "fork")
    with opened(data) as base:
        ada.changed(base)
        for number in range(here):
            practice(base.session, f"here {number}")
    with opened(fork) as base:
        for number in range(4):
            practice(base.session, f"elsewhere {number}")
        ada.made(base, "elsewhere")
    shutil.copy(fork / "accounts.sqlite", data)
    assert seen(data, ada)[0] == {"token": True, "session": False, "password": False}


def test_beside_an_older_log_and_then_the_right_one_again_what_members_sign_in_with_stays(
    data: Path, tmp_path: Path, ada: Member
) -> None:
    older, newer = tmp_path / "older.sqlite", tmp_path / "newer.sqlite"
    copied(data / "log.sqlite", older)
    with opened(data) as base:
        ada.changed(base)
    copied(data / "log.sqlite", newer)
    copied(older, data / "log.sqlite")
    opens, told = seen(data, ada)
    assert opens == ALL | {"session": False}
    assert any(OTHER in sentence for sentence in told)
    copied(newer, data / "log.sqlite")
    opens, told = seen(data, ada)
    assert opens == ALL | {"session": False}
    assert not any("accounts.sqlite" in sentence for sentence in told)


def test_openings_alone_leave_no_more_in_the_accounts(data: Path, ada: Member) -> None:
    with opened(data) as base:
        marks = len(base.accounts.store.marks())
    for number in range(3):
        with opened(data) as base:
            practice(base.session, f"{number}")
            assert base.accounts.store.marks()
    with opened(data) as base:
        assert len(base.accounts.store.marks()) == marks

"""Sessions: what keeps one alive, what ends it, and what a form of it carries."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from kb.accounts.sessions import Sessions, SessionSettings, form_value, form_value_fits
from kb.errors import SignInRefused
from tests.examples import costly
from tests.worlds.base import ANA, BEN, START, Accounts, at_once


@pytest.fixture
def accounts(tmp_path: Path) -> Iterator[Accounts]:
    world = Accounts(tmp_path)
    yield world
    world.close()


def test_a_session_knows_its_member_and_how_they_signed_in(accounts: Accounts) -> None:
    info = accounts.sessions.member_of(accounts.sessions.begin(ANA, "passkey"))
    assert info is not None
    assert (info.member, info.via, info.made, info.seen) == (ANA, "passkey", START, START)


def test_a_token_has_256_random_bits(accounts: Accounts) -> None:
    tokens = {accounts.sessions.begin(ANA, "password") for _ in range(50)}
    assert len(tokens) == 50
    assert {len(token) for token in tokens} == {43}


@pytest.mark.parametrize("token", ["", "x", "\ud800", "é", "A" * 5000])
def test_an_unknown_token_is_nobody(accounts: Accounts, token: str) -> None:
    accounts.sessions.begin(ANA, "password")
    assert accounts.sessions.member_of(token) is None


def test_signing_in_replaces_the_session_before_it(accounts: Accounts) -> None:
    before = accounts.sessions.begin(ANA, "password")
    after = accounts.sessions.begin(BEN, "password", replacing=before)
    assert accounts.sessions.member_of(before) is None
    assert len(accounts.sessions.of(BEN)) == 1
    assert after != before


def test_a_token_that_someone_planted_never_becomes_a_session(accounts: Accounts) -> None:
    planted = "chosen-by-someone-else"
    token = accounts.sessions.begin(ANA, "password", replacing=planted)
    assert token != planted
    assert accounts.sessions.member_of(planted) is None


def test_a_session_ends_when_it_is_not_used(accounts: Accounts) -> None:
    token = accounts.sessions.begin(ANA, "password")
    accounts.wait(hours=2, seconds=-1)
    assert accounts.sessions.member_of(token)
    accounts.wait(hours=2)
    assert accounts.sessions.member_of(token) is None
    assert accounts.sessions.of(ANA) == []


def test_a_session_ends_for_good_however_much_it_is_used(accounts: Accounts) -> None:
    token = accounts.sessions.begin(ANA, "password")
    for _ in range(9):
        accounts.wait(hours=1)
        assert accounts.sessions.member_of(token)
    accounts.wait(hours=1)
    assert accounts.sessions.member_of(token) is None


def test_the_ends_are_twelve_hours_and_thirty_days_if_not_told(accounts: Accounts) -> None:
    sessions = Sessions(accounts.store, clock=accounts.clock, random=accounts.random)
    token = sessions.begin(ANA, "password")
    for _ in range(30 * 4 - 1):
        accounts.wait(hours=6)
        assert sessions.member_of(token)
    accounts.wait(hours=6)
    assert sessions.member_of(token) is None
    token = sessions.begin(ANA, "password")
    accounts.wait(hours=12)
    assert sessions.member_of(token) is None


def test_the_time_last_seen_is_written_once_a_minute(accounts: Accounts) -> None:
    def seen() -> datetime:
        info = accounts.sessions.member_of(token)
        assert info
        return info.seen

    token = accounts.sessions.begin(ANA, "password")
    accounts.wait(seconds=59)
    assert seen() == START
    accounts.wait(seconds=1)
    assert seen() == START + timedelta(minutes=1)
    accounts.wait(seconds=59)
    assert seen() == START + timedelta(minutes=1)


def test_rotating_keeps_the_session_and_voids_the_old_token(accounts: Accounts) -> None:
    old = accounts.sessions.begin(ANA, "password")
    before = accounts.sessions.member_of(old)
    new = accounts.sessions.rotate(old)
    assert accounts.sessions.member_of(old) is None
    assert accounts.sessions.member_of(new) == before


def test_rotating_gives_no_longer_life(accounts: Accounts) -> None:
    token = accounts.sessions.begin(ANA, "password")
    for _ in range(9):
        accounts.wait(hours=1)
        assert accounts.sessions.member_of(token)
        token = accounts.sessions.rotate(token)
    accounts.wait(hours=1)
    assert accounts.sessions.member_of(token) is None
    with pytest.raises(SignInRefused, match="sign in again"):
        accounts.sessions.rotate(token)


def test_only_one_of_two_who_rotate_at_once_has_the_session(accounts: Accounts) -> None:
    token = accounts.sessions.begin(ANA, "password")
    other = accounts.sessions_of(accounts.opened())

    def rotated(sessions: Sessions) -> str | None:
        try:
            return sessions.rotate(token)
        except SignInRefused:
            return None

    answers = at_once(lambda: rotated(accounts.sessions), lambda: rotated(other))
    assert answers.count(None) == 1


def test_signing_out_everywhere_can_spare_this_session(accounts: Accounts) -> None:
    here, there = (accounts.sessions.begin(ANA, "password") for _ in range(2))
    bens = accounts.sessions.begin(BEN, "password")
    assert accounts.sessions.end_all(ANA, but=here) == 1
    assert accounts.sessions.member_of(here)
    assert accounts.sessions.member_of(there) is None
    assert accounts.sessions.end_all(ANA) == 1
    assert accounts.sessions.member_of(here) is None
    assert accounts.sessions.member_of(bens)


def test_a_session_is_revoked_by_its_public_id_and_by_its_member_only(
    accounts: Accounts,
) -> None:
    token = accounts.sessions.begin(ANA, "password")
    public_id = accounts.sessions.of(ANA)[0].id
    assert accounts.sessions.member_of(public_id) is None
    assert not accounts.sessions.revoke(BEN, public_id)
    assert accounts.sessions.member_of(token)
    assert accounts.sessions.revoke(ANA, public_id)
    assert not accounts.sessions.revoke(ANA, public_id)
    assert accounts.sessions.member_of(token) is None


def test_sessions_are_listed_newest_first(accounts: Accounts) -> None:
    for via in ("password", "passkey", "openid"):
        accounts.sessions.begin(ANA, via)
        accounts.wait(minutes=1)
    assert [info.via for info in accounts.sessions.of(ANA)] == ["openid", "passkey", "password"]


def test_ended_sessions_do_not_stay_in_the_file(accounts: Accounts) -> None:
    for _ in range(3):
        accounts.sessions.begin(ANA, "password")
    accounts.wait(hours=3)
    accounts.sessions.begin(BEN, "password")
    accounts.wait(hours=3)
    accounts.sessions.begin(ANA, "password")
    assert accounts.store.run("SELECT member FROM session") == [(ANA,)]


def test_a_form_carries_a_value_of_its_own_session(accounts: Accounts) -> None:
    one, two = (accounts.sessions.begin(ANA, "password") for _ in range(2))
    assert form_value_fits(one, form_value(one))
    for wrong in (form_value(two), "", "é", "\ud800", form_value(one)[:-1]):
        assert not form_value_fits(one, wrong)
    assert form_value(one) not in one


class SessionMachine(RuleBasedStateMachine):
    """Sessions against a dictionary: token -> [member, made, seen]."""

    tokens = Bundle("tokens")
    members = st.sampled_from([ANA, BEN])

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.world = Accounts(Path(self.folder.name))
        self.others = self.world.sessions_of(self.world.opened())
        self.known: dict[str, tuple[str, datetime, datetime]] = {}

    def alive(self, token: str) -> bool:
        if token not in self.known:
            return False
        _, made, seen = self.known[token]
        now = self.world.now
        return now - made < timedelta(hours=10) and now - seen < timedelta(hours=2)

    @rule(target=tokens, member=members)
    def begin(self, member: str) -> str:
        token = self.world.sessions.begin(member, "password")
        self.known[token] = (member, self.world.now, self.world.now)
        return token

    @rule(target=tokens, old=tokens, member=members)
    def sign_in_again(self, old: str, member: str) -> str:
        self.known.pop(old, None)
        token = self.world.sessions.begin(member, "password", replacing=old)
        self.known[token] = (member, self.world.now, self.world.now)
        return token

    @rule(token=tokens, elsewhere=st.booleans())
    def use(self, token: str, elsewhere: bool) -> None:
        info = (self.others if elsewhere else self.world.sessions).member_of(token)
        if not self.alive(token):
            assert info is None
            return
        member, made, seen = self.known[token]
        if self.world.now - seen >= timedelta(minutes=1):
            seen = self.world.now
        self.known[token] = (member, made, seen)
        assert info is not None
        assert (info.member, info.made, info.seen) == (member, made, seen)

    @rule(target=tokens, token=tokens)
    def rotate(self, token: str) -> str:
        if not self.alive(token):
            with pytest.raises(SignInRefused):
                self.world.sessions.rotate(token)
            return token
        new = self.others.rotate(token)
        self.known[new] = self.known.pop(token)
        return new

    @rule(token=tokens)
    def end(self, token: str) -> None:
        self.known.pop(token, None)
        self.world.sessions.end(token)

    @rule(member=members)
    def end_all(self, member: str) -> None:
        self.known = {t: row for t, row in self.known.items() if row[0] != member}
        self.others.end_all(member)

    @rule(minutes=st.integers(0, 180), seconds=st.integers(0, 59))
    def wait(self, minutes: int, seconds: int) -> None:
        self.world.wait(minutes=minutes, seconds=seconds)

    @invariant()
    def lists_hold_what_is_alive(self) -> None:
        for member in (ANA, BEN):
            listed = sorted((i.made, i.seen) for i in self.world.sessions.of(member))
            known = [row for token, row in self.known.items() if self.alive(token)]
            assert listed == sorted((made, seen) for m, made, seen in known if m == member)

    def teardown(self) -> None:
        self.world.close()
        self.folder.cleanup()


TestSessionsAsADictionary = SessionMachine.TestCase
TestSessionsAsADictionary.settings = costly(4)


def test_the_page_about_signing_in_says_how_long_a_session_lasts() -> None:
    usual = SessionSettings()
    page = Path(__file__).parents[2] / "docs" / "members" / "signing-in.md"
    hours, days = usual.idle // timedelta(hours=1), usual.absolute.days
    told = f"for {hours} hours after you last did something, and for {days} days at most"
    assert told in page.read_text(encoding="utf-8")

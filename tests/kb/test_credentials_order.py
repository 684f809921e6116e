"""What is refused is not told of, nothing untold is given, and what is taken is void."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from kb import access
from kb.errors import (
    DataDirectoryError,
    Forbidden,
    InvalidInput,
    KnowledgeBaseError,
    NotFound,
    Refused,
    SignInRefused,
)
from kb.knowledge_base import KnowledgeBase
from kb.people.decide import note
from kb.people.member import Member, Standing, evolve
from kb.people.sign_in import (
    MemberLinkMade,
    MemberSignInChanged,
    MemberTokenMade,
    MemberTokenRevoked,
    SignInEvent,
)
from kb.session import Session
from kb.writer import Writer
from tests.kb.accounts_authenticator import Authenticator
from tests.worlds.base import (
    END,
    ISSUER,
    LABEL,
    NAME,
    PASSWORD,
    SITE,
    SUBJECT,
    add_passkey,
    id_of,
    joined,
    operators,
    passkeys_of,
    told,
)

GIVEN: list[SignInEvent] = [
    MemberTokenMade(token="t", scopes=("search",), expires_at=END),
    MemberLinkMade(purpose="sign-in"),
    *(
        MemberSignInChanged(what=what)
        for what in ("name-set", "password-set", "passkey-added", "identity-tied")
    ),
]
TAKEN: list[SignInEvent] = [
    MemberTokenRevoked(token="t"),
    MemberSignInChanged(what="passkey-removed"),
    MemberSignInChanged(what="identity-untied"),
]


@pytest.fixture
def base(base: KnowledgeBase) -> KnowledgeBase:
    return operators(base)


@pytest.fixture
def her(base: KnowledgeBase) -> Session:
    return joined(base)


def test_members_give_nothing_to_others_and_touch_nothing_of_theirs(
    base: KnowledgeBase, her: Session
) -> None:
    other = joined(base, "member", "curator")
    mara = id_of(her)
    token, _ = her.credentials.make_token(mara, ["search"], LABEL, END)
    before = told(base, mara)
    nobody = base.as_(access.anonymous(world=True))

    refusals: list[Callable[[], object]] = [
        lambda: other.credentials.make_token(mara, ["search"], LABEL, END),
        lambda: other.credentials.make_link("sign-in", mara, END),
        lambda: her.credentials.make_link("sign-in", mara, END),
        lambda: nobody.credentials.make_token(mara, ["search"], LABEL, END),
        lambda: nobody.credentials.set_password(PASSWORD, NAME),
        nobody.credentials.tokens,
    ]
    for refused in refusals:
        with pytest.raises(Forbidden):
            refused()
    assert not other.credentials.revoke_token(token)
    assert other.credentials.tokens() == []
    assert [each.id for each in base.session.credentials.tokens()] == [token]
    assert told(base, mara) == before


def test_what_is_refused_or_so_already_leaves_no_event(base: KnowledgeBase, her: Session) -> None:
    other = joined(base)
    phone = add_passkey(base, other)
    other.credentials.set_password(PASSWORD, NAME)
    assert other.credentials.tie_identity(ISSUER, SUBJECT)
    before, mara, mine = told(base, id_of(other)), id_of(her), her.credentials

    refusals: list[Callable[[], object]] = [
        lambda: mine.make_token(mara, [], LABEL, END),
        lambda: mine.make_token(mara, ["search"], "", END),
        lambda: mine.make_token(mara, ["search"], LABEL, datetime(2020, 1, 1, tzinfo=UTC)),
        lambda: mine.set_password("short", NAME.upper() + "a"),
        lambda: mine.set_password(PASSWORD),
        lambda: mine.set_password(PASSWORD, " "),
        lambda: mine.set_password(PASSWORD, "two\nlines" * 100),
        lambda: mine.set_password(PASSWORD, NAME.upper()),
    ]
    for refused in refusals:
        with pytest.raises(InvalidInput):
            refused()
    for again in (phone, Authenticator(SITE.host, "https://elsewhere.example")):
        with pytest.raises(SignInRefused):
            add_passkey(base, her, again)
    assert not mine.tie_identity(ISSUER, SUBJECT)
    assert not mine.revoke_token("unknown")
    mine.remove_passkey(passkeys_of(base), passkeys_of(base).of(id_of(other))[0].id)
    mine.untie_identities()
    assert told(base, mara) == []

    assert other.credentials.tie_identity(ISSUER, SUBJECT)
    assert told(base, id_of(other)) == before


GIVING: list[tuple[str, Callable[[KnowledgeBase, Session], Any]]] = [
    ("api_token", lambda _, her: her.credentials.make_token(id_of(her), ["search"], LABEL, END)),
    ("link", lambda base, her: base.session.credentials.make_link("sign-in", id_of(her), END)),
    ("password", lambda _, her: her.credentials.set_password(PASSWORD, NAME)),
    ("sign_in_name", lambda _, her: her.credentials.set_password(PASSWORD, NAME)),
    ("passkey", add_passkey),
    ("identity", lambda _, her: her.credentials.tie_identity(ISSUER, SUBJECT)),
]


def full(*_: object, **__: object) -> None:
    """What writing to the log does now."""
    raise DataDirectoryError("The disk is full.")


@pytest.mark.parametrize(("table", "give"), GIVING, ids=[table for table, _ in GIVING])
def test_what_the_log_cannot_tell_of_is_not_given(
    base: KnowledgeBase,
    her: Session,
    monkeypatch: pytest.MonkeyPatch,
    table: str,
    give: Callable[[KnowledgeBase, Session], Any],
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Writer, "execute", full)
        with pytest.raises(DataDirectoryError):
            give(base, her)
    assert base.accounts.store.run(f"SELECT * FROM {table}") == []
    give(base, her)
    assert len(base.accounts.store.run(f"SELECT * FROM {table}")) == 1


def test_what_is_taken_away_is_void_even_if_the_log_cannot_tell_of_it(
    base: KnowledgeBase, her: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, secret = her.credentials.make_token(id_of(her), ["search"], LABEL, END)

    monkeypatch.setattr(Writer, "execute", full)
    with pytest.raises(DataDirectoryError):
        her.credentials.revoke_token(token)
    assert base.accounts.tokens.check(secret) is None


@pytest.mark.parametrize("event", GIVEN + TAKEN, ids=str)
def test_nothing_is_given_to_those_who_are_no_members_and_taking_it_away_is_no_event(
    event: SignInEvent,
) -> None:
    refused: dict[Standing, type[KnowledgeBaseError]] = {
        "unknown": NotFound,
        "erased": NotFound,
        "left": Refused,
    }
    for standing, error in refused.items():
        gone = Member(id="m", version=int(standing != "unknown"), standing=standing)
        if event in TAKEN:
            assert note(gone, event) == []
        else:
            with pytest.raises(error):
                note(gone, event)
    here = Member(id="m", version=2, standing="joined")
    assert note(here, event) == [event]
    assert evolve(here, event) == Member(id="m", version=3, standing="joined")

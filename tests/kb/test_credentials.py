"""What members sign in with is changed in one place, and the log tells of every change of it."""

import re
from pathlib import Path

import pytest

from kb import access
from kb.accounts.secret import digest, keyed
from kb.errors import Forbidden, NotFound, Refused
from kb.knowledge_base import KnowledgeBase
from kb.session import Session
from tests.worlds.base import (
    END,
    ISSUER,
    LABEL,
    NAME,
    PASSWORD,
    SUBJECT,
    add_passkey,
    id_of,
    joined,
    operators,
    passkeys_of,
    told,
)


@pytest.fixture
def base(base: KnowledgeBase) -> KnowledgeBase:
    return operators(base)


@pytest.fixture
def her(base: KnowledgeBase) -> Session:
    return joined(base)


def test_every_change_is_told_with_who_made_it(base: KnowledgeBase, her: Session) -> None:
    steward, mara, mine = joined(base, "member", "steward"), id_of(her), her.credentials
    mine.set_password(PASSWORD, NAME)
    own, _ = mine.make_token(mara, ["search", "report"], LABEL, END)
    assert mine.revoke_token(own)
    hers, _ = base.session.credentials.make_token(mara, ["admin"], LABEL, END)
    assert steward.credentials.revoke_token(hers)
    steward.credentials.make_link("sign-in", mara, END)
    base.session.credentials.make_link("sign-in", mara, END)
    add_passkey(base, her)
    (passkey,) = passkeys_of(base).of(mara)
    mine.remove_passkey(passkeys_of(base), passkey.id)
    assert mine.tie_identity(ISSUER, SUBJECT)
    mine.untie_identities()

    expected = [
        (mara, "Sign-in name set."),
        (mara, "Password set."),
        (mara, f"Token {own} made for report, search, until 2100-01-01."),
        (mara, f"Token {own} revoked."),
        (access.OPERATOR, f"Token {hers} made for admin, until 2100-01-01."),
        (id_of(steward), f"Token {hers} revoked."),
        (id_of(steward), "A link that signs in once was made."),
        (access.OPERATOR, "A link that signs in once was made."),
        (mara, "Passkey added."),
        (mara, "Passkey removed."),
        (mara, "Account at the OpenID provider tied."),
        (mara, "Account at the OpenID provider untied."),
    ]
    assert told(base, mara) == expected
    assert [each.detail for each in her.own_data().changes[2:]] == [what for _, what in expected]
    base.rebuild("views")
    assert told(base, mara) == expected


def test_of_what_is_signed_in_with_nothing_stands_in_the_log(
    base: KnowledgeBase, her: Session
) -> None:
    mara, mine = id_of(her), her.credentials
    mine.set_password(PASSWORD, NAME)
    _, token = mine.make_token(mara, ["search"], LABEL, END)
    link = base.session.credentials.make_link("sign-in", mara, END)
    phone = add_passkey(base, her)
    mine.tie_identity(ISSUER, SUBJECT)

    accounts = base.accounts
    assert accounts.links.take(link, "sign-in") == mara
    assert accounts.sessions.begin(mara, "link")
    hashed = accounts.store.run("SELECT hash FROM password")[0][0]
    names = keyed(accounts.store.key("sign-in names"), NAME)
    written = [NAME, PASSWORD, LABEL, token, link, ISSUER, SUBJECT, hashed]
    secrets = [each.encode() for each in written]
    secrets += [digest(token), digest(link), names, phone.credential, phone.handle]
    log, stored = (
        b"".join(path.read_bytes() for path in sorted(base.settings.data.glob(f"{name}.sqlite*")))
        for name in ("log", "accounts")
    )
    assert log.count(b"member-sign-in-changed") >= 4
    assert [secret for secret in secrets if secret in log] == []
    assert digest(token) in stored
    assert names in stored


def test_one_who_is_invited_gets_links_and_no_tokens(base: KnowledgeBase) -> None:
    waiting = base.session.people.invite().id
    with pytest.raises(Refused, match="has not joined yet"):
        base.session.credentials.make_token(waiting, ["search"], LABEL, END)
    base.session.credentials.make_link("invitation", waiting, END)
    base.session.credentials.make_link("first-steward", waiting, END)
    assert [change.detail for change in base.session.directory.changes(waiting)] == [
        "Invited as member.",
        "A link to the invitation was made.",
        "A link for the first steward was made.",
    ]


def test_a_steward_knows_their_own_tokens_and_of_those_of_others_what_revoking_needs(
    base: KnowledgeBase, her: Session
) -> None:
    steward = joined(base, "member", "steward")
    hers, secret = her.credentials.make_token(id_of(her), ["search"], LABEL, END)
    own, _ = steward.credentials.make_token(id_of(steward), ["admin"], "Mine", END)
    base.accounts.tokens.check(secret)
    everything = base.accounts.tokens.all()
    (of_her,), (of_steward,) = (base.accounts.tokens.of(id_of(each)) for each in (her, steward))

    assert her.credentials.tokens() == [of_her]
    assert steward.credentials.tokens() == [
        each if each == of_steward else each.gist() for each in everything
    ]
    assert base.session.credentials.tokens() == [each.gist() for each in everything]
    for principal in (steward, base.session):
        assert LABEL not in str(principal.credentials.tokens())
    assert steward.credentials.revoke_token(hers)
    assert steward.credentials.tokens() == [of_steward]
    assert own == of_steward.id


def test_members_make_their_tokens_themselves_and_stewards_none_for_them(
    base: KnowledgeBase, her: Session
) -> None:
    steward, mara = joined(base, "member", "steward", "curator"), id_of(her)
    with pytest.raises(Forbidden, match=r"^Only the operator may make a token for another member"):
        steward.credentials.make_token(mara, ["search"], LABEL, END)
    assert base.accounts.tokens.all() == []
    assert told(base, mara) == []

    for principal in (her, base.session):
        principal.credentials.make_token(mara, ["search"], LABEL, END)
    steward.credentials.make_token(id_of(steward), ["search"], LABEL, END)
    assert [actor for actor, _ in told(base, mara)] == [mara, access.OPERATOR]


def test_a_token_of_someone_who_has_left_is_void(base: KnowledgeBase, her: Session) -> None:
    token, secret = her.credentials.make_token(id_of(her), ["search"], LABEL, END)
    base.session.people.leave(id_of(her))
    assert base.accounts.tokens.check(secret) is None
    assert not base.session.credentials.revoke_token(token)
    assert told(base, id_of(her))[-1][1] == "Left the community."


def test_an_erased_member_leaves_the_dates_of_what_they_signed_in_with(
    base: KnowledgeBase, her: Session
) -> None:
    her.credentials.set_password(PASSWORD, NAME)
    base.session.erasure.member(id_of(her))
    assert base.status().parked == ()
    assert [what for _, what in told(base, id_of(her))] == [
        "Sign-in name set.",
        "Password set.",
        "Erased; their entries were kept.",
    ]
    with pytest.raises(NotFound):
        base.session.credentials.make_link("sign-in", id_of(her), END)


def test_nothing_else_changes_what_members_sign_in_with() -> None:
    rooms = Path(__file__).parents[2]
    changes = re.compile(
        r"tokens\.(make|revoke)\(|links\.make\(|names\.(set|release)\(|passwords\.(set|keep)\("
        r"|identities\.(link|unlink)\(|passkeys\w*(\(.*\))?\.(register|remove)\("
    )
    files = [*(rooms / "kb").rglob("*.py"), *(rooms / "web").rglob("*.py")]
    found = {
        str(file.relative_to(rooms)) for file in files if changes.search(file.read_text("utf-8"))
    }
    assert found == {"kb/people/credentials.py"}

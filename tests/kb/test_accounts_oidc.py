"""Signing in at a provider: what goes there, what may come back, and all that is refused."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from joserfc.jwk import ECKey, OctKey

from kb.accounts.identities import PendingSignIns
from kb.accounts.oidc import OpenIdClaims, OpenIdProvider, OpenIdSettings
from kb.errors import InvalidInput, SignInRefused
from tests.kb.accounts_provider import BACK, CLIENT, ISSUER, SECRET, FakeProvider
from tests.worlds.base import START, Accounts

CONFIGURATION = "/.well-known/openid-configuration"
ANA_THERE = OpenIdClaims(ISSUER, "subject-4711", "Ana Example")


@pytest.fixture
def accounts(tmp_path: Path) -> Iterator[Accounts]:
    world = Accounts(tmp_path)
    yield world
    world.close()


@pytest.fixture
def there(accounts: Accounts) -> FakeProvider:
    return FakeProvider(accounts.clock)


@pytest.fixture
def provider(accounts: Accounts, there: FakeProvider) -> OpenIdProvider:
    return provider_of(accounts, there, ISSUER)


def provider_of(accounts: Accounts, there: FakeProvider, issuer: str) -> OpenIdProvider:
    pending = PendingSignIns(accounts.store, clock=accounts.clock, random=accounts.random)
    settings = OpenIdSettings(issuer=issuer, client_id=CLIENT, client_secret=SECRET)
    return OpenIdProvider(settings, pending, clock=accounts.clock, transport=there.transport())


def sign_in(provider: OpenIdProvider, there: FakeProvider, **changes: str) -> OpenIdClaims:
    url, state = provider.begin(BACK)
    return provider.finish({**there.sign_in(url), **changes}, state)


def test_a_person_comes_back_as_who_they_are_there(
    provider: OpenIdProvider, there: FakeProvider
) -> None:
    assert sign_in(provider, there) == ANA_THERE


def test_the_provider_may_say_that_it_was_the_one(
    provider: OpenIdProvider, there: FakeProvider
) -> None:
    there.metadata["authorization_response_iss_parameter_supported"] = True
    assert sign_in(provider, there, iss=ISSUER) == ANA_THERE


@pytest.mark.parametrize("promised", [True, False])
@pytest.mark.parametrize("said", ["https://other.example", "", None])
def test_the_answer_of_another_provider_is_refused(
    provider: OpenIdProvider, there: FakeProvider, promised: bool, said: str | None
) -> None:
    there.metadata["authorization_response_iss_parameter_supported"] = promised
    changes = {} if said is None else {"iss": said}
    if said is None and not promised:
        assert sign_in(provider, there, **changes) == ANA_THERE
    else:
        with pytest.raises(SignInRefused, match="did not confirm"):
            sign_in(provider, there, **changes)


def test_a_name_that_is_none_is_left_out(provider: OpenIdProvider, there: FakeProvider) -> None:
    there.changes = {"name": ["Ana"]}
    assert sign_in(provider, there).name is None


def test_what_the_provider_is_like_is_asked_once_an_hour_and_its_keys_each_time(
    accounts: Accounts, provider: OpenIdProvider, there: FakeProvider
) -> None:
    for _ in range(3):
        sign_in(provider, there)
    assert (there.asked.count(CONFIGURATION), there.asked.count("/keys")) == (1, 3)
    accounts.wait(hours=1)
    sign_in(provider, there)
    assert there.asked.count(CONFIGURATION) == 2


def test_an_answer_counts_once(provider: OpenIdProvider, there: FakeProvider) -> None:
    url, state = provider.begin(BACK)
    answer = there.sign_in(url)
    assert provider.finish(answer, state) == ANA_THERE
    with pytest.raises(SignInRefused):
        provider.finish(answer, state)


@pytest.mark.parametrize("cookie", ["", "another", "é", "\ud800"])
def test_an_answer_in_another_browser_is_refused(
    provider: OpenIdProvider, there: FakeProvider, cookie: str
) -> None:
    url, state = provider.begin(BACK)
    answer = there.sign_in(url)
    with pytest.raises(SignInRefused):
        provider.finish(answer, cookie)
    assert provider.finish(answer, state) == ANA_THERE


@pytest.mark.parametrize("state", ["", "made up"])
def test_a_state_that_nobody_began_is_refused(provider: OpenIdProvider, state: str) -> None:
    with pytest.raises(SignInRefused):
        provider.finish({"state": state, "code": "the-code"}, state)


def test_an_answer_after_ten_minutes_is_refused(
    accounts: Accounts, provider: OpenIdProvider, there: FakeProvider
) -> None:
    url, state = provider.begin(BACK)
    accounts.wait(minutes=10)
    with pytest.raises(SignInRefused):
        provider.finish(there.sign_in(url), state)


@pytest.mark.parametrize("changes", [{"error": "access_denied"}, {"code": ""}, {"code": "other"}])
def test_a_sign_in_that_the_provider_did_not_grant_is_refused(
    provider: OpenIdProvider, there: FakeProvider, changes: dict[str, str]
) -> None:
    with pytest.raises(SignInRefused, match="did not confirm"):
        sign_in(provider, there, **changes)


def test_a_code_that_was_got_for_another_sign_in_is_refused(
    provider: OpenIdProvider, there: FakeProvider
) -> None:
    theirs, _ = provider.begin(BACK)
    url, state = provider.begin(BACK)
    own = there.sign_in(url)
    there.sign_in(theirs)
    with pytest.raises(SignInRefused, match="did not confirm"):
        provider.finish(own, state)


NOW = int(START.timestamp())
CLAIMS: list[dict[str, Any]] = [
    {"iss": "https://other.example"},
    {"iss": None},
    {"aud": "another client"},
    {"aud": ["another client", "and another"], "azp": CLIENT},
    {"aud": [CLIENT, "another client"]},
    {"aud": [CLIENT, "another client"], "azp": "another client"},
    {"azp": "another client"},
    {"aud": None},
    {"nonce": "another nonce"},
    {"nonce": None},
    {"exp": NOW - 61},
    {"exp": None},
    {"exp": "soon"},
    {"iat": NOW + 61},
    {"iat": None},
    {"nbf": NOW + 61},
    {"sub": None},
    {"sub": ""},
    {"sub": 4711},
]


@pytest.mark.parametrize("changes", CLAIMS, ids=str)
def test_claims_that_do_not_fit_are_refused(
    provider: OpenIdProvider, there: FakeProvider, changes: dict[str, Any]
) -> None:
    there.changes = changes
    with pytest.raises(SignInRefused, match="did not confirm"):
        sign_in(provider, there)


@pytest.mark.parametrize(
    "changes", [{"aud": [CLIENT]}, {"aud": [CLIENT, "another"], "azp": CLIENT}, {"exp": NOW - 59}]
)
def test_claims_that_fit_are_taken(
    provider: OpenIdProvider, there: FakeProvider, changes: dict[str, Any]
) -> None:
    there.changes = changes
    assert sign_in(provider, there) == ANA_THERE


def test_a_token_that_someone_else_signed_is_refused(
    provider: OpenIdProvider, there: FakeProvider
) -> None:
    there.key = ECKey.generate_key("P-256", {"kid": "one"})
    with pytest.raises(SignInRefused, match="did not confirm"):
        sign_in(provider, there)


@pytest.mark.parametrize("published", [False, True])
def test_a_token_signed_with_a_shared_secret_is_refused(
    provider: OpenIdProvider, there: FakeProvider, published: bool
) -> None:
    there.key = OctKey.import_key(SECRET + SECRET, {"kid": "one"})
    there.header = {"alg": "HS256", "kid": "one"}
    if published:
        there.published = {"keys": [there.key.as_dict(private=True)]}
    with pytest.raises(SignInRefused, match="did not confirm"):
        sign_in(provider, there)


def test_a_token_that_nobody_signed_is_refused(
    provider: OpenIdProvider, there: FakeProvider
) -> None:
    def unsigned(id_token: str) -> dict[str, str]:
        return {"id_token": "eyJhbGciOiJub25lIn0." + id_token.split(".")[1] + "."}

    there.token = unsigned
    with pytest.raises(SignInRefused, match="did not confirm"):
        sign_in(provider, there)


@pytest.mark.parametrize("said", [{}, {"id_token": "x"}, {"id_token": "é.e.e"}, {"id_token": None}])
def test_an_answer_without_a_token_is_refused(
    provider: OpenIdProvider, there: FakeProvider, said: dict[str, Any]
) -> None:
    there.token = lambda _: said
    with pytest.raises(SignInRefused, match="did not confirm"):
        sign_in(provider, there)


def test_keys_of_other_kinds_do_no_harm(provider: OpenIdProvider, there: FakeProvider) -> None:
    strange = {"kty": "future", "kid": "two"}
    for_hiding = {**there.published["keys"][0], "use": "enc", "kid": "three"}
    there.published["keys"] += [strange, for_hiding]
    assert sign_in(provider, there) == ANA_THERE


@pytest.mark.parametrize("published", [{}, [], {"keys": [{}]}, {"keys": []}, {"keys": 1}, "x"])
def test_keys_that_are_none_are_refused(
    provider: OpenIdProvider, there: FakeProvider, published: Any
) -> None:
    there.published = published
    with pytest.raises(SignInRefused, match="did not confirm"):
        sign_in(provider, there)


BROKEN: list[Callable[[], httpx2.Response]] = [
    lambda: httpx2.Response(500),
    lambda: httpx2.Response(200, text="no JSON"),
    lambda: httpx2.Response(302, headers={"location": "http://169.254.169.254/"}),
]


@pytest.mark.parametrize("broken", BROKEN)
@pytest.mark.parametrize("path", [CONFIGURATION, "/token", "/keys"])
def test_a_provider_that_does_not_answer_as_it_should_is_said_to_be(
    provider: OpenIdProvider,
    there: FakeProvider,
    path: str,
    broken: Callable[[], httpx2.Response],
) -> None:
    there.answers[path] = broken()
    with pytest.raises(SignInRefused, match="cannot be reached"):
        sign_in(provider, there)
    assert set(there.asked) <= {CONFIGURATION, "/token", "/keys"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("issuer", "https://other.example"),
        ("token_endpoint", "http://id.circle.example/token"),
        ("token_endpoint", None),
        ("jwks_uri", "file:///etc/passwd"),
        ("jwks_uri", "https://"),
        ("authorization_endpoint", "javascript:alert(1)"),
        ("authorization_endpoint", "https://[x"),
    ],
)
def test_a_provider_that_leads_astray_is_not_followed(
    provider: OpenIdProvider, there: FakeProvider, name: str, value: str | None
) -> None:
    there.metadata[name] = value
    with pytest.raises(SignInRefused, match="cannot be reached"):
        provider.begin(BACK)
    assert there.asked == [CONFIGURATION]


@pytest.mark.parametrize("issuer", ["http://id.circle.example", "id.circle.example", "", "ftp://x"])
def test_an_issuer_has_to_be_https(accounts: Accounts, there: FakeProvider, issuer: str) -> None:
    with pytest.raises(InvalidInput, match="https") as refused:
        provider_of(accounts, there, issuer)
    assert refused.value.field == "issuer"


@pytest.mark.parametrize("host", ["localhost:9", "127.0.0.1:9", "[::1]:9"])
def test_an_issuer_on_this_machine_may_do_without(
    accounts: Accounts, there: FakeProvider, host: str
) -> None:
    assert isinstance(provider_of(accounts, there, f"http://{host}"), OpenIdProvider)


def test_settings_do_not_show_the_secret() -> None:
    settings = OpenIdSettings(issuer=ISSUER, client_id=CLIENT, client_secret=SECRET)
    assert SECRET not in f"{settings} {settings!r}"


def test_nothing_of_a_sign_in_stays_in_the_file(
    accounts: Accounts, provider: OpenIdProvider, there: FakeProvider
) -> None:
    sign_in(provider, there)
    for text in ("subject-4711", "Ana Example", SECRET):
        assert text.encode() not in accounts.bytes_on_disk()

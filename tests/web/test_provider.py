"""The provider that browsers sign in at in tests is as strict as those of others."""

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from tests.web.provider import Provider

BACK = "http://localhost/sign-in/openid/back"
VERIFIER = "v" * 43


@pytest.mark.parametrize(("verifier", "status"), [(VERIFIER, 200), ("w" * 43, 400)])
def test_a_code_is_worth_nothing_without_the_verifier_that_it_was_asked_with(
    verifier: str, status: int
) -> None:
    provider = Provider(BACK)
    client, known = provider.app.test_client(), provider.settings("http://localhost")
    name, secret = known["openid_client_id"], known["openid_client_secret"]
    asked = {"client_id": name, "redirect_uri": BACK, "response_type": "code", "scope": "openid"}
    asked |= {"nonce": "n", "state": "s", "code_challenge_method": "S256"}
    asked["code_challenge"] = create_s256_code_challenge(VERIFIER)
    sent = client.post(f"/oauth2/authorize?{urlencode(asked)}", data={"sub": "mara"})
    [code] = parse_qs(urlsplit(sent.headers["location"]).query)["code"]
    given = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
    given["code_verifier"] = verifier
    assert client.post("/oauth2/token", data=given, auth=(name, secret)).status_code == status

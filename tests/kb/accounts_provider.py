"""An OpenID provider in memory, with keys made on the spot and faults to be told."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx2
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from tests.kb.accounts_authenticator import encoded

ISSUER, CLIENT, SECRET = "https://id.circle.example", "tributary", "the client's own secret"
BACK = "https://kb.circle.example/sign-in/openid/back"


class FakeProvider:
    """Signs in all who come, as `subject-4711`; the attributes say what it does wrong."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.key: ECKey | OctKey = ECKey.generate_key("P-256", {"kid": "one", "use": "sig"})
        self.published: Any = {"keys": [self.key.as_dict(private=False)]}
        self.header: dict[str, Any] = {"alg": "ES256", "kid": "one"}
        self.changes: dict[str, Any] = {}
        self.metadata: dict[str, Any] = {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/authorize",
            "token_endpoint": f"{ISSUER}/token",
            "jwks_uri": f"{ISSUER}/keys",
        }
        self.token: Callable[[str], Any] = lambda id_token: {"id_token": id_token}
        self.answers: dict[str, httpx2.Response] = {}
        self.asked: list[str] = []
        self.challenge = self.nonce = ""

    def transport(self) -> httpx2.MockTransport:
        return httpx2.MockTransport(self.handle)

    def sign_in(self, url: str) -> dict[str, str]:
        """What the browser brings back from `url`, where a person has signed in."""
        parts = urlsplit(url)
        asked = {key: values[0] for key, values in parse_qs(parts.query).items()}
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{ISSUER}/authorize"
        assert (asked["response_type"], asked["client_id"]) == ("code", CLIENT)
        assert (asked["redirect_uri"], asked["code_challenge_method"]) == (BACK, "S256")
        assert asked["scope"] == "openid profile"
        self.challenge, self.nonce = asked["code_challenge"], asked["nonce"]
        return {"code": "the-code", "state": asked["state"]}

    def handle(self, request: httpx2.Request) -> httpx2.Response:
        path = request.url.path
        self.asked.append(path)
        if path in self.answers:
            return self.answers[path]
        if path == "/.well-known/openid-configuration":
            return httpx2.Response(200, json=self.metadata)
        if path == "/keys":
            return httpx2.Response(200, json=self.published)
        return self._exchange(request)

    def _exchange(self, request: httpx2.Request) -> httpx2.Response:
        sent = dict(parse_qsl(request.content.decode()))
        challenge = encoded(hashlib.sha256(sent["code_verifier"].encode()).digest())
        fits = (sent["code"], challenge, sent["redirect_uri"]) == ("the-code", self.challenge, BACK)
        if not fits or not request.headers["authorization"].startswith("Basic "):
            return httpx2.Response(400, json={"error": "invalid_grant"})
        found = {"access_token": "a", "token_type": "Bearer", **self.token(self._id_token())}
        return httpx2.Response(200, json=found)

    def _id_token(self) -> str:
        now = int(self.clock().timestamp())
        claims = {"iss": ISSUER, "aud": CLIENT, "sub": "subject-4711", "nonce": self.nonce}
        times = {"iat": now, "exp": now + 300}
        said = {**claims, **times, "name": "Ana Example", **self.changes}
        said = {name: value for name, value in said.items() if value is not None}
        algorithms = [self.header["alg"]]
        return jwt.encode(self.header, said, self.key, algorithms=algorithms)

"""An OpenID provider as others run them, with pages of its own, on a port of this machine."""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import flask
import oidc_provider_mock
from werkzeug.serving import WSGIRequestHandler, make_server


class Provider:
    """Knows one client, whose secret and address of return it checks; anybody has an account there.

    `asked` has what each sign-in was begun with. The library leaves PKCE out; it is held to here.
    """

    def __init__(self, back: str) -> None:
        self.app = oidc_provider_mock.app(require_client_registration=True, require_nonce=True)
        self.app.before_request(self._hold_to_the_challenge)
        self.app.after_request(self._remember_the_challenge)
        self.asked: list[dict[str, str]] = []
        self._challenges: dict[str, str] = {}
        answer = self.app.test_client().post("/oauth2/clients", json={"redirect_uris": [back]})
        assert answer.status_code == 201, answer.text
        self._client: dict[str, Any] = answer.get_json()

    def settings(self, issuer: str) -> dict[str, str]:
        """What a server needs to be a client of it."""
        return {
            "openid_issuer": issuer,
            "openid_client_id": self._client["client_id"],
            "openid_client_secret": self._client["client_secret"],
        }

    def _remember_the_challenge(self, answer: flask.Response) -> flask.Response:
        code = parse_qs(urlsplit(answer.headers.get("Location", "")).query).get("code")
        if code:
            self.asked.append(flask.request.args.to_dict())
            assert flask.request.args["code_challenge_method"] == "S256"
            self._challenges[code[0]] = flask.request.args["code_challenge"]
        return answer

    def _hold_to_the_challenge(self) -> tuple[dict[str, str], int] | None:
        if flask.request.path != "/oauth2/token":
            return None
        sent = flask.request.form
        digest = hashlib.sha256(sent["code_verifier"].encode()).digest()
        challenge = urlsafe_b64encode(digest).decode().rstrip("=")
        fits = self._challenges.get(sent["code"]) == challenge
        return None if fits else ({"error": "invalid_grant"}, 400)


class _Quiet(WSGIRequestHandler):
    """Its log is none of ours, and tests read ours."""

    def log(self, type: str, message: str, *args: object) -> None:
        """Write nothing."""


@contextmanager
def provided(back: str) -> Iterator[tuple[Provider, str]]:
    """A provider that sends browsers back to `back`, and its issuer."""
    provider = Provider(back)
    server = make_server("127.0.0.1", 0, provider.app, threaded=True, request_handler=_Quiet)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield provider, f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

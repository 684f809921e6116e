"""Signing in at an OpenID provider: the authorization code flow with PKCE, state and nonce."""

import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from kb.accounts.identities import Pending, PendingSignIns
from kb.accounts.times import Clock, seconds
from kb.errors import InvalidInput, SignInRefused
from kb.messages import _

if TYPE_CHECKING:
    import httpx2

ALGORITHMS = ["RS256", "PS256", "ES256"]
"""Signatures with a key that only the provider has; never `none`, never one with our secret."""

LOOPBACK = ("localhost", "127.0.0.1", "::1")
TIMEOUT, LEEWAY = 5, 60  # seconds
FRESH = timedelta(hours=1)
AGAIN = timedelta(seconds=5)  # after which a provider that failed is asked again
REFUSED = _("The sign-in service did not confirm who you are: start again.")
UNREACHABLE = _("The sign-in service cannot be reached or does not answer as it should: try later.")


class OpenIdSettings(Struct, frozen=True, kw_only=True):
    """The provider, and who we are there."""

    issuer: str
    client_id: str
    client_secret: str
    scope: str = "openid profile"

    def __repr__(self) -> str:
        return f"OpenIdSettings(issuer={self.issuer!r}, client_id={self.client_id!r})"


class OpenIdClaims(Struct, frozen=True):
    """The person whom the provider signed in, named by issuer and subject together."""

    issuer: str
    subject: str
    name: str | None


class _Metadata(Struct, frozen=True):
    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    authorization_response_iss_parameter_supported: bool = False


class OpenIdProvider:
    """One provider. Every call may ask it over the network: make them off the event loop.

    `transport` takes the place of the network in tests. Raises `InvalidInput` for an issuer that
    is not https, unless it is on this machine.
    """

    def __init__(
        self,
        settings: OpenIdSettings,
        pending: PendingSignIns,
        *,
        clock: Clock,
        transport: "httpx2.BaseTransport | None" = None,
    ) -> None:
        if not _safe(settings.issuer):
            raise InvalidInput(_("The issuer has to be an address with https."), "issuer")
        self._settings = settings
        self._pending = pending
        self._clock = clock
        self._transport = transport
        self._known: tuple[datetime, _Metadata] | None = None
        self._failed: datetime | None = None

    def begin(self, redirect_uri: str) -> tuple[str, str]:
        """The address to send the browser to, and the state for its cookie until it returns.

        Raises `SignInRefused` if the provider cannot be asked.
        """
        endpoint = self._metadata().authorization_endpoint
        state, pending = self._pending.begin(redirect_uri)
        with self._client(redirect_uri) as client:
            url, _ = client.create_authorization_url(
                endpoint, state=state, code_verifier=pending.verifier, nonce=pending.nonce
            )
        return str(url), state

    def finish(self, query: Mapping[str, str], state: str) -> OpenIdClaims:
        """The person signed in, from the provider's `query` and the `state` in the cookie.

        Raises `SignInRefused` if anything does not match, and on a second use.
        """
        given = query.get("state", "")
        if not hmac.compare_digest(_bytes(given), _bytes(state)):
            raise SignInRefused(REFUSED)
        pending = self._pending.take(given)
        if pending is None or "error" in query or not query.get("code"):
            raise SignInRefused(REFUSED)
        metadata = self._metadata()
        self._check_issuer(query, metadata)
        token = self._id_token(metadata, pending, query["code"])
        return self._claims(token, self._json(metadata.jwks_uri), pending.nonce)

    def _check_issuer(self, query: Mapping[str, str], metadata: _Metadata) -> None:
        # RFC 9207, against mix-up attacks: the answer of another provider is refused.
        required = metadata.authorization_response_iss_parameter_supported
        expected = self._settings.issuer
        if query.get("iss", "" if required else expected) != expected:
            raise SignInRefused(REFUSED)

    def _id_token(self, metadata: _Metadata, pending: Pending, code: str) -> str:
        import httpx2
        from authlib.integrations.httpx_client import OAuthError

        try:
            with self._client(pending.redirect_uri) as client:
                token = client.fetch_token(
                    metadata.token_endpoint, code=code, code_verifier=pending.verifier
                )
        except OAuthError as error:
            raise SignInRefused(REFUSED) from error
        except (httpx2.HTTPError, ValueError, TypeError, RecursionError) as error:
            raise SignInRefused(UNREACHABLE) from error
        return str(token.get("id_token", ""))

    def _claims(self, id_token: str, key_set: Any, nonce: str) -> OpenIdClaims:
        from joserfc import jwt
        from joserfc.errors import JoseError

        issuer, client_id = self._settings.issuer, self._settings.client_id
        registry = jwt.JWTClaimsRegistry(
            now=seconds(self._clock()),
            leeway=LEEWAY,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            claims = jwt.decode(id_token, _keys(key_set), algorithms=ALGORITHMS).claims
            registry.validate(claims)
        except (JoseError, ValueError, TypeError, LookupError) as error:
            raise SignInRefused(REFUSED) from error
        return self._named(claims)

    def _named(self, claims: Mapping[str, Any]) -> OpenIdClaims:
        audience, subject, name = claims["aud"], claims["sub"], claims.get("name")
        party = claims.get("azp", None if _many(audience) else self._settings.client_id)
        if party != self._settings.client_id or not isinstance(subject, str) or not subject:
            raise SignInRefused(REFUSED)
        return OpenIdClaims(self._settings.issuer, subject, name if isinstance(name, str) else None)

    def _metadata(self) -> _Metadata:
        now = self._clock()
        if self._known is None or now - self._known[0] >= FRESH:
            if self._failed and abs(now - self._failed) < AGAIN:
                raise SignInRefused(UNREACHABLE)
            try:
                self._known = (now, self._discovered())
            except SignInRefused:
                self._failed = now
                raise
        return self._known[1]

    def _discovered(self) -> _Metadata:
        issuer = self._settings.issuer
        found = self._json(issuer.rstrip("/") + "/.well-known/openid-configuration")
        try:
            metadata = msgspec.convert(found, _Metadata)
        except msgspec.ValidationError as error:
            raise SignInRefused(UNREACHABLE) from error
        ends = (metadata.authorization_endpoint, metadata.token_endpoint, metadata.jwks_uri)
        if metadata.issuer != issuer or not all(_safe(end) for end in ends):
            raise SignInRefused(UNREACHABLE)
        return metadata

    def _json(self, url: str) -> Any:
        import httpx2

        from kb.accounts.small_answers import SmallAnswers

        small = SmallAnswers(self._transport)
        try:
            with httpx2.Client(timeout=TIMEOUT, trust_env=False, transport=small) as client:
                return client.get(url).raise_for_status().json()
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, RecursionError) as error:
            raise SignInRefused(UNREACHABLE) from error

    def _client(self, redirect_uri: str) -> Any:
        # Authlib has no types.
        from authlib.integrations.httpx_client import OAuth2Client

        from kb.accounts.small_answers import SmallAnswers

        return OAuth2Client(
            client_id=self._settings.client_id,
            client_secret=self._settings.client_secret,
            redirect_uri=redirect_uri,
            scope=self._settings.scope,
            code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_basic",
            timeout=TIMEOUT,
            trust_env=False,
            transport=SmallAnswers(self._transport),
        )


def _safe(address: str) -> bool:
    """Whether the address is https, or on this machine."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    return secure and bool(parts.hostname)


def _keys(key_set: Any) -> Any:
    """The provider's signing keys; others may be of kinds unknown to the library."""
    from joserfc.jwk import KeySet

    kinds = ("RSA", "EC")
    usable = [key for key in key_set["keys"] if key["kty"] in kinds and key.get("use") != "enc"]
    return KeySet.import_key_set({"keys": usable})


def _many(audience: object) -> bool:
    return isinstance(audience, list) and len(audience) > 1


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogatepass")

"""Passkeys: WebAuthn ceremonies, and what is stored between and after them."""

import hmac
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import Struct

from kb.accounts.labels import checked_label
from kb.accounts.secret import Random, as_text
from kb.accounts.store import AccountStore
from kb.accounts.tickets import Ticket, Tickets
from kb.accounts.times import Clock, day, moment, seconds, today
from kb.errors import SignInRefused
from kb.messages import _

if TYPE_CHECKING:
    from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
    from webauthn.registration.verify_registration_response import VerifiedRegistration

T = TypeVar("T")
Response = Mapping[str, Any]
"""The result of `credential.toJSON()` in the browser."""

LASTS = timedelta(minutes=5)
REFUSED = _("This passkey was not accepted: try again, or sign in another way.")
LATE = _("This took too long or was done already: start again.")

HANDLE = """INSERT INTO passkey_user VALUES (?, ?)
    ON CONFLICT (member) DO UPDATE SET handle = handle RETURNING handle"""
IDS = "SELECT id FROM passkey WHERE member = ?"
KNOWN = "SELECT 1 FROM passkey WHERE id = ?"
ADD = "INSERT OR IGNORE INTO passkey VALUES (?, ?, ?, ?, ?, ?, NULL) RETURNING 1"
FIND = "SELECT member, public_key, sign_count, handle FROM passkey JOIN passkey_user USING (member)"
USE = "UPDATE passkey SET sign_count = ?, used_on = ? WHERE id = ? AND sign_count = ? RETURNING 1"
OF = """SELECT id, label, made, used_on FROM passkey WHERE member = ?
ORDER BY made, id LIMIT ? OFFSET ?"""
REMOVE = "DELETE FROM passkey WHERE member = ? AND id = ? RETURNING 1"


class Site(Struct, frozen=True):
    """The site of passkeys: the host name, the community's name, `https://host[:port]`."""

    host: str
    name: str
    origin: str


class Ceremony(Struct, frozen=True):
    """The start of a ceremony: `options` as JSON, and a `ticket` to return with the answer."""

    ticket: str
    options: str


class PasskeyInfo(Struct, frozen=True):
    """A passkey as its member may see it. `used_on` is a UTC day."""

    id: str
    label: str
    made: datetime
    used_on: date | None


class Passkeys:
    """The passkeys of all members; each use takes user verification.

    Authenticators know a member by a random handle, which is meaningless once deleted.
    """

    def __init__(self, store: AccountStore, site: Site, *, clock: Clock, random: Random) -> None:
        self._store = store
        self._site = site
        self._clock = clock
        self._random = random
        self._tickets = Tickets(store, clock=clock, random=random)

    def registration_options(self, member: str, name: str) -> Ceremony:
        """Begin to add a passkey; `name` is the account's name in the authenticator."""
        import webauthn
        from webauthn.helpers import structs

        ticket = self._tickets.give(_purpose(member), LASTS)
        known = self._store.run(IDS, (member,))
        options = webauthn.generate_registration_options(
            rp_id=self._site.host,
            rp_name=self._site.name,
            user_id=self._store.run(HANDLE, (member, self._random(32)))[0][0],
            user_name=name,
            user_display_name=name,
            challenge=self._challenge(ticket),
            exclude_credentials=[structs.PublicKeyCredentialDescriptor(id=row[0]) for row in known],
            authenticator_selection=structs.AuthenticatorSelectionCriteria(
                resident_key=structs.ResidentKeyRequirement.REQUIRED,
                user_verification=structs.UserVerificationRequirement.REQUIRED,
            ),
        )
        return Ceremony(ticket.text, webauthn.options_to_json(options))

    def register(
        self,
        ticket: str,
        member: str,
        response: Response,
        label: str,
        record: Callable[[], object] = lambda: None,
    ) -> str:
        """Add the browser's new passkey under `label`; returns its id in lists.

        `record` is called after all checks, before the passkey can be used. Raises `SignInRefused`,
        and `InvalidInput` for a label that is no short line.
        """
        import webauthn

        label, brought = checked_label(label, "label"), self._brought(ticket, member)
        verified: VerifiedRegistration = _accepted(
            lambda: webauthn.verify_registration_response(
                credential=dict(response),
                expected_challenge=self._challenge(brought),
                expected_rp_id=self._site.host,
                expected_origin=self._site.origin,
                require_user_verification=True,
            )
        )
        key = (verified.credential_public_key, verified.sign_count)
        row = (verified.credential_id, member, *key, label, seconds(self._clock()))
        if self._store.run(KNOWN, row[:1]):
            raise SignInRefused(REFUSED)
        self._use(brought, member)
        record()
        if not self._store.run(ADD, row):
            raise SignInRefused(REFUSED)
        return as_text(verified.credential_id)

    def sign_in_options(self) -> Ceremony:
        """Begin to sign in; the passkey names the member later."""
        import webauthn
        from webauthn.helpers.structs import UserVerificationRequirement

        ticket = self._tickets.give(_purpose(), LASTS)
        options = webauthn.generate_authentication_options(
            rp_id=self._site.host,
            challenge=self._challenge(ticket),
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return Ceremony(ticket.text, webauthn.options_to_json(options))

    def sign_in(self, ticket: str, response: Response) -> str:
        """The member whose passkey answered; raises `SignInRefused`."""
        import webauthn

        brought = self._brought(ticket)
        answer = _accepted(
            lambda: webauthn.helpers.parse_authentication_credential_json(dict(response))
        )
        found = self._store.run(f"{FIND} WHERE id = ?", (answer.raw_id,))
        if not found:
            raise SignInRefused(REFUSED)
        member, public_key, count, handle = found[0]
        verified: VerifiedAuthentication = _accepted(
            lambda: webauthn.verify_authentication_response(
                credential=answer,
                expected_challenge=self._challenge(brought),
                expected_rp_id=self._site.host,
                expected_origin=self._site.origin,
                credential_public_key=public_key,
                credential_current_sign_count=count,
                require_user_verification=True,
            )
        )
        used = (verified.new_sign_count, today(self._clock()), answer.raw_id, count)
        if not hmac.compare_digest(answer.response.user_handle or b"", handle):
            raise SignInRefused(REFUSED)
        with self._store.transaction():
            self._use(brought, member)
            if not self._store.run(USE, used):
                raise SignInRefused(REFUSED)
        return str(member)

    def of(self, member: str, *, offset: int = 0, limit: int = -1) -> list[PasskeyInfo]:
        """A piece of the passkeys of `member`, the oldest first."""
        return passkeys_of(self._store, member, offset=offset, limit=limit)

    def remove(self, member: str, passkey_id: str) -> bool:
        """Delete the passkey of `member` that lists call `passkey_id`; whether there was one."""
        known = [row[0] for row in self._store.run(IDS, (member,)) if as_text(row[0]) == passkey_id]
        return bool(known and self._store.run(REMOVE, (member, known[0])))

    def _brought(self, text: str, member: str = "") -> Ticket:
        """The ticket that was brought back; raises `SignInRefused`."""
        ticket = self._tickets.read(text, _purpose(member))
        if ticket is None:
            raise SignInRefused(LATE)
        return ticket

    def _challenge(self, ticket: Ticket) -> bytes:
        return self._tickets.secret(ticket, "challenge")

    def _use(self, ticket: Ticket, member: str) -> None:
        """Use up the ticket, after verification only: wrong answers write no row."""
        if not self._tickets.use(ticket, member):
            raise SignInRefused(LATE)


def _purpose(member: str = "") -> str:
    """The purpose of a ticket: adding a passkey for `member`, or signing in."""
    return f"passkey {member}"


def passkeys_of(
    store: AccountStore, member: str, *, offset: int = 0, limit: int = -1
) -> list[PasskeyInfo]:
    """The passkeys of `member` for any site, the oldest first."""
    return [
        PasskeyInfo(as_text(key), label, moment(made), day(used_on))
        for key, label, made, used_on in store.run(OF, (member, limit, offset))
    ]


def _accepted(verify: Callable[[], T]) -> T:
    # On malformed input the library raises errors of many kinds, not only its own: each is a
    # refusal.
    try:
        return verify()
    except Exception as error:
        raise SignInRefused(REFUSED) from error

"""What members sign in with, changed nowhere else, so that no change of it is missing in the log.

What is given (a token, a link, a password) stands in the log before it opens anything; what is
taken away opens nothing any more before the log says so. Cut short in between, the log may tell of
a key that nobody holds, but never keeps silent about one that somebody holds.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from kb.access import may, require, require_operator
from kb.accounts.links import Purpose
from kb.accounts.names import checked_name
from kb.accounts.tokens import Scope, TokenGist, TokenInfo
from kb.entries import validation
from kb.ids import member_stream
from kb.people import member as members
from kb.people.member import Member, Note
from kb.people.sign_in import (
    MemberLinkMade,
    MemberSignInChanged,
    MemberTokenMade,
    MemberTokenRevoked,
    SignInChange,
    SignInEvent,
)
from kb.writer import Aggregate, Writer

if TYPE_CHECKING:
    from kb.accounts.accounts import Accounts
    from kb.accounts.passkeys import Passkeys, Response


class Credentials:
    """What the asker gives and takes: links also for others, all else for themselves.

    Every method raises `Forbidden`, also for somebody not known. One that gives something raises
    `NotFound` or `Refused` for somebody who is not or no longer a member.
    """

    def __init__(self, accounts: "Accounts", writer: Writer) -> None:
        self._accounts = accounts
        self._writer = writer

    def tokens(self) -> list[TokenGist]:
        """The asker's own as `TokenInfo`; for whoever looks after people those of others too.

        Of these nobody, the operator included, is told the label or the day of the last use.
        """
        me, tokens = self._writer.actor, self._accounts.tokens
        if not may(self._writer.asker, "look-after-people"):
            return [*tokens.of(me)]
        return [token if token.member == me else token.gist() for token in tokens.all()]

    def make_token(
        self, member: str, scopes: Iterable[Scope], name: str, expires_at: datetime
    ) -> tuple[str, str]:
        """The id and the secret of a new token for `member`; see `ApiTokens.make`.

        Members make their own, the operator anybody's.
        """
        if member != self._writer.actor:
            # Whoever has a token sees what its member sees, private entries too.
            require_operator(self._writer.asker, "make a token for somebody else")

        def record(token: TokenInfo) -> None:
            scopes = tuple(sorted(token.scopes))
            made = MemberTokenMade(token=token.id, scopes=scopes, expires_at=token.expires_at)
            self._note(member, made)

        return self._accounts.tokens.make(member, scopes, name, expires_at, record)

    def revoke_token(self, token_id: str) -> bool:
        """Make one of `tokens` void; whether there was one."""
        owner = next((token.member for token in self.tokens() if token.id == token_id), None)
        if owner is None or not self._accounts.tokens.revoke(token_id, owner):
            return False
        self._note(owner, MemberTokenRevoked(token=token_id))
        return True

    def make_link(self, purpose: Purpose, member: str, expires_at: datetime) -> str:
        """The secret of a new link; those made before for the same purpose work no longer."""
        require(self._writer.asker, "look-after-people")
        self._note(member, MemberLinkMade(purpose=purpose))
        self._accounts.links.withdraw(member, purpose)
        return self._accounts.links.make(purpose, member, expires_at)

    def set_password(self, password: str) -> None:
        """See `Passwords.set`; links that sign them in work no longer."""
        me = self._writer.actor
        self._accounts.passwords.set(me, password, self._changed("password-set"))
        self._accounts.links.withdraw(me, "sign-in")

    def set_name(self, text: str) -> bool:
        """See `SignInNames.set`."""
        me, names = self._writer.actor, self._accounts.names
        owner = names.member(checked_name(text))
        if owner is None:
            self._changed("name-set")()
            return names.set(me, text)
        return owner == me

    def add_passkey(
        self, passkeys: "Passkeys", ticket: str, response: "Response", label: str
    ) -> None:
        """See `Passkeys.register`."""
        me = self._writer.actor
        passkeys.register(ticket, me, response, label, self._changed("passkey-added"))

    def remove_passkey(self, passkeys: "Passkeys", passkey_id: str) -> None:
        """Let it be good for nothing any longer, if it is the asker's."""
        if passkeys.remove(self._writer.actor, passkey_id):
            self._changed("passkey-removed")()

    def tie_identity(self, issuer: str, subject: str) -> bool:
        """See `Identities.link`."""
        me, identities = self._writer.actor, self._accounts.identities
        owner = identities.member(issuer, subject)
        if owner is None:
            self._changed("identity-tied")()
            return identities.link(me, issuer, subject)
        return owner == me

    def untie_identities(self) -> None:
        """Let the asker sign in at a provider no longer."""
        if self._accounts.identities.unlink(self._writer.actor):
            self._changed("identity-untied")()

    def _changed(self, what: SignInChange) -> Callable[[], None]:
        """Says so in the log when it is called."""
        return partial(self._note, self._writer.actor, MemberSignInChanged(what=what))

    def _note(self, member: str, event: SignInEvent) -> None:
        known = validation.known_id("member", member)
        aggregate = Aggregate(known, member_stream(known), Member(id=known), members.evolve)
        self._writer.execute(aggregate, partial(members.decide, Note(event)))

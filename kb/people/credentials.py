"""Changes of sign-in data, made only here, so that the log has all of them.

A new token, link or password is recorded before it can be used; one that is revoked is unusable
before that is recorded. After an interruption in between, the log may have a credential that nobody
holds, but never lacks one that is held.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from kb import fields
from kb.access import Scope, may, require, require_operator
from kb.accounts.links import VOID, Purpose
from kb.accounts.names import checked_name
from kb.accounts.tokens import TokenGist, TokenInfo
from kb.aggregate import Aggregate
from kb.binding import bind
from kb.errors import InvalidInput, Mistakes, NotFound
from kb.ids import member_stream
from kb.messages import _
from kb.people import decide
from kb.people.actions import LOOK_AFTER_PEOPLE
from kb.people.checks import checked_profile
from kb.people.member import Member, Profile, evolve
from kb.people.sign_in import (
    MemberLinkMade,
    MemberSignInChanged,
    MemberTokenMade,
    MemberTokenRevoked,
    SignInChange,
    SignInEvent,
)
from kb.writer import Receipt, Writer

if TYPE_CHECKING:
    from kb.accounts.accounts import Accounts
    from kb.accounts.passkeys import Passkeys, Response

GIVEN = (MemberSignInChanged(what="name-set"), MemberSignInChanged(what="password-set"))
TAKEN = _("This sign-in name cannot be used here; choose another one.")
NO_NAME = _("Choose a sign-in name too: a password alone signs nobody in.")


class Credentials:
    """Sign-in data of the principal; links also for others.

    Every method raises `Forbidden`, also without a signed-in principal. One that grants something
    raises `NotFound` or `Refused` for a person who is not or no longer a member.
    """

    def __init__(self, accounts: "Accounts", writer: Writer) -> None:
        self._accounts = accounts
        self._writer = writer

    def tokens(self) -> list[TokenGist]:
        """The principal's own tokens as `TokenInfo`; for stewards those of others too.

        Those of others never have the label or the day of the last use, not even for the operator.
        """
        me, tokens = self._writer.actor, self._accounts.tokens
        if not may(self._writer.principal, LOOK_AFTER_PEOPLE):
            return [*tokens.of(me)]
        return [token if token.member == me else token.gist() for token in tokens.all()]

    def make_token(
        self, member: str, scopes: Iterable[Scope], name: str, expires_at: datetime
    ) -> tuple[str, str]:
        """The id and the secret of a new token for `member`; see `ApiTokens.make`.

        Members make their own, the operator anybody's.
        """
        if member != self._writer.actor:
            # The holder of a token sees what its member sees, private entries too.
            require_operator(self._writer.principal, "make a token for another member")

        def record(token: TokenInfo) -> None:
            scopes = tuple(sorted(token.scopes))
            made = MemberTokenMade(token=token.id, scopes=scopes, expires_at=token.expires_at)
            self._note(member, made)

        return self._accounts.tokens.make(member, scopes, name, expires_at, record)

    def revoke_token(self, token_id: str) -> bool:
        """Revoke one of `tokens`; returns whether there was one."""
        owner = next((token.member for token in self.tokens() if token.id == token_id), None)
        if owner is None or not self._accounts.tokens.revoke(token_id, owner):
            return False
        self._note(owner, MemberTokenRevoked(token=token_id))
        return True

    def make_link(self, purpose: Purpose, member: str, expires_at: datetime) -> str:
        """The secret of a new link; earlier ones for the same purpose become void."""
        require(self._writer.principal, LOOK_AFTER_PEOPLE)
        self._note(member, MemberLinkMade(purpose=purpose))
        with self._accounts.store.transaction():
            self._accounts.links.withdraw(member, purpose)
            return self._accounts.links.make(purpose, member, expires_at)

    def join(
        self,
        profile: Profile,
        link: tuple[str, Purpose] | None = None,
        *,
        name: str | None = None,
        password: str = "",
    ) -> Receipt:
        """Take the invitation of the principal with its `link`, or without it for an invited one.

        They sign in with `name` and `password` from then on; without a name, with neither. Of
        several concurrent uses of a link exactly one succeeds. Name and password are unusable until
        the log has the member as joined: an interruption before that leaves the link unused, one
        after it loses nothing. Raises `NotFound` for a void link, `Refused`, and `InvalidInput`,
        also for a name that is taken.
        """
        me, profile = self._writer.actor, checked_profile(profile)
        hashed = None if name is None else self._accounts.passwords.hashed(password)
        self._begin_with(link, name, hashed)
        joined = bind(decide.join, profile=profile, given=GIVEN if hashed else ())
        with self._accounts.store.transaction():
            # Meanwhile another may have used the link, or taken the name.
            waiting = self._load(me).standing == "invited"
            if (link and not waiting) or (waiting and not self._began_with(name, hashed)):
                raise NotFound(VOID)
            receipt = self._recorded(me, joined)
            self._accounts.links.end_invitation(me)
        return self._writer.settle(receipt)

    def set_password(
        self, password: str, name: str = "", *, beside: Mistakes | None = None
    ) -> None:
        """Sign in with this password from now on, and with `name` if one is given.

        Their sign-in links become void. Raises `InvalidInput` for an unusable password, for a name
        that is taken, and if there is no name to go with the password.
        """
        me, accounts = self._writer.actor, self._accounts
        named, wrong = bool(name.strip()), beside or Mistakes()
        with wrong:
            if not named and not accounts.names.has(me):
                raise InvalidInput(NO_NAME, "sign_in_name")
            if named:
                checked_name(name)
        hashed = wrong.of(accounts.passwords.hashed, password)
        wrong.refuse()
        if named and self._free(name) != me:
            self._changed("name-set")()
        self._changed("password-set")()
        with accounts.store.transaction():
            if named:
                self._free(name)  # another may have taken it meanwhile
                accounts.names.set(me, name)
            accounts.passwords.keep(me, hashed)
            accounts.links.withdraw(me, "sign-in")

    def add_passkey(
        self, passkeys: "Passkeys", ticket: str, response: "Response", label: str
    ) -> None:
        """See `Passkeys.register`."""
        me = self._writer.actor
        passkeys.register(ticket, me, response, label, self._changed("passkey-added"))

    def remove_passkey(self, passkeys: "Passkeys", passkey_id: str) -> None:
        """Remove a passkey of the principal."""
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
        """Untie all accounts at a provider from the principal."""
        if self._accounts.identities.unlink(self._writer.actor):
            self._changed("identity-untied")()

    def _begin_with(
        self, link: tuple[str, Purpose] | None, name: str | None, hashed: str | None
    ) -> None:
        """Replace whatever an interrupted use of the link may have left."""
        me, accounts = self._writer.actor, self._accounts
        with accounts.store.transaction():  # which excludes others who join
            waiting = self._load(me).standing == "invited"
            if link and not (waiting and accounts.links.look(*link) == me):
                raise NotFound(VOID)
            if not waiting:
                return
            if name is not None:
                self._free(name)
            accounts.names.release(me)
            accounts.passwords.remove(me)
            if name is not None and hashed is not None:
                accounts.names.set(me, name)
                accounts.passwords.keep(me, hashed)

    def _began_with(self, name: str | None, hashed: str | None) -> bool:
        """Whether exactly this is stored for them."""
        me, accounts = self._writer.actor, self._accounts
        owner = me if name is None else accounts.names.member(name)
        named = accounts.names.has(me) == (name is not None)
        return owner == me and named and accounts.passwords.kept(me) == hashed

    def _free(self, name: str) -> str | None:
        """The owner of this name: the principal or None. Raises `InvalidInput` if it is taken."""
        names, owner = self._accounts.names, self._accounts.names.member(checked_name(name))
        if owner is None or owner == self._writer.actor:
            return owner
        if self._load(owner).standing != "invited":
            raise InvalidInput(TAKEN, "sign_in_name")
        names.release(owner)  # they did not get through with their link, so it opens nothing
        return None

    def _changed(self, what: SignInChange) -> Callable[[], None]:
        """A function that records the change in the log."""
        return partial(self._note, self._writer.actor, MemberSignInChanged(what=what))

    def _note(self, member: str, event: SignInEvent) -> None:
        self._decided(fields.known_id("member", member), bind(decide.note, event=event))

    def _decided(self, member: str, decided: decide.Decide) -> Receipt:
        return self._writer.settle(self._recorded(member, decided))

    def _recorded(self, member: str, decided: decide.Decide) -> Receipt:
        # The accounts are opened first: opened after the event, they would be taken for an older
        # copy. No other process opens them in between, and nothing waits for views meanwhile.
        with self._accounts.store.transaction():
            receipt = self._writer.execute(_aggregate(member), decided, settle=False).receipt
            self._accounts.reach()
        return receipt

    def _load(self, member: str) -> Member:
        return self._writer.load(_aggregate(member))


def _aggregate(member: str) -> Aggregate[Member]:
    return Aggregate(member, member_stream(member), Member(id=member), evolve)

"""What signing in needs, bundled over one file: opened at first use, closed with the rest."""

import secrets
from collections.abc import Callable
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Protocol

from kb.accounts.devices import Devices
from kb.accounts.identities import Identities, PendingSignIns
from kb.accounts.links import Links
from kb.accounts.names import SignInNames
from kb.accounts.passwords import Passwords, production_hasher
from kb.accounts.sessions import Sessions
from kb.accounts.store import AccountStore
from kb.accounts.tokens import ApiTokens
from kb.writer import Clock

if TYPE_CHECKING:
    from kb.accounts.passkeys import Passkeys, Site


class BesideLog(Protocol):
    """Sees to it that the accounts belong to the log; see `kb.people.accounts_beside`."""

    def compare(self, store: AccountStore) -> None:
        """Raise `DataDirectoryError` where they do not; end what the log says was ended."""

    def reach(self, store: AccountStore) -> None:
        """Note how far the log is of which they know all."""


class Accounts:
    """The parts of `kb.accounts` for one data directory. Usable from any thread."""

    def __init__(
        self,
        open_store: Callable[[], AccountStore],
        community: str,
        clock: Clock,
        beside: BesideLog,
    ) -> None:
        self._open_store = open_store
        self._community = community
        self._clock = clock
        self._beside = beside
        self._opening = Lock()

    @property
    def store(self) -> AccountStore:
        """The file, made at first use."""
        with self._opening:
            return self._store

    @cached_property
    def _store(self) -> AccountStore:
        store = self._open_store()
        try:
            self._beside.compare(store)
        except BaseException:
            store.close()
            raise
        return store

    def reach(self) -> None:
        """Keep that these accounts know the log up to its head, where it was just told of them."""
        self._beside.reach(self.store)

    @cached_property
    def sessions(self) -> Sessions:
        """Who is signed in where."""
        return Sessions(self.store, clock=self._clock, random=secrets.token_bytes)

    @cached_property
    def tokens(self) -> ApiTokens:
        """What programs sign in with."""
        return ApiTokens(self.store, clock=self._clock, random=secrets.token_bytes)

    @cached_property
    def links(self) -> Links:
        """Links that sign a member in once."""
        return Links(self.store, clock=self._clock, random=secrets.token_bytes)

    @cached_property
    def names(self) -> SignInNames:
        """What members sign in as."""
        return SignInNames(self.store)

    @cached_property
    def devices(self) -> Devices:
        """Browsers in which they signed in before."""
        return Devices(self.store, random=secrets.token_bytes)

    @cached_property
    def passwords(self) -> Passwords:
        """What only they know."""
        return Passwords(
            self.store,
            production_hasher(),
            community=self._community,
            random=secrets.token_bytes,
        )

    @cached_property
    def identities(self) -> Identities:
        """Who they are at an OpenID provider."""
        return Identities(self.store)

    @cached_property
    def pending(self) -> PendingSignIns:
        """Sign-ins under way at an OpenID provider."""
        return PendingSignIns(self.store, clock=self._clock, random=secrets.token_bytes)

    def enter(self, secret: str, *, replacing: str | None = None) -> str | None:
        """The token of a session for whom the link `secret` signs in, which is used up by that.

        Both happen or neither. None for a link that is void.
        """
        with self.store.transaction():
            member = self.links.take(secret, "sign-in")
            return member and self.sessions.begin(member, "link", replacing=replacing)

    def passkeys(self, site: "Site") -> "Passkeys":
        """What their devices keep for `site`."""
        from kb.accounts.passkeys import Passkeys

        return Passkeys(self.store, site, clock=self._clock, random=secrets.token_bytes)

    def close(self) -> None:
        """Let go of the file, if it was opened."""
        if "_store" in self.__dict__:
            self._store.close()

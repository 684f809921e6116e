"""All parts of signing in over one file, opened at first use."""

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
    """Check that accounts and log belong together; see `kb.people.accounts_beside`."""

    def compare(self, store: AccountStore) -> None:
        """Raise `DataDirectoryError` if they do not; end whatever the log says has ended."""

    def reach(self, store: AccountStore) -> None:
        """Note the head of the log as known to the accounts."""


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
        """Note the head of the log, once it has recorded what these accounts did."""
        self._beside.reach(self.store)

    @cached_property
    def sessions(self) -> Sessions:
        """Browsers that are signed in."""
        return Sessions(self.store, clock=self._clock, random=secrets.token_bytes)

    @cached_property
    def tokens(self) -> ApiTokens:
        """Tokens that programs sign in with."""
        return ApiTokens(self.store, clock=self._clock, random=secrets.token_bytes)

    @cached_property
    def links(self) -> Links:
        """Links that sign a member in once."""
        return Links(self.store, clock=self._clock, random=secrets.token_bytes)

    @cached_property
    def names(self) -> SignInNames:
        """Names that members sign in with."""
        return SignInNames(self.store)

    @cached_property
    def devices(self) -> Devices:
        """Browsers in which they signed in before."""
        return Devices(self.store, random=secrets.token_bytes)

    @cached_property
    def passwords(self) -> Passwords:
        """Passwords of members."""
        return Passwords(
            self.store,
            production_hasher(),
            community=self._community,
            random=secrets.token_bytes,
        )

    @cached_property
    def identities(self) -> Identities:
        """Accounts of members at an OpenID provider."""
        return Identities(self.store)

    @cached_property
    def pending(self) -> PendingSignIns:
        """Sign-ins under way at an OpenID provider."""
        return PendingSignIns(self.store, clock=self._clock, random=secrets.token_bytes)

    def enter(self, secret: str, *, replacing: str | None = None) -> str | None:
        """Use up the sign-in link `secret` and begin a session; its token, None for a void link.

        Both happen or neither.
        """
        with self.store.transaction():
            member = self.links.take(secret, "sign-in")
            return member and self.sessions.begin(member, "link", replacing=replacing)

    def passkeys(self, site: "Site") -> "Passkeys":
        """Passkeys of members for `site`."""
        from kb.accounts.passkeys import Passkeys

        return Passkeys(self.store, site, clock=self._clock, random=secrets.token_bytes)

    def close(self) -> None:
        """Close the file, if it was opened."""
        if "_store" in self.__dict__:
            self._store.close()

"""Device cookies: failed tries elsewhere do not lock a member out of a browser they use.

The cookie holds a random number, and for each member who signed in there a keyed hash of that
number and their sign-in name. It opens nothing and names nobody; only the key is stored here. See
OWASP, "Slow Down Online Guessing Attacks with Device Cookies".
"""

import hmac
from functools import cached_property

from kb.accounts.secret import Random, as_text, keyed, new_public_id
from kb.accounts.store import AccountStore

KEY = "devices"
MOST = 10
"""Members that a browser is known for; beyond that the oldest is left out."""


class Devices:
    """Makes and reads the cookies. `name` is the hash of a sign-in name, see `SignInNames`."""

    def __init__(self, store: AccountStore, *, random: Random) -> None:
        self._store = store
        self._random = random

    def remembering(self, cookie: str, name: bytes | None) -> str:
        """The cookie after a sign-in; `name` is None for a member without one."""
        number = self.number(cookie) or new_public_id(self._random)
        known = cookie.split(".")[2:] if self.number(cookie) else []
        if name is not None:
            mark = self._mark(number, name)
            known = [mark, *(each for each in known if each != mark)][:MOST]
        return ".".join((number, self._mark(number), *known))

    def number(self, cookie: str) -> str | None:
        """The browser's number, None for a cookie that is not ours."""
        number, _, rest = cookie.partition(".")
        return number if _same(rest.partition(".")[0], self._mark(number)) else None

    def knows(self, cookie: str, *names: bytes) -> str | None:
        """The number of a browser in which a member of one of `names` signed in, else None."""
        number = self.number(cookie)
        if number is None:
            return None
        marks = [self._mark(number, name) for name in names]
        known = cookie.split(".")[2:]
        return number if any(_same(each, mark) for each in known for mark in marks) else None

    @cached_property
    def _key(self) -> bytes:
        # Drawn at the first hash, so that reading alone writes nothing.
        return self._store.key(KEY)

    def _mark(self, number: str, name: bytes = b"") -> str:
        return as_text(keyed(self._key, number, name.hex())[:16])


def _same(given: str, mark: str) -> bool:
    return hmac.compare_digest(given.encode(errors="surrogatepass"), mark.encode())

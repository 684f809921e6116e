"""Sign-in names, found by a keyed hash, so that the file holds none in clear."""

import unicodedata
from functools import cached_property

from kb.accounts.secret import keyed
from kb.accounts.store import AccountStore
from kb.characters import is_blank, skeleton
from kb.errors import InvalidInput
from kb.messages import _

LONGEST = 320
"""Characters; the longest address of electronic mail."""

KEY = "sign-in names"
# As written first, since earlier versions did not compare names by their looks.
FIND = "SELECT member FROM sign_in_name WHERE hash IN (?1, ?2) ORDER BY hash = ?1 DESC LIMIT 1"
HASH_OF = "SELECT hash FROM sign_in_name WHERE member = ?"
HAS = "SELECT 1 FROM sign_in_name WHERE member = ?"
RELEASE = "DELETE FROM sign_in_name WHERE member = ?"
TAKE = "INSERT INTO sign_in_name VALUES (?, ?)"


class SignInNames:
    """One name or address for each member; case, width, spaces and like letters are no difference.

    The key is in the file too, so anyone with a copy can test guesses; it keeps names out of sight,
    out of searches of the disk, and apart from those of other communities.
    """

    def __init__(self, store: AccountStore) -> None:
        self._store = store

    def set(self, member: str, text: str) -> bool:
        """Replace the sign-in name of `member` by `text`.

        False, and no change, if another member has it. The caller must limit tries, as each tells
        whether a name is taken. Raises `InvalidInput` if it is empty, too long or unprintable.
        """
        name = checked_name(text)
        with self._store.transaction() as db:
            owner = db.execute(FIND, self.hashes(name)).fetchone()
            if owner and owner[0] != member:
                return False
            db.execute(RELEASE, (member,))
            db.execute(TAKE, (self.hashes(name)[-1], member))
        return True

    def member(self, text: str) -> str | None:
        """Who signs in as `text`, None if nobody does."""
        found = self._store.run(FIND, self.hashes(text))
        return found[0][0] if found else None

    def hashes(self, text: str) -> tuple[bytes, bytes]:
        """The two hashes of `text`: of its letters as written, and as they look."""
        name = normalised(text)
        return self._hash(name), self._hash(skeleton(name))

    def hash_of(self, member: str) -> bytes | None:
        """The hash of the name of `member`, None if they have none."""
        found = self._store.run(HASH_OF, (member,))
        return found[0][0] if found else None

    def release(self, member: str) -> None:
        """Let others have the name of `member`."""
        self._store.run(RELEASE, (member,))

    def has(self, member: str) -> bool:
        """Whether `member` has a name to sign in with."""
        return bool(self._store.run(HAS, (member,)))

    @cached_property
    def _key(self) -> bytes:
        # Drawn at the first hash, so that reading alone writes nothing.
        return self._store.key(KEY)

    def _hash(self, name: str) -> bytes:
        return keyed(self._key, name)


def checked_name(text: str) -> str:
    """`text` as it is compared; raises `InvalidInput` if it is empty, too long or not printable."""
    name = normalised(text)
    whole = len(text.strip()) <= LONGEST
    printable = name.isprintable() and not is_blank(skeleton(name))
    if not whole or not 1 <= len(name) <= LONGEST or not printable:
        raise InvalidInput(
            _("A sign-in name is one line of 1 to {longest} characters.", longest=LONGEST),
            "sign_in_name",
        )
    return name


def normalised(text: str) -> str:
    """`text` as it is compared: NFKC, case folded, one space between words.

    Of a text that is too long for a name only the beginning: NFKC takes quadratic time on a run
    of accents.
    """
    folded = unicodedata.normalize("NFKC", text.strip()[: LONGEST + 1]).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())

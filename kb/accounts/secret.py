"""Secrets that are handed out, and the hashes that are stored of them."""

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable

Random = Callable[[int], bytes]

SECRET_SIZE = 32


def as_text(data: bytes) -> str:
    """`data` in letters that need no escaping in addresses, cookies and headers."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def as_bytes(text: str) -> bytes:
    """The inverse of `as_text`; empty for any other text."""
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return b""


def new_secret(random: Random) -> str:
    """A secret of 256 bits, 43 characters."""
    return as_text(random(SECRET_SIZE))


def new_public_id(random: Random) -> str:
    """The id of a session or token in lists and addresses; it opens nothing."""
    return as_text(random(12))


def digest(secret: str) -> bytes:
    """The stored hash of a secret from `new_secret`: SHA-256 is enough for 256 random bits."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).digest()


def keyed(key: bytes, *parts: str) -> bytes:
    """The stored hash of a text that could be guessed: BLAKE2b with a key of 32 bytes."""
    text = "\0".join(parts).encode(errors="surrogatepass")
    return hashlib.blake2b(text, key=key, digest_size=32).digest()

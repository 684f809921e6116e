"""Secrets that are handed out, and the hashes that are kept of them."""

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable

Random = Callable[[int], bytes]

SECRET_SIZE = 32


def as_text(data: bytes) -> str:
    """`data` in letters that stand unchanged in addresses, cookies and headers."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def as_bytes(text: str) -> bytes:
    """What `as_text` made `text` of; nothing for what it did not."""
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return b""


def new_secret(random: Random) -> str:
    """A secret of 256 bits, 43 characters."""
    return as_text(random(SECRET_SIZE))


def new_public_id(random: Random) -> str:
    """What a session or token is called in lists and addresses; it opens nothing."""
    return as_text(random(12))


def digest(secret: str) -> bytes:
    """What is kept of a secret from `new_secret`: SHA-256, as nobody can guess 256 random bits."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).digest()


def keyed(key: bytes, *parts: str) -> bytes:
    """What is kept of a text that could be guessed: BLAKE2b with a key of 32 bytes."""
    text = "\0".join(parts).encode(errors="surrogatepass")
    return hashlib.blake2b(text, key=key, digest_size=32).digest()

"""Deterministic encryption of one value: AES-256-GCM with a nonce derived from the value."""

import hmac
from functools import cache
from typing import TYPE_CHECKING

from events.errors import SealedDataError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 64
"""32 for the cipher and 32 independent ones for the nonces."""

_CIPHER_BYTES = 32
_NONCE_BYTES = 12


def seal(key: bytes, plain: bytes, context: bytes) -> bytes:
    """Nonce (12 bytes), ciphertext (as long as `plain`) and tag (16).

    `context` is the cipher's associated data, so opening takes the same one.
    The nonce is HMAC-SHA256 of context and plain text, cut to 12 bytes, as in the synthetic
    initialization vectors of RFC 5297: a repeated write gives the same bytes, and no two different
    values share a nonce, even if a context is used twice.
    """
    # The length keeps the border between context and plain text where it is.
    message = len(context).to_bytes(4) + context + plain
    nonce = hmac.digest(key[_CIPHER_BYTES:], message, "sha256")[:_NONCE_BYTES]
    return nonce + cipher_of(key).encrypt(nonce, plain, context)


def cipher_of(key: bytes) -> "AESGCM":
    """The cipher that `unseal` needs; making it costs twice as much as opening with it."""
    return _cipher()(key[:_CIPHER_BYTES])


def unseal(cipher: "AESGCM", sealed: bytes, context: bytes) -> bytes:
    """The plain text sealed with this key and context. Raises `SealedDataError`."""
    nonce, ciphertext = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    try:
        return cipher.decrypt(nonce, ciphertext, context)
    except _refusals() as error:
        raise SealedDataError("a sealed value was altered, or its key is another one") from error


@cache
def _cipher() -> "type[AESGCM]":
    """Loads the library at first use, as many commands need none of it."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM


@cache
def _refusals() -> tuple[type[Exception], ...]:
    """Errors of the cipher for a wrong tag, and for a value too short to hold a nonce."""
    from cryptography.exceptions import InvalidTag

    return InvalidTag, ValueError

"""The vault in memory keeps the promises of every vault."""

import pytest

from events.sealing import cipher_of, seal, unseal
from events.vault import KeyVault, MemoryVault
from tests.contracts.vault import ADA, HERE, KeyVaultContract

KEY = bytes(range(64))


class TestMemoryVault(KeyVaultContract):
    @pytest.fixture
    def vault(self) -> KeyVault:
        return MemoryVault()


def test_given_keys_are_used() -> None:
    sealed = MemoryVault({ADA: KEY}).seal(ADA, b"text", HERE)
    assert unseal(cipher_of(KEY), sealed, HERE) == b"text"


def test_values_sealed_long_ago_can_still_be_opened() -> None:
    """The stored form: another one would make every log unreadable."""
    stored = bytes.fromhex("0d80e70194c3c5abc8d81ff40fbf4ebfc33f01fb2faaff69f8be7e1d65dcad41")
    assert seal(KEY, b"text", HERE) == stored
    assert unseal(cipher_of(KEY), stored, HERE) == b"text"

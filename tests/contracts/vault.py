"""The promises that every vault keeps: a backend is a subclass with a fixture `vault`."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.errors import KeyDestroyed, KeyLost, KeysLacking, LogUnavailable, SealedDataError
from events.marks import Mark
from events.vault import KeyVault
from tests.examples import costly

ADA, BEN = "member-ada", "entry-Größe \U0001f993"
HERE, THERE = b"event-1/content", b"event-2/content"

# One vault serves all examples, which is what a vault is there for, and the same examples are right
# for every backend.
many_examples = costly(2, fixtures=True)


class KeyVaultContract:
    """Subclass it and give a fixture `vault`: an empty vault."""

    @many_examples
    @given(subject=st.text(st.characters(codec="utf-8")), plain=st.binary(), context=st.binary())
    def test_what_was_sealed_comes_back(
        self, vault: KeyVault, subject: str, plain: bytes, context: bytes
    ) -> None:
        sealed = vault.seal(subject, plain, context)
        assert vault.open(subject, sealed, context) == plain

    @many_examples
    @given(plain=st.binary(min_size=4), context=st.binary())
    def test_what_was_sealed_cannot_be_read_from_its_bytes(
        self, vault: KeyVault, plain: bytes, context: bytes
    ) -> None:
        sealed = vault.seal(ADA, plain, context)
        assert plain not in sealed
        assert len(sealed) == len(plain) + 28

    @many_examples
    @given(plain=st.binary(), context=st.binary())
    def test_a_repeated_write_gives_the_same_bytes(
        self, vault: KeyVault, plain: bytes, context: bytes
    ) -> None:
        assert vault.seal(ADA, plain, context) == vault.seal(ADA, plain, context)

    @many_examples
    @given(one=st.tuples(st.binary(), st.binary()), other=st.tuples(st.binary(), st.binary()))
    def test_no_two_values_share_a_nonce(
        self, vault: KeyVault, one: tuple[bytes, bytes], other: tuple[bytes, bytes]
    ) -> None:
        """Two values under one key and nonce would give both away, whatever their contexts."""
        nonces = {vault.seal(ADA, plain, context)[:12] for plain, context in (one, other)}
        assert len(nonces) == len({one, other})

    @many_examples
    @given(plain=st.binary(), bit=st.integers(0, 7), data=st.data())
    def test_an_altered_value_does_not_open(
        self, vault: KeyVault, plain: bytes, bit: int, data: st.DataObject
    ) -> None:
        sealed = bytearray(vault.seal(ADA, plain, HERE))
        place = data.draw(st.integers(0, len(sealed) - 1))
        sealed[place] ^= 1 << bit
        with pytest.raises(SealedDataError, match="altered"):
            vault.open(ADA, bytes(sealed), HERE)

    def test_a_value_opens_only_where_it_was_sealed_and_for_its_subject(
        self, vault: KeyVault
    ) -> None:
        sealed = vault.seal(ADA, b"text", HERE)
        vault.prepare([BEN])
        with pytest.raises(SealedDataError):
            vault.open(ADA, sealed, THERE)
        with pytest.raises(SealedDataError):
            vault.open(BEN, sealed, HERE)

    @pytest.mark.parametrize("sealed", [b"", b"short", bytes(12), bytes(27), bytes(28)])
    def test_what_was_never_sealed_does_not_open(self, vault: KeyVault, sealed: bytes) -> None:
        vault.prepare([ADA])
        with pytest.raises(SealedDataError):
            vault.open(ADA, sealed, HERE)

    def test_a_subject_without_a_key_opens_nothing_and_gets_none_by_asking(
        self, vault: KeyVault
    ) -> None:
        for _ in range(2):
            with pytest.raises(SealedDataError, match=f"no key of {ADA}"):
                vault.open(ADA, bytes(40), HERE)
        assert not vault.destroyed(ADA)
        assert not vault.destroy(ADA)

    def test_a_destroyed_key_neither_opens_nor_seals(self, vault: KeyVault) -> None:
        sealed = vault.seal(ADA, b"text", HERE)
        assert not vault.destroyed(ADA)
        assert vault.destroy(ADA)
        assert vault.destroyed(ADA)
        with pytest.raises(KeyDestroyed, match=ADA):
            vault.open(ADA, sealed, HERE)
        with pytest.raises(KeyDestroyed, match=ADA):
            vault.seal(ADA, b"text", HERE)

    def test_a_destroyed_key_never_comes_back(self, vault: KeyVault) -> None:
        vault.seal(ADA, b"text", HERE)
        vault.destroy(ADA)
        vault.prepare([ADA, BEN])
        assert vault.destroyed(ADA)
        assert not vault.destroyed(BEN)
        assert not vault.destroy(ADA)

    def test_a_subject_destroyed_before_its_first_key_gets_none(self, vault: KeyVault) -> None:
        assert not vault.destroy(ADA)
        assert vault.destroyed(ADA)
        with pytest.raises(KeyDestroyed):
            vault.seal(ADA, b"text", HERE)

    def test_many_are_destroyed_at_once_and_others_stay(self, vault: KeyVault) -> None:
        subjects = [f"entry-{number}" for number in range(20)]
        sealed = {each: vault.seal(each, each.encode(), HERE) for each in subjects}
        assert vault.destroy(*subjects[:10], ADA)
        assert [vault.destroyed(each) for each in subjects] == [True] * 10 + [False] * 10
        for each in subjects[10:]:
            assert vault.open(each, sealed[each], HERE) == each.encode()

    def test_prepared_keys_are_those_used_afterwards(self, vault: KeyVault) -> None:
        before = vault.seal(ADA, b"text", HERE)
        vault.prepare([ADA, BEN, BEN])
        vault.prepare([])
        assert vault.seal(ADA, b"text", HERE) == before
        assert vault.seal(BEN, b"text", HERE) != before

    def test_threads_that_seal_at_once_use_one_key(self, vault: KeyVault) -> None:
        with ThreadPoolExecutor(6) as pool:
            sealed = list(pool.map(lambda _: vault.seal(ADA, b"text", HERE), range(24)))
        assert len(set(sealed)) == 1

    def test_many_values_can_be_opened_in_one_go(self, vault: KeyVault) -> None:
        sealed = {each: vault.seal(each, each.encode(), HERE) for each in (ADA, BEN)}
        vault.destroy("member-gone")
        for _ in range(2):
            with vault.reading():
                for each in (ADA, BEN, ADA):
                    assert vault.open(each, sealed[each], HERE) == each.encode()
                with pytest.raises(KeyDestroyed):
                    vault.open("member-gone", sealed[ADA], HERE)
                with pytest.raises(SealedDataError):
                    vault.open("member-unknown", sealed[ADA], HERE)
            vault.prepare(["member-unknown"])

    def test_a_block_that_fails_leaves_the_vault_usable(self, vault: KeyVault) -> None:
        sealed = vault.seal(ADA, b"text", HERE)
        with pytest.raises(ZeroDivisionError), vault.reading():
            raise ZeroDivisionError
        assert vault.destroy(ADA)
        with vault.reading(), pytest.raises(KeyDestroyed):
            vault.open(ADA, sealed, HERE)

    def test_a_vault_knows_no_log_until_it_is_told_of_one(self, vault: KeyVault) -> None:
        assert vault.mark() is None
        for mark in (Mark(b"i" * 16, 0, b"i" * 16), Mark(b"i" * 16, 7, b"h" * 16)):
            vault.place(mark)
            assert vault.mark() == mark

    def test_its_mark_goes_on_from_where_it_was_compared(self, vault: KeyVault) -> None:
        seven, nine = Mark(b"i" * 16, 7, b"h" * 16), Mark(b"i" * 16, 9, b"k" * 16)
        vault.place(seven)
        vault.advance(seven, nine)
        assert vault.mark() == nine
        vault.advance(seven, Mark(b"i" * 16, 8, b"j" * 16))
        assert vault.mark() == nine, "another process was further"

    @pytest.mark.parametrize(
        "found", [None, Mark(b"i" * 16, 3, b"o" * 16), Mark(b"x" * 16, 7, b"")]
    )
    def test_its_mark_stays_where_another_copy_took_its_place(
        self, vault: KeyVault, found: Mark | None
    ) -> None:
        """What came in between was sealed with keys that this copy may not have."""
        if found:
            vault.place(found)
        vault.advance(Mark(b"i" * 16, 7, b"h" * 16), Mark(b"i" * 16, 9, b"k" * 16))
        assert vault.mark() == found

    def test_a_subject_whose_key_is_lost_gets_no_other(self, vault: KeyVault) -> None:
        """With a second key, nothing would open all that was sealed for it."""
        sealed = vault.seal(BEN, b"text", HERE)
        assert vault.lost() == set()
        vault.place(Mark(b"i" * 16, 7, b"h" * 16), [ADA])
        assert vault.lost() == {ADA}
        for _ in range(2):
            with pytest.raises(KeyLost, match=f"lacks the key of {ADA}"):
                vault.seal(ADA, b"text", HERE)
            with pytest.raises(KeyLost):
                vault.prepare([BEN, ADA, "entry-new"])
        with pytest.raises(SealedDataError):
            vault.open(ADA, sealed, HERE)
        assert vault.open(BEN, sealed, HERE) == b"text"

    def test_no_new_key_is_made_beside_a_lost_one_before_that_is_given_up(
        self, vault: KeyVault
    ) -> None:
        """The newer vault, once it is put back, would have none of the keys made meanwhile."""
        vault.prepare([BEN])
        vault.place(Mark(b"i" * 16, 7, b"h" * 16), [ADA])
        for _ in range(2):
            with pytest.raises(KeysLacking, match="put back the newer vault"):
                vault.seal("entry-new", b"text", HERE)
        vault.seal(BEN, b"text", HERE)
        vault.give_up()
        assert vault.lost() == {ADA}
        vault.seal("entry-new", b"text", HERE)
        with pytest.raises(KeyLost):
            vault.seal(ADA, b"text", HERE)
        vault.place(Mark(b"i" * 16, 8, b"h" * 16), [])
        vault.seal("entry-newer", b"text", HERE)
        vault.place(Mark(b"i" * 16, 9, b"h" * 16), ["entry-gone"])
        with pytest.raises(KeysLacking):
            vault.seal("entry-newest", b"text", HERE)
        vault.destroy(ADA, "entry-gone")
        vault.seal("entry-newest", b"text", HERE)

    def test_a_lost_key_can_still_be_destroyed(self, vault: KeyVault) -> None:
        vault.place(Mark(b"i" * 16, 7, b"h" * 16), [ADA])
        assert not vault.destroy(ADA)
        assert vault.destroyed(ADA)
        assert vault.lost() == set()

    def test_it_tells_which_keys_it_lacks(self, vault: KeyVault) -> None:
        vault.prepare([ADA, "entry-gone"])
        vault.destroy("entry-gone")
        assert vault.lacking([ADA, BEN, "entry-gone"]) == {BEN}

    def test_a_closed_vault_is_refused(self, vault: KeyVault) -> None:
        with vault:
            sealed = vault.seal(ADA, b"text", HERE)
        with pytest.raises(LogUnavailable, match="closed"):
            vault.open(ADA, sealed, HERE)
        with pytest.raises(LogUnavailable, match="closed"):
            vault.seal(BEN, b"text", HERE)
        with pytest.raises(LogUnavailable, match="closed"):
            vault.destroy(ADA)

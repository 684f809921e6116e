"""Relations read well from both ends."""

from kb.entries.relation import RELATION_TYPES, reads


def test_a_relation_reads_from_both_ends() -> None:
    assert reads("IsDerivedFrom") == "is derived from"
    assert reads("IsDerivedFrom", incoming=True) == "is source of"


def test_the_words_of_one_end_are_those_of_the_other_turned_round() -> None:
    words = dict(RELATION_TYPES.values())
    assert all(words.get(inward, outward) == outward for outward, inward in words.items())

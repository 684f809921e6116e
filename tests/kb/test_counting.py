"""Counts read as a person would say them, also of one and of none."""

from kb.counting import counted, numbers


def test_a_count_has_the_noun_that_fits_it() -> None:
    assert [counted(n, "reuse") for n in (0, 1, 2)] == ["no reuses", "1 reuse", "2 reuses"]
    assert counted(1, "entry", "entries") == "1 entry"
    assert counted(12_000, "entry", "entries") == "12,000 entries"


def test_a_piece_of_a_list_of_one_is_one_number() -> None:
    assert (numbers(3, 3), numbers(1, 1200)) == ("3", "1 to 1,200")

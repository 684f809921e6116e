"""How groups are listed inside one another: none is left out and none comes twice."""

from hypothesis import given
from hypothesis import strategies as st

from kb.people.nesting import around, nested

names = st.sampled_from([*"abcdefgh"])
parents = st.dictionaries(names, st.none() | names)


def test_each_group_comes_after_the_one_that_it_is_in_and_a_deep_line_is_no_trouble() -> None:
    known = {"b": None, "a": "b", "d": None, "c": "a", "e": "b"}
    assert [*nested(known)] == [("b", 0), ("a", 1), ("c", 2), ("e", 1), ("d", 0)]
    assert around("c", known) == ["b", "a"]
    line = {str(number): str(number - 1) if number else None for number in range(20_000)}
    assert [depth for _, depth in nested(line)] == [*range(20_000)]
    assert len(around("19999", line)) == 19_999


@given(parents)
def test_whatever_is_in_what_none_is_left_out_nor_comes_twice(
    known: dict[str, str | None],
) -> None:
    found = [*nested(known)]
    assert sorted(group for group, _ in found) == sorted(known)
    before: set[str] = set()
    for group, depth in found:
        assert depth == 0 or known[group] in before
        before.add(group)
        assert group not in around(group, known)
        assert len({*around(group, known)}) == len(around(group, known))

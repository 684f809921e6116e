"""Two texts of an entry are compared section by section and word by word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.entries.alignment import Work, increasing, shared
from kb.entries.content import Content, Scalar, Section
from kb.entries.differences import Differences, Run, SectionDifference, differences, words

WORDS = st.lists(st.sampled_from(["the", "bed.", "a\n夜", "勤", "é", "ก"]), max_size=40)
TEXTS = WORDS.map(" ".join) | st.text(max_size=60)
SECTIONS = st.lists(st.builds(Section, st.sampled_from(["A", "B", "C", ""]), TEXTS), max_size=6)


def text(*sections: tuple[str, str], title: str = "Handover", **properties: Scalar) -> Content:
    return Content(
        title=title, sections=tuple(Section(*each) for each in sections), properties=properties
    )


def compared(earlier: str, later: str) -> SectionDifference:
    (section,) = differences(text(("", earlier)), text(("", later))).sections
    return section


def told(runs: tuple[Run, ...]) -> str:
    """The runs with marks: [-removed-], {+added+} and ... for what is left out."""
    marks = {"same": "{}", "removed": "[-{}-]", "added": "{{+{}+}}", "omitted": "..."}
    return "".join(marks[run.state].format(run.text) for run in runs)


def fits(runs: tuple[Run, ...], whole: str, without: str) -> bool:
    """Whether the runs but those of a state are `whole`, but for what they leave out."""
    place = 0
    for run in runs:
        if run.state == "omitted":
            place += run.length
        elif run.state != without:
            if not whole.startswith(run.text, place):
                return False
            place += len(run.text)
    return place == len(whole)


@given(TEXTS, TEXTS)
def test_what_is_same_or_removed_is_the_earlier_text_and_same_or_added_the_later(
    earlier: str, later: str
) -> None:
    section = compared(earlier, later)
    assert (section.state == "changed") == (earlier != later)
    if earlier != later:
        assert fits(section.runs, earlier, "added")
        assert fits(section.runs, later, "removed")


@given(TEXTS)
def test_words_and_what_is_between_them_are_the_text(one: str) -> None:
    assert "".join(words(one)) == one


@given(st.lists(st.sampled_from("abc")), st.lists(st.sampled_from("abc")))
def test_the_longest_common_part_of_short_sequences_is_found(a: list[str], b: list[str]) -> None:
    row = [0] * (len(b) + 1)
    for item in a:
        last = row
        row = [0]
        for place, other in enumerate(b):
            row.append(last[place] + 1 if item == other else max(last[place + 1], row[place]))
    found = shared(a, b, Work())
    assert sum(length for *_, length in found) == row[-1]
    assert [a[i + n] for i, _, size in found for n in range(size)] == [
        b[j + n] for _, j, size in found for n in range(size)
    ]


@given(st.lists(st.integers(0, 3_000), min_size=300, max_size=900), st.data())
def test_parts_of_long_sequences_are_common_and_in_order(
    numbers: list[int], data: st.DataObject
) -> None:
    a = [str(number) for number in numbers]
    cut = data.draw(st.integers(0, len(a)))
    b = a[cut:] + a[:cut] if data.draw(st.booleans()) else [item for item in a if item[-1] != "3"]
    done = behind = 0
    for start, other, length in shared(a, b, Work()):
        assert done <= start
        assert behind <= other
        assert a[start : start + length] == b[other : other + length]
        done, behind = start + length, other + length


@given(st.permutations(range(8)))
def test_a_longest_increasing_part_is_chosen(places: list[int]) -> None:
    chosen = increasing(places)
    lengths = [1] * len(places)
    for end, place in enumerate(places):
        lengths[end] += max((lengths[n] for n in range(end) if places[n] < place), default=0)
    assert [places[n] for n in chosen] == sorted(places[n] for n in chosen)
    assert len(chosen) == max(lengths)


@given(SECTIONS, SECTIONS)
def test_each_section_of_both_texts_is_told_once(
    earlier: list[Section], later: list[Section]
) -> None:
    found = differences(
        Content(title="A", sections=tuple(earlier)), Content(title="A", sections=tuple(later))
    )
    present = [each.heading for each in found.sections if each.state != "removed"]
    past = [
        each.heading if each.was is None else each.was
        for each in found.sections
        if each.state != "added"
    ]
    assert present == [each.heading for each in later]
    assert sorted(past) == sorted(each.heading for each in earlier)
    assert found.none == (earlier == later)


@pytest.mark.parametrize(
    ("earlier", "later", "marked"),
    [
        ("We meet daily.", "We meet weekly.", "We meet [-daily-]{+weekly+}."),
        ("We meet. All sit.", "We meet. All stand.", "We meet. All [-sit-]{+stand+}."),
        ("one, two", "three, four", "[-one, two-]{+three, four+}"),
        ("夜勤の引き継ぎ", "夜勤の引継ぎ", "夜勤の引[-き-]継ぎ"),
        ("ประชุมทุกวัน", "ประชุมทุกคืน", "ประชุมทุก[-วั-]{+คื+}น"),
        ("Cafe\u0301 open", "Cafe open", "[-Cafe\u0301-]{+Cafe+} open"),
        ("a\nb", "a\nb\nc", "a\nb{+\nc+}"),
        ("", "new", "{+new+}"),
        ("old", "", "[-old-]"),
    ],
)
def test_words_that_changed_are_marked(earlier: str, later: str, marked: str) -> None:
    assert told(compared(earlier, later).runs) == marked


def test_of_what_is_long_and_the_same_only_what_is_around_a_change_is_told() -> None:
    long = "Nothing new here. " * 100
    marked = told(compared(f"{long}Old. {long}", f"{long}New. {long}").runs)
    assert marked.startswith("...")
    assert marked.endswith("...")
    assert "[-Old. -]{+New. +}" in marked
    assert len(marked) < 400


def sections(found: Differences) -> list[tuple[str, str, str | None, bool]]:
    return [(each.state, each.heading, each.was, each.moved) for each in found.sections]


def test_a_section_that_was_added_or_removed_is_told_where_it_stands() -> None:
    earlier = text(("Why", "So."), ("Tools", "A pen."), ("How", "Thus."))
    later = text(("Why", "So."), ("How", "Thus."), ("Cost", "None at all."))
    assert sections(differences(earlier, later)) == [
        ("same", "Why", None, False),
        ("removed", "Tools", None, False),
        ("same", "How", None, False),
        ("added", "Cost", None, False),
    ]


def test_a_section_with_the_same_text_or_in_the_same_place_was_renamed() -> None:
    earlier = text(("Why", "It is late."), ("How", "We meet at the bed."), ("More", "Read on."))
    later = text(("Reason", "It is late."), ("How we do it", "We met at the bed."), ("More", "No."))
    assert sections(differences(earlier, later))[:2] == [
        ("changed", "Reason", "Why", False),
        ("changed", "How we do it", "How", False),
    ]


def test_a_section_that_stands_elsewhere_was_moved() -> None:
    earlier = text(("A", "1"), ("B", "2"), ("C", "3"))
    later = text(("C", "3"), ("A", "1"), ("B", "2"))
    found = differences(earlier, later)
    assert sections(found) == [
        ("same", "C", None, True),
        ("same", "A", None, False),
        ("same", "B", None, False),
    ]
    assert not found.none


def test_title_group_and_properties_are_compared_too() -> None:
    found = differences(
        text(title="Old title", level=1, gone="x"), text(title="New title", level=True), ("A", None)
    )
    assert told(found.title) == "[-Old-]{+New+} title"
    assert told(found.group) == "[-A-]"
    assert {each.name: told(each.runs) for each in found.properties} == {
        "level": "[-1-]{+true+}",
        "gone": "[-x-]",
    }


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("ab " * 300_000, "ba " * 300_000),
        ("a\nb\n" * 300_000, "b\na\n" * 300_000 + "c"),
        ("夜" * 600_000 + "a", "b" + "勤" * 600_000),
        ("a" + "\u0301" * 600_000, "b" + "\u0301" * 600_000),
    ],
)
def test_what_is_too_long_to_be_compared_by_words_says_so(earlier: str, later: str) -> None:
    section = compared(earlier, later)
    assert section.coarse
    assert fits(section.runs, earlier, "added")
    assert fits(section.runs, later, "removed")

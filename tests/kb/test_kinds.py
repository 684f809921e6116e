"""Kinds are data: their files are read, and hold what people are asked for."""

from kb.entries.kinds import load_kinds


def test_every_file_is_a_kind_under_its_own_key() -> None:
    kinds = load_kinds()
    assert list(kinds) == ["case-clinic", "experiment", "practice"]
    assert all(key == kind.key for key, kind in kinds.items())


def test_a_kind_tells_its_sections_and_which_are_required() -> None:
    required = {key: kind.required for key, kind in load_kinds().items()}
    assert required == {
        "case-clinic": ("The case", "The question"),
        "experiment": ("What we wanted to learn", "What happened"),
        "practice": ("The problem", "What we do"),
    }
    assert [section.heading for section in load_kinds()["practice"].sections] == [
        "The problem",
        "What we do",
        "How to start",
        "Why it works",
        "What to watch for",
    ]


def test_every_section_asks_something_and_stands_once() -> None:
    for kind in load_kinds().values():
        headings = [section.heading for section in kind.sections]
        assert len(set(headings)) == len(headings)
        assert kind.name
        assert kind.description
        assert all(section.prompt for section in kind.sections)

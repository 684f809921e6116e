"""Hypothesis draws as many examples as the profile of the run says, in every test alike."""

from pathlib import Path

TESTS = Path(__file__).parent
SAY_HOW_MANY = {"conftest.py", "examples.py", Path(__file__).name}


def test_no_test_says_by_itself_how_many_examples_are_drawn() -> None:
    own = [
        str(path.relative_to(TESTS))
        for path in TESTS.rglob("*.py")
        if path.name not in SAY_HOW_MANY and "max_examples" in path.read_text(encoding="utf-8")
    ]
    assert own == [], "use tests/examples.py"

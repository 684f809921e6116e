"""The YAML at the head of a file: what it means, and what is refused with a line."""

import subprocess
import sys

import pytest

from kb.errors import NotTaken
from kb.importers.front_matter import DEPTH, Plain, load, split


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("easy", "easy"),
        ("3", 3),
        ("-4", -4),
        ("2.5", 2.5),
        ("1e3", 1000.0),
        ("true", True),
        ("False", False),
        ("", None),
        ("~", None),
        ("no", "no"),
        ("NO", "NO"),
        ("1:30", "1:30"),
        ("007", "007"),
        ("1e999", "1e999"),
        ("99999999999999999999", "99999999999999999999"),
        ("2023-04-07T19:27:08.840Z", "2023-04-07T19:27:08.840Z"),
        ("2021-13-45", "2021-13-45"),
        ('"3"', "3"),
        ("!!python/object:os.system x", "x"),
    ],
)
def test_a_scalar_means_what_a_person_expects(written: str, meant: object) -> None:
    found = load(f"field: {written}\n")["field"]

    assert isinstance(found, Plain)
    assert found.value == meant
    assert type(found.value) is type(meant)


def test_lists_and_mappings_are_plain_data() -> None:
    assert load("tags: [a, b]\nmore:\n  one: 1\n") == {
        "tags": [Plain("a", "a"), Plain("b", "b")],
        "more": {"one": Plain("1", 1)},
    }


def test_front_matter_without_fields_is_empty() -> None:
    assert load("# only a comment\n") == {}


@pytest.mark.parametrize(
    ("yaml_text", "said"),
    [
        ("title: [open\n", "line 3"),
        ("a: 1\na: 2\n", "“a” a second time in line 3"),
        ("a: &x [1]\nb: *x\n", "alias"),
        ("just words\n", "no list of fields"),
        ("- a\n- b\n", "no list of fields"),
        ("? [a]\n: b\n", "not a plain word in line 2"),
        ("a: " + "[" * (DEPTH + 2) + "]" * (DEPTH + 2), "nested too deeply in line 2"),
        ("a: \x01\n", "not YAML"),
        ("a: 1\n--- \nb: 2\n", "not YAML"),
    ],
)
def test_broken_front_matter_is_refused_with_its_place(yaml_text: str, said: str) -> None:
    with pytest.raises(NotTaken, match=said):
        load(yaml_text)


@pytest.mark.process
@pytest.mark.parametrize(
    "expression", ["'a: ' + '[' * 100_000", "'a: ' + '{b: ' * 100_000", "'- ' * 100_000"]
)
def test_nesting_of_any_depth_is_refused_without_breaking_the_process(expression: str) -> None:
    program = f"from kb.importers.front_matter import load\nload({expression})"

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert "NotTaken: The front matter is nested too deeply in line 2." in done.stderr


def test_a_bomb_of_aliases_is_refused_before_it_goes_off() -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{name}: &{name} [*{before}, *{before}]\n"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )

    with pytest.raises(NotTaken, match="alias"):
        load(bomb)


def test_front_matter_lies_between_two_fences() -> None:
    assert split("---\na: 1\n---\nText\n---\nmore") == ("a: 1\n", "Text\n---\nmore")
    assert split("---\n---\nText") == ("", "Text")
    assert split("---\na: 1\n...\nText") == ("a: 1\n", "Text")
    assert split("---\na: 1\n---") == ("a: 1\n", "")


def test_a_file_without_front_matter_is_all_body() -> None:
    assert split("Text\n---\nmore") == (None, "Text\n---\nmore")


def test_front_matter_that_is_not_closed_is_refused() -> None:
    with pytest.raises(NotTaken, match="not closed"):
        split("---\na: 1\nText")

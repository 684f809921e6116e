"""The YAML at the head of a file: what it means, and what is refused with a line."""

import subprocess
import sys

import pytest

from kb.errors import NotTaken
from kb.importers.front_matter import read_head
from kb.importers.head_yaml import DEPTH, load
from kb.importers.markdown import parse_markdown
from kb.importers.remarks import Remarks
from kb.importers.values import Plain, Value
from tests.kb.counted import lost
from tests.kb.test_import_words import kept


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("easy", "easy"),
        ("3", 3),
        ("-4", -4),
        ("2.5", 2.5),
        ("1e3", "1e3"),
        ("1.10", "1.10"),
        ("+3", "+3"),
        (".5", ".5"),
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
    program = f"from kb.importers.head_yaml import load\nload({expression})"

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
    one = {"a": Plain("1", 1)}
    assert read("---\na: 1\n---\nText\n---\nmore") == (one, "Text\n---\nmore", ())
    assert read("---\n---\nText") == ({}, "Text", ())
    assert read("---\na: 1\n...\nText") == (one, "Text", ())
    assert read("---\na: 1\n---") == (one, "", ())


def read(text: str) -> tuple[dict[str, Value], str, tuple[str, ...]]:
    remarks = Remarks()
    head = read_head(text, remarks)
    return head.fields, head.body, remarks.all()


@pytest.mark.parametrize(
    "text",
    [
        "Text\n---\nmore",
        "---\n\nA note that begins with a rule.\n",
        "---\n\n# Slides\n\nFirst.\n\n---\n\nSecond.",
        "---\n- a\n- b\n---\nText",
        "---",
        "{ a set of braces }\nText",
        "+ a list\n+ of two",
    ],
)
def test_a_file_without_fields_is_all_text(text: str) -> None:
    assert read(text) == ({}, text, ())


def test_fields_that_no_line_ends_are_taken_as_far_as_they_stand_together() -> None:
    text = "---\ntitle: Notes\ntags:\n  - a\n- b\ndraft: true\n\nText: of the note."

    fields, body, remarks = read(text.replace("- b\n", ""))

    assert list(fields) == ["title", "tags", "draft"]
    assert body == "\nText: of the note."
    assert remarks == (
        "Taken otherwise: no line of --- ends the fields, which are read up to line 5",
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("---\na: [\nstatus:draft\nText", "not YAML"),
        ("+++\na = 1\nText", "not closed by a line of"),
        ("+++\na = \n+++\nText", "not TOML"),
        ("+++\na = " + "[" * 5000 + "\n+++\n", "not TOML"),
        ('{"draft": true,\nText', "not JSON"),
        ('{"a": ' + "[" * 30 + "]" * 30 + "}", "nested too deeply"),
        ('{"a": ' + "[" * 100_000, "not JSON"),
    ],
)
def test_broken_fields_are_kept_as_text_for_the_author_as_they_might_hold_the_file_back(
    text: str, said: str
) -> None:
    parsed = parse_markdown(text.encode(), "a.md")

    assert parsed.visible_to == ("author",)
    assert said in "".join(parsed.remarks)
    assert "import it again, then show it to others by kb visibility" in "".join(parsed.remarks)
    assert lost(text, kept(parsed), parsed.remarks) == {}


@pytest.mark.parametrize(
    ("head", "fields", "told"),
    [
        ("title: a: b\nplace: here", {"title": "a: b", "place": "here"}, "title: a: b"),
        ("up: [[A]] and [[B]]", {"up": "[[A]] and [[B]]"}, "line 2 is no YAML"),
        ("date: {{date}}\nx: 1", {"date": "{{date}}", "x": 1}, "line 2 is no YAML"),
        ('x: 1\ntitle: "Open\nplace: here', {"x": 1, "title": '"Open', "place": "here"}, "line 3"),
        ("place: @home\nx: %y", {"place": "@home", "x": "%y"}, "x: %y"),
        ("list:\n- a: b: c\n- d", {"list": ["a: b: c", "d"]}, "list:"),
        ("list:\n\t- a\n\t- b # c", {"list": ["a", "b"]}, "tabs below line 2"),
        ("a: &x [1]\nb: *x", {"a": [1], "b": "*x"}, "b: *x"),
        ("title: T\ntitle: U\ntitle: T: V", {"title": "T"}, "Said twice: title: U; title: T: V"),
        ("tags: [a, b]\nTags: x\ntags: c", {"tags": ["a", "b", "c"], "Tags": "x"}, ""),
        ("more:\n  one: 1\n  one: 2", {"more": {"one": 1}}, "one: 2"),
        ("list: [a]\nlist: [b]", {"list": ["a", "b"]}, ""),
        ("list: {a: b}\nlist: c", {"list": [{"a": "b"}, "c"]}, ""),
    ],
)
def test_one_broken_or_repeated_field_is_read_as_it_stands_with_a_remark(
    head: str, fields: dict[str, object], told: str
) -> None:
    found, body, remarks = read(f"---\n{head}\n---\nText")

    assert ({name: meant(value) for name, value in found.items()}, body) == (fields, "Text")
    assert told in "".join(remarks)
    assert parse_markdown(f"---\n{head}\n---\nText".encode(), "a.md").visible_to == ()


def meant(value: Value) -> object:
    if isinstance(value, Plain):
        return value.value
    if isinstance(value, dict):
        return {name: meant(item) for name, item in value.items()}
    return [meant(item) for item in value]


@pytest.mark.parametrize(
    ("head", "shown"),
    [
        ("title: a: b\ndraft: true", "draft"),
        ("title: a: b\nvisibility: private", "author"),
        ("draft: no: not yet", "draft"),
        ("title: {draft: x", "draft"),
        ("more:\n\tdraft: [x", "author"),
        ("more: [a\nprivate", "author"),
        ("published: *no", "draft"),
        ("draft: false\ndraft: true", "draft"),
        ("draft: true\ndraft: false", "draft"),
        ("visibility: members\nvisibility: private", "author"),
        ("visibility: world\nvisibility: members", "members"),
        ("visibility: members\nvisibility: group:Ward", "group:Ward"),
        ("visibility: group:A\nvisibility: group:B", "author"),
        ("visibility: {for: me}", "author"),
        ("visibility: [members, group:A]", "author"),
        ("visibility: the board", "author"),
        ("a: b: c\n" * 2001, "author"),
    ],
)
def test_a_broken_or_repeated_field_shows_a_page_to_nobody_whom_it_may_keep_from_it(
    head: str, shown: str
) -> None:
    parsed = parse_markdown(f"---\n{head}\n---\nText".encode(), "a.md")

    assert parsed.visible_to == (shown,)
    assert lost(head, kept(parsed), [*parsed.remarks, *parsed.visible_to, "private"]) == {}


def test_fields_of_json_may_have_one_name_twice() -> None:
    fields, _, remarks = read('{"a": 1, "a": 2, "draft": false, "draft": true}\nText')

    assert fields == {"a": Plain("1", 1), "draft": Plain("true", True)}
    assert remarks == ("Said twice: a: 2; draft: false",)


def test_toml_is_read_like_yaml() -> None:
    fields, body, _ = read(
        '+++\ntitle = "Night"\ndate = 2024-03-01\nat = 2024-03-01T08:00:00Z\nversion = 1.10\n'
        "count = 3\n[taxonomies]\ntags = ['a', 'b']\n+++\nText"
    )

    assert fields == {
        "title": Plain("Night", "Night"),
        "date": Plain("2024-03-01", "2024-03-01"),
        "at": Plain("2024-03-01T08:00:00Z", "2024-03-01T08:00:00Z"),
        "version": Plain("1.10", "1.10"),
        "count": Plain("3", 3),
        "taxonomies": {"tags": [Plain("a", "a"), Plain("b", "b")]},
    }
    assert body == "Text"


def test_json_is_read_like_yaml() -> None:
    fields, body, _ = read('{"title": "Night", "v": 1.10, "n": null, "d": true}\n\nText')

    assert fields == {
        "title": Plain("Night", "Night"),
        "v": Plain("1.10", "1.10"),
        "n": Plain("", None),
        "d": Plain("true", True),
    }
    assert body == "Text"


def test_lines_of_properties_at_the_top_are_fields() -> None:
    fields, body, _ = read("title:: The lamp\ntags:: night, [[ward]]\n\n- It burns.\n  id:: 1")

    assert fields == {
        "title": Plain("The lamp", "The lamp"),
        "tags": Plain("night, [[ward]]", "night, [[ward]]"),
    }
    assert body == "\n- It burns.\n  id:: 1"


@pytest.mark.parametrize(
    ("fields", "comments"),
    [
        ("# for the editors\na: 1 # one", "# for the editors; # one"),
        ("tags: \"#oven #ops\"\nb: '#c # d' # e", "# e"),
        ("a: | # how\n  x # y\nb: [c, # d\n  'é #e']", "# how; # d"),
        ("a: b #c", "#c"),
        ("a: b#c", ""),
    ],
)
def test_comments_among_fields_are_told_and_nothing_else_is(fields: str, comments: str) -> None:
    told = (f"Comments: {comments}",) if comments else ()

    assert read(f"---\n{fields}\n---\n")[2] == told


@pytest.mark.parametrize(
    "first", ["{{< toc >}} Mill", "{% toc %} Mill", "![Mill](mill.png)", "%% Mill %%"]
)
def test_a_rule_at_the_top_with_a_mark_or_a_picture_below_it_is_text(first: str) -> None:
    found = parse_markdown(f"---\n\n{first}\n\nStones grind.\n\n---\n\nFlour.".encode(), "a.md")

    said = "".join(section.text for section in found.content.sections)
    assert "Stones grind." in said
    assert "Mill" in said + "".join(found.remarks)

    held = parse_markdown(f"---\n{first}\ndraft:true\n---\nText".encode(), "a.md")
    assert held.visible_to == ("author",)

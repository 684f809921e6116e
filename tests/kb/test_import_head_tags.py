"""Tags and wiki links without quotation marks in front matter mean what people read there."""

import pytest

from kb.importers.markdown import ParsedFile, parse_markdown


def parsed(fields: str) -> ParsedFile:
    return parse_markdown(f"---\ntitle: X\n{fields}\n---\nText".encode(), "a.md")


@pytest.mark.parametrize(
    ("fields", "to"),
    [
        ("tags: #private", "author"),
        ("tags: food, #private", "author"),
        ("tags: food #private", "author"),
        ("tags: #food, #draft", "draft"),
        ("tags: [[food]] #private", "author"),
        ("tags: [food] #private", "author"),
        ("tags: [#private, #food]", "author"),
        ("tags:\n  - #private\n  - #food", "author"),
        ("tags:\n- #draft", "draft"),
        ("meta:\n  tags:\n    - #private", "author"),
        ("status: #draft", "draft"),
        ("status: [[draft]]", "draft"),
        ("public: #no", "author"),
        ("audience: #board", "author"),
        ("title: Oven #private", "author"),
        ("note: a: b #private", "author"),
        ("#private", "author"),
    ],
)
def test_a_tag_that_yaml_takes_for_a_comment_holds_the_page_back(fields: str, to: str) -> None:
    assert parsed(fields).visible_to == (to,)


def test_a_comment_of_toml_that_is_such_a_tag_does_so_too() -> None:
    text = b'+++\ntitle = "X # y"\ntags = ["a", #private\n]\n+++\nText'

    assert parse_markdown(text, "a.md").visible_to == ("author",)


@pytest.mark.parametrize(
    "fields",
    [
        "#draft: true",
        "# draft: true",
        "draft: false # true hides it",
        "weight: 10 #order",
        "note: |\n  tags: #private\n  #private",
        'note: "see #private"',
    ],
)
def test_other_comments_hold_no_page_back(fields: str) -> None:
    assert parsed(fields).visible_to == ()


@pytest.mark.parametrize(
    ("fields", "tags"),
    [
        ("tags: [#kitchen, #bread]", ("kitchen", "bread")),
        ("tags: [ #kitchen ]", ("kitchen",)),
        ('tags: ["#kitchen", #bread]', ("kitchen", "bread")),
        ("tags: #a, #b, [[c]]", ("a", "b", "c")),
        ("tags: #a #b # and more", ("a", "b")),
        ("tags: [[kitchen]]", ("kitchen",)),
        ("tags: [[kitchen]], [[bread]]", ("kitchen", "bread")),
        ("keywords:\n  - #a\n  - [[b]]", ("a", "b")),
        ("tags:\n  - a #b\n  - [[c]] #d # e\n  - f", ("a", "b", "c", "d", "f")),
        ("tags: a # b", ("a",)),
    ],
)
def test_tags_with_their_sign_are_tags(fields: str, tags: tuple[str, ...]) -> None:
    assert parsed(fields).tags == tags


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ("related: [[Bee page]]", ["Bee page"]),
        ("related: [[Bee page]], [[A]]", ["Bee page", "A"]),
        ("related: [[[Bee page]], [[A]]]", ["Bee page", "A"]),
        ("up:\n  - [[A page]]\n  - [[Bee page]]", ["A page", "Bee page"]),
        ("parent: [[folder/Q page|the queue]]", ["folder/Q page"]),
        ("related: [[Lisbon, Portugal]] # home", ["Lisbon, Portugal"]),
    ],
)
def test_pages_without_quotation_marks_are_relations(fields: str, named: list[str]) -> None:
    assert [page for _, page in parsed(fields).named] == named


def test_the_pages_among_tags_are_links_as_well() -> None:
    found = parsed("tags: [[oven]], #bread, [[rye]]")

    assert found.tags == ("oven", "bread", "rye")
    assert found.links == ("wiki:oven", "wiki:rye")


def test_a_page_in_any_other_field_is_a_property_and_a_link() -> None:
    found = parsed("type: [[activation function]]\nmatrix: [[1, 2]]")

    assert found.content.properties == {"type": "activation function"}
    assert found.links == ("wiki:activation function",)
    assert parsed("aliases: [[Old oven]]").aliases == ("Old oven",)

"""What reads like "not for everybody" in the head of a file keeps it for its author."""

from datetime import UTC, datetime

import pytest

from kb.importers.markdown import parse_markdown

THIS_YEAR = datetime.now(UTC).year
DRAFT, AUTHOR = ("draft",), ("author",)


def shown(text: str) -> tuple[tuple[str, ...], str]:
    """Who sees a file, and the remarks on that."""
    parsed = parse_markdown(text.encode(), "a.md")
    return parsed.visible_to, "\n".join(r for r in parsed.remarks if r.startswith("Who sees it"))


@pytest.mark.parametrize(
    ("field", "who"),
    [
        ("draft: [true]", DRAFT),
        ("draft: {value: true}", DRAFT),
        ("Draft: first", DRAFT),
        ("dg-publish: false", DRAFT),
        ("published: never", DRAFT),
        ("published: 2999-01-01", DRAFT),
        ("published: 1 March 2999", DRAFT),
        ("published: 29990101", DRAFT),
        ("publishDate: 2999-01-01", DRAFT),
        ("publish_date: soon", DRAFT),
        (f"publish-on: 31/12/{THIS_YEAR}", DRAFT),
        ("status: First Draft", DRAFT),
        ("tags: [oven, '#draft']", DRAFT),
        ("tags: draft, ops", DRAFT),
        ("tags: '#draft #ops'", DRAFT),
        ("tags: '#oven #draft, ops'", DRAFT),
        ("tags: draft ops", DRAFT),
        ("tags: [status/draft, ops]", DRAFT),
        ("tags: '[[draft]], [[ops]]'", DRAFT),
        ("labels: [oven, 'state: WIP']", DRAFT),
        ("keywords: private; ops", AUTHOR),
        ("date: 2999-01-01", DRAFT),
        ("date: {created: 2999-01-01}", DRAFT),
        ("date: 2999-01-01T08:00:00Z", DRAFT),
        ("expiryDate: 2020-01-01", DRAFT),
        (f"unpublish-date: 3/1/{THIS_YEAR}", DRAFT),
        ("params: {build: {render: never}}", DRAFT),
        ("properties: {draft: true}", DRAFT),
        ("unlisted: true", AUTHOR),
        ("listed: false", AUTHOR),
        ("share: false", AUTHOR),
        ("Internal: true", AUTHOR),
        ("password: crumb", AUTHOR),
        ("permissions: Private", AUTHOR),
        ("privacy: [private]", AUTHOR),
        ("audience: only me", AUTHOR),
        ("access: {level: restricted to the night shift}", AUTHOR),
        ("params: {private: true}", AUTHOR),
        ("params: [{page: {secret: 'yes'}}]", AUTHOR),
        ("params: {visibility: 'group:Night'}", AUTHOR),
        ("tags: [Private]", AUTHOR),
    ],
)
def test_a_field_that_holds_a_page_back_does_so_and_is_told(
    field: str, who: tuple[str, ...]
) -> None:
    seen, told = shown(f"---\ntitle: Oven\n{field}\n---\nText")

    assert seen == who
    assert "shows it to its author alone" in told
    assert field.partition(":")[0] in told


@pytest.mark.parametrize(
    "field",
    [
        "draft: false",
        "draft:",
        "published: 2020-05-01",
        "published: A press in Ghent",
        f"published: {THIS_YEAR}",
        "publishDate: 2020",
        "publish: yes",
        "unlisted: no",
        "status: final",
        "tags: [drafting, privacy, draft horses]",
        "keywords: draft horses, private key",
        "type: private key",
        "date: 2020-01-01T08:00:00Z",
        "expiryDate: 2999-01-01",
        "expiryDate: never",
        "event: {date: 2999-01-01}",
        "params: {draft: false, visibility: 10 km}",
    ],
)
def test_a_field_that_says_nothing_of_the_kind_does_not(field: str) -> None:
    assert shown(f"---\ntitle: Oven\n{field}\n---\nText") == ((), "")


def test_a_post_of_which_the_name_has_a_day_to_come_is_held_back() -> None:
    parsed = parse_markdown(b"Text", "_posts/2999-01-01-oven.md")

    assert parsed.visible_to == DRAFT
    assert "its name has the day 2999-01-01" in parsed.remarks[0]


def test_a_day_to_come_stays_a_property() -> None:
    parsed = parse_markdown(b"---\ndate: 2999-01-01\n---\nText", "a.md")

    assert parsed.content.properties == {"date": "2999-01-01"}


@pytest.mark.parametrize("name", ["VISIBILITY", "visible-to", "visible_to", "Shown to"])
@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("private", AUTHOR),
        ("Author", AUTHOR),
        ("DRAFT", DRAFT),
        ("World", ("world",)),
        ("Group:Night", ("group:Night",)),
    ],
)
def test_our_own_field_is_read_however_it_is_written(
    name: str, said: str, meant: tuple[str, ...]
) -> None:
    assert shown(f"---\n{name}: {said}\n---\nText")[0] == meant


def test_of_two_own_fields_the_narrower_counts_and_of_two_groups_neither() -> None:
    both = "---\nvisibility: {}\nvisible-to: {}\n---\nText"

    told = "Who sees it: world is not the narrowest that the file says"
    assert shown(both.format("world", "author")) == (AUTHOR, told)
    seen, told = shown("---\nvisibility: group:Night\ndraft: true\n---\nText")
    assert (seen, "group:Night is not the narrowest" in told) == (DRAFT, True)
    seen, told = shown(both.format("group:Day", "group:Night"))
    assert (seen, "group:Day is not" in told, "group:Night is not" in told) == (AUTHOR, True, True)


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("\n\n---\ndraft: true\n---\nText", "Text"),
        ("<!-- made by a program -->\n---\ndraft: true\n---\nText", "Text"),
        ("%% made by\na program %%\n\n+++\ndraft = true\n+++\nText", "Text"),
        ("{/* made by a program */}\n---\ndraft: true\n---\nText", "Text"),
        ("# Oven\n---\ndraft: true\n---\nText", "Text"),
        ("# Oven\n+++\ndraft = true\n+++\nText", "Text"),
        ("+++\n[params]\ndraft = true\n+++\nText", "Text"),
        ('\n{"meta": {"draft": true}}\nText', "Text"),
        ("\ndraft:: true\nText", "Text"),
    ],
)
def test_fields_are_read_below_blank_lines_and_comments(text: str, body: str) -> None:
    assert shown(text)[0] == DRAFT
    assert [s.text for s in parse_markdown(text.encode(), "a.md").content.sections] == [body]


def test_a_rule_below_a_heading_is_text() -> None:
    text = "# Oven\n---\nNote: hot.\nBeware [of it\n---\nText"

    assert shown(text) == ((), "")
    assert "Beware [of it" in str(parse_markdown(text.encode(), "a.md").content)


def test_a_broken_line_is_told_as_it_stands_in_the_file() -> None:
    seen, told = shown("\n<!-- a\ncomment -->\n---\ntitle: Oven\ndraft: }\n---\nText")
    assert (seen, "in line 6" in told) == (DRAFT, True)


def test_the_properties_and_tags_of_an_export_say_nothing_of_who_sees_it() -> None:
    head = "tributary: 1\nkind: practice\ntitle: Oven\ntags: [private]\nproperties: {draft: true}"

    assert shown(f"---\n{head}\nvisibility: members\n---\nText") == (("members",), "")

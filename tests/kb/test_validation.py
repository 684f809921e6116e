"""Bad input is refused in a sentence that names the field and the limit."""

from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb import fields
from kb.entries import validation
from kb.entries.content import Content, Draft, Relation, Scalar, Section, Source
from kb.entries.kinds import load_kinds
from kb.entries.relation import RELATION_TYPES
from kb.errors import InvalidInput, NotFound
from tests.worlds.log import ABSENT, some_content

KINDS = load_kinds()


def refusal(call: Callable[[], object]) -> tuple[str, str | None]:
    with pytest.raises(InvalidInput) as caught:
        call()
    return str(caught.value), caught.value.field


def with_properties(**values: Scalar) -> Content:
    return Content(title="Title", sections=(), properties=values)


def test_a_field_is_trimmed_and_gets_plain_line_ends() -> None:
    assert fields.text("reason", " one\r\ntwo\rthree \n") == "one\ntwo\nthree"


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("  \n", "The reason must not be empty."),
        ("\u200b\u2060", "The reason must not be empty."),
        ("x" * 5_001, "The reason may have at most 5000 characters; it has 5001."),
        ("a\0b", "The reason holds the character U+0000, which is not text; remove it."),
        ("a\x1b[31m", "The reason holds the character U+001B, which is not text; remove it."),
        ("\ud800", "The reason holds the character U+D800, which is not text; remove it."),
    ],
)
def test_a_field_that_is_empty_too_long_or_no_text_is_refused(value: str, sentence: str) -> None:
    assert refusal(lambda: fields.text("reason", value)) == (sentence, "reason")


def test_text_from_right_to_left_and_emoji_are_text() -> None:
    assert fields.line("title", "שלום 👩‍⚕️") == "שלום 👩‍⚕️"


@pytest.mark.parametrize("value", ["two\nlines", "two\tcolumns"])
def test_a_title_is_a_single_line(value: str) -> None:
    content = Content(title=value, sections=())
    assert refusal(lambda: validation.content(content)) == (
        "The title must be a single line without tabs.",
        "title",
    )


def test_a_title_has_at_most_200_characters() -> None:
    assert validation.content(Content(title="x" * 200, sections=())).title == "x" * 200
    long = Content(title="x" * 201, sections=())
    assert refusal(lambda: validation.content(long))[1] == "title"


@pytest.mark.parametrize("value", [None, "", "  "])
def test_a_group_may_be_left_out(value: str | None) -> None:
    assert fields.optional_group(value) is None


def test_a_group_has_at_most_100_characters() -> None:
    assert refusal(lambda: fields.group_name("x" * 101))[1] == "group"


@pytest.mark.parametrize("blank", ["", " ", "\u200b"])
def test_a_filter_that_is_blank_is_refused_and_lets_nothing_through(blank: str) -> None:
    for field in ("kind", "tag", "group"):
        given = {
            f"{name}s": [blank, "x"] if name == field else [] for name in ("kind", "tag", "group")
        }
        with pytest.raises(InvalidInput, match=f"The {field} to look for is blank") as caught:
            validation.filters(**given)
        assert caught.value.field == field


@pytest.mark.parametrize("hidden", ["\u202e", "\u2066", "\u200b", "\u00ad", "\ufeff", "\u3164"])
def test_what_hides_or_turns_is_in_no_title_heading_name_or_property(hidden: str) -> None:
    text = f"Hand{hidden}over{hidden}"
    given = Content(title=text, sections=(Section(text, text),), properties={text: text})
    taken = validation.content(given)
    assert (taken.title, taken.sections[0].heading) == ("Handover", "Handover")
    assert taken.properties == {"Handover": "Handover"}
    assert taken.sections[0].text == text
    assert fields.group_name(text) == "Handover"
    for blank in (hidden, f" {hidden} "):
        assert fields.optional_group(blank) is None
        assert refusal(partial(fields.line, "title", blank))[1] == "title"
        empty = Content(title="x", sections=(Section(blank, blank),))
        assert validation.content(empty).sections == ()


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
def test_any_text_is_taken_or_refused_and_what_is_taken_is_taken_again(value: str) -> None:
    content = Content(title=value, sections=(Section(value, value),), properties={"x": value})
    try:
        cleaned = validation.content(content)
    except InvalidInput:
        return
    assert validation.content(cleaned) == cleaned


def test_a_section_is_kept_as_written() -> None:
    sections = (
        Section(" Code ", "\n    indented\r\n    code\n\n"),
        Section("", "Before any heading."),
    )
    assert validation.content(Content(title="Title", sections=sections)).sections == (
        Section("Code", "    indented\n    code"),
        Section("", "Before any heading."),
    )


@pytest.mark.parametrize(
    ("section", "sentence", "field"),
    [
        (
            Section("Long", "ä" * 500_001),
            "The section “Long” may have at most 1,000,000 bytes; it has 1,000,002.",
            "Long",
        ),
        (
            Section("", "x" * 1_000_001),
            "The text may have at most 1,000,000 bytes; it has 1,000,001.",
            "text",
        ),
        (
            Section("Bell", "\a"),
            "The section “Bell” holds the character U+0007, which is not text; remove it.",
            "Bell",
        ),
        (
            Section("h" * 301, "x"),
            "The section heading may have at most 300 characters; it has 301.",
            "h" * 301,
        ),
    ],
)
def test_a_section_that_is_too_large_or_no_text_is_refused(
    section: Section, sentence: str, field: str
) -> None:
    content = Content(title="Title", sections=(section,))
    assert refusal(lambda: validation.content(content)) == (sentence, field)


def test_too_many_sections_or_properties_are_refused() -> None:
    many = Content(title="Title", sections=(Section("", "x"),) * 501)
    assert refusal(lambda: validation.content(many))[1] == "sections"
    facts = with_properties(**{f"p{number}": 1 for number in range(101)})
    assert refusal(lambda: validation.content(facts))[1] == "properties"


def test_properties_that_are_too_long_together_are_refused() -> None:
    properties: dict[str, Scalar] = {f"note {n}": "ü" * 2_000 for n in range(13)}
    content = Content(title="T", sections=(), properties=properties)
    with pytest.raises(InvalidInput, match=r"50,000 bytes together; these have 52,\d+: write"):
        validation.content(content)
    del properties["note 0"]
    assert validation.content(content).properties == properties


def test_properties_keep_their_types() -> None:
    facts = with_properties(level=" hard ", people=4, share=0.5, open=True)
    assert validation.content(facts).properties == {
        "level": "hard",
        "people": 4,
        "share": 0.5,
        "open": True,
    }


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 2**53, 10**400, "x" * 5_001, "\0"])
def test_a_property_that_cannot_be_kept_is_refused(value: Scalar) -> None:
    sentence, field = refusal(lambda: validation.content(with_properties(level=value)))
    assert "property level" in sentence
    assert field == "properties"


def test_a_relation_has_a_known_type_and_an_id() -> None:
    target = ABSENT.upper()
    assert validation.relation(Relation("Cites", target)) == Relation("Cites", ABSENT)
    assert validation.relation(Relation(" isderivedFROM ", ABSENT)).type == "IsDerivedFrom"
    assert refusal(lambda: validation.relation(Relation("Likes", ABSENT))) == (
        f"'Likes' is no relation type; use one of {', '.join(RELATION_TYPES)}.",
        "type",
    )
    assert refusal(lambda: validation.relation(Relation("Cites", "me"))) == (
        "The target 'me' is not an entry's id.",
        "target",
    )


def test_what_is_no_id_is_not_found() -> None:
    assert fields.known_id("entry", ABSENT.replace("-", "")) == ABSENT
    with pytest.raises(NotFound, match=r"There is no reuse '.ud800'"):
        fields.known_id("reuse", "\ud800")


@pytest.mark.parametrize("value", ["https://example.org/a?b=c#d", "http://[::1]:8000/"])
def test_evidence_is_a_web_link(value: str) -> None:
    assert fields.link("evidence", f" {value} ") == value


@pytest.mark.parametrize("value", [None, "", " "])
def test_evidence_may_be_left_out(value: str | None) -> None:
    assert fields.link("evidence", value) is None


@pytest.mark.parametrize(
    "value",
    [
        "javascript:alert(1)",
        "ftp://example.org",
        "example.org",
        "https://",
        "http://[::1",
        "https://a b.org",
    ],
)
def test_evidence_of_another_form_is_refused(value: str) -> None:
    assert refusal(lambda: fields.link("evidence", value)) == (
        "The evidence must be a link that begins with http:// or https://.",
        "evidence",
    )


def test_a_source_is_named_in_plain_text() -> None:
    path = Source(" notes ", "ward 3/übergabe.md")
    assert validation.source(path) == Source("notes", "ward 3/übergabe.md")
    broken = Source("notes", "\udcfc.md")
    assert refusal(lambda: validation.source(broken)) == (
        "The path in the source holds the character U+DCFC, which is not text; remove it.",
        "path in the source",
    )


def test_a_draft_is_cleaned_as_a_whole() -> None:
    cites = Relation("Cites", ABSENT)
    draft = Draft(
        kind="practice",
        content=Content(title=" Title ", sections=()),
        group=" ",
        tags=("A", "a"),
        relations=(cites, cites),
    )
    assert validation.draft(draft, KINDS) == Draft(
        kind="practice",
        content=Content(title="Title", sections=()),
        tags=("A",),
        relations=(cites,),
    )


def test_an_unknown_kind_is_refused_with_the_kinds_that_there_are() -> None:
    draft = Draft(kind="recipe", content=some_content())
    assert refusal(lambda: validation.draft(draft, KINDS)) == (
        "'recipe' is no kind of entry; use one of case-clinic, experiment, practice.",
        "kind",
    )


def test_a_contribution_fills_what_its_kind_requires() -> None:
    kind = KINDS["practice"]
    validation.require_filled(kind, some_content())
    half = Content(title="Title", sections=(Section("The problem", "x"),))
    assert refusal(lambda: validation.require_filled(kind, half)) == (
        "The section “What we do” must not be empty.",
        "What we do",
    )


def test_a_revision_may_not_empty_what_was_filled_but_may_leave_what_was_empty() -> None:
    kind = KINDS["practice"]
    bare = Content(title="Title", sections=())
    validation.require_filled(kind, bare, before=bare)
    with pytest.raises(InvalidInput, match="The problem"):
        validation.require_filled(kind, bare, before=some_content())


@pytest.mark.parametrize("blank", ["", " \n", "\u200b"])
def test_a_heading_without_a_text_is_refused_and_nothing_at_all_is_nothing(blank: str) -> None:
    filled = Section("What we do", "Walk.")
    for sections in ((filled, Section("Lonely", blank)), (Section("Lonely", blank),)):
        with pytest.raises(InvalidInput, match="The section “Lonely” has no text") as caught:
            validation.content(Content(title="T", sections=sections))
        assert caught.value.field == "Lonely"
    whole = validation.content(Content(title="T", sections=(Section(" ", blank), filled)))
    assert whole.sections == (filled,)

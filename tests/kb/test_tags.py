"""Tags are shown as they were written, and what is written in another way is no other tag."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb import KnowledgeBase
from kb.entries.results import EntryFilter
from kb.entries.tags import tag_key, tag_names
from kb.errors import InvalidInput
from tests.worlds.log import some_draft


def test_a_tag_is_kept_as_it_is_written_and_repetitions_are_left_out() -> None:
    names = ["  Night  Shift ", "night-shift", "GRÖßE", "grösse", "e\N{COMBINING ACUTE ACCENT}tude"]
    assert tag_names(names) == ("Night Shift", "GRÖßE", "étude")


def test_ways_to_write_a_tag_are_one_tag_and_other_words_are_others() -> None:
    alike = ["Night Shift", "night-shift", "NIGHT_SHIFT", "night - shift", "ｎｉｇｈｔ　ｓｈｉｆｔ"]
    assert {*map(tag_key, alike)} == {"night-shift"}
    assert tag_key("Größe") == tag_key("GRÖSSE") == "grösse"
    assert (
        len({*map(tag_key, ["nightshift", "night.shift", "-draft", "draft", "groß", "gros"])}) == 6
    )


def test_commas_and_semicolons_set_tags_apart() -> None:
    names = ["Night shift, ward,", "ward", "bed;hall ;", "病院、夜，看護；交代"]
    tags = ("Night shift", "ward", "bed", "hall", "病院", "夜", "看護", "交代")
    assert tag_names(names) == tags


def test_tags_that_look_alike_are_one() -> None:
    names = [
        "palliative",
        "palli\u200bative",
        "\u202epalliative",
        "p\u0430lliative",
        "\ufeffPalliative",
    ]
    assert tag_names(names) == ("palliative",)
    kept = ["сон", "می\u200cروم", "\U0001f469\u200d\u2695\ufe0f", "tnfα"]
    assert tag_names(kept) == tuple(kept)


def test_tags_of_another_width_are_one_as_groups_are() -> None:
    assert tag_names(["note", "\uff4e\uff4f\uff54\uff45", "ＮＯＴＥ"]) == ("note",)
    assert tag_names(["ｶﾞｰｾﾞ", "ガーゼ", "ガーゼ"]) == ("ｶﾞｰｾﾞ",)
    assert tag_names(["１２", "12", "eﬀect", "effect"]) == ("１２", "eﬀect")
    assert tag_names(["a½", "№"]) == ("a½", "№")


@given(st.text())
def test_tags_that_are_taken_come_back_through_a_field_with_commas(value: str) -> None:
    try:
        names = tag_names([value])
    except InvalidInput:
        return
    assert tag_names([", ".join(names)]) == names


@pytest.mark.parametrize(
    ("tags", "field"),
    [
        ([" "], "tag"),
        ([" , "], "tag"),
        (["x" * 51], "tag"),
        (["a\0"], "tag"),
        ([str(n) for n in range(101)], "tags"),
    ],
)
def test_tags_that_are_empty_too_long_or_too_many_are_refused(tags: list[str], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        tag_names(tags)
    assert refused.value.field == field


def test_a_tag_is_one_with_and_without_the_sign_before_it() -> None:
    assert tag_key("#Ärzte") == tag_key("＃ärzte") == tag_key("Ärzte")
    assert tag_key("C#") != tag_key("C")
    assert tag_key("#") == "#"


@given(st.text())
def test_the_key_of_a_tag_stays_as_it_is(value: str) -> None:
    tag = tag_key(value)
    assert tag_key(tag) == tag
    assert unicodedata.is_normalized("NFC", tag)
    assert not any(character.isspace() for character in tag)


@given(st.text())
def test_case_and_form_make_no_other_tag(value: str) -> None:
    tag = tag_key(value)
    assert tag_key(unicodedata.normalize("NFD", value)) == tag
    assert tag_key(f"  {value}\n") == tag


def test_an_entry_shows_a_tag_as_it_was_put_on_and_lists_count_all_ways_as_one(
    base: KnowledgeBase,
) -> None:
    first = base.session.entries.contribute(some_draft(tags=("Größe", "Night Shift"))).id
    second = base.session.entries.contribute(some_draft(tags=("grösse", "night_shift"))).id
    base.session.entries.tag(second, ["NIGHT SHIFT"])
    assert base.session.catalogue.get(first).tags == ("Größe", "Night Shift")
    assert base.session.catalogue.get(second).tags == ("grösse", "night_shift")
    page = base.session.catalogue.browse(EntryFilter(tags=("night-shift", "GRÖSSE")))
    assert (page.total, page.facets.tags) == (2, {"Größe": 2, "Night Shift": 2})
    assert base.session.catalogue.tags() == ("Größe", "Night Shift")
    assert base.session.catalogue.tags("größ") == ("Größe",)
    found = base.session.search("handover", EntryFilter(tags=("Night_shift",))).results
    assert {each.id for each in found} == {first, second}
    base.session.entries.untag(second, ["night shift"])
    assert base.session.catalogue.get(second).tags == ("grösse",)


def test_reuse_is_counted_for_a_tag_however_it_is_written(base: KnowledgeBase) -> None:
    for tag in ("Night Shift", "night-shift"):
        entry = base.session.entries.contribute(some_draft(tags=(tag,))).id
        base.session.reuses.record(entry, group="Ward", context="Nights", outcome="adopted")
    (row,) = base.session.reports.reuse(by="tag").rows
    assert (row.key, row.recorded) == ("Night Shift", 2)

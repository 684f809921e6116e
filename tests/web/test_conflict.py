"""The page of two revisions keeps both texts and begins from what neither of them contests."""

from datetime import UTC, datetime
from typing import Any, cast

from kb import Session
from kb.entries.content import Content, Section
from kb.entries.kinds import load_kinds
from kb.entries.results import EntryPage
from kb.errors import NotFound
from web.pages.conflict import ConflictPage, conflict_page
from web.pages.forms import EntryForm, SectionField

TIME = datetime(2026, 1, 1, tzinfo=UTC)


class _Revisions:
    """A catalogue that knows one old text."""

    def __init__(self, content: Content | None) -> None:
        self._content = content

    def text_at(self, entry_id: str, version: int) -> Content:
        if self._content is None:
            raise NotFound("There is no such version.")
        return self._content


class _Reading:
    def __init__(self, content: Content | None) -> None:
        self.catalogue = _Revisions(content)


def page(
    before: dict[str, str] | None, theirs: dict[str, str], mine: dict[str, str]
) -> ConflictPage:
    started = None if before is None else Content(title="T", sections=_sections(before))
    session = cast(Session, _Reading(started))
    fields = tuple(SectionField(heading, text) for heading, text in mine.items())
    form = EntryForm(
        kind=load_kinds()["practice"], title="T", group="G", sections=fields, version=1
    )
    return conflict_page(session, _entry(theirs), form)


def _sections(texts: dict[str, str]) -> tuple[Section, ...]:
    return tuple(Section(heading, text) for heading, text in texts.items())


def _entry(theirs: dict[str, str]) -> EntryPage:
    plain: dict[str, Any] = {
        "id": "e", "title": "T", "kind": "practice", "group": "G", "tags": (), "archived": False,
        "summary": "", "endorsements": 0, "reuses": 0, "contributed_at": TIME, "revised_at": TIME,
        "version": 7, "revision_version": 5, "properties": {}, "relations": (),
        "archived_reason": None, "successor": None, "source": None, "contributed_by": "a",
        "endorsed": (), "reuse": (),
    }  # fmt: skip
    return EntryPage(sections=_sections(theirs), **plain)


def states(made: ConflictPage) -> dict[str, tuple[str, str]]:
    return {piece.name: (piece.state, field.text) for field, piece in made.sections}


def test_a_section_that_only_they_changed_is_taken_over() -> None:
    assert states(page({"A": "old"}, {"A": "new"}, {"A": "old"})) == {"A": ("theirs", "new")}


def test_a_section_that_only_you_changed_stays_yours() -> None:
    assert states(page({"A": "old"}, {"A": "old"}, {"A": "mine"})) == {"A": ("yours", "mine")}


def test_a_section_that_both_changed_shows_theirs_and_begins_with_yours() -> None:
    made = page({"A": "old"}, {"A": "new"}, {"A": "mine"})
    assert states(made) == {"A": ("both", "mine")}
    assert made.sections[0][1].theirs == "new"


def test_what_they_changed_is_told_word_by_word() -> None:
    made = page({"A": "We meet daily."}, {"A": "We meet weekly."}, {"A": "mine"})
    told = [(run.state, run.text) for run in made.sections[0][1].changed]
    assert told == [
        ("same", "We meet "), ("removed", "daily"), ("added", "weekly"), ("same", ".")
    ]  # fmt: skip
    assert page(None, {"A": "new"}, {"A": "mine"}).sections[0][1].changed == ()


def test_a_section_that_they_added_is_not_lost() -> None:
    made = page({"A": "old"}, {"A": "old", "B": "added"}, {"A": "mine"})
    assert states(made) == {"A": ("yours", "mine"), "B": ("theirs", "added")}


def test_a_section_that_you_added_is_not_lost() -> None:
    made = page({"A": "old"}, {"A": "new"}, {"A": "old", "C": "mine"})
    assert states(made) == {"A": ("theirs", "new"), "C": ("yours", "mine")}


def test_without_the_text_you_started_from_every_difference_is_shown() -> None:
    assert states(page(None, {"A": "new"}, {"A": "mine"})) == {"A": ("both", "mine")}


def test_headings_that_come_twice_are_told_apart() -> None:
    started = Content(title="T", sections=(Section("A", "1"), Section("A", "2")))
    form = EntryForm(
        kind=load_kinds()["practice"],
        title="T",
        sections=(SectionField("A", "1"), SectionField("A", "mine")),
        version=1,
    )
    made = conflict_page(cast(Session, _Reading(started)), _entry({"A": "1"}), form)
    assert [(piece.state, field.text) for field, piece in made.sections] == [
        ("same", "1"),
        ("both", "mine"),  # they took it away, you changed it
    ]


def test_a_section_of_its_own_that_they_took_away_is_no_heading_without_a_text() -> None:
    [(field, piece)] = page({"A": "old"}, {}, {"A": "old"}).sections
    assert (piece.name, piece.state) == ("A", "theirs")
    assert (field.heading, field.text) == ("", "")


def test_a_group_that_only_they_changed_is_taken_over() -> None:
    form = EntryForm(kind=load_kinds()["practice"], title="T", group="Old", group_before="Old")
    made = conflict_page(cast(Session, _Reading(None)), _entry({}), form)
    assert (made.group.state, made.group.begin) == ("theirs", "G")
    assert made.form.group_before == "G"


def test_saving_starts_from_the_newest_version() -> None:
    assert page({"A": "old"}, {"A": "new"}, {"A": "mine"}).form.version == 7

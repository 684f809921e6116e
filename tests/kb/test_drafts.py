"""What a member writes is kept before it is contributed: sealed, erasable, theirs alone."""

import sqlite3
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest

from kb import access
from kb.drafts.service import KEPT
from kb.entries.content import Content, Section
from kb.errors import (
    DataDirectoryError,
    DraftConflict,
    Forbidden,
    InvalidInput,
    NotFound,
    Refused,
)
from kb.knowledge_base import KnowledgeBase
from kb.own_data.markdown import as_markdown
from kb.own_data.read import as_json
from kb.session import Session
from tests.kb.conftest import OpenBase
from tests.worlds.base import id_of, joined, operators, practice

TYPED = {"title": "Zymurgy trolleys", "text-0": "Borborygmus at night.\n", "heading-0": "Where"}


@pytest.fixture
def her(base: KnowledgeBase) -> Session:
    return joined(base)


def begin(session: Session, number: int = 0, draft: str = "", **told: str) -> str:
    """The id of a draft of a new practice."""
    draft = draft or str(uuid4())
    fields = {**TYPED, **told}
    return session.drafts.save(draft, fields, number=number, kind="practice").id


def on_disk(folder: Path) -> bytes:
    return b"".join(each.read_bytes() for each in folder.rglob("*") if each.is_file())


def test_a_draft_is_there_again_after_the_base_was_opened_anew(
    base: KnowledgeBase, her: Session, open_base: OpenBase
) -> None:
    draft = begin(her)
    base.close()
    again = open_base().as_member(id_of(her)).drafts
    [listed] = again.list()
    assert (listed.id, listed.title, listed.kind, listed.entry_id, listed.number) == (
        draft,
        "Zymurgy trolleys",
        "practice",
        None,
        1,
    )
    assert again.get(draft).fields == TYPED


def test_a_draft_of_a_revision_knows_its_entry_and_version(
    base: KnowledgeBase, her: Session
) -> None:
    entry = practice(base.session, "Two bins")
    saved = her.drafts.save(str(uuid4()), TYPED, number=0, entry_id=entry.upper(), version=1)
    [listed] = her.drafts.list()
    assert (listed.entry_id, listed.version, listed.kind) == (entry, 1, "practice")
    assert her.drafts.get(saved.id).begun_at == saved.begun_at


def test_a_later_save_takes_the_place_of_an_earlier_one_and_keeps_when_it_was_begun(
    her: Session,
) -> None:
    draft = begin(her)
    first = her.drafts.get(draft)
    begin(her, 1, draft, title="Better")
    assert her.drafts.get(draft).title == "Better"
    assert her.drafts.get(draft).begun_at == first.begun_at


def test_an_older_window_never_overwrites_what_a_newer_one_saved(her: Session) -> None:
    draft = begin(her)
    begin(her, 1, draft, title="Newer")
    with pytest.raises(DraftConflict, match="newer text") as refused:
        begin(her, 1, draft, title="Older")
    assert refused.value.saved
    assert her.drafts.get(draft).title == "Newer"
    her.drafts.discard(draft)
    with pytest.raises(DraftConflict, match="discarded meanwhile") as refused:
        begin(her, 2, draft, title="Older")
    assert not refused.value.saved


def test_contributing_takes_its_draft_away_unless_more_was_saved_since(her: Session) -> None:
    draft = begin(her)
    begin(her, 1, draft, title="Newer")
    her.drafts.used(draft, 1)
    assert her.drafts.get(draft).title == "Newer"
    her.drafts.used(draft, 2)
    assert her.drafts.list() == ()
    her.drafts.used("no id", 1)


def test_nobody_but_its_owner_reads_or_discards_a_draft(base: KnowledgeBase, her: Session) -> None:
    draft = begin(her)
    others = (
        joined(base, "member", "curator", "steward", "reporter", name="Steward"),
        base.as_(access.operator()),
    )
    for other in others:
        assert other.drafts.list() == ()
        with pytest.raises(NotFound):
            other.drafts.get(draft)
        with pytest.raises(NotFound):
            other.drafts.discard(draft)
    assert her.drafts.get(draft).fields == TYPED


@pytest.mark.parametrize("title", ["", "  ", "Größe \U0001f993"])
def test_any_title_is_kept(her: Session, title: str) -> None:
    begin(her, title=title)
    assert her.drafts.list()[0].title == title.strip()


def test_who_does_not_contribute_has_no_drafts(base: KnowledgeBase) -> None:
    reader = joined(base, "reporter", name="Reader")
    for session in (reader, base.as_(access.anonymous(world=True))):
        for use in (lambda s=session: s.drafts.list(), lambda s=session: begin(s)):
            with pytest.raises(Forbidden):
                use()


def test_a_token_that_only_contributes_saves_drafts_and_reads_none(
    base: KnowledgeBase, her: Session
) -> None:
    member = base.session.directory.principal(id_of(her))
    writes, reads = (
        base.as_(access.Principal(member.member, member.roles, member.labels, frozenset({scope})))
        for scope in ("contribute", "search")
    )
    draft = begin(writes)
    with pytest.raises(Forbidden):
        writes.drafts.get(draft)
    assert reads.drafts.get(draft).fields == TYPED
    with pytest.raises(Forbidden):
        reads.drafts.discard(draft)


def test_what_does_not_fit_is_refused(base: KnowledgeBase, her: Session) -> None:
    drafts, one = her.drafts, str(uuid4())
    hidden = practice(joined(base, name="Other"), "Shown")
    with pytest.raises(InvalidInput, match="no kind"):
        drafts.save(one, TYPED, number=0, kind="poem")
    with pytest.raises(InvalidInput, match="UUID"):
        drafts.save("one", TYPED, number=0, kind="practice")
    with pytest.raises(InvalidInput, match="at most"):
        drafts.save(one, {f"text-{each}": "" for each in range(1_201)}, number=0, kind="practice")
    with pytest.raises(InvalidInput, match="Unicode"):
        drafts.save(one, {"title": "\ud800"}, number=0, kind="practice")
    with pytest.raises(InvalidInput, match="version"):
        drafts.save(one, TYPED, number=0, entry_id=hidden, version=2**63)
    for entry in ("nonsense", str(uuid4())):
        with pytest.raises(NotFound, match="no entry"):
            drafts.save(one, TYPED, number=0, entry_id=entry, version=1)
    assert drafts.list() == ()


def test_a_member_keeps_so_many_drafts_and_is_told_what_to_do(her: Session) -> None:
    for _each in range(50):
        begin(her)
    with pytest.raises(Refused, match=r"50 drafts already.*discard one"):
        begin(her)


def test_what_was_typed_stands_in_no_file(base: KnowledgeBase, her: Session, data: Path) -> None:
    begin(her)
    base.catch_up()
    for word in (b"Zymurgy", b"Borborygmus"):
        assert word not in on_disk(data)


def test_nothing_of_a_draft_is_in_the_log(base: KnowledgeBase, her: Session) -> None:
    head = base.head()
    draft = begin(her)
    her.drafts.discard(draft)
    assert base.head() == head


def test_an_erased_member_leaves_no_draft(base: KnowledgeBase, her: Session, data: Path) -> None:
    begin(her)
    member = id_of(her)
    kept = (data / "drafts.sqlite").read_bytes()
    operators(base).session.erasure.member(member)
    assert base.parts.drafts.of(member) == []
    # An older copy of the file is put back: no key opens it.
    (data / "drafts.sqlite").write_bytes(kept)
    assert base.parts.drafts.of(member) != []
    assert her.drafts.list() == ()
    with pytest.raises((Refused, Forbidden)):
        begin(her)


def test_an_older_copy_with_drafts_of_the_erased_is_cleared_when_it_is_opened(
    base: KnowledgeBase, her: Session, data: Path, open_base: OpenBase
) -> None:
    begin(her)
    member = id_of(her)
    kept = (data / "drafts.sqlite").read_bytes()
    operators(base).session.erasure.member(member)
    base.close()
    (data / "drafts.sqlite").write_bytes(kept)
    assert open_base().parts.drafts.of(member) == []


def test_an_erased_entry_takes_drafts_of_its_revision_along(
    base: KnowledgeBase, her: Session, data: Path
) -> None:
    entry = practice(base.session, "Two bins")
    draft = her.drafts.save(str(uuid4()), TYPED, number=0, entry_id=entry, version=1).id
    own = begin(her)
    kept = (data / "drafts.sqlite").read_bytes()
    operators(base).session.erasure.entry(entry)
    assert [each.id for each in her.drafts.list()] == [own]
    (data / "drafts.sqlite").write_bytes(kept)
    with pytest.raises(NotFound):
        her.drafts.get(draft)
    assert [each.id for each in her.drafts.list()] == [own]


def test_who_leaves_takes_their_drafts_along(base: KnowledgeBase, her: Session) -> None:
    begin(her)
    her.people.leave()
    assert base.parts.drafts.of(id_of(her)) == []


def test_drafts_that_nobody_went_on_with_go_after_half_a_year(
    base: KnowledgeBase, her: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(her)
    base.parts.keys.expire()
    assert her.drafts.list()
    saved = her.drafts.list()[0].saved_at
    monkeypatch.setattr(base.parts.keys, "clock", lambda: saved + KEPT * 1.01)
    base.parts.keys.expire()
    assert her.drafts.list() == ()


def test_own_data_has_the_drafts_whatever_the_role_is_by_now(
    base: KnowledgeBase, her: Session
) -> None:
    begin(her)
    base.session.people.change_roles(id_of(her), {"reporter"})
    own = base.as_member(id_of(her)).own_data()
    assert [each.fields for each in own.drafts] == [TYPED]
    assert b"Borborygmus" in as_json(own)
    assert "Borborygmus" in as_markdown(own, ())
    other = joined(base, name="Other").own_data()
    assert other.drafts == ()


def test_a_damaged_draft_is_told_and_others_stay_readable(
    base: KnowledgeBase, her: Session, data: Path
) -> None:
    good, bad = begin(her), begin(her)
    with closing(sqlite3.connect(data / "drafts.sqlite")) as db, db:
        db.execute("UPDATE draft SET kind = 'lesson' WHERE id = ?", (bad,))
    assert {each.id: each.title for each in her.drafts.list()} == {good: TYPED["title"], bad: None}
    with pytest.raises(DataDirectoryError, match="cannot be read"):
        her.drafts.get(bad)
    own = her.own_data()
    assert [each.id for each in own.drafts] == [good]
    assert [each.id for each in own.missing] == [bad]
    her.drafts.discard(bad)


def test_a_damaged_file_of_drafts_costs_nothing_but_them(
    base: KnowledgeBase, her: Session, data: Path, open_base: OpenBase, notices: list[str]
) -> None:
    begin(her)
    base.close()
    (data / "drafts.sqlite").write_bytes(b"damaged" * 1000)
    again = open_base()
    assert any("drafts.sqlite" in each for each in notices)
    her = again.as_member(id_of(her))
    practice(her, "Still written")
    assert her.catalogue.browse().total == 1
    assert [each.what for each in her.own_data().missing] == ["drafts"]
    with pytest.raises(DataDirectoryError, match="is damaged"):
        her.drafts.list()


def test_a_draft_whose_entry_was_revised_meanwhile_is_still_there(
    base: KnowledgeBase, her: Session
) -> None:
    entry = practice(base.session, "Two bins")
    draft = her.drafts.save(str(uuid4()), TYPED, number=0, entry_id=entry, version=1).id
    other = Content(
        title="Three", sections=(Section("The problem", "x"), Section("What we do", "y"))
    )
    base.session.entries.revise(entry, other, version=1)
    assert her.drafts.get(draft).version == 1

"""What is erased is gone: from every answer, every store and every byte of the data directory."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Thread

import pytest

from indexer.testing import HashEmbedder
from kb import access
from kb.access import Asker, Visibility
from kb.entries.content import Content, Draft, Section
from kb.errors import Forbidden, NotFound, NotYetSearchable, Refused
from kb.knowledge_base import KnowledgeBase
from kb.people.member import Profile
from kb.settings import Settings

NAME, ADDRESS = "Xanthippe Quillfeather", "xanthippe@quillfeather.example"
HELP, REASON, CONTEXT = "zymurgyhelp", "velleityreason", "quodlibetcontext"
TITLE, TEXT = "Tatterdemalion", "borborygmus callipygian"
SECRETS = (NAME, ADDRESS, HELP, REASON, CONTEXT)


@pytest.fixture(params=["tantivy", "whoosh"])
def base(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[KnowledgeBase]:
    data = tmp_path / "data"
    KnowledgeBase.create(data)
    settings = Settings(data=data, fulltext=str(request.param))
    with KnowledgeBase.open(data, settings=settings, embedder=HashEmbedder()) as opened:
        yield opened


def joined(base: KnowledgeBase, *roles: access.Role, name: str = NAME) -> KnowledgeBase:
    """The base in the hands of a new member."""
    member = base.people.invite(["member", *roles]).id
    profile = Profile(name=name, address=ADDRESS if name == NAME else None, help=HELP)
    base.acting_for(Asker(member, frozenset(), frozenset())).people.join(member, profile)
    return base.acting_for(base.directory.asker(member))


def practice(base: KnowledgeBase, title: str, text: str) -> str:
    """An entry in whose group and tag the title stands as well."""
    sections = (Section("The problem", text), Section("What we do", text))
    content = Content(title=title, sections=sections)
    draft = Draft(kind="practice", content=content, group=f"{title} group", tags=(title[:20],))
    return base.entries.contribute(draft).id


def member_of(base: KnowledgeBase) -> str:
    assert base.asker.member
    return base.asker.member


def left_in(data: Path, secrets: tuple[str, ...]) -> list[tuple[str, str]]:
    """Which of the secrets stand in which files, as they lie."""
    files = [path for path in data.rglob("*") if path.is_file()]
    return [
        (secret, str(path.relative_to(data)))
        for path in files
        for secret in secrets
        for written in (secret.encode(), secret.lower().encode())
        if written in path.read_bytes()
    ]


def test_of_an_erased_member_nothing_is_left_but_that_they_were(base: KnowledgeBase) -> None:
    her, other = joined(base), practice(base, "Handover", "At the bed.")
    mine = practice(her, TITLE, TEXT)
    her.endorsements.endorse(other, REASON)
    her.reuses.record(other, group="Ward", context=CONTEXT, outcome="adopted")
    base.search(CONTEXT)
    member = member_of(her)

    base.erasure.member(member)

    assert left_in(base.settings.data, SECRETS) == []
    assert base.directory.names([member]) == {member: "a former member"}
    assert base.catalogue.get(mine).title == TITLE
    assert base.catalogue.get(mine).contributed_by == member
    page = base.catalogue.get(other)
    assert [each.reason for each in page.endorsed] == [""]
    assert [each.context for each in page.reuse] == [""]
    assert base.search("borborygmus").results[0].id == mine
    with pytest.raises(NotFound):
        base.directory.asker(member)
    assert base.directory.changes(member)[-1].detail == "Erased; their entries were kept."


def test_the_entries_of_an_erased_member_go_too_if_so_chosen(base: KnowledgeBase) -> None:
    her = joined(base)
    practice(her, TITLE, TEXT)
    hidden = practice(her, "Hidden", "sesquipedalian")
    her.entries.show(hidden, Visibility("author"))
    base.search(TEXT)

    base.erasure.member(member_of(her), entries="erased")

    texts = (TITLE, "borborygmus", "callipygian", "sesquipedalian")
    assert left_in(base.settings.data, (*SECRETS, *texts)) == []
    assert base.catalogue.browse().total == 0
    assert base.search(TEXT).nothing_close


def test_an_erased_entry_is_gone_and_the_others_stay(base: KnowledgeBase) -> None:
    her = joined(base, name="Ada")
    mine, kept = practice(her, TITLE, TEXT), practice(her, "Handover", "At the bed.")
    base.endorsements.endorse(mine, f"It works: {REASON}.")
    base.reuses.record(mine, group="Ward", context=CONTEXT, outcome="adopted")
    base.search(TEXT)

    her.erasure.entry(mine)

    gone = (TITLE, "borborygmus", "callipygian", REASON, CONTEXT)
    assert left_in(base.settings.data, gone) == []
    assert base.search("handover at the bed").results[0].id == kept
    assert list(base.catalogue.all_ids()) == [kept]
    for answer in (her.catalogue.get, her.catalogue.history, her.erasure.entry):
        with pytest.raises(NotFound):
            answer(mine)
    assert base.directory.changes()[-1].detail == "An entry was erased."


def test_an_erasure_that_was_cut_short_is_finished_by_whoever_keeps_the_data_up(
    base: KnowledgeBase,
) -> None:
    her = joined(base)
    practice(her, TITLE, TEXT)
    base.search(TEXT)
    base._parts.follower.stop()
    base.people.erase(member_of(her))
    assert left_in(base.settings.data, (HELP,)) != []

    base.erasure.member(member_of(her))

    assert left_in(base.settings.data, SECRETS) == []


def test_only_the_author_or_a_steward_erases_and_the_last_steward_stays(
    base: KnowledgeBase,
) -> None:
    ada, ben = joined(base, "steward", name="Ada"), joined(base, "curator", name="Ben")
    entry = practice(ada, TITLE, TEXT)
    with pytest.raises(Forbidden, match="Only its author or stewards may erase an entry"):
        ben.erasure.entry(entry)
    with pytest.raises(Forbidden, match="may erase a member"):
        ben.erasure.member(member_of(ada))
    with pytest.raises(Refused, match="last steward"):
        ada.erasure.member(member_of(ada))
    ben.erasure.member(member_of(ben))


def test_an_index_that_is_made_anew_for_another_reason_keeps_no_vectors_of_what_is_erased(
    base: KnowledgeBase,
) -> None:
    mine, kept = practice(base, TITLE, TEXT), practice(base, "Handover", "At the bed.")
    base.search(TEXT)
    base._parts.follower.stop()
    position = base.entries.erase(mine).position
    base.wait(position)
    before = base.status().vectors

    base.rebuild("index")
    base._parts.follower.forget(position)

    assert base.status().vectors == before - 1
    assert list(base.catalogue.all_ids()) == [kept]


def test_a_member_who_is_erased_a_second_time_keeps_the_entries_that_they_kept(
    base: KnowledgeBase,
) -> None:
    her = joined(base)
    mine = practice(her, TITLE, TEXT)
    base.erasure.member(member_of(her))
    base.erasure.member(member_of(her), entries="erased")
    assert base.catalogue.get(mine).title == TITLE


def test_in_every_role_people_may_erase_themselves_and_take_their_data_along(
    base: KnowledgeBase,
) -> None:
    member = base.people.invite(["reporter"]).id
    base.acting_for(Asker(member, frozenset(), frozenset())).people.join(member, Profile(name=NAME))
    reporter = base.acting_for(base.directory.asker(member))
    assert reporter.own_data().member.name == NAME
    reporter.erasure.member(member)
    assert left_in(base.settings.data, (NAME,)) == []


def test_where_an_older_vault_was_put_back_all_is_erased_again_at_the_next_opening(
    base: KnowledgeBase, tmp_path: Path
) -> None:
    her = joined(base)
    mine = practice(base, TITLE, TEXT)
    base.search(TEXT)
    data, older = base.settings.data, tmp_path / "older.sqlite"
    with (
        closing(sqlite3.connect(data / "vault.sqlite")) as vault,
        closing(sqlite3.connect(older)) as copy,
    ):
        vault.backup(copy)
    base.erasure.member(member_of(her))
    base.erasure.entry(mine)
    base.close()
    for name in ("vault.sqlite-wal", "vault.sqlite-shm"):
        (data / name).unlink(missing_ok=True)
    shutil.copy(older, data / "vault.sqlite")

    told: list[str] = []
    embedder, settings = HashEmbedder(), base.settings
    with KnowledgeBase.open(
        data, settings=settings, embedder=embedder, notice=told.append
    ) as again:
        again.rebuild("views")
        assert again.directory.names([member_of(her)]) == {member_of(her): "a former member"}
        assert list(again.catalogue.all_ids()) == []
        assert again._parts.vault.destroyed(f"member-{member_of(her)}")
    assert told[0].startswith("Keys of what was erased are back")
    assert left_in(data, (*SECRETS, TITLE)) == []


def test_somebody_who_reads_for_long_keeps_nobody_from_writing_while_erasing_waits(
    base: KnowledgeBase,
) -> None:
    her = joined(base)
    member, data = member_of(her), base.settings.data
    with closing(sqlite3.connect(data / "views.sqlite", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM member").fetchall()
        position = base.people.erase(member).position
        with pytest.raises(NotYetSearchable, match="not taken in within"):
            base._parts.follower.forget(position, timeout=1)
        practice(base, "Handover", "At the bed.")
        assert base.catalogue.browse().total == 1
        assert base.directory.names([member]) == {member: "a former member"}
    base.erasure.member(member)
    base._parts.follower.stop()
    assert left_in(data, SECRETS) == []


def test_making_the_views_anew_erases_nothing_a_second_time(
    base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    base.erasure.member(member_of(joined(base)))
    monkeypatch.setattr(base._parts.keys, "destroy", _unexpected)
    base.rebuild("views")
    base._parts.follower.forget(base.head())
    base.search("anything")
    assert base.status().errors == ()


def _unexpected(_: object) -> None:
    raise AssertionError("destroyed again")


def test_whoever_left_or_was_erased_writes_nothing_with_what_was_opened_before(
    base: KnowledgeBase,
) -> None:
    left, erased = joined(base, name="Ben"), joined(base)
    base.people.leave(member_of(left))
    base.erasure.member(member_of(erased))
    for gone in (left, erased):
        with pytest.raises(Forbidden, match="not a member any more"):
            practice(gone, "Afterwards", TEXT)
        with pytest.raises(Refused, match="has left or was erased"):
            base.accounts.sessions.begin(member_of(gone), "password")


def test_whoever_leaves_takes_what_they_signed_in_with_along(base: KnowledgeBase) -> None:
    her = joined(base)
    base.accounts.names.set(member_of(her), "xanthippe")
    base.accounts.sessions.begin(member_of(her), "password")
    base.people.leave(member_of(her))
    assert base.accounts.names.member("xanthippe") is None
    assert base.accounts.sessions.of(member_of(her)) == []


def test_what_somebody_who_left_signed_in_with_goes_also_where_leaving_was_cut_short(
    base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    her = joined(base)
    base.accounts.names.set(member_of(her), "xanthippe")
    with monkeypatch.context() as patch:
        patch.setattr(base._parts.keys, "depart", _unexpected)
        with pytest.raises(AssertionError):
            base.people.leave(member_of(her))
    assert base.accounts.names.member("xanthippe") is not None
    base.erasure.entry(practice(base, TITLE, TEXT))  # returns when all is settled
    assert base.accounts.names.member("xanthippe") is None


def test_of_two_stewards_who_leave_at_once_one_stays(base: KnowledgeBase) -> None:
    refused: list[str] = []

    def leave(who: KnowledgeBase) -> None:
        try:
            who.people.leave()
        except Refused as error:
            refused.append(str(error))

    stewards = [joined(base, "steward", name=name) for name in ("Ada", "Ben", "Eve", "Zoe")]
    threads = [Thread(target=leave, args=(who,)) for who in stewards]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == ["The last steward cannot go; make another member a steward first."]
    assert base.directory.stewards() == 1

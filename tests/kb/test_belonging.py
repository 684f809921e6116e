"""What lies beside a log and does not fit is refused, made anew or told of: the operators' table.

Each cell of the table in docs/operators/data-directory.md is one case: that file, as that copy.
"""

import shutil
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Any

import pytest

from kb.access import anonymous
from kb.errors import DataDirectoryError
from kb.knowledge_base import KnowledgeBase
from kb.views.withheld import INCOMPLETE
from tests.events.altered import age_log, age_vault
from tests.examples import PROFILE
from tests.kb.file_copies import CASES, contents, made_copies, placed, seen
from tests.worlds.base import opened, practice
from tests.worlds.log import everything

pytestmark = pytest.mark.exhaustive

TOLD = {
    ("log.sqlite", "older"): "log.sqlite is another copy than the one beside which vault.sqlite",
    ("log.sqlite", "newer"): "vault.sqlite lacks the keys of 1 entry and 1 member",
    ("log.sqlite", "fork"): "vault.sqlite lacks the keys of 1 entry and 1 member",
    ("vault.sqlite", "fork"): "vault.sqlite lacks the keys of 1 entry and 1 member",
    ("accounts.sqlite", "fork"): "used last with another copy of the log",
    ("vault.sqlite", "older"): "vault.sqlite lacks the keys of 1 entry and 1 member",
    ("vault.sqlite", "newer"): "log.sqlite is another copy than the one beside which vault.sqlite",
    ("accounts.sqlite", "older"): "accounts.sqlite is an older copy",
    ("accounts.sqlite", "newer"): "used last with another copy of the log",
    ("accounts.sqlite", "empty"): "accounts.sqlite is missing or empty",
    ("accounts.sqlite", "missing"): "accounts.sqlite is missing or empty",
    ("questions.sqlite", "other"): "counts of searches in",
    ("drafts.sqlite", "other"): "The drafts in",
}


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_copies(tmp_path_factory.mktemp("copies"))


@pytest.mark.parametrize(("name", "copy", "outcome"), CASES)
def test_each_file_as_each_copy_is_treated_as_the_operators_page_says(
    copies: Path, tmp_path: Path, name: str, copy: str, outcome: str
) -> None:
    data = tmp_path / "data"
    placed(copies, data, (name, copy))
    before = contents(data)
    if outcome == "refused":
        with pytest.raises(DataDirectoryError) as caught:
            opened(data)
        sentence = str(caught.value)
        assert sentence.count("\n") == 0
        assert sentence.endswith(".")
        assert contents(data) == before
        return
    told: list[str] = []
    with opened(data, told=told.append) as base:
        assert base.accounts.store.members() is not None
        shown = seen(base)
        about = [each for each in told if each != INCOMPLETE]
        base.rebuild("all")
        # Views from before a vault was lost still hold what it opened.
        assert name == "vault.sqlite" or seen(base) == shown, "it was not what the log says"
    if outcome == "told":
        assert any(TOLD[name, copy] in sentence for sentence in about), about
    elif outcome == "made anew":
        assert len(about) == 1
        assert "from the log" in about[0]
    else:
        assert outcome in ("caught up", "taken", "begun anew")
        assert about == []


DRAWN = [
    pair
    for pair in Random(9).sample(
        list(combinations([case[:2] for case in CASES], 2)), 24 if PROFILE == "dev" else 40
    )
    if pair[0][0] != pair[1][0]
]


def _opened_or_refused(data: Path, told: list[str]) -> KnowledgeBase | str:
    try:
        return opened(data, told=told.append)
    except DataDirectoryError as error:
        return str(error)


@pytest.mark.parametrize("wrong", DRAWN, ids=lambda wrong: "-".join(sum(wrong, ())))
def test_of_two_wrong_files_nothing_comes_that_neither_was_refused_nor_told(
    copies: Path, tmp_path: Path, wrong: tuple[tuple[str, str], tuple[str, str]]
) -> None:
    data = tmp_path / "data"
    placed(copies, data, *wrong)
    before = contents(data)
    told: list[str] = []
    base = _opened_or_refused(data, told)
    if isinstance(base, str):
        assert base.count("\n") == 0
        assert base.endswith(".")
        assert contents(data) == before
        return
    log = dict(wrong).get("log.sqlite", "older" if "newer" in dict(wrong).values() else "newer")
    with base, opened(shutil.copytree(copies / log, tmp_path / "whole")) as whole:
        shown, right = seen(base), seen(whole)
        assert set(shown[0]) <= set(right[0]), "something is shown that the log has not"
        nobody = base.as_(anonymous(world=base.session.directory.open_to_world()))
        assert nobody.catalogue.browse().items == ()
        if log == "newer":
            assert base.accounts.tokens.all() == [], "what was revoked is good again"
        base.rebuild("all")
        assert seen(base) == shown or [each for each in told if each != INCOMPLETE]


def test_every_case_has_an_outcome() -> None:
    assert len(CASES) == 8 * 6


def test_a_fresh_vault_is_refused_and_gets_no_key(copies: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    placed(copies, data, ("vault.sqlite", "missing"))
    KnowledgeBase.create(tmp_path / "fresh")
    shutil.copy(tmp_path / "fresh" / "vault.sqlite", data / "vault.sqlite")
    before = contents(data)
    with pytest.raises(DataDirectoryError, match="does not belong to the log"):
        opened(data)
    assert contents(data) == before


def test_under_an_older_vault_nothing_is_sealed_with_a_second_key(
    copies: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    placed(copies, data, ("vault.sqlite", "older"))
    with opened(data) as base:
        events = base.parts.log.read(0, 1000)
        assert "vault.sqlite lacks the keys" in base.status().errors[0]
        lost = next(each.stream for each in events[::-1] if each.type == "entry-contributed")
        entry_id = lost.removeprefix("entry-")
        with pytest.raises(DataDirectoryError):
            base.session.entries.tag(entry_id, ["late"])
        with pytest.raises(DataDirectoryError, match="put back the newer vault"):
            practice(base.session, "Written meanwhile")
    shutil.copy(copies / "newer" / "vault.sqlite", data / "vault.sqlite")
    told: list[str] = []
    with opened(data, told=told.append) as base:
        assert told == [INCOMPLETE]
        practice(base.session, "Written now")


def test_where_the_newer_vault_is_gone_for_good_one_goes_on_without_its_keys(
    copies: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    placed(copies, data, ("vault.sqlite", "older"))
    with opened(data) as base:
        base.go_on_without_lost_keys()
        written = practice(base.session, "Written meanwhile")
    with opened(data) as base:
        assert base.session.catalogue.get(written).title == "Written meanwhile"
        practice(base.session, "Written now")
        assert "vault.sqlite lacks the keys" in base.status().errors[0]


def test_a_vault_that_is_put_back_opens_what_could_not_be_read(
    copies: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    placed(copies, data, ("vault.sqlite", "older"))
    shutil.rmtree(data / "index")
    (data / "views.sqlite").unlink()
    with opened(data) as base:
        less = {item.title for item in base.session.catalogue.browse().items}
    shutil.copy(copies / "newer" / "vault.sqlite", data / "vault.sqlite")
    told: list[str] = []
    with opened(data, told=told.append) as base, opened(copies / "newer") as whole:
        assert seen(base)[0] == seen(whole)[0]
    assert less == {"Bedside handover"}
    assert any("can be read by now" in sentence for sentence in told)
    told.clear()
    opened(data, told=told.append).close()
    assert told == [INCOMPLETE]


def test_an_older_copy_of_the_accounts_opens_nothing_that_was_revoked(
    copies: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    placed(copies, data, ("accounts.sqlite", "older"))
    with opened(data) as base:
        assert base.accounts.tokens.all() == []
    told: list[str] = []
    with opened(data, told=told.append) as base:
        assert base.accounts.tokens.all() == []
    assert told == [INCOMPLETE]


@pytest.mark.parametrize("copy", ["missing", "empty"])
def test_without_the_accounts_nobody_is_signed_in(copies: Path, tmp_path: Path, copy: str) -> None:
    data = tmp_path / "data"
    placed(copies, data, ("accounts.sqlite", copy), ("log.sqlite", "older"))
    with opened(shutil.copytree(copies / "older", tmp_path / "whole")) as whole:
        assert whole.accounts.tokens.all() != []
    with opened(data) as base:
        assert base.accounts.tokens.all() == []
        assert base.accounts.store.members() == set()


def test_accounts_opened_while_another_changes_them_are_not_taken_for_an_older_copy(
    copies: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    shutil.copytree(copies / "newer", data)
    told: list[str] = []
    with (
        opened(data) as base,
        opened(data, told=told.append) as other,
        ThreadPoolExecutor() as pool,
    ):
        member = base.session.directory.members()[0].id
        session = base.accounts.sessions.begin(member, "link")
        append = base.parts.log.append
        opening: list[Future[object]] = []

        def beside(*arguments: Any) -> Any:
            recorded = append(*arguments)
            opening.append(pool.submit(lambda: other.accounts.store))
            return recorded

        monkeypatch.setattr(base.parts.log, "append", beside)
        base.as_(everything(member)).credentials.make_link(
            "sign-in", member, datetime.now(UTC) + timedelta(days=1)
        )
        opening[0].result()
        assert other.accounts.sessions.member_of(session)
    assert told == [INCOMPLETE]


@pytest.mark.parametrize("cut", ["nothing", "log", "vault"])
def test_a_base_of_the_former_format_is_brought_over_also_after_a_cut_in_the_middle(
    copies: Path, tmp_path: Path, cut: str
) -> None:
    data = tmp_path / "data"
    shutil.copytree(copies / "newer", data)
    age_log(data / "log.sqlite")
    age_vault(data / "vault.sqlite")
    shutil.rmtree(data / "index")
    for name in ("views.sqlite", "accounts.sqlite", "questions.sqlite", "drafts.sqlite"):
        (data / name).unlink()
    if cut != "nothing":
        opened(data).close()
        age_vault(data / "vault.sqlite") if cut == "log" else age_log(data / "log.sqlite")
    told: list[str] = []
    with opened(data, told=told.append) as base, opened(copies / "newer") as whole:
        assert seen(base)[0] == seen(whole)[0]
        practice(base.session, "Bedside handover")
    assert sum("brought over to format 2" in sentence for sentence in told) == 1
    told.clear()
    with opened(data, told=told.append) as base:
        assert base.parts.vault.mark() == base.parts.log.mark()
    assert told == [INCOMPLETE]


@pytest.mark.parametrize("vault", ["other", "fresh", "missing"])
def test_a_base_of_the_former_format_with_a_vault_of_another_is_left_as_it_is(
    copies: Path, tmp_path: Path, vault: str
) -> None:
    data = tmp_path / "data"
    placed(copies, data, ("vault.sqlite", "other" if vault == "other" else "missing"))
    if vault == "fresh":
        KnowledgeBase.create(tmp_path / "fresh")
        shutil.copy(tmp_path / "fresh" / "vault.sqlite", data / "vault.sqlite")
    age_log(data / "log.sqlite")
    if vault != "missing":
        age_vault(data / "vault.sqlite")
    before = contents(data)
    with pytest.raises(DataDirectoryError, match=r"vault\.sqlite"):
        opened(data)
    assert contents(data) == before

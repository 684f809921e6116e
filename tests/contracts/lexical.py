"""What every full-text engine promises; an engine's test file subclasses it."""

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest

from indexer.analysis import MAX_QUESTION_TERMS, question_terms
from indexer.document import Filter
from indexer.errors import IndexerError, IndexOutdated, IndexUnavailable
from indexer.lexical import LexicalDocument, LexicalIndex, open_lexical

ALL = frozenset({"all"})
EVERYONE = Filter(audience=ALL)


def some_document(
    document_id: str,
    body: str = "",
    *,
    title: str = "",
    audience: frozenset[str] = ALL,
    keywords: tuple[str, ...] = (),
    names: tuple[str, ...] = (),
    **facets: str,
) -> LexicalDocument:
    """A document for everyone; facets as `kind="practice"`."""
    return LexicalDocument(
        id=document_id,
        title=title,
        body=body,
        audience=audience,
        keywords=keywords,
        names=names,
        facets={name: frozenset(value.split()) for name, value in facets.items()},
    )


def found(index: LexicalIndex, question: str, passing: Filter = EVERYONE) -> list[str]:
    """The ids that a question finds, best first."""
    return [match.document_id for match in index.search(question_terms(question), passing, 1000)]


class LexicalIndexContract:
    """Subclass with `engine` set."""

    engine: str

    @pytest.fixture
    def index(self, tmp_path: Path) -> Iterator[LexicalIndex]:
        index = self.open(tmp_path / "index")
        yield index
        index.close()

    def open(self, directory: Path, *, writable: bool = True) -> LexicalIndex:
        return open_lexical(self.engine, directory, writable=writable)

    def test_a_new_index_is_empty_and_at_position_zero(self, index: LexicalIndex) -> None:
        assert index.position == 0
        assert index.documents == 0
        assert found(index, "anything") == []
        assert index.score({"anything": 1}, ["a"]) == {}
        assert index.statistics({"anything": 1}).frequencies == {"anything": 0}

    def test_the_document_that_says_more_of_it_comes_first(self, index: LexicalIndex) -> None:
        index.put(
            [
                some_document("once", "A retrospective and then a long list of other matters."),
                some_document("often", "Retrospectives: how a retrospective works, in short."),
                some_document("never", "Pairing on a hard problem."),
            ]
        )
        index.commit(1)
        assert found(index, "retrospective") == ["often", "once"]

    def test_a_rare_word_weighs_more_than_a_frequent_one(self, index: LexicalIndex) -> None:
        team = [some_document(f"team {n}", f"the team meets in room {n}") for n in range(8)]
        index.put([*team, some_document("rare", "a zebra meets people")])
        index.commit(1)
        assert found(index, "team zebra")[0] == "rare"

    def test_title_body_and_keywords_are_searched_alike(self, index: LexicalIndex) -> None:
        index.put(
            [
                some_document("title", title="Swarming"),
                some_document("body", "We tried swarming."),
                some_document("keyword", keywords=("swarming",)),
            ]
        )
        index.commit(1)
        assert set(found(index, "swarm")) == {"title", "body", "keyword"}

    def test_a_word_repeated_in_the_question_weighs_as_often(self, index: LexicalIndex) -> None:
        index.put([some_document("a", "apple crate"), some_document("b", "banana crate")])
        index.commit(1)
        once = dict(index.search({"appl": 1}, EVERYONE, 10))
        thrice = dict(index.search({"appl": 3}, EVERYONE, 10))
        assert thrice["a"] == pytest.approx(3 * once["a"], rel=1e-5)
        assert found(index, "banana apple banana") == ["b", "a"]

    def test_equal_scores_stand_in_the_order_of_ids(self, index: LexicalIndex) -> None:
        index.put([some_document(name, "same words here") for name in ("c", "a", "d", "b")])
        index.commit(1)
        assert found(index, "words") == ["a", "b", "c", "d"]

    def test_no_more_than_the_limit_is_answered_and_the_best_stay(
        self, index: LexicalIndex
    ) -> None:
        index.put([some_document(str(n), "word " * n + "other " * (9 - n)) for n in range(1, 9)])
        index.commit(1)
        whole = index.search({"word": 1}, EVERYONE, 1000)
        assert len(whole) == 8
        assert index.search({"word": 1}, EVERYONE, 3) == whole[:3]
        assert index.search({"word": 1}, EVERYONE, 0) == []
        assert index.search({}, EVERYONE, 10) == []

    def test_score_agrees_with_search(self, index: LexicalIndex) -> None:
        index.put([some_document(str(n), "red " * n + "blue green") for n in range(5)])
        index.commit(1)
        terms = question_terms("red red blue absent")
        searched = dict(index.search(terms, EVERYONE, 100))
        assert index.score(terms, list(searched)) == pytest.approx(searched, rel=1e-5)
        assert set(index.score({"red": 1}, ["0", "3", "unknown"])) == {"3"}
        assert index.score({}, ["1"]) == {}
        assert index.score({"red": 1}, []) == {}

    def test_the_audience_is_part_of_the_query(self, index: LexicalIndex) -> None:
        index.put(
            [
                some_document("open", "budget", audience=frozenset({"all"})),
                some_document("closed", "budget", audience=frozenset({"board"})),
                some_document("both", "budget", audience=frozenset({"board", "ward 7"})),
            ]
        )
        index.commit(1)
        assert found(index, "budget") == ["open"]
        assert found(index, "budget", Filter(audience=frozenset({"board"}))) == ["both", "closed"]
        assert found(index, "budget", Filter(audience=frozenset({"ward 7"}))) == ["both"]
        assert found(index, "budget", Filter(audience=frozenset({"ward", "7"}))) == []
        everything = Filter(audience=frozenset({"all", "board"}))
        assert found(index, "budget", everything) == ["both", "closed", "open"]
        assert found(index, "budget", Filter(audience=frozenset())) == []

    def test_every_facet_must_have_one_of_the_values(self, index: LexicalIndex) -> None:
        index.put(
            [
                some_document("1", "x1 plan", kind="practice", tag="care school"),
                some_document("2", "x1 plan", kind="practice", tag="city"),
                some_document("3", "x1 plan", kind="experiment", tag="care"),
                some_document("4", "x1 plan"),
            ]
        )
        index.commit(1)

        def passing(**facets: set[str]) -> list[str]:
            chosen = {name: frozenset(values) for name, values in facets.items()}
            return found(index, "plan", Filter(audience=ALL, facets=chosen))

        assert passing(kind={"practice"}) == ["1", "2"]
        assert passing(tag={"care", "city"}) == ["1", "2", "3"]
        assert passing(kind={"practice"}, tag={"care"}) == ["1"]
        assert passing(kind={"care"}) == []
        assert passing(kind=set()) == []

    def test_facets_are_exact_whatever_they_are_spelt_like(self, index: LexicalIndex) -> None:
        odd = {"a:b": frozenset({"c"}), "größe": frozenset({"sehr groß", 'x" OR *:*', "\0"})}
        index.put([LexicalDocument(id="odd", title="word", body="", audience=ALL, facets=odd)])
        index.commit(1)
        for name, value in [("a:b", "c"), ("größe", "sehr groß"), ("größe", 'x" OR *:*')]:
            chosen = Filter(audience=ALL, facets={name: frozenset({value})})
            assert found(index, "word", chosen) == ["odd"]
        for name, value in [("a", "b:c"), ("größe", "groß"), ("Größe", "sehr groß")]:
            chosen = Filter(audience=ALL, facets={name: frozenset({value})})
            assert found(index, "word", chosen) == []

    def test_a_filter_changes_no_score(self, index: LexicalIndex) -> None:
        index.put([some_document(str(n), "tree " * (n + 1), kind="ab"[n % 2]) for n in range(6)])
        index.commit(1)
        half = Filter(audience=ALL, facets={"kind": frozenset({"a"})})
        whole = dict(index.search({"tree": 1}, EVERYONE, 10))
        assert dict(index.search({"tree": 1}, half, 10)) == pytest.approx(
            {name: whole[name] for name in ("0", "2", "4")}, rel=1e-5
        )

    def test_putting_a_known_id_replaces_the_document(self, index: LexicalIndex) -> None:
        index.put([some_document("a", "first words"), some_document("b", "other")])
        index.commit(1)
        index.put([some_document("a", "draft"), some_document("a", "second thoughts")])
        index.commit(2)
        assert index.documents == 2
        assert found(index, "first") == []
        assert found(index, "draft") == []
        assert found(index, "second") == ["a"]

    def test_a_document_removed_is_gone_and_an_unknown_id_is_ignored(
        self, index: LexicalIndex
    ) -> None:
        index.put([some_document("a", "shared"), some_document("b", "shared")])
        index.commit(1)
        index.remove(["a", "unknown"])
        index.put([some_document("c", "shared")])
        index.remove(["c"])
        index.commit(2)
        assert found(index, "shared") == ["b"]
        assert index.documents == 1
        assert index.statistics({"share": 1}).frequencies == {"share": 1}

    def test_the_same_batch_again_changes_nothing(self, index: LexicalIndex) -> None:
        batch = [some_document("a", "one word"), some_document("b", "two words")]
        for _ in range(3):
            index.put(batch)
            index.remove(["gone"])
            index.commit(5)
        assert index.documents == 2
        assert set(found(index, "word")) == {"a", "b"}
        assert index.position == 5

    def test_nothing_is_found_before_the_commit(self, index: LexicalIndex) -> None:
        index.put([some_document("a", "word")])
        assert found(index, "word") == []
        assert index.position == 0
        index.commit(9)
        assert found(index, "word") == ["a"]
        assert index.position == 9

    def test_a_reader_sees_a_commit_after_refresh(self, tmp_path: Path) -> None:
        writer = self.open(tmp_path)
        reader = self.open(tmp_path, writable=False)
        reader.refresh()
        writer.put([some_document("a", "word")])
        writer.commit(4)
        assert found(reader, "word") == []
        assert reader.position == 0
        reader.refresh()
        assert found(reader, "word") == ["a"]
        assert reader.position == 4
        reader.close()
        writer.close()

    def test_the_position_is_stamped_and_what_was_not_committed_is_gone(
        self, tmp_path: Path
    ) -> None:
        index = self.open(tmp_path)
        index.put([some_document("kept", "word")])
        index.commit(12)
        index.put([some_document("lost", "word")])
        index.remove(["kept"])
        index.close()
        for writable in (False, True):
            again = self.open(tmp_path, writable=writable)
            assert again.position == 12
            assert found(again, "word") == ["kept"]
            again.close()

    def test_a_writer_that_was_killed_leaves_its_last_commit_and_no_lock(
        self, tmp_path: Path
    ) -> None:
        ended = self.run_apart(
            tmp_path,
            """
            index.put([some_document("lost", "word")])
            os.kill(os.getpid(), signal.SIGKILL)
            """,
        )
        assert ended.returncode == -signal.SIGKILL
        self.check_that_only_the_first_commit_is_kept(tmp_path)

    def test_a_commit_that_finds_no_room_says_so_and_leaves_the_last_one(
        self, tmp_path: Path
    ) -> None:
        ended = self.run_apart(
            tmp_path,
            """
            resource.setrlimit(resource.RLIMIT_FSIZE, (2000, resource.RLIM_INFINITY))
            try:
                words = " ".join(f"word{n}" for n in range(20_000))
                index.put([some_document("lost", words)])
                index.commit(4)
            except IndexUnavailable as error:
                assert found(index, "word") == ["kept"]
                sys.exit(str(error))
            """,
        )
        assert ended.returncode == 1
        assert "see that the disk has room" in ended.stderr
        self.check_that_only_the_first_commit_is_kept(tmp_path)

    def run_apart(self, directory: Path, steps: str) -> subprocess.CompletedProcess[str]:
        """Take steps in another process on an index with one document at position 3."""
        begin = f"""
            import os, resource, signal, sys
            from pathlib import Path
            from tests.contracts.lexical import *
            index = open_lexical({self.engine!r}, Path(sys.argv[1]), writable=True)
            index.put([some_document("kept", "word")])
            index.commit(3)
        """
        return subprocess.run(
            [sys.executable, "-c", textwrap.dedent(begin) + textwrap.dedent(steps), str(directory)],
            check=False,
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )

    def check_that_only_the_first_commit_is_kept(self, directory: Path) -> None:
        index = self.open(directory)
        assert index.position == 3
        assert found(index, "word") == ["kept"]
        index.put([some_document("next", "word")])
        index.commit(4)
        assert found(index, "word") == ["kept", "next"]
        index.close()

    def test_a_text_that_cannot_be_stored_is_refused_in_one_sentence(
        self, index: LexicalIndex
    ) -> None:
        with pytest.raises(IndexUnavailable, match="cannot be written"):
            self.put_and_commit(index, some_document("\ud800", "word"))
        assert found(index, "word") == []

    def put_and_commit(self, index: LexicalIndex, document: LexicalDocument) -> None:
        index.put([document])
        index.commit(1)

    def test_many_commits_keep_what_they_held(self, tmp_path: Path) -> None:
        index = self.open(tmp_path)
        for n in range(14):
            index.put([some_document(str(n % 10), f"word number{n}")])
            index.commit(n + 1)
        assert index.documents == 10
        assert len(found(index, "word")) == 10
        assert found(index, "number13") == ["3"]
        assert found(index, "number3") == []
        index.close()

    @pytest.mark.parametrize(
        ("text", "question"),
        [
            ("Die Größe zählt", "größe"),
            ("Die Größe zählt", "GROSSE"),
            ("Die Gro\u0308ße zählt", "Größe"),
            ("Un café à la crème", "cafe creme"),
            ("Łódź i Gdańsk", "lodz"),
            ("Управление командой", "управление"),
            ("検索エンジンの評価", "検索"),
            ("إدارة الفريق", "الفريق"),
            ("ניהול צוות", "צוות"),
            ("टीम प्रबंधन", "प्रबंधन"),
            ("ΟΔΟΣ", "οδος"),
            ("x\0zebra\0y", "zebra"),
        ],
    )
    def test_words_of_any_script_are_found(
        self, index: LexicalIndex, text: str, question: str
    ) -> None:
        index.put([some_document("a", text), some_document("b", "unrelated text")])
        index.commit(1)
        assert found(index, question) == ["a"]

    @pytest.mark.parametrize(
        "question",
        [
            "",
            " \t\n",
            "?!… --- «»",
            'zebra AND (NOT "horse") OR *:* ~2 ^3 [a TO z] body:zebra',
            '"zebra',
            "+zebra -horse /regex.*/ {!func}",
            "\0zebra\0",
            "\u202ezebra\u202c",
            "the and of",
            "zebra " * 10_000,
            " ".join(f"word{n}" for n in range(10_000)) + " zebra",
            "z" * 100_000,
            "\ud800 zebra",
        ],
    )
    def test_a_question_of_any_shape_is_only_words(
        self, index: LexicalIndex, question: str
    ) -> None:
        index.put([some_document("zebra", "a zebra"), some_document("horse", "a horse")])
        index.commit(1)
        terms = question_terms(question)
        expected = {"zebra", "hors"} & set(terms)
        assert {name[:4] for name in found(index, question)} == {term[:4] for term in expected}
        assert len(terms) <= MAX_QUESTION_TERMS
        assert set(index.statistics(terms, EVERYONE).frequencies) == set(terms)
        index.named(question, EVERYONE)

    def test_a_document_of_any_text_is_taken(self, index: LexicalIndex) -> None:
        texts = ["", "\0", "z" * 100_000, "\ud800 lonely", "word " * 50_000, "a\u2028b\x1f\x85c"]
        index.put([some_document(str(n), text) for n, text in enumerate(texts)])
        index.commit(1)
        assert index.documents == len(texts)
        assert found(index, "lonely") == ["3"]

    def test_statistics_count_what_passes_the_filter(self, index: LexicalIndex) -> None:
        index.put(
            [
                some_document("1", "red blue", kind="a"),
                some_document("2", "red red", kind="b"),
                some_document("3", "green", kind="a"),
                some_document("4", "red", audience=frozenset({"board"})),
            ]
        )
        index.commit(1)
        terms = {"red": 2, "blue": 1, "absent": 1}
        whole = index.statistics(terms)
        assert whole.documents == 4
        assert whole.frequencies == {"red": 3, "blue": 1, "absent": 0}
        some = index.statistics(terms, Filter(audience=ALL, facets={"kind": frozenset({"a"})}))
        assert some.documents == 2
        assert some.frequencies == {"red": 1, "blue": 1, "absent": 0}
        none = index.statistics(terms, Filter(audience=frozenset({"nobody"})))
        assert none.documents == 0
        assert set(none.frequencies.values()) == {0}

    def test_a_name_finds_its_documents_exactly(self, index: LexicalIndex) -> None:
        index.put(
            [
                some_document("1", names=("Daily Stand-up", "P-17")),
                some_document("2", "Daily stand-up", names=("Daily Stand-up Notes",)),
                some_document("3", names=("¡Daily  Standup!",), kind="a"),
                some_document("4", names=("p 17", "!!")),
            ]
        )
        index.commit(1)
        assert index.named("daily stand up?", EVERYONE) == ["1"]
        assert index.named("DAILY STANDUP", EVERYONE) == ["3"]
        assert index.named("p-17", EVERYONE) == ["1", "4"]
        assert index.named("daily", EVERYONE) == []
        assert index.named("!!", EVERYONE) == []
        assert index.named("p-17", Filter(audience=frozenset({"board"}))) == []

    def test_a_missing_or_empty_directory_cannot_be_read(self, tmp_path: Path) -> None:
        for directory in (tmp_path, tmp_path / "missing"):
            with pytest.raises(IndexOutdated, match=str(directory)):
                self.open(directory, writable=False)

    def test_a_directory_of_something_else_is_outdated(self, tmp_path: Path) -> None:
        (tmp_path / "letter.txt").write_text("Dear all", encoding="utf-8")
        for writable in (False, True):
            with pytest.raises(IndexOutdated, match=str(tmp_path)):
                self.open(tmp_path, writable=writable)

    @pytest.mark.parametrize("cut", [0, 1, 0.5], ids=["emptied", "cut by one", "cut in half"])
    def test_a_file_cut_off_is_named_or_does_no_harm(self, tmp_path: Path, cut: float) -> None:
        def shorten(content: bytes) -> bytes:
            return content[:-1] if cut == 1 else content[: int(len(content) * cut)]

        self.damage_every_file(tmp_path, shorten)

    def test_a_file_of_garbage_is_named_or_does_no_harm(self, tmp_path: Path) -> None:
        self.damage_every_file(tmp_path, lambda content: b"\xff\x00garbage" * (len(content) // 9))

    def damage_every_file(self, directory: Path, change: Callable[[bytes], bytes]) -> None:
        """One file at a time: whoever notices calls the index outdated and says where it lies."""
        index = self.open(directory)
        index.put([some_document(str(n), f"word number{n}") for n in range(50)])
        index.commit(7)
        index.close()
        complaints = []
        for path in sorted(directory.iterdir()):
            content = path.read_bytes()
            path.write_bytes(change(content))
            complaints.append(self.complaint(directory))
            path.write_bytes(content)
        assert any(complaints)
        assert all(str(directory) in text for text in complaints if text)
        assert self.complaint(directory) == ""

    def complaint(self, directory: Path) -> str:
        try:
            index = self.open(directory, writable=False)
            try:
                index.search({"word": 1, "number7": 1}, EVERYONE, 100)
                index.statistics({"word": 1}, EVERYONE)
            finally:
                index.close()
        except IndexOutdated as error:
            return str(error)
        return ""

    def test_an_index_of_another_version_is_outdated(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.open(tmp_path).close()
        self.pretend_another_version(monkeypatch)
        with pytest.raises(IndexOutdated, match="another version"):
            self.open(tmp_path, writable=False)

    def pretend_another_version(self, monkeypatch: pytest.MonkeyPatch) -> None:
        raise NotImplementedError

    def test_a_reader_cannot_write(self, tmp_path: Path) -> None:
        self.open(tmp_path).close()
        reader = self.open(tmp_path, writable=False)
        with pytest.raises(IndexUnavailable, match="opened for reading"):
            reader.commit(1)
        reader.close()

    def test_closing_twice_is_harmless(self, tmp_path: Path) -> None:
        index = self.open(tmp_path)
        index.close()
        index.close()

    def test_threads_search_while_one_writes(self, index: LexicalIndex) -> None:
        errors: list[BaseException] = []

        def ask() -> None:
            try:
                for _ in range(50):
                    assert len(found(index, "word")) in range(11)
            except (AssertionError, IndexerError) as error:
                errors.append(error)

        askers = [Thread(target=ask) for _ in range(3)]
        for asker in askers:
            asker.start()
        for n in range(10):
            index.put([some_document(str(n), "word")])
            index.commit(n + 1)
        for asker in askers:
            asker.join()
        assert errors == []
        assert len(found(index, "word")) == 10

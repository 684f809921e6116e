"""What every engine promises of a search: which documents, in which order, for whom."""

import pytest

from indexer.analysis import question_terms
from indexer.document import Filter
from indexer.lexical import LexicalDocument, LexicalIndex
from tests.contracts.lexical_base import ALL, EVERYONE, EngineContract, found, some_document


class RankingContract(EngineContract):
    """Ranking and filters."""

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

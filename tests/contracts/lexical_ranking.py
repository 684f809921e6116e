"""What every engine promises of a question: which documents are proposed, and to whom."""

from indexer.document import Filter
from indexer.lexical import LexicalDocument, LexicalIndex
from tests.contracts.lexical_base import ALL, EVERYONE, EngineContract, found, some_document


class RankingContract(EngineContract):
    """Proposals and filters."""

    def test_a_new_index_is_empty_and_at_position_zero(self, index: LexicalIndex) -> None:
        assert index.position == 0
        assert index.documents == 0
        assert found(index, "anything") == []

    def test_what_holds_the_heavier_terms_is_proposed_first(self, index: LexicalIndex) -> None:
        index.put([some_document("a", "apple crate"), some_document("b", "banana crate")])
        index.commit(1)
        assert index.propose({"appl": 2.0, "banana": 1.0, "crate": 0.5}, EVERYONE, 1) == ["a"]
        assert index.propose({"appl": 1.0, "banana": 1.5, "crate": 0.5}, EVERYONE, 1) == ["b"]

    def test_what_repeats_a_term_is_proposed_first(self, index: LexicalIndex) -> None:
        index.put([some_document(str(n), "word " * n + "other " * (16 - n)) for n in range(1, 16)])
        index.commit(1)
        often = {str(n) for n in range(8, 16)}
        assert set(index.propose({"word": 1.0}, EVERYONE, 8)) == often
        assert set(index.propose({"word": 1.0}, EVERYONE, 11)) == often

    def test_those_that_weigh_the_same_are_all_in_or_all_out(self, index: LexicalIndex) -> None:
        index.put([some_document(f"two {n}", "red blue") for n in range(3)])
        index.put([some_document(f"one {n}", "red") for n in range(3)])
        index.commit(1)
        weights = {"red": 1.0, "blue": 0.3}
        first = {f"two {n}" for n in range(3)}
        assert index.propose(weights, EVERYONE, 2) == []
        for limit in (3, 4, 5):
            assert set(index.propose(weights, EVERYONE, limit)) == first
        assert len(index.propose(weights, EVERYONE, 6)) == 6
        assert len(index.propose(weights, EVERYONE, 1000)) == 6
        assert index.propose(weights, EVERYONE, 0) == []
        assert index.propose({}, EVERYONE, 10) == []

    def test_neither_hidden_nor_removed_documents_change_what_is_proposed(
        self, index: LexicalIndex
    ) -> None:
        seen = [some_document(f"seen {n}", "red " * n + "blue") for n in range(6)]
        index.put(seen)
        index.commit(1)
        weights = {"red": 1.0, "blue": 0.7}
        before = [set(index.propose(weights, EVERYONE, limit)) for limit in range(8)]
        hidden = [
            some_document(f"hidden {n}", "red " * 9, audience=frozenset({"board"}))
            for n in range(20)
        ]
        index.put([*hidden, *(some_document(f"gone {n}", "red red blue") for n in range(20))])
        index.commit(2)
        index.put(seen[::-1])
        index.remove([f"gone {n}" for n in range(20)])
        index.commit(3)
        assert [set(index.propose(weights, EVERYONE, limit)) for limit in range(8)] == before

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

    def test_a_filter_may_ask_for_every_value_of_a_facet(self, index: LexicalIndex) -> None:
        index.put(
            [
                some_document("1", "x1 plan", tag="care city"),
                some_document("2", "x1 plan", tag="care"),
                some_document("3", "x1 plan"),
            ]
        )
        index.commit(1)

        def having(*tags: str) -> list[str]:
            return found(index, "plan", Filter(audience=ALL, every={"tag": frozenset(tags)}))

        assert having("care", "city") == ["1"]
        assert having("care") == ["1", "2"]
        assert having() == ["1", "2", "3"]
        assert having("care", "night") == []

    def test_facets_are_exact_whatever_they_are_spelt_like(self, index: LexicalIndex) -> None:
        odd = {"a:b": frozenset({"c"}), "größe": frozenset({"sehr groß", 'x" OR *:*', "\0"})}
        index.put([LexicalDocument(id="odd", terms={"word": 1}, audience=ALL, facets=odd)])
        index.commit(1)
        for name, value in [("a:b", "c"), ("größe", "sehr groß"), ("größe", 'x" OR *:*')]:
            chosen = Filter(audience=ALL, facets={name: frozenset({value})})
            assert found(index, "word", chosen) == ["odd"]
        for name, value in [("a", "b:c"), ("größe", "groß"), ("Größe", "sehr groß")]:
            chosen = Filter(audience=ALL, facets={name: frozenset({value})})
            assert found(index, "word", chosen) == []
